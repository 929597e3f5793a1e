"""Run the notebooks of a jupyter-cache project as pages of a book that has no other configuration.

Outputs go into the project's own cache, where every command of jupyter-cache finds them; what they
depend on is kept in a folder ``book`` beside them.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from jupyter_cache.cache.db import NbProjectRecord
from jupyter_cache.executors.base import ExecutorRunResult

from dlnotes.book.engine.execution import executed
from dlnotes.book.engine.lock import only_build
from dlnotes.book.engine.pages import Book, Limits, Page
from dlnotes.book.engine.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jupyter_cache.base import JupyterCacheAbstract

    from dlnotes.book.engine.execution import Result
    from dlnotes.book.engine.executors import PageExecutor

__all__ = ["run_project"]


@dataclass(frozen=True)
class _Notebook(Page):
    """A notebook of the project, in whatever format the project has a reader for."""

    cache: JupyterCacheAbstract | None = field(default=None, compare=False)

    def read(self) -> nbformat.NotebookNode:
        """Read the notebook, without outputs."""
        assert self.cache  # noqa: S101 - tells the type checker
        read = self.cache.get_project_notebook(str(self.path)).nb
        notebook: nbformat.NotebookNode = nbformat.convert(read, 4)  # type: ignore[no-untyped-call]
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        return notebook


class _ProjectStore(Store):
    """Keeps outputs in a cache that belongs to others."""

    def __init__(self, folder: Path, root: Path, cache: JupyterCacheAbstract) -> None:
        self._of_project = cache
        super().__init__(folder, root)

    def _open(self) -> JupyterCacheAbstract:
        self.cache_folder = Path(self._of_project.path)
        return self._of_project


def run_project(
    executor: PageExecutor,
    uris: Sequence[str],
    *,
    seconds: float | None,
    allow_errors: bool = False,
    force: bool = False,
) -> ExecutorRunResult:
    """Run the notebooks of a project that have no fresh result.

    Parameters
    ----------
    executor : PageExecutor
        Runs them; its ``cache`` holds the project, and its ``logger`` is told what happens.
    uris : sequence of str
        The notebooks among those of the project that are wanted.
    seconds : float, optional
        Time that a notebook may take; None for any time.
    allow_errors : bool
        Whether a notebook goes on after a cell that raises.
    force : bool
        Run every notebook.

    Returns
    -------
    ExecutorRunResult
        Which have run to the end, which have not and which could not start; fresh ones are none of
        these. A notebook that failed has no result in the cache, but a traceback in the project.
    """
    cache = executor.cache
    records = cache.list_project_records()
    folder = Path(cache.path)
    # What is in this folder is the project's, so that its notebooks depend on what they use of it.
    root = Path(os.path.commonpath([folder.parent, *(Path(r.uri).parent for r in records)]))
    wanted = {record.uri: record.pk for record in records if record.uri in uris}
    pages = [_page(Path(uri), root, cache) for uri in sorted(wanted)]
    limits = Limits(seconds=math.inf if seconds is None else seconds)
    book = Book(root, root, folder / "book", limits=limits, allow_errors=allow_errors)
    store = _ProjectStore(book.cache, root, cache)

    async def run() -> list[Result]:
        try:
            return await executed(
                book, force=force, report=report, executor=executor, pages=pages, store=store
            )
        finally:
            await executor.close()

    def report(event: str, result: Result, _waiting: list[Result]) -> None:
        if event == "started":
            executor.logger.info("Executing: %s", result.page.path)

    with only_build(book.cache, executor.logger.info):
        NbProjectRecord.remove_tracebacks(list(wanted.values()), cache.db)
        results = asyncio.run(run())
    found = ExecutorRunResult()
    for result in results:
        uri = str(result.page.path)
        if result.error:
            message = result.describe(root)
            _drop_outputs(result.page, cache)
            NbProjectRecord.set_traceback(uri, message, cache.db)
            (found.errored if result.error.cell < 0 else found.excepted).append(uri)
            executor.logger.warning("Execution Failed: %s", message)
        elif result.state == "ran":
            found.succeeded.append(uri)
            executor.logger.info("Execution Successful: %s", uri)
    return found


def _page(path: Path, root: Path, cache: JupyterCacheAbstract) -> _Notebook:
    name = path.relative_to(root).with_suffix("").as_posix()
    return _Notebook(name, path, cache=cache)


def _drop_outputs(page: Page, cache: JupyterCacheAbstract) -> None:
    """See that outputs of an earlier time are not taken for those of a notebook that failed."""
    with contextlib.suppress(KeyError, OSError):  # there are none, or no notebook any more
        cache.remove_cache(cache.match_cache_notebook(page.read()).pk)
