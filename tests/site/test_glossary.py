"""What a term means appears when its link is pointed at or has the focus, and goes again."""

from pathlib import Path

import pytest

HTML = Path(__file__).parents[2] / "build/html"


def link_to(page, term):
    return page.locator(f'.bd-article p a[href$="#term-{term}"]').first


@pytest.fixture
def shown(page):
    return page.locator(".term-tip:popover-open")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pointing_at_a_term_shows_its_definition(page, address, shown, width, scheme):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{address}/en/information/entropy.html")
    link = link_to(page, "entropy")
    link.scroll_into_view_if_needed()
    before = page.evaluate("document.documentElement.scrollHeight")
    link.hover()
    shown.wait_for()
    assert "the mean surprise of an outcome" in " ".join(shown.inner_text().split())
    assert shown.locator(".katex").count() > 0
    assert shown.locator("a").count() == 0

    box, line = shown.bounding_box(), link.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert 0 <= box["y"] - (line["y"] + line["height"]) < 10
    assert page.evaluate("document.documentElement.scrollHeight") == before
    text, ground = shown.evaluate(
        "tip => [getComputedStyle(tip).color, getComputedStyle(tip).backgroundColor]"
    )
    assert contrast(text, ground) > 4.5

    # It stays while the pointer is on it, and goes when the pointer leaves it.
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_timeout(500)
    assert shown.count() == 1
    page.mouse.move(2, 700)
    shown.wait_for(state="hidden")


def contrast(one, other):
    def luminance(color):
        parts = [float(x) / 255 for x in color[color.index("(") + 1 : -1].split(",")[:3]]
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def test_the_keyboard_shows_a_definition_and_escape_hides_it(page, shown):
    page.goto(f"{HTML.as_uri()}/ko/information/entropy.html")  # from a file
    link = link_to(page, "entropy")
    tip = page.locator(f"#{link.get_attribute('aria-describedby')}")
    assert tip.get_attribute("role") == "tooltip"
    page.keyboard.press("Tab")  # from here on the focus is shown
    link.focus()
    shown.wait_for()
    assert shown.get_attribute("id") == tip.get_attribute("id") == "tip-term-entropy"
    assert "(엔트로피)" in shown.inner_text()
    page.keyboard.press("Escape")
    shown.wait_for(state="hidden")
    assert link.evaluate("link => link === document.activeElement")
    page.keyboard.press("Tab")
    link.focus()
    shown.wait_for()
    page.keyboard.press("Tab")
    page.wait_for_function("!document.querySelector('#tip-term-entropy:popover-open')")


def test_a_finger_follows_the_link(browser, address):
    with browser.new_context(has_touch=True, viewport={"width": 390, "height": 800}) as context:
        page = context.new_page()
        page.goto(f"{address}/en/information/entropy.html")
        link_to(page, "entropy").tap()
        page.wait_for_url("**/reference/glossary.html#term-entropy")


def test_without_javascript_the_link_leads_to_the_glossary(browser, address):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}/en/information/entropy.html")
        assert page.locator(".term-tip").count() > 10
        assert page.locator(".term-tip:visible").count() == 0
        link_to(page, "entropy").click()
        assert page.url.endswith("/en/reference/glossary.html#term-entropy")
        assert page.locator("#term-entropy").is_visible()


def test_names_in_code_lead_to_the_api(page, address):
    page.goto(f"{address}/en/information/entropy.html")
    name = page.locator(".cell_input a", has_text="huffman_code").first
    assert (
        name.get_attribute("href")
        == "../reference/api/information.html#dlnotes.huffman.huffman_code"
    )
    parent = name.locator("xpath=..")
    color = "node => getComputedStyle(node).color"
    assert name.evaluate(color) == parent.evaluate(color)
    copied = page.locator(".cell_input pre", has_text="huffman_code").first.inner_text()
    assert "from dlnotes.huffman import huffman_code, mean_length\n" in copied
    name.click()
    assert page.locator('[id="dlnotes.huffman.huffman_code"]').is_visible()
