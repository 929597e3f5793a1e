"""Reading: on a narrow screen, with large letters, without scripts, from disk, and undisturbed."""

import re

import pytest

# What of a page is wider than the screen and in no box that scrolls or clips by itself.
TOO_WIDE = """() => {
    const width = document.documentElement.clientWidth
    const boxed = (tag) => {
        for (let up = tag.parentElement; up && up !== document.body; up = up.parentElement)
            if (getComputedStyle(up).overflowX !== "visible") return true
        return false
    }
    const wide = [...document.body.querySelectorAll("*")].filter(tag => {
        const box = tag.getBoundingClientRect()
        return box.width && box.right > width + 1 && !boxed(tag)
    })
    return wide.filter(tag => !wide.some(other => other !== tag && tag.contains(other))).map(
        tag => `${Math.round(tag.getBoundingClientRect().right)} px: ${tag.outerHTML.slice(0, 160)}`
    )
}"""
# Text that is cut off: a box that hides what overflows it.
CUT = """() => [...document.querySelectorAll("body *")].filter(tag => {
    const style = getComputedStyle(tag)
    if (!tag.innerText?.trim() || !tag.checkVisibility() || tag.clientWidth < 3) return false
    if (tag.closest(".katex")) return false // formulas clip their own struts
    const cut = (value) => value === "hidden" || value === "clip"
    return (cut(style.overflowX) && tag.scrollWidth > tag.clientWidth + 2)
        || (cut(style.overflowY) && tag.scrollHeight > tag.clientHeight + 2)
}).map(tag => tag.outerHTML.slice(0, 160))"""
# What a reader needs and does not see; what is folded is seen on demand.
UNSEEN = """() => [...document.querySelectorAll(
    "main :is(h1, h2, h3, p, pre, table, figcaption, img, summary, .katex)"
)].filter(tag => {
    const folded = tag.closest("details:not([open])")
    if (folded && !(tag.tagName === "SUMMARY" && tag.parentElement === folded)) return false
    if (tag.closest("[role=tooltip]")) return false  // a copy from the glossary
    if (tag.tagName === "IMG") return !tag.complete || !tag.naturalWidth || !tag.checkVisibility()
    return tag.textContent.trim() && !tag.checkVisibility()
}).map(tag => tag.outerHTML.slice(0, 160))"""
READ_ON = """async () => {
    await document.fonts.ready
    for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight) {
        scrollTo(0, y)
        await new Promise(done => requestAnimationFrame(() => setTimeout(done)))
    }
}"""


def _listen(page):
    """Return a list that fills with what the page complains about."""
    heard = []
    page.on(
        "console",
        lambda said: heard.append(said.text) if said.type in {"error", "warning"} else None,
    )
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("requestfailed", lambda request: heard.append(f"not loaded: {request.url}"))
    return heard


def _open_all(page):
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")


def _lines(title, items):
    return "\n  ".join([title, *dict.fromkeys(items)])


def test_nothing_is_wider_than_a_phone(page, address, page_name):
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{address}/{page_name}.html")
    _open_all(page)
    width = page.evaluate("document.documentElement.scrollWidth")
    wide = page.evaluate(TOO_WIDE)
    assert width <= 360, _lines(f"{width} px wide; let these wrap, or scroll by themselves:", wide)


@pytest.mark.parametrize("how", ["letters", "page"])
def test_large_text_loses_nothing(browser, address, chapter, how):
    """200%: of the letters alone, or of the whole page, which halves the screen."""
    screen = {"viewport": {"width": 1280, "height": 900}}
    if how == "page":
        screen = {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2}
    with browser.new_context(**screen) as context:
        page = context.new_page()
        page.goto(f"{address}/{chapter}.html")
        size = "parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)"
        before = page.evaluate(size)
        if how == "letters":
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert page.evaluate(size) == pytest.approx(2 * before), "set font sizes in rem or em"
        _open_all(page)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, _lines(f"{wide} px too wide; let these wrap:", page.evaluate(TOO_WIDE))
        cut = page.evaluate(CUT)
        assert not cut, _lines("these cut their text off; let them grow:", cut)


def test_a_page_reads_without_scripts(browser, address, chapter):
    with browser.new_context(
        java_script_enabled=False, viewport={"width": 1280, "height": 900}
    ) as context:
        page = context.new_page()
        heard = _listen(page)
        page.goto(f"{address}/{chapter}.html", wait_until="networkidle")
        assert not heard, _lines("without scripts the page complains:", heard)
        lazy = "document.querySelectorAll('img').forEach(img => { img.loading = 'eager' })"
        page.evaluate(lazy)
        page.wait_for_load_state("networkidle")
        unseen = page.evaluate(UNSEEN)
        assert not unseen, _lines("show these without scripts:", unseen)
        for fold in page.locator("article details:not([open])").element_handles():
            if fold.is_visible():
                fold.query_selector("summary").click()
                assert fold.get_attribute("open") is not None, "a <details> does not open"
        assert page.locator("nav a[href]").first.is_visible(), "show the way around without scripts"


def test_a_page_reads_from_disk(page, site, chapter):
    heard = _listen(page)
    page.goto(f"{(site / chapter).as_uri()}.html")
    page.evaluate(READ_ON)
    unseen = page.evaluate(UNSEEN)
    assert not unseen, _lines("these need a host; readers from disk have none:", unseen)
    language = page.locator("a[hreflang]:not([aria-current])").first
    if language.count():
        language.click()
        assert page.title(), f"the language switch leads nowhere: {page.url}"
    assert not heard, _lines("from disk the page complains:", heard)


def test_a_page_is_quiet(page, address, page_name):
    """No complaint, no other host, no cookie, no memory but the theme's."""
    page.set_viewport_size({"width": 390, "height": 844})
    heard, asked = _listen(page), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/{page_name}.html")
    page.evaluate(READ_ON)
    assert asked
    foreign = [url for url in asked if not url.startswith((address, "data:", "blob:"))]
    assert not foreign, _lines("the page asks beyond the site; put these into it:", foreign)
    assert not heard, _lines("the console says:", heard)
    assert page.context.cookies() == [], "do without cookies"
    kept = page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]")
    assert [key for key in kept if not re.search("theme|mode", key)] == [], "keep the theme alone"
