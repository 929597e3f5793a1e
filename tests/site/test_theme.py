"""Light and dark: as the system until the reader chooses, and never the wrong one first."""

import pytest

SEEN = """
window.seen = [];
new MutationObserver(() => {
  const theme = document.documentElement?.dataset.theme;
  if (theme !== undefined && theme !== seen.at(-1)) seen.push(theme);
}).observe(document, {attributes: true, childList: true, subtree: true});
"""
BACKGROUND = "getComputedStyle(document.body).backgroundColor"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_system_decides_at_first(browser, address, scheme):
    with browser.new_context(color_scheme=scheme) as context:
        page = context.new_page()
        page.add_init_script(SEEN)
        page.goto(f"{address}/en/index.html", wait_until="networkidle")
        assert page.evaluate("seen") == [scheme]  # no flash of the other one
        page.emulate_media(color_scheme="dark" if scheme == "light" else "light")
        page.wait_for_function(
            "theme => document.documentElement.dataset.theme !== theme", arg=scheme
        )


def test_the_reader_decides_by_keyboard_and_it_is_kept(page, address):
    page.add_init_script(SEEN)
    page.goto(f"{address}/en/index.html")
    light = page.evaluate(BACKGROUND)
    menu = page.locator("summary", has=page.locator(".fa-circle-half-stroke"))
    menu.focus()
    page.keyboard.press("Enter")
    dark = page.get_by_role("button", name="Dark")
    assert dark.is_visible()
    page.keyboard.press("Escape")
    assert not dark.is_visible()
    assert menu.evaluate("menu => menu === document.activeElement")
    page.keyboard.press("Enter")
    dark.press("Enter")
    assert not dark.is_visible()
    assert page.evaluate(BACKGROUND) != light
    page.goto(f"{address}/ko/information/entropy.html", wait_until="networkidle")
    assert page.evaluate("seen") == ["dark"]


def test_an_open_menu_closes_on_a_click_elsewhere(page, address):
    page.goto(f"{address}/en/index.html")
    page.locator("summary", has=page.locator(".fa-circle-half-stroke")).click()
    dark = page.get_by_role("button", name="Dark")
    assert dark.is_visible()
    page.get_by_role("heading", level=1).click()
    assert not dark.is_visible()
