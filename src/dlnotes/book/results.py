"""What running the pages gave the book: measurements, glued values, times, or an error."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dlnotes.book.engine import Book, Limits, Page, PageError, Result, executed, stale
from dlnotes.check import MIME_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import nbformat
    from sphinx.config import Config

    from dlnotes.book.engine.executors import PageExecutor

__all__ = ["CheckResult", "PageResult", "configured_book", "describe", "gather", "kept_results"]


@dataclass(frozen=True)
class CheckResult:
    """One measurement: what :mod:`dlnotes.check` published, and the cell that published it."""

    claim: str
    what: str
    kind: str
    measured: str
    expected: str
    tolerance: str
    passed: bool
    cell: int
    line: int


@dataclass
class PageResult:
    """What running a page gave: measurements, glued values, cost, or its error."""

    page: Page
    seconds: float = 0.0
    cpu: float = 0.0
    memory: int = 0
    from_cache: bool = False
    packages: dict[str, str] = field(default_factory=dict)
    error: PageError | None = None
    checks: list[CheckResult] = field(default_factory=list)
    glued: dict[str, str] = field(default_factory=dict)
    digest: str = ""

    def read_outputs(self, notebook: nbformat.NotebookNode) -> None:
        """Take measurements and glued values from the cell outputs of an executed notebook."""
        lines = notebook.metadata.get("source_map", [])
        for index, cell in enumerate(notebook.cells):
            for output in cell.get("outputs", []):
                data = output.get("data", {})
                if MIME_TYPE in data:
                    line = lines[index] if index < len(lines) else 0
                    self.checks.append(CheckResult(**data[MIME_TYPE], cell=index, line=line))
                glue = output.get("metadata", {}).get("scrapbook")
                if glue:
                    self.glued[glue["name"]] = data.get(f"{glue['mime_prefix']}text/plain", "")

    def take(self, result: Result) -> None:
        """Take over what the engine says of the page."""
        self.error, self.from_cache = result.error, result.state == "fresh"
        if result.kept:
            self.seconds, self.cpu, self.memory = (
                result.kept.seconds,
                result.kept.cpu,
                result.kept.memory,
            )
            self.packages, self.digest = result.kept.inputs.packages, result.kept.outputs


def configured_book(config: Config, root: Path, docs: Path, cache: Path | None = None) -> Book:
    """Describe a Sphinx project to the engine.

    Parameters
    ----------
    config : sphinx.config.Config
        Supplies the ``book_`` options and those of MyST-NB that matter to running pages.
    root, docs : Path
        The folder of ``conf.py``, to which paths in it are relative, and the folder of the pages.
    cache : Path, optional
        Where results are kept, if not where ``book_cache`` says.

    Returns
    -------
    Book
        The book.
    """
    return Book(
        root=root,
        docs=docs,
        cache=cache or root / config.book_cache,
        sources=tuple(root / source for source in config.book_sources),
        exclude=(*config.exclude_patterns, *config.nb_execution_excludepatterns),
        extensions=tuple(config.myst_enable_extensions),
        limits=Limits(
            seconds=config.book_time_limit,
            cell_seconds=config.book_cell_time_limit,
            memory=config.book_memory_limit,
            output=config.book_output_limit,
        ),
        allow_errors=config.nb_execution_allow_errors,
        executor=os.environ.get("BOOK_EXECUTOR") or config.book_executor,
        jobs=config.book_jobs,
    )


async def gather(
    book: Book,
    *,
    force: bool = False,
    report: Callable[[str, Result, list[Result]], None],
    executor: PageExecutor | None = None,
) -> tuple[dict[str, PageResult], list[Result]]:
    """Run the pages of a book that have no fresh result.

    Parameters
    ----------
    book : Book
        The book.
    force : bool
        Run every page.
    report : callable
        Told what happens, as by :func:`~dlnotes.book.engine.execute`.
    executor : PageExecutor, optional
        What to run pages with, if not one that ends with this call.

    Returns
    -------
    dict of str to PageResult
        By page name.
    list of Result
        What the engine says of the same pages.
    """
    found: dict[str, PageResult] = {}
    results = await executed(
        book, force=force, take=_taker(found), report=report, executor=executor
    )
    return _complete(found, results), results


def kept_results(book: Book) -> tuple[dict[str, PageResult], list[str]]:
    """Return the results of pages that have just been run, and the names of pages without one."""
    found: dict[str, PageResult] = {}
    results = stale(book, trust=True, take=_taker(found))
    without = [result.page.docname for result in results if result.state != "fresh"]
    return _complete(found, results), without


def _taker(found: dict[str, PageResult]) -> Callable[[Page, nbformat.NotebookNode], None]:
    def take(page: Page, notebook: nbformat.NotebookNode) -> None:
        found[page.docname] = PageResult(page)
        found[page.docname].read_outputs(notebook)

    return take


def _complete(found: dict[str, PageResult], results: list[Result]) -> dict[str, PageResult]:
    for result in results:
        found.setdefault(result.page.docname, PageResult(result.page)).take(result)
    return dict(sorted(found.items()))


def describe(result: PageResult, root: Path) -> str:
    """Say where and why a page failed, and which claims that left without a measurement.

    Parameters
    ----------
    result : PageResult
        Of a page that has an ``error``.
    root : Path
        The project's folder, from which files are named.

    Returns
    -------
    str
        File, line and cell, the message, the calls that led there, the claims.
    """
    error = result.error or PageError("")
    where = result.page.path.relative_to(root).as_posix()
    if error.line:
        where += f":{error.line}"
    cell = f"cell {error.cell} failed: " if error.cell >= 0 else ""
    lines = [f"{where}: {cell}{error.message}"]
    own = [frame for frame in error.frames if frame[0].startswith(f"{root}/")]
    for file, line, function in own if len(own) > 1 else []:
        inside = f" in {function}" if function else ""
        lines.append(f"    {file.removeprefix(f'{root}/')}:{line}{inside}")
    stated = re.findall(r"^:::+\{claim\} +(\S+)", result.page.path.read_text("utf-8"), re.MULTILINE)
    if stated:
        lines.append(f"  not shown to hold: {', '.join(stated)}")
    return "\n".join(lines)
