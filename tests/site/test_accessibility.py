"""axe-core finds nothing on any page, in both themes, on a desktop and on a phone."""

import re

# What screen readers skip in a formula has the colour of the text around it, and takes axe long.
# Lighthouse asks for targets that fingers can hit; axe does so only when told.
RUN_AXE = """
    axe.run(
        {exclude: [".katex-html"]},
        {resultTypes: ["violations"], rules: {"target-size": {enabled: true}}}
    ).then(result => result.violations.flatMap(rule => rule.nodes.map(
        node => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary}`
    )))
"""


def _darkness(page):
    """Return how dark the page's background is, from 0 (white) to 1 (black)."""
    color = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return 1 - sum(int(part) for part in re.findall(r"\d+", color)[:3]) / 765


def test_axe_finds_nothing(page, address, tools, page_name):
    page.goto(f"{address}/{page_name}.html")
    page.add_style_tag(content="* { transition: none !important; animation: none !important }")
    page.evaluate((tools / "axe-core/axe.min.js").read_text())
    found = set()
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            for _ in range(100):  # a script may have to set it
                if (_darkness(page) > 0.5) == (theme == "dark"):
                    break
                page.wait_for_timeout(20)
            assert (_darkness(page) > 0.5) == (theme == "dark"), f"the page is not {theme}"
            found |= {f"{width} px, {theme}: {each}" for each in page.evaluate(RUN_AXE)}
    assert not found, "\n  ".join(["axe-core says of this page:", *sorted(found)])


def test_axe_notices(page, tools):
    page.set_content(
        "<html><head><title>A page</title></head><body><main><h1>Pale</h1><h3>Deep</h3>"
        "<p style='color: #aaa; background: #fff'>grey</p><img src='a.png'></main></body></html>"
    )
    page.evaluate((tools / "axe-core/axe.min.js").read_text())
    rules = {said.split(":")[0] for said in page.evaluate(RUN_AXE)}
    assert rules >= {"color-contrast", "heading-order", "html-has-lang", "image-alt"}
