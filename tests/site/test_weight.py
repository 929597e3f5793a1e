"""What the first view of a chapter costs a reader: how much is sent, and whether anything jumps."""

import pytest

LIMIT = 350 * 1024
WATCH_SHIFTS = """
    window.shifts = []
    new PerformanceObserver(list => {
        for (const shift of list.getEntries()) if (!shift.hadRecentInput) window.shifts.push({
            value: shift.value, what: shift.sources.map(({node}) => node?.outerHTML?.slice(0, 120))
        })
    }).observe({type: "layout-shift", buffered: true})
"""


@pytest.mark.parametrize("width", [390, 1280])
def test_first_view(page, address, chapter, width):
    page.set_viewport_size({"width": width, "height": 844})
    page.add_init_script(WATCH_SHIFTS)
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    url, sent = {}, []
    network.on(
        "Network.responseReceived",
        lambda event: url.update({event["requestId"]: event["response"]["url"]}),
    )
    network.on(
        "Network.loadingFinished",
        lambda event: sent.append((event["encodedDataLength"], url.get(event["requestId"], "?"))),
    )
    page.goto(f"{address}/{chapter}.html", wait_until="networkidle")

    total = sum(size for size, _ in sent)
    assert total > 10_000, "nothing was measured"
    largest = [f"{size // 1024} KiB {where}" for size, where in sorted(sent, reverse=True)[:8]]
    assert total <= LIMIT, "\n  ".join(
        [f"{total // 1024} KiB come with the first view; make these smaller, or later:", *largest]
    )
    shifts = page.evaluate("shifts")
    assert sum(shift["value"] for shift in shifts) <= 0.02, "\n  ".join(
        ["these jump while the page loads; give pictures their size:", *map(str, shifts)]
    )
