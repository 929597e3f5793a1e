"""One build of a book at a time."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["only_build"]

_PRINT = partial(print, flush=True)


@contextmanager
def only_build(cache: Path, say: Callable[[str], None] = _PRINT) -> Iterator[None]:
    """Wait until no other build uses a cache, and keep others waiting meanwhile.

    Parameters
    ----------
    cache : Path
        The folder of the results.
    say : callable
        Given a sentence if there is something to wait for; by default it is printed at once.
    """
    cache.mkdir(parents=True, exist_ok=True)
    lock = FileLock(cache / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        with _interruptible():
            say("Another build of this book is running: waiting for it to end.")
            lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C end a step of an event loop, which it otherwise does only between steps."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
