"""The page of claims: filtered by part, verdict and words, and whole without JavaScript."""

import json
from pathlib import Path

import pytest

HTML = Path(__file__).parents[2] / "build/html"
CLAIMS = json.loads((HTML / "claims.json").read_text(encoding="utf-8"))


def count(page):
    return page.locator(".claims-list > li:visible").count()


def said(page):
    return page.locator(".claims-filter output").inner_text()


def test_the_filter_shows_what_matches(page, address):
    page.goto(f"{address}/en/reference/claims.html")
    assert count(page) == len(CLAIMS)
    assert said(page) == f"{len(CLAIMS)} of {len(CLAIMS)} claims"
    assert page.locator(".claims-filter output").get_attribute("aria-live") == "polite"

    corrected = [c for c in CLAIMS if c["verdict"] == "corrected"]
    page.get_by_label("Verdict").select_option("corrects a misconception")
    assert count(page) == len(corrected)
    page.get_by_label("Part").select_option("3. Information")
    here = [c for c in corrected if c["page"].startswith("information/")]
    assert 0 < len(here) < len(corrected)
    assert count(page) == len(here)
    assert said(page) == f"{len(here)} of {len(CLAIMS)} claims"
    assert page.locator("section.claims-part:visible h2").all_inner_texts() == ["3. Information"]
    assert page.url.endswith("/claims.html?part=part-3-information&verdict=corrected")

    # The address leads back to the same list.
    page.goto(page.url)
    assert count(page) == len(here)
    assert page.get_by_label("Verdict").input_value() == "corrected"

    page.get_by_role("button", name="Show all").click()
    page.wait_for_function("!location.search")
    assert count(page) == len(CLAIMS)


def test_words_are_found_by_keyboard(page, address):
    page.goto(f"{address}/en/reference/claims.html")
    page.get_by_label("Part").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("UNIFORM  largest")
    assert page.locator(".claims-list > li:visible .claim-id").all_inner_texts() == [
        "entropy-max-iff-uniform"
    ]
    page.keyboard.type(" nowhere")
    assert count(page) == 0
    assert said(page) == "No claim matches."
    assert page.locator("section.claims-part:visible, .ledger-page:visible").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_misconceptions_by_part_in_korean_from_a_file_on_a_phone(page, scheme):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{HTML.as_uri()}/ko/reference/misconceptions.html")
    wrong = [c for c in CLAIMS if c["misconception"]]
    assert count(page) == len(wrong)
    page.get_by_label("부").select_option("2. 일반화")
    here = [c for c in wrong if c["page"].startswith("generalization/")]
    assert count(page) == len(here) > 0
    assert said(page) == f"명제 {len(wrong)}개 중 {len(here)}개"
    assert page.get_by_label("판정").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_without_javascript_the_list_is_whole(browser, address):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}/en/reference/claims.html?part=part-3-information")
        assert page.locator(".claims-filter:visible").count() == 0
        assert count(page) == len(CLAIMS)
        words = page.locator(".claims-verdicts dt").all_inner_texts()
        assert words == [
            "holds",
            "under a condition",
            "corrects a misconception",
            "cites a source",
        ]
