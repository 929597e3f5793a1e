"""Pages load what they show, and nothing from another host."""

import pytest


@pytest.mark.parametrize("name", ["en/index", "en/information/entropy", "ko/information/entropy"])
def test_a_page_asks_no_other_host(page, address, name):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/{name}.html", wait_until="networkidle")
    assert asked
    assert [url for url in asked if not url.startswith((address, "data:"))] == []
