"""What the author sees while pages run: each start and end, the seconds, what is next."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from dlnotes.book.execute import Event
    from dlnotes.book.results import Page, PageResult

__all__ = ["Progress"]


class Progress:
    """Reports the execution of pages, one plain line for each page that ends.

    On a terminal a further line shows which pages are running and what is next.

    Parameters
    ----------
    stream : text file, optional
        Where to write; standard output by default.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._running: dict[str, float] = {}
        self._done = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live("")

    def __call__(self, event: Event, result: PageResult, waiting: list[Page]) -> None:
        """Take note of one event and show it."""
        name = result.page.docname
        if event == "start":
            self._running[name] = time.monotonic()
        else:
            self._running.pop(name)
            self._done += 1
            total = self._done + len(self._running) + len(waiting)
            upcoming = f"; next {waiting[0].docname}" if waiting else ""
            self._live("")
            print(
                f"[{self._done}/{total}] {event:<6} {result.seconds:5.1f} s  {name}{upcoming}",
                file=self._stream,
                flush=True,
            )
        if self._running:
            upcoming = f"; next {waiting[0].docname}" if waiting else ""
            self._live(f"running {', '.join(self._running)}{upcoming}")

    def _live(self, line: str) -> None:
        """Rewrite the last line of a terminal; elsewhere only lines that stay are written."""
        if self._stream.isatty():
            self._stream.write(f"\r\x1b[K{line}")
            self._stream.flush()
