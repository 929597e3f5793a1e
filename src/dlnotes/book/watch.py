"""``make watch``: build a book, serve it on this machine, and build it again after every edit."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.errors import SphinxError
from watchfiles import Change, DefaultFilter, awatch

from dlnotes.book.engine.execution import new_executor
from dlnotes.book.engine.executors import ExecutorError
from dlnotes.book.engine.lock import only_build
from dlnotes.book.engine.store import Store
from dlnotes.book.serve import Shown, serve
from dlnotes.book.site import Means, NotBuiltError, Site
from dlnotes.book.writers import Writers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["watch"]

_HERE = "127.0.0.1"
_QUIET = 30
"""Milliseconds without a change after which an edit is complete: editors write in several steps."""
_PAGES = {".ipynb", ".md"}
_READ_LATE = {*_PAGES, ".po", ".py"}
"""What Sphinx reads only after it has started; it may have read anything else when it starts."""


def watch(root: Path, *, port: int) -> int:
    """Build a book, serve it on this machine, and build it again after every edit, until Ctrl-C.

    Parameters
    ----------
    root : Path
        Folder of ``conf.py``.
    port : int
        Where to serve; 0 for any that is free.

    Returns
    -------
    int
        Exit code: 0, or 1 if the port cannot be used.
    """
    site = Site(root)
    try:
        listening = socket.create_server((_HERE, port))
    except OSError as error:
        why = os.strerror(error.errno or 0)
        print(f"Not served: port {port} cannot be used ({why}).", file=sys.stderr)
        return 1
    with contextlib.suppress(KeyboardInterrupt), listening, only_build(site.book.cache):
        asyncio.run(_watch(site, listening))
    return 0


async def _watch(site: Site, listening: socket.socket) -> None:
    shown = Shown(site.html, site.work)
    server = serve(shown, listening)
    builder = _Builder(site, shown)
    print(f"Serving http://{_HERE}:{listening.getsockname()[1]}/ until Ctrl-C.", flush=True)
    try:
        await builder.build({site.root / "conf.py"})
        while True:
            await builder.build(await builder.edited())
    finally:
        server.stop()
        await builder.close()


class _Builder:
    """Builds a book again and again, and keeps warm what that takes.

    Parameters
    ----------
    site : Site
        Of the book.
    shown : Shown
        What readers get to see.
    """

    def __init__(self, site: Site, shown: Shown) -> None:
        self._site, self._shown = site, shown
        self._means: Means | None = None
        self._edits: asyncio.Queue[set[Path]] = asyncio.Queue()
        self._following: list[asyncio.Task[None]] = []
        self._stop = asyncio.Event()
        self._warming: asyncio.Task[None] | None = None
        self._unread: set[Path] = set()
        self._codes: list[str] = []

    async def edited(self) -> set[Path]:
        """Wait for an edit and return its files, with those that have been edited before."""
        edit = asyncio.create_task(self._edits.get())
        await asyncio.wait([edit, *self._following], return_when=asyncio.FIRST_COMPLETED)
        for task in self._following:
            if task.done():
                task.result()  # raises what ended it
        edited = await edit
        while not self._edits.empty():
            edited |= self._edits.get_nowait()
        return edited

    async def build(self, edited: set[Path]) -> None:
        """Build what an edit has changed, show it, and say how that went."""
        started = time.monotonic()
        error, seen = "", self._site.html
        try:
            means = await self._ready(edited)
            first = self._pages(edited)
            await self._site.renew(means, first=first, shown=self._shown.show_ahead)
        except NotBuiltError as failure:
            print(failure, file=sys.stderr)
            error = failure.details
            if failure.written:
                seen = self._site.preview
        except (ExecutorError, OSError, SphinxError) as failure:
            print(failure, file=sys.stderr)
            error = str(failure)
        self._shown.settle(seen, error)
        took = time.monotonic() - started
        print(f"{'Not built' if error else 'Built'} ({took:.1f} s)", flush=True)
        self._prepare()

    def _pages(self, edited: set[Path]) -> set[str]:
        """List the pages whose text, or a translation of it, has been edited."""
        docs = self._site.docs
        inside = {path.relative_to(docs) for path in edited if path.is_relative_to(docs)}
        pages = {path.with_suffix("") for path in inside if path.suffix in _PAGES}
        catalogs = {path.with_suffix("") for path in inside if path.suffix == ".po"}
        # Below `locale` and the names of the language and of the kind of catalog.
        pages |= {Path(*catalog.parts[3:]) for catalog in catalogs}
        return {page.as_posix() for page in pages}

    async def _ready(self, edited: set[Path]) -> Means:
        """Renew what an edit has made stale of what is kept to build with."""
        settings = {self._site.root / "conf.py", *self._site.book.sources}
        self._unread |= edited & settings
        if self._means is None or self._unread:
            site = Site(self._site.root)  # until it can be read, each build tries again
            await self.close()
            self._site = site
            self._follow()
            await asyncio.sleep(0)  # from now on no edit is missed
            self._means = self._new_means(site)
            self._unread = set()
        else:
            await self._refresh(self._means, edited)
        return self._means

    def _new_means(self, site: Site) -> Means:
        executor = new_executor(site.book, Store(site.book.cache, site.book.root))
        writers = Writers(site.config, site.root)
        writers.warm_up()
        return Means(writers, executor)

    async def _refresh(self, means: Means, edited: set[Path]) -> None:
        """Start Sphinx anew if it has read what is edited."""
        if {str(path) for path in edited} & await means.writers.loaded():
            await means.writers.close()
            means.writers = Writers(self._site.config, self._site.root)
            means.writers.warm_up()
        elif any(path.suffix not in _READ_LATE and not path.is_dir() for path in edited):
            await means.writers.discard()

    def _prepare(self) -> None:
        """Begin to get ready for the next edit."""
        if self._means:
            if self._site.whole:
                self._site.prepare(self._means.writers)
            codes = self._means.memory.codes()
            idle = self._warming is None or self._warming.done()
            if self._means.executor and codes != self._codes and idle:
                self._codes = codes
                warm_up = self._means.executor.warm_up(self._site.book, codes)
                self._warming = asyncio.create_task(warm_up)

    def _follow(self) -> None:
        """Begin to watch what the book is made from."""
        site, book = self._site, self._site.book
        more = [*site.config.templates_path, *site.config.html_static_path]
        paths = {site.docs, *book.sources, *(site.root / name for name in more)}
        folders = {path for path in paths if path.is_dir()}
        files = {str(path) for path in paths - folders} | {str(site.root / "conf.py")}
        # A file that is watched itself is lost when an editor puts another one in its place.
        around = {Path(file).parent for file in files}
        ours = DefaultFilter(ignore_paths=[book.cache, site.output])
        self._stop = asyncio.Event()
        self._following = [
            asyncio.create_task(self._hear(folders, ours)),
            asyncio.create_task(self._hear(around, lambda _, file: file in files, recursive=False)),
        ]

    async def _hear(
        self,
        folders: Iterable[Path],
        wanted: Callable[[Change, str], bool],
        *,
        recursive: bool = True,
    ) -> None:
        changes = awatch(
            *folders, watch_filter=wanted, step=_QUIET, recursive=recursive, stop_event=self._stop
        )
        async for files in changes:
            self._edits.put_nowait({Path(file) for _, file in files})

    async def close(self) -> None:
        """End everything that is kept."""
        self._stop.set()
        if self._warming:
            self._warming.cancel()
        if self._means:
            await self._means.close()
        await asyncio.gather(*self._following)
        self._means, self._codes = None, []
