"""Sphinx processes that write the languages of the site, forked from one that is warm.

Importing Sphinx, its extensions and the theme takes longer than writing a page. One process does it
while pages are still running. Every language is written by a fork of it, which starts Sphinx and
then waits to be told which pages to write first.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from jinja2 import FileSystemBytecodeCache
from pybtex.backends.plaintext import Backend
from pybtex.plugin import register_plugin
from sphinx.application import Sphinx
from sphinx.cmd import build
from sphinxcontrib.katex import KaTeXServer

from dlnotes.book.engine.forks import Forks
from dlnotes.book.engine.kernels import can_fork

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from collections.abc import Set as AbstractSet

    from sphinx.config import Config

    from dlnotes.book.engine.forks import Job

__all__ = ["Writers", "write"]

_ORDER, _NEWS, _FIRST = "order", "news", "first.json"
_SELDOM = (100_000, 10, 10)
"""Pages are many small objects that stay. With Python's own thresholds a third of the time goes
into looking for garbage among them."""


class _Writer(Sphinx):
    """Starts, waits for its order, and writes the pages that it names before the others."""

    folder: ClassVar[Path]
    """Of the pipes, and of what is not removed by a fork that is killed."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        tempfile.tempdir = str(self.folder)
        try:
            super().__init__(*arguments, **options)
            if self.config.katex_prerender:
                KaTeXServer.get()  # starts Node
        finally:
            tempfile.tempdir = None

    def build(self, force_all: bool = False, filenames: Sequence[Path] = ()) -> None:
        """Write what has changed."""
        builder: Any = self.builder
        compiled = Path(self.outdir).with_name("templates")
        compiled.mkdir(exist_ok=True)
        builder.templates.environment.bytecode_cache = FileSystemBytecodeCache(str(compiled))
        with (self.folder / _ORDER).open(encoding="utf-8") as pipe:
            pipe.readline()
        first = set(json.loads((self.folder / _FIRST).read_text(encoding="utf-8")))
        write_documents = builder.write_documents

        def write_first(docnames: AbstractSet[str]) -> None:
            for some in filter(None, [docnames & first, docnames - first]):
                write_documents(some)
                if some <= first:
                    builder.copy_image_files()
                    (self.folder / _NEWS).write_text("\n", encoding="utf-8")

        if first:
            builder.write_documents = write_first
        super().build(force_all, filenames)


def write(folder: str, *arguments: str) -> int:
    """Run Sphinx in this process, which is a fork.

    Parameters
    ----------
    folder : str
        Where the pipes are for the order and for the news that its pages are written.
    *arguments : str
        As for ``sphinx-build``.

    Returns
    -------
    int
        Exit code.
    """
    gc.set_threshold(*_SELDOM)
    # Or it would be looked up among all installed packages for each citation.
    register_plugin("pybtex.backends", "plaintext", Backend, force=True)
    _Writer.folder = Path(folder)
    build.Sphinx = _Writer  # type: ignore[attr-defined]
    return build.build_main(arguments)


@dataclass(frozen=True)
class _Waiting:
    """A fork that waits for its order, and the folder of its pipes."""

    forks: Forks
    job: Job
    pipes: Path

    async def tell(self, first: Collection[str], shown: Callable[[], None] | None) -> int:
        """Give the order; return the exit code."""
        # Open for both directions, so that neither end waits until the other opens it.
        order, news = (
            os.open(self.pipes / name, os.O_RDWR | os.O_NONBLOCK) for name in (_ORDER, _NEWS)
        )

        def heard() -> None:
            os.read(news, 1)
            if shown:
                shown()

        loop = asyncio.get_running_loop()
        loop.add_reader(news, heard)
        # In a file: a book may have more pages than fit into a pipe.
        (self.pipes / _FIRST).write_text(json.dumps([*first]), encoding="utf-8")
        os.write(order, b"\n")
        try:
            return await self.job.ended
        finally:
            loop.remove_reader(news)
            os.close(order)
            os.close(news)

    async def end(self) -> None:
        """End it instead."""
        await self.forks.kill(self.job)


class Writers:
    """Runs Sphinx, several times at once.

    Parameters
    ----------
    config : sphinx.config.Config
        Names the extensions and the theme.
    root : Path
        Where Sphinx runs.
    """

    def __init__(self, config: Config, root: Path) -> None:
        self._config, self._root = config, root
        self._forks: Forks | None = None
        self._importing: asyncio.Task[None] | None = None
        self._starting: dict[str, asyncio.Task[_Waiting]] = {}
        self._scratch = tempfile.TemporaryDirectory(prefix="book-")

    def warm_up(self) -> None:
        """Begin to import what writing takes."""
        if can_fork():
            names = [*self._config.extensions, self._config.html_theme, "sphinx.builders.html"]
            names += ["dlnotes.book.writers"]
            env = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
            self._forks = Forks(names, env=env, folder=self._root)
            self._importing = asyncio.create_task(self._forks.start())

    async def loaded(self) -> set[str]:
        """List the project's files that the warm process holds: an edit makes it stale."""
        if self._forks is None or self._importing is None:
            return set()
        await self._importing
        return self._forks.loaded

    def prepare(self, arguments: Sequence[str]) -> None:
        """Begin to start Sphinx with some arguments, as far as it can without reading pages.

        Parameters
        ----------
        arguments : sequence of str
            As for :meth:`write`, which will be called with the same.
        """
        if self._forks and arguments[-1] not in self._starting:
            start = self._start(self._forks, arguments)
            self._starting[arguments[-1]] = asyncio.create_task(start)

    async def _start(self, forks: Forks, arguments: Sequence[str]) -> _Waiting:
        pipes = tempfile.mkdtemp(dir=self._scratch.name)
        for name in (_ORDER, _NEWS):
            os.mkfifo(Path(pipes, name))
        call, env = "dlnotes.book.writers:write", dict(os.environ)
        job = await forks.run(call, pipes, *arguments, env=env, folder=self._root, quiet=False)
        return _Waiting(forks, job, Path(pipes))

    async def write(
        self,
        arguments: Sequence[str],
        *,
        first: Collection[str] = (),
        shown: Callable[[], None] | None = None,
    ) -> int:
        """Run Sphinx.

        Parameters
        ----------
        arguments : sequence of str
            As for ``sphinx-build``; the last one is the folder to write to.
        first : collection of str
            Pages to write before the others.
        shown : callable, optional
            Called as soon as these are written.

        Returns
        -------
        int
            Exit code.
        """
        if self._forks is None:
            command = [sys.executable, "-m", "sphinx", *arguments]
            process = await asyncio.create_subprocess_exec(*command, cwd=self._root)
            try:
                return await process.wait()
            finally:
                if process.returncode is None:
                    process.terminate()
        self.prepare(arguments)
        waiting = await self._starting.pop(arguments[-1])
        return await waiting.tell(first, shown)

    async def discard(self) -> None:
        """End what has been prepared: it may have read what has changed."""
        starting, self._starting = self._starting, {}
        for task in starting.values():
            waiting = await task
            await waiting.end()

    async def close(self) -> None:
        """End what still runs."""
        for task in self._starting.values():
            task.cancel()
        if self._importing:
            self._importing.cancel()
        if self._forks:
            await self._forks.close()
        self._scratch.cleanup()
