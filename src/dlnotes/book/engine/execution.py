"""Bring every page's result up to date: what is stale runs, what is fresh stays."""

from __future__ import annotations

import asyncio
import importlib.util
import math
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Literal

import psutil
from jupyter_cache.executors.base import list_executors, load_executor

from dlnotes.book.engine.executors import ExecutorError, PageExecutor, Task
from dlnotes.book.engine.inputs import Present
from dlnotes.book.engine.memory import Memory
from dlnotes.book.engine.pages import (
    PageError,
    code_hash,
    find_pages,
    page_limits,
    page_requires,
    runs_itself,
)
from dlnotes.book.engine.recorder import hash_file
from dlnotes.book.engine.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import nbformat

    from dlnotes.book.engine.pages import Book, Page
    from dlnotes.book.engine.running import Run
    from dlnotes.book.engine.store import Kept

__all__ = ["Result", "execute", "executed", "new_executor", "stale"]

State = Literal["fresh", "stale", "ran", "failed"]


@dataclass
class Result:
    """Where a page stands.

    Attributes
    ----------
    page : Page
        The page.
    state : str
        ``fresh``: its kept result holds; ``stale``: it has to run; ``ran``; ``failed``.
    why : list of str
        What made it stale, in words.
    kept : Kept, optional
        What is known of its last result.
    error : PageError, optional
        Why it failed.
    digest : str, optional
        Hash of the file in which a fresh page was looked at.
    """

    page: Page
    state: State
    why: list[str]
    kept: Kept | None = None
    error: PageError | None = None
    digest: str | None = None

    def describe(self, root: Path) -> str:
        """Say where and why the page failed.

        Parameters
        ----------
        root : Path
            The folder from which files are named.

        Returns
        -------
        str
            File, line and cell, the message, and the calls in the project that led there.
        """
        error = self.error or PageError("it did not fail")
        where = self.page.path.relative_to(root).as_posix() + (f":{error.line}" * (error.line > 0))
        cell = f"cell {error.cell} failed: " if error.cell >= 0 else ""
        lines = [f"{where}: {cell}{error.message}"]
        own = [frame for frame in error.frames if frame[0].startswith(f"{root}/")]
        for file, line, function in own if len(own) > 1 else []:
            inside = f" in {function}" if function else ""
            lines.append(f"    {file.removeprefix(f'{root}/')}:{line}{inside}")
        return "\n".join(lines)


def _nothing(*_: object) -> None:
    """Take no notice."""


def stale(
    book: Book,
    *,
    force: bool = False,
    trust: bool = False,
    take: Callable[[Page, nbformat.NotebookNode], None] = _nothing,
    pages: Sequence[Page] | None = None,
    store: Store | None = None,
    memory: Memory | None = None,
) -> list[Result]:
    """Tell where every page stands, without running any.

    Parameters
    ----------
    book : Book
        The book.
    force : bool
        Take every result for stale.
    trust : bool
        Look at the cells only: everything else has just been looked at.
    take : callable
        Given each fresh page, filled with its outputs.
    pages : sequence of Page, optional
        Other pages than those that the book finds.
    store : Store, optional
        Where results are kept, if not where the book keeps them.
    memory : Memory, optional
        What pages were the last time, renewed by this call.

    Returns
    -------
    list of Result
        By name. A page that cannot be read or that asks for what is not here has ``failed``.
    """
    memory = memory or Memory()
    store, present = store or Store(book.cache, book.root), Present(book, memory.versions)
    found = []
    for page in find_pages(book) if pages is None else pages:
        kept = store.kept(page)
        digest = hash_file(page.path)
        known = None if force else memory.recall(page, digest, kept)
        if known and kept and not present.changes(kept.inputs):
            take(page, known)
            found.append(Result(page, "fresh", [], kept, digest=digest))
            continue
        try:
            notebook = page.read()
            if pages is None and runs_itself(notebook):
                continue
            limits = page_limits(notebook, book.limits)
            missing = [name for name in page_requires(notebook) if not _installed(name)]
        except Exception as error:  # noqa: BLE001 - whatever a reader raises
            message = f"the page cannot be read: {error}"
            found.append(Result(page, "failed", [], kept, PageError(message)))
            continue
        if missing:
            message = f"it needs {', '.join(missing)}, not installed here"
            found.append(Result(page, "failed", [], kept, PageError(message)))
            continue
        if limits.memory > psutil.virtual_memory().total:
            here = psutil.virtual_memory().total / 1e9
            asked = f"it asks for {limits.memory / 1e9:g} GB of memory"
            message = f"{asked} and this machine has {here:.1f} GB"
            found.append(Result(page, "failed", [], kept, PageError(message)))
            continue
        why = ["every page was asked for"] if force else _why(notebook, kept, present, trust)
        if not why and kept:
            filled = store.outputs(notebook, kept)
            if filled is None:
                why = ["its kept outputs are gone or damaged"]
            else:
                kept = store.move(page, filled, kept)
                memory.note(page, digest, kept, filled)
                take(page, filled)
        found.append(Result(page, "stale" if why else "fresh", why, kept, digest=digest))
    return found


