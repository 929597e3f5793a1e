"""A page of the site on paper."""

import pytest

HIDDEN = [".bd-sidebar-primary", ".prev-next-area", "button"]
STYLE = "(element, name) => getComputedStyle(element)[name]"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("code", ["en", "ko"])
def test_a_page_on_paper(page, address, code, theme):
    page.add_init_script(f"localStorage.setItem('mode', '{theme}')")
    page.goto(f"{address}/{code}/information/entropy.html")
    assert page.locator("html").get_attribute("data-theme") == theme
    page.emulate_media(media="print")
    for name in HIDDEN:
        assert page.locator(f"{name}:visible").count() == 0
    assert page.locator("details.solution p").first.is_visible()
    assert page.locator(".claim-evidence td").first.is_visible()
    assert not page.locator("details.hide pre").first.is_visible()
    figure = page.locator("figure").first.locator("img, svg").first
    assert figure.evaluate(STYLE, "filter") == "none"
    for name in ("body", ".bd-article", "div.cell_input", "pre"):
        color = page.locator(name).first.evaluate(STYLE, "backgroundColor")
        assert color in {"rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"}, name
    assert page.locator(".bd-article section > p").first.evaluate(STYLE, "color") == "rgb(0, 0, 0)"
