"""Projects with pages that run again and again in forks of one warm process."""

from __future__ import annotations

import asyncio
import textwrap
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jupyter_cache import get_cache

from dlnotes.book.engine import Book, execute, executed, find_pages, stale
from dlnotes.book.engine.execution import new_executor
from dlnotes.book.engine.executors import PageExecutor
from dlnotes.book.engine.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from nbformat import NotebookNode

    from dlnotes.book.engine import Result
    from dlnotes.book.engine.executors import Task
    from dlnotes.book.engine.running import Run

FRONT = "---\nfile_format: mystnb\nkernelspec: {name: python3}\n---\n\n# Page\n"


class Project:
    """Pages in ``docs``, modules in ``lib``, data in ``data``: edit them and see what runs."""

    def __init__(self, root: Path, **settings: Any) -> None:
        self.root = root
        self.book = Book(root, root / "docs", root / "build/cache", **settings)
        self._loop = asyncio.Runner()
        self.executor: PageExecutor | None = None

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def page(self, name: str, *cells: str, options: str = "") -> Path:
        return self.write(f"docs/{name}.md", page_text(*cells, options=options))

    def replace(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text()
        assert text.count(old) == 1, text
        self.write(name, text.replace(old, new))

    def run(self, **options: Any) -> dict[str, Result]:
        """Run what is stale in forks of the process that is kept from run to run."""
        if self.executor is None:
            self.executor = new_executor(self.book, Store(self.book.cache, self.root))
        run = executed(self.book, executor=self.executor, **options)
        return {result.page.docname: result for result in self._loop.run(run)}

    def ran(self) -> set[str]:
        """Run what is stale, which must succeed; return its names."""
        results = self.run()
        assert [result.error for result in results.values() if result.error] == []
        return {name for name, result in results.items() if result.state == "ran"}

    def stale(self) -> dict[str, list[str]]:
        """Say which pages would run, and why."""
        return {
            result.page.docname: result.why
            for result in stale(self.book)
            if result.state != "fresh"
        }

    def outputs(self, book: Book | None = None) -> dict[str, str]:
        """Return the text of all outputs of each page, as MyST-NB finds them."""
        cache = get_cache(str((book or self.book).cache / "outputs"))
        found = {}
        for page in find_pages(book or self.book):
            _, notebook = cache.merge_match_into_notebook(page.read())
            found[page.docname] = "".join(
                output.get("text", "")
                for cell in notebook.cells
                for output in cell.get("outputs", [])
            )
        return found

    def clean_outputs(self, **settings: Any) -> dict[str, str]:
        """Return the outputs of a clean build of everything by processes of its own."""
        book = replace(self.book, cache=self.root / "build/clean", **settings)
        results = execute(book, force=True)
        assert [result.error for result in results if result.error] == []
        return self.outputs(book)

    def close(self) -> None:
        if self.executor:
            self._loop.run(self.executor.close())
        self._loop.close()


class FakeExecutor(PageExecutor):
    """Runs no cell: a function makes up how each page went, and may fill the cells."""

    def __init__(self, run: Callable[[Task, NotebookNode], Run]) -> None:
        super().__init__(cache=None)
        self._run = run

    async def run_pages(
        self,
        book: Book,  # noqa: ARG002 - the engine passes it
        tasks: Sequence[Task],
        *,
        started: Callable[[Task], None],
        ended: Callable[[Task, NotebookNode, Run], None],
    ) -> None:
        for task in tasks:
            started(task)
            notebook = task.page.read()
            ended(task, notebook, self._run(task, notebook))


def page_text(*cells: str, options: str = "") -> str:
    """Return the text of a page; the options are those of every cell."""
    codes = (textwrap.dedent(cell).strip() for cell in cells)
    return FRONT + "".join(f"\n```{{code-cell}}\n{options}{code}\n```\n" for code in codes)