def _why(
    notebook: nbformat.NotebookNode, kept: Kept | None, present: Present, trust: bool
) -> list[str]:
    if kept is None:
        return ["there is no result yet"]
    if code_hash(notebook) != kept.code:
        return ["its cells have changed"]
    return [] if trust else present.changes(kept.inputs)


def _installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:  # it may be the name of a module, or of one of the project's
        return importlib.util.find_spec(name.replace("-", "_")) is not None
    return True


async def executed(
    book: Book,
    *,
    force: bool = False,
    take: Callable[[Page, nbformat.NotebookNode], None] = _nothing,
    report: Callable[[str, Result, list[Result]], None] = _nothing,
    executor: PageExecutor | None = None,
    pages: Sequence[Page] | None = None,
    store: Store | None = None,
    memory: Memory | None = None,
) -> list[Result]:
    """Bring every page's result up to date, as :func:`execute`, in a running event loop.

    Parameters
    ----------
    book, force, take, report
        As for :func:`execute`.
    executor : PageExecutor, optional
        What to run pages with, and to keep for the next time.
    pages, store, memory
        As for :func:`stale`; with ``pages``, the results of other pages are kept too.

    Returns
    -------
    list of Result
        By name.
    """
    memory = memory or Memory()
    store, present = store or Store(book.cache, book.root), Present(book, memory.versions)
    now = stale(book, force=force, take=take, pages=pages, store=store, memory=memory)
    found = {result.page: result for result in now}
    waiting = [result for result in found.values() if result.state == "stale"]
    waiting.sort(key=lambda result: result.kept.seconds if result.kept else math.inf, reverse=True)
    if waiting:
        report("plan", waiting[0], waiting)

    def started(task: Task) -> None:
        result = found[task.page]
        waiting.remove(result)
        report("started", result, waiting)

    def ended(task: Task, notebook: nbformat.NotebookNode, run: Run) -> None:
        result = found[task.page]
        if result in waiting:  # its kernel could not be started
            waiting.remove(result)
        result.error, result.digest = run.error, None
        if result.error is None:
            try:
                inputs = present.inputs(run.used)
                result.kept = store.keep(task.page, notebook, run, inputs)
                result.error = _same_cells(result, list(found.values()))
            except OSError as error:
                result.error = PageError(str(error))
        result.state = "failed" if result.error else "ran"
        if result.state == "ran":
            take(task.page, notebook)
        report(result.state, result, waiting)

    tasks = [Task(r.page, page_limits(r.page.read(), book.limits)) for r in waiting]
    if tasks:
        present.look_at_sources()
        runner = executor or new_executor(book, store)
        try:
            await asyncio.gather(
                runner.run_pages(book, tasks, started=started, ended=ended),
                asyncio.to_thread(present.look_at_packages),  # while the first pages run
            )
        finally:
            if executor is None:
                await runner.close()
    if pages is None:
        store.prune(found)
    return list(found.values())


def new_executor(book: Book, store: Store) -> PageExecutor:
    """Make the executor that a book asks for.

    Raises
    ------
    ExecutorError
        If there is none of that name.
    """
    if book.executor not in list_executors():
        known = ", ".join(sorted(list_executors()))
        raise ExecutorError(f"`executor` must be one of {known}. Received: {book.executor!r}")
    executor: PageExecutor = load_executor(book.executor, store.cache)
    return executor


def _same_cells(result: Result, results: list[Result]) -> PageError | None:
    """Find a page that the jupyter-cache cannot tell from this one."""
    for other in results:
        if other is not result and other.kept and result.kept and other.state in {"fresh", "ran"}:
            same = other.kept.notebook == result.kept.notebook
            if same and other.kept.outputs != result.kept.outputs:
                return PageError(
                    f"it has the same cells as {other.page.docname} but other outputs, which the "
                    "cache cannot tell apart: change a comment in one of them"
                )
    return None


def execute(
    book: Book,
    *,
    force: bool = False,
    take: Callable[[Page, nbformat.NotebookNode], None] = _nothing,
    report: Callable[[str, Result, list[Result]], None] = _nothing,
) -> list[Result]:
    """Bring every page's result up to date.

    Parameters
    ----------
    book : Book
        The book.
    force : bool
        Run every page, whatever is kept.
    take : callable
        Given each page with a result, filled with its outputs.
    report : callable
        Told of each page that ``started``, ``ran`` or ``failed``, with the pages still waiting.

    Returns
    -------
    list of Result
        By name: ``fresh``, ``ran`` or ``failed``.
    """
    return asyncio.run(executed(book, force=force, take=take, report=report))
