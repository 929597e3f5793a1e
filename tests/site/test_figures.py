"""Every figure opens large, by mouse and by keyboard, and is text where it is text."""

CHAPTER = "en/information/entropy.html"


def test_a_figure_opens_large_and_closes(page, address):
    page.goto(f"{address}/{CHAPTER}")
    link = page.locator("a.figure-large").first
    link.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    assert dialog.is_visible()
    assert dialog.get_attribute("aria-label").startswith("A curve that falls")
    small = page.locator(".figure-drawing svg").first.bounding_box()
    assert dialog.locator("svg").bounding_box()["width"] > 1.5 * small["width"]
    assert dialog.get_by_text("Halving the probability").is_visible()
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert link.evaluate("link => link === document.activeElement")
    page.locator(".figure-drawing svg").nth(1).click()
    assert dialog.get_attribute("aria-label").startswith("Five jagged lines")
    dialog.get_by_role("button", name="Close").click()
    assert not dialog.is_visible()


def test_a_drawing_is_text_and_large_without_scripts(browser, address):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}/{CHAPTER}")
        assert page.locator(".figure-drawing").first.get_by_text("ace of spades").is_visible()
        page.locator("a.figure-large").first.click()
        assert page.url.endswith(".svg")


def test_drawings_follow_the_theme(browser, address):
    def lightness(scheme):
        with browser.new_context(color_scheme=scheme) as context:
            page = context.new_page()
            page.goto(f"{address}/{CHAPTER}")
            return page.locator(".figure-drawing svg").first.evaluate(
                "svg => [getComputedStyle(svg).filter, getComputedStyle(svg).backgroundColor]"
            )

    assert lightness("light") == ["none", "rgba(0, 0, 0, 0)"]
    assert lightness("dark") == ["invert(0.92) hue-rotate(180deg)", "rgba(0, 0, 0, 0)"]
