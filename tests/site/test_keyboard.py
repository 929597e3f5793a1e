"""Everything by keyboard, with a focus that can be seen; see test_theme and test_figures, too."""

import re

import pytest

# What Tab should stop at: what can have the focus and is shown.
STOPS = """() => {
    const able = "a[href], button, input, select, textarea, summary, [tabindex='0']"
    return [...document.querySelectorAll(able)].filter(tag =>
        !tag.disabled && tag.tabIndex >= 0 && !tag.closest("[inert]")
        && tag.checkVisibility({visibilityProperty: true, contentVisibilityAuto: false})
    ).map((tag, number) => { tag.dataset.stop = number; return tag.outerHTML.slice(0, 160) })
}"""
# How the element with the focus shows it, and what lies over it.
FOCUS = """() => {
    const tag = document.activeElement
    if (!tag || tag === document.body) return null
    const style = getComputedStyle(tag), box = tag.getBoundingClientRect()
    const visible = (color) => !/^(transparent|rgba\\(.*, 0\\))$/.test(color)
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
        && visible(style.outlineColor)
    const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth
    const rects = [...tag.getClientRects()]
    const covered = !rects.some(({left, top, width, height}) => {
        const over = document.elementFromPoint(left + width / 2, top + height / 2)
        return over && (tag.contains(over) || over.contains(tag))
    })
    return {
        stop: tag.dataset.stop, html: tag.outerHTML.slice(0, 160),
        shown: outlined, inside, covered
    }
}"""


SETTLE = "document.getAnimations().forEach(motion => motion.finish())"
ENTROPY = "en/information/entropy.html"


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (390, "dark")])
def test_tab_stops_everywhere_and_shows_where(page, address, chapter, width, theme):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)
    page.goto(f"{address}/{chapter}.html")
    missing = dict(enumerate(page.evaluate(STOPS)))
    assert missing
    faults = []
    for _ in range(2 * len(missing)):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus is None:
            break
        if not focus["shown"] or not focus["inside"] or focus["covered"]:
            page.evaluate(SETTLE)  # it may be on its way
            focus = page.evaluate(FOCUS)
        if focus["stop"] is not None:
            missing.pop(int(focus["stop"]), None)
        for bad, words in (
            (not focus["shown"], "has no outline of 2 px"),
            (not focus["inside"], "is off the screen"),
            (focus["covered"], "is covered"),
        ):
            if bad:
                faults.append(f"{words}: {focus['html']}")
    assert not faults, "\n  ".join(["what has the focus cannot be seen:", *faults])
    assert not missing, "\n  ".join(["Tab does not stop at:", *missing.values()])


def _press_on(place, key="Enter"):
    """Reach an element as the keyboard does, and press a key there."""
    place.focus()
    place.press(key)


def test_the_skip_link_leads_to_the_text(page, address):
    page.goto(f"{address}/{ENTROPY}")
    page.keyboard.press("Tab")
    page.evaluate(SETTLE)
    skip = page.locator(":focus")
    assert "skip" in skip.inner_text().lower()
    assert page.evaluate(FOCUS)["inside"]
    skip.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("Boolean(document.activeElement.closest('main'))")


def test_the_menu_of_a_phone(page, address):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/{ENTROPY}")
    chapter = page.get_by_role("navigation").get_by_role("link", name="Cross-entropy").first
    assert not chapter.is_visible()
    button = page.get_by_role("button", name=re.compile("contents of the book|menu", re.I))
    _press_on(button)
    chapter.wait_for(state="visible")
    assert page.evaluate("Boolean(document.activeElement.closest('dialog, [role=dialog]'))")
    page.keyboard.press("Escape")
    chapter.wait_for(state="hidden")
    assert button.evaluate("button => button === document.activeElement"), "give the focus back"
    _press_on(button)
    chapter.wait_for(state="visible")
    _press_on(chapter)
    page.wait_for_url("**/cross-entropy.html")


def test_the_search(page, address):
    page.goto(f"{address}/{ENTROPY}")
    page.keyboard.press("Control+k")
    field = page.get_by_role("searchbox").first
    assert field.evaluate("field => field === document.activeElement"), "Ctrl+K leads to the search"
    page.keyboard.type("entropy")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?*")
    result = page.get_by_role("main").get_by_role("link", name="Entropy: how surprised")
    result.first.wait_for()


@pytest.mark.parametrize("fold", ["details.hide", ".claim details", "details.solution"])
def test_what_is_folded_opens(page, address, fold):
    page.goto(f"{address}/{ENTROPY}")
    details = page.locator(f"main {fold}").first
    assert details.get_attribute("open") is None
    for key, opened in (("Enter", True), ("Space", False)):
        _press_on(details.locator("summary"), key)
        assert (details.get_attribute("open") is not None) == opened
