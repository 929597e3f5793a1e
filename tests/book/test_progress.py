"""What the author sees while pages run: on a terminal, in a file, and at the end."""

import io
import re
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from rich.console import Console
from rich.live import Live

from dlnotes.book import progress as module
from dlnotes.book.engine import Page, PageError, Result
from dlnotes.book.engine.inputs import Inputs
from dlnotes.book.engine.store import Kept
from dlnotes.book.progress import Progress


class Clock:
    """A clock that stands still unless it is told to go on."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


class Terminal(io.StringIO):
    """A terminal: what was written to it, and what can be seen on it."""

    def isatty(self):
        return True

    def lines(self):
        lines, row, column = [""], 0, 0
        for part in re.findall(r"\x1b\[[?\d;]*[A-Za-z]|[\r\n]|[^\x1b\r\n]+", self.getvalue()):
            if part == "\n":
                row, column = row + 1, 0
                lines += [""] * (row + 1 - len(lines))
            elif part == "\r":
                column = 0
            elif part == "\x1b[2K":
                lines[row] = ""
            elif re.fullmatch(r"\x1b\[\d+A", part):
                row -= int(part[2:-1])
            elif part[0] != "\x1b":
                lines[row] = lines[row][:column].ljust(column) + part
                column += len(part)
            else:  # colours, and the cursor that goes and comes back
                assert re.fullmatch(r"\x1b\[([\d;]*m|\?25[lh])", part)
        return [line.rstrip() for line in lines if line.strip()]


@pytest.fixture(autouse=True)
def usual_settings(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def terminal():
    return Terminal()


@pytest.fixture
def live(monkeypatch, clock, terminal):
    """Progress on a terminal, drawn anew only when something has happened."""
    monkeypatch.setattr(module, "Live", partial(Live, auto_refresh=False))
    console = Console(file=terminal, force_terminal=True, width=80, height=25)
    with Progress(console, clock=clock) as progress:
        yield progress


@pytest.fixture
def plain(clock):
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=False, width=80)
    return Progress(console, clock=clock), stream


def kept(seconds):
    return Kept("", "", "", seconds, 0.0, 0, Inputs())


def stale(name, seconds=None, why=("its cells have changed",)):
    """A page that has to run, and the seconds that it took the last time."""
    page = Page(name, Path(f"{name}.md"))
    return Result(page, "stale", list(why), None if seconds is None else kept(seconds))


def plan(progress, *waiting):
    progress("plan", stale("any"), list(waiting))
    return list(waiting)


def start(progress, waiting):
    result = waiting.pop(0)
    progress("started", result, waiting)
    return result


def ran(progress, result, seconds, waiting=()):
    result.state, result.kept = "ran", kept(seconds)
    progress("ran", result, list(waiting))


def failed(progress, result, message, waiting=()):
    result.state, result.error = "failed", PageError(message)
    progress("failed", result, list(waiting))


def drawn(progress, terminal):
    progress._live.refresh()
    return terminal.lines()


def test_a_terminal_shows_what_is_going_on(live, clock, terminal):
    waiting = plan(live, stale("new"), stale("part/long", 30.0), stale("b", 10.0), stale("c", 2.0))
    assert drawn(live, terminal) == ["━━━━━━━━━━━━━━━━━━━━ 0/4 pages done, 4 left"]

    new, long = start(live, waiting), start(live, waiting)
    clock.now += 4
    # The new one counts as the mean, 14 s: 10 s are left of it, 26 s of the long one. After the
    # new one come b, until 20 s from now, and c, until 22 s.
    assert drawn(live, terminal) == [
        "━━━━━━━━━━━━━━━━━━━━ 0/4 pages done, 2 running, 2 left, about 26 s",
        "                 4 s new",
        "                 4 s part/long",
    ]

    clock.now += 28.4
    ran(live, long, 32.44, waiting)
    second = start(live, waiting)
    clock.now += 1.6
    # The new one is late, and may end at any moment; c comes after it.
    ended = "[1/4] ran     32.4 s  part/long  (its cells have changed)"
    assert drawn(live, terminal) == [
        ended,
        "━━━━━╺━━━━━━━━━━━━━━ 1/4 pages done, 2 running, 1 left, about 8 s",
        "                34 s new",
        "                 2 s b",
    ]

    failed(live, new, "ZeroDivisionError: division by zero", waiting)
    failure = "[2/4] failed  34.0 s  new  (ZeroDivisionError: division by zero)"
    assert drawn(live, terminal)[1] == failure
    ran(live, second, 9.0, waiting)
    ran(live, start(live, waiting), 2.0)
    endings = [
        *(ended, failure, "[3/4] ran      9.0 s  b  (its cells have changed)"),
        "[4/4] ran      2.0 s  c  (its cells have changed)",
    ]
    assert drawn(live, terminal) == [*endings, "━━━━━━━━━━━━━━━━━━━━ 4/4 pages done"]

    live.__exit__(None, None, None)
    assert terminal.lines() == endings
    assert terminal.getvalue().endswith("\x1b[?25h\r\x1b[1A\x1b[2K")
    assert f"\x1b[31m{failure}" in terminal.getvalue()


def test_the_estimate_learns_from_the_pages_that_end(live, clock, terminal):
    waiting = plan(live, stale("a"), stale("b"), stale("c"))
    first = start(live, waiting)
    assert "about" not in drawn(live, terminal)[0]
    clock.now += 150.0
    ran(live, first, 150.0, waiting)
    assert drawn(live, terminal)[-1].endswith(" 1/3 pages done, 2 left, about 5 min 0 s")
    start(live, waiting)
    clock.now += 31.0
    *_, head, page = drawn(live, terminal)
    assert head.endswith(" 1/3 pages done, 1 running, 1 left, about 4 min 29 s")
    assert page.endswith(" 31 s b")
    clock.now += 400.0
    assert drawn(live, terminal)[-2].endswith(" 1 left, about 2 min 30 s")
    start(live, waiting)
    clock.now += 149.6
    *_, head, page, _ = drawn(live, terminal)
    assert head.endswith(" 1/3 pages done, 2 running")  # any moment now
    assert page.endswith(" 9 min 41 s b")


def test_the_display_goes_on_by_itself(terminal):
    """A thread draws it; the clock goes on by a second each time that it is looked at."""
    seconds = iter(range(10**6))
    console = Console(file=terminal, force_terminal=True, width=80, height=25)
    with Progress(console, clock=lambda: next(seconds)) as progress:
        start(progress, plan(progress, stale("a", 5.0)))
        give_up = time.monotonic() + 60
        while len(set(re.findall(r"(\d+) s a", terminal.getvalue()))) < 2:
            assert time.monotonic() < give_up
            time.sleep(0.01)
    assert terminal.lines() == []


def test_an_error_leaves_the_terminal_as_it_was(live, terminal):
    waiting = plan(live, stale("a"), stale("b"))
    ran(live, start(live, waiting), 1.0, waiting)
    live.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert terminal.lines() == ["[1/2] ran      1.0 s  a  (its cells have changed)"]
    assert terminal.getvalue().endswith("\x1b[?25h\r\x1b[1A\x1b[2K")


def test_a_narrow_terminal_cuts_the_display_and_not_the_lines_that_stay(clock, monkeypatch):
    monkeypatch.setattr(module, "Live", partial(Live, auto_refresh=False))
    console = Console(file=(terminal := Terminal()), force_terminal=True, width=40, height=25)
    with Progress(console, clock=clock) as progress:
        name = "part/a-page-with-a-name-that-is-long"
        waiting = plan(progress, stale(name, 1.0), stale("b", 2.0))
        first = start(progress, waiting)
        assert drawn(progress, terminal) == [
            "━━━━━━━━━━━━━━━━━━━ 0/2 pages done, 1 r…",
            "                 0 s part/a-page-with-a…",
        ]
        ran(progress, first, 1.0, waiting)
    assert terminal.lines() == [f"[1/2] ran      1.0 s  {name}  (its cells have chan…)"]


def test_no_color_is_honoured(clock, monkeypatch):
    monkeypatch.setattr(module, "Live", partial(Live, auto_refresh=False))
    monkeypatch.setenv("NO_COLOR", "1")
    console = Console(file=(terminal := Terminal()), force_terminal=True, width=80, height=25)
    with Progress(console, clock=clock) as progress:
        waiting = plan(progress, stale("a", 1.0), stale("b", 1.0))
        failed(progress, start(progress, waiting), "no", waiting)
        assert drawn(progress, terminal)[1].startswith("━━━━━━━━━━           1/2 pages done, ")
    assert "failed" in terminal.getvalue()
    assert not re.search(r"\x1b\[[\d;]*m", terminal.getvalue())


def test_a_terminal_that_cannot_move_its_cursor_gets_lines(clock, monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    console = Console(file=(terminal := Terminal()), force_terminal=True, width=80)
    with Progress(console, clock=clock) as progress:
        ran(progress, start(progress, plan(progress, stale("a"))), 1.25)
    assert terminal.getvalue() == "[1/1] ran      1.2 s  a  (its cells have changed)\n"


def test_a_file_gets_a_line_for_each_page_that_ended(plain, clock):
    progress, stream = plain
    with progress:
        waiting = plan(progress, stale("part/page", 1.0), stale("b"), stale("쪽", why=[]))
        first, second = start(progress, waiting), start(progress, waiting)
        clock.now += 61.04
        failed(progress, second, "ValueError: \x1b[31mno\x1b[0m\n  and no", waiting)
        ran(progress, first, 123.45, waiting)
        ran(progress, start(progress, waiting), 0.0)
    assert stream.getvalue() == (
        "[1/3] failed  61.0 s  b  (ValueError: no and no)\n"
        "[2/3] ran    123.5 s  part/page  (its cells have changed)\n"
        "[3/3] ran      0.0 s  쪽\n"
    )


@pytest.mark.parametrize(
    ("why", "shown"),
    [
        (["a.py has changed", "b.py is gone"], "a.py has changed and 1 more"),
        (["a" * 60], "a" * 60),
        (["a" * 61, "b", "c"], "a" * 59 + "… and 2 more"),
    ],
)
def test_reasons_are_shortened(plain, why, shown):
    progress, stream = plain
    ran(progress, start(progress, plan(progress, stale("a", why=why))), 1.0)
    assert stream.getvalue() == f"[1/1] ran      1.0 s  a  ({shown})\n"


def test_reasons_are_shortened_to_the_width_of_a_terminal(live, terminal):
    why = ["the files in docs/part are others, " * 3, "b", "c"]
    ran(live, start(live, plan(live, stale("part/page", why=why))), 1.0)
    line = drawn(live, terminal)[0]
    assert line == (
        "[1/1] ran      1.0 s  part/page  (the files in docs/part are others… and 2 more)"
    )
    assert len(line) == 80


def test_a_page_that_could_not_be_started_has_failed_too(plain):
    progress, stream = plain
    (waiting,) = plan(progress, stale("a"))
    failed(progress, waiting, "no worker")
    assert stream.getvalue() == "[1/1] failed   0.0 s  a  (no worker)\n"


@pytest.mark.parametrize("forced", [True, False])
def test_standard_output_is_taken_for_what_it_is(capsys, monkeypatch, forced):
    if forced:
        monkeypatch.setenv("FORCE_COLOR", "1")
    with Progress() as progress:
        failed(progress, start(progress, plan(progress, stale("a"))), "no")
    assert re.fullmatch(r"\[1/1\] failed +\d\.\d s  a  \(no\)\n", capsys.readouterr().out)


def test_a_terminal_on_standard_output_is_found(monkeypatch, terminal):
    monkeypatch.setattr(sys, "stdout", terminal)
    with Progress() as progress:
        plan(progress, stale("a"))
        assert sys.stdout is not terminal  # what others print goes above the display
    assert sys.stdout is terminal
    assert "\x1b[?25l" in terminal.getvalue()


def test_nothing_is_shown_when_nothing_runs(live, terminal, plain):
    progress, stream = plain
    fresh = Result(Page("a", Path("a.md")), "fresh", [], kept(3.0))
    for each in (live, progress):
        plan(each)
        each.summary([fresh])
    live.__exit__(None, None, None)
    assert (terminal.getvalue(), stream.getvalue()) == ("", "")


def run_some(progress, clock, *seconds):
    """Run pages one after the other; the plan itself takes 2 s."""
    waiting = plan(progress, *(stale(f"p{i}") for i in range(len(seconds))))
    results = list(waiting)
    clock.now += 2
    for took in seconds:
        clock.now += took
        ran(progress, start(progress, waiting), took, waiting)
    return results


def summary(progress, stream, results):
    before = len(stream.getvalue())
    progress.summary(results)
    return stream.getvalue()[before:]


def fresh(*seconds):
    return [Result(Page(f"f{s}", Path("f.md")), "fresh", [], kept(s)) for s in seconds]


def test_the_summary_names_the_slowest_pages_and_what_was_saved(plain, clock):
    progress, stream = plain
    results = run_some(progress, clock, 1.0, 9.96, 4.0, 4.0, 3.0)
    clock.now += 60  # what comes after the pages does not count
    assert summary(progress, stream, [*results, *fresh(60.0, 0.5)]) == (
        "5 pages ran in 24 s, slowest p1 10 s, p2 4.0 s, p3 4.0 s; 2 unchanged pages saved 60 s\n"
    )


def test_the_summary_of_one_page(plain, clock):
    progress, stream = plain
    results = run_some(progress, clock, 3.26)
    assert summary(progress, stream, results) == "1 page ran in 5.3 s\n"
    one = [*results, *fresh(200.0)]
    assert summary(progress, stream, one) == (
        "1 page ran in 5.3 s; 1 unchanged page saved 3 min 20 s\n"
    )


def test_the_summary_counts_failures_of_this_run_only(plain, clock):
    progress, stream = plain
    waiting = plan(progress, stale("a"), stale("b"))
    results = list(waiting)
    first, second = start(progress, waiting), start(progress, waiting)
    clock.now += 119.4
    failed(progress, first, "no")
    clock.now += 0.2
    ran(progress, second, 100.0)
    unreadable = Result(Page("c", Path("c.md")), "failed", [], None, PageError("no"))
    assert summary(progress, stream, [*results, unreadable]) == (
        "1 page ran and 1 failed in 2 min 0 s, slowest a 119 s, b 100 s\n"
    )


def test_a_second_run_starts_from_nothing(plain, clock):
    progress, stream = plain
    run_some(progress, clock, 1.0, 5.0)
    results = run_some(progress, clock, 3.0)
    assert stream.getvalue().splitlines()[-1].startswith("[1/1] ran      3.0 s  p0")
    assert summary(progress, stream, results) == "1 page ran in 5.0 s\n"
