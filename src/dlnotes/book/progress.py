"""What the author sees while pages run: a live display on a terminal, plain lines elsewhere."""

from __future__ import annotations

import heapq
import sys
import time
from statistics import fmean
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType
    from typing import Self

    from dlnotes.book.engine import Result

__all__ = ["Progress"]

_BAR, _REASON, _SLOWEST = 20, 60, 3


class Progress:
    """Shows how the execution of pages goes: a line for each page that ends, and a summary.

    On a terminal, below these lines, also a bar, the pages that are running, how many are left and
    about how long they will take. Nothing is shown when nothing runs.

    Parameters
    ----------
    console : rich.console.Console, optional
        Where to write; standard output by default.
    clock : callable
        Returns the present time in seconds.
    """

    def __init__(
        self, console: Console | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        # Settings that force colours would put control characters into files.
        self._console = console or Console(force_terminal=sys.stdout.isatty())
        self._clock = clock
        self._planned = self._ended = 0.0
        self._total = self._most = 0
        # The display is drawn by a thread of its own: what it reads is replaced, never changed.
        self._waiting: list[str] = []
        self._running: dict[str, float] = {}
        self._expected: dict[str, float] = {}
        self._took: dict[str, float] = {}
        self._live = Live(get_renderable=self._display, console=self._console, transient=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    def __call__(self, event: str, result: Result, waiting: list[Result]) -> None:
        """Take note of one event and show it.

        Parameters
        ----------
        event : str
            ``plan`` once, before anything runs; ``started``, ``ran`` or ``failed`` for each page.
        result : Result
            Where the page stands; without meaning in the plan.
        waiting : list of Result
            The pages that have not started, in their order.
        """
        self._waiting = [each.page.docname for each in waiting]
        if event == "plan":
            self._plan(waiting)
        elif event == "started":
            self._running = {**self._running, result.page.docname: self._clock()}
            self._most = max(self._most, len(self._running))
        else:
            self._end(event, result)

    def summary(self, results: Sequence[Result]) -> None:
        """Show the slowest pages of this run, and the time that unchanged pages saved.

        Parameters
        ----------
        results : sequence of Result
            Where every page of the book stands at the end.
        """
        if not self._took:
            return
        failed = sum(r.state == "failed" for r in results if r.page.docname in self._took)
        how = f"ran and {failed} failed" if failed else "ran"
        words = f"{_pages(len(self._took) - failed)} {how} in {_time(self._ended - self._planned)}"
        if len(self._took) > 1:
            slowest = sorted(self._took.items(), key=lambda item: (-item[1], item[0]))[:_SLOWEST]
            named = (f"{name} {_time(seconds)}" for name, seconds in slowest)
            words += f", slowest {', '.join(named)}"
        saved = [r.kept.seconds for r in results if r.state == "fresh" and r.kept]
        if saved:
            words += f"; {_pages(len(saved), 'unchanged ')} saved {_time(sum(saved))}"
        self._print(Text(words))

    def _plan(self, waiting: list[Result]) -> None:
        self._planned = self._clock()
        self._total, self._most = len(waiting), 0
        self._running, self._took = {}, {}
        self._expected = {r.page.docname: r.kept.seconds for r in waiting if r.kept}
        if waiting and self._console.is_terminal and not self._console.is_dumb_terminal:
            self._live.start()

    def _end(self, event: str, result: Result) -> None:
        name, self._ended = result.page.docname, self._clock()
        seconds = self._ended - self._running.get(name, self._ended)
        if event == "ran" and result.kept:
            seconds = result.kept.seconds
            self._expected = {**self._expected, name: seconds}
        self._running = {page: at for page, at in self._running.items() if page != name}
        self._took = {**self._took, name: seconds}
        line = Text(f"[{len(self._took)}/{self._total}] {event:<6} {seconds:5.1f} s  {name}")
        line.append(self._reason(result, line.cell_len))
        line.stylize("red" if event == "failed" else "")
        self._print(line)

    def _reason(self, result: Result, used: int) -> str:
        """Say why the page failed or why it ran, in what is left of a line."""
        reasons = [result.error.message] if result.error else result.why
        if not reasons:
            return ""
        more = f" and {len(reasons) - 1} more" if len(reasons) > 1 else ""
        room = _REASON
        if self._console.is_terminal:
            room = max(self._console.width - used - len(f"  ({more})"), _REASON // 3)
        # A message of Python's may have several lines and colours.
        first = Text(" ".join(Text.from_ansi(reasons[0]).plain.split()))
        first.truncate(room, overflow="ellipsis")
        return f"  ({first}{more})"

    def _print(self, line: Text) -> None:
        self._console.print(line, soft_wrap=True)

    def _display(self) -> Group:
        """Draw what a terminal shows below the lines of the pages that have ended."""
        now = self._clock()
        words = [f"{len(self._took)}/{self._total} pages done"]
        if self._running:
            words.append(f"{len(self._running)} running")
        if self._waiting:
            words.append(f"{len(self._waiting)} left")
        left = self._left(now)
        if left >= 0.5:
            words.append(f"about {_time(left, whole=True)}")
        head = Table.grid(padding=(0, 1))
        bar = ProgressBar(total=self._total, completed=len(self._took), width=_BAR)
        head.add_row(bar, Text(", ".join(words), no_wrap=True, overflow="ellipsis"))
        pages = (
            Text(f"{_time(now - at, whole=True):>{_BAR}} {page}", no_wrap=True, overflow="ellipsis")
            for page, at in self._running.items()
        )
        return Group(head, *pages)

    def _left(self, now: float) -> float:
        """Estimate the seconds left; 0 if there is nothing to go by.

        As many pages run at once as have been seen to, each as long as the last time, and a page
        that has never run as long as the others on average.
        """
        if not self._expected or not self._most:
            return 0.0
        mean = fmean(self._expected.values())
        places = [
            max(self._expected.get(page, mean) - (now - at), 0.0)
            for page, at in self._running.items()
        ]
        places += [0.0] * (self._most - len(places))
        heapq.heapify(places)
        for page in self._waiting:
            heapq.heapreplace(places, places[0] + self._expected.get(page, mean))
        return max(places)


def _pages(count: int, kind: str = "") -> str:
    return f"{count} {kind}page{'' if count == 1 else 's'}"


def _time(seconds: float, *, whole: bool = False) -> str:
    """Show a time as precisely as anybody wants to know it."""
    if seconds < 9.95 and not whole:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes > 1 else f"{round(seconds)} s"
