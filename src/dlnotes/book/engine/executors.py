"""Executors: they run pages, here or elsewhere, and plug into jupyter-cache.

Each is an entry point in the group ``jcache.executors``, so that the commands of jupyter-cache
can use it too: ``jcache project execute --executor fork``.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import hashlib
import itertools
import os
import shutil
import sys
import tempfile
import time
from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_cache.executors.base import ExecutorRunResult, JupyterExecutorAbstract

from dlnotes.book.engine.forks import Forks
from dlnotes.book.engine.inputs import kernel_environment
from dlnotes.book.engine.kernels import can_fork, new_kernel
from dlnotes.book.engine.pages import code_of
from dlnotes.book.engine.preload import packages_to_import
from dlnotes.book.engine.running import Run, run_page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Sequence
    from contextlib import AbstractAsyncContextManager

    import nbformat

    from dlnotes.book.engine.pages import Book, Limits, Page

__all__ = ["ExecutorError", "ForkExecutor", "PageExecutor", "Task"]

_LONGEST_SOCKET_FOLDER = 70


class ExecutorError(Exception):
    """Pages cannot be run at all; the message says why in one sentence."""


@dataclass(frozen=True)
class Task:
    """A page to run, and what it may use."""

    page: Page
    limits: Limits


class PageExecutor(JupyterExecutorAbstract):  # type: ignore[misc]  # it has no types
    """Runs pages for the engine and, through jupyter-cache, for anyone."""

    @abstractmethod
    async def run_pages(
        self,
        book: Book,
        tasks: Sequence[Task],
        *,
        started: Callable[[Task], None],
        ended: Callable[[Task, nbformat.NotebookNode, Run], None],
    ) -> None:
        """Run pages, several at once, in the order given.

        Parameters
        ----------
        book : Book
            The book they belong to.
        tasks : sequence of Task
            The pages.
        started, ended : callable
            Told of each page that starts, and of its outputs and how it went when it ends.
        """

    async def warm_up(self, book: Book, codes: Iterable[str]) -> None:
        """Prepare to run pages with some code soon.

        Parameters
        ----------
        book : Book
            The book they belong to.
        codes : iterable of str
            What their cells hold.
        """

    async def close(self) -> None:
        """End whatever is kept for further pages."""

    def run_and_cache(
        self,
        *,
        filter_uris: list[str] | None = None,
        filter_pks: list[int] | None = None,
        timeout: int | None = 60,
        allow_errors: bool = False,
        force: bool = False,
        **_: Any,
    ) -> ExecutorRunResult:
        """Run the notebooks of a jupyter-cache project that are not fresh, and cache them.

        As jupyter-cache documents it, except that the time limit is for a whole notebook, and
        that a result is fresh only if everything that the notebook used is as it was.
        """
        from dlnotes.book.engine.project import run_project

        wanted = self.cache.list_project_records(filter_uris, filter_pks)
        uris = [record.uri for record in wanted]
        return run_project(self, uris, seconds=timeout, allow_errors=allow_errors, force=force)


class ForkExecutor(PageExecutor):
    """Runs every page in a fork of one process that has imported the heavy packages.

    Where that cannot be done, pages run in ordinary kernels.
    """

    def __init__(self, cache: Any, logger: Any = None) -> None:
        super().__init__(cache, logger)
        self._forks: Forks | None = None
        self._imported: set[str] = set()
        self._warming = asyncio.Lock()
        self._count = itertools.count()

    async def warm_up(self, book: Book, codes: Iterable[str]) -> None:
        """Import what the code imports, unless that has been done."""
        async with self._warming:
            await self._warm_up(book, codes)

    async def _warm_up(self, book: Book, codes: Iterable[str]) -> None:
        names = packages_to_import(codes, book.root)
        if can_fork() and not self._imported.issuperset(names):
            await self.close()
            self._imported = set(names)
            self._forks = Forks(
                names,
                record=_recorder(book),
                env=kernel_environment(book.cache),
                folder=book.cache / "home/empty",
            )
            await self._forks.start()

    async def run_pages(
        self,
        book: Book,
        tasks: Sequence[Task],
        *,
        started: Callable[[Task], None],
        ended: Callable[[Task, nbformat.NotebookNode, Run], None],
    ) -> None:
        """Run pages, as many at once as the book says or there are processors."""
        env = kernel_environment(book.cache)
        with socket_folder(book.cache) as sockets, kept_compilations(book.cache):
            async with self._warming:
                if not self._forks:
                    await self._warm_up(book, code_of(task.page.read() for task in tasks))
            most = book.jobs or processors()
            places = asyncio.Semaphore(most)
            kernels = asyncio.Semaphore(most + 1)  # one starts while the others run pages

            @contextlib.asynccontextmanager
            async def in_turn(before: asyncio.Event, own: asyncio.Event) -> AsyncIterator[None]:
                await before.wait()
                async with places:
                    own.set()
                    yield

            async def attempt(
                task: Task,
                notebook: nbformat.NotebookNode,
                place: AbstractAsyncContextManager[None] | None,
            ) -> Run:
                kernel = new_kernel(notebook, self._forks, sockets, next(self._count))
                return await run_page(
                    task.page, notebook, kernel, task.limits,
                    env=env, recorder=_recorder(book), allow_errors=book.allow_errors,
                    place=place, begin=functools.partial(started, task),
                )  # fmt: skip

            async def run(task: Task, before: asyncio.Event, own: asyncio.Event) -> None:
                async with kernels:
                    notebook = task.page.read()
                    at = time.time()
                    outcome = await attempt(task, notebook, in_turn(before, own))
                    own.set()
                    if not outcome.began:  # what the page before it did may have ended its kernel
                        async with places:
                            outcome = await attempt(task, notebook, None)
                    if outcome.error:
                        drop_newer(book.cache / "jax", at)
                    ended(task, notebook, outcome)

            try:
                async with asyncio.TaskGroup() as group:
                    turns = [asyncio.Event() for _ in range(len(tasks) + 1)]
                    turns[0].set()
                    for task, before, own in zip(tasks, turns, turns[1:], strict=False):
                        group.create_task(run(task, before, own))
            except BaseExceptionGroup as errors:  # the first has ended the other pages
                raise errors.exceptions[0] from None

    async def close(self) -> None:
        """End the warm process."""
        if self._forks:
            await self._forks.close()
            self._forks = None


def _recorder(book: Book) -> tuple[str, list[str]]:
    return str(book.root.resolve()), [str(book.cache.resolve())]


def processors() -> int:
    """Count the processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextlib.contextmanager
def socket_folder(cache: Path) -> Any:
    """Provide a folder for the sockets of kernels; none where there are no such sockets.

    Sockets in the file system cannot be reached by anyone else on the network. Their paths must be
    short, so that the folder is not always in the cache.
    """
    if sys.platform == "win32":
        yield ""
        return
    folder = cache.resolve() / "sockets"
    if len(os.fsencode(folder)) > _LONGEST_SOCKET_FOLDER:
        digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
        folder = Path(tempfile.gettempdir(), f"book-{digest}")
    shutil.rmtree(folder, ignore_errors=True)  # what a build that was killed left there
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield str(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def kept_compilations(cache: Path) -> Any:
    """Drop what JAX was writing when a build was killed: it writes in place."""
    mark = cache / "running"
    if mark.exists():
        drop_newer(cache / "jax", mark.stat().st_mtime)
    (cache / "home").mkdir(parents=True, exist_ok=True)
    mark.touch()
    yield
    mark.unlink(missing_ok=True)


def drop_newer(folder: Path, when: float) -> None:
    """Delete the files of a folder that were written at some time or later."""
    for file in folder.glob("*"):
        with contextlib.suppress(OSError):
            if file.stat().st_mtime >= when - 1:
                file.unlink()
