"""Pages and what running them gave: measurements, glued values, or an error."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from jupyter_cache import get_cache
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook

from dlnotes.check import MIME_TYPE

__all__ = ["CheckResult", "Page", "PageError", "PageResult", "find_pages", "stored_results"]


@dataclass(frozen=True)
class Page:
    """A page with code cells: its name in the book and its file."""

    docname: str
    path: Path

    def read(self) -> nbformat.NotebookNode:
        """Read the page as a notebook without outputs."""
        text = self.path.read_text(encoding="utf-8")
        notebook: nbformat.NotebookNode = read_myst_markdown_notebook(
            text, add_source_map=True, path=self.path
        )
        return notebook


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


@dataclass(frozen=True)
class PageError:
    """Why a page has no result."""

    line: int
    cell: int
    message: str


@dataclass
class PageResult:
    """What running a page gave: its measurements, glued values and time, or its error."""

    page: Page
    seconds: float = 0.0
    from_cache: bool = False
    error: PageError | None = None
    checks: list[CheckResult] = field(default_factory=list)
    glued: dict[str, str] = field(default_factory=dict)
    digest: str = ""

    def describe(self, root: Path) -> str:
        """Say where and why the page failed, and which claims that left without a measurement."""
        if self.error is None:
            return f"{self.page.docname} ran to the end"
        where = self.page.path.relative_to(root).as_posix()
        message = f"{where}:{self.error.line}: cell {self.error.cell} failed: {self.error.message}"
        measured = {check.claim for check in self.checks if check.passed}
        stated = re.findall(
            r"^:::+\{claim\} +(\S+)", self.page.path.read_text("utf-8"), re.MULTILINE
        )
        lost = [claim for claim in stated if claim not in measured]
        return message + (f"\n  not shown to hold: {', '.join(lost)}" if lost else "")

    def read_outputs(self, notebook: nbformat.NotebookNode) -> None:
        """Take measurements and glued values from the cell outputs of an executed notebook."""
        lines = notebook.metadata.get("source_map", [])
        digest = hashlib.sha256()
        for index, cell in enumerate(notebook.cells):
            for output in cell.get("outputs", []):
                digest.update(json.dumps(output, sort_keys=True).encode())
                data = output.get("data", {})
                if MIME_TYPE in data:
                    line = lines[index] if index < len(lines) else 0
                    self.checks.append(CheckResult(**data[MIME_TYPE], cell=index, line=line))
                glue = output.get("metadata", {}).get("scrapbook")
                if glue:
                    self.glued[glue["name"]] = data.get(f"{glue['mime_prefix']}text/plain", "")
        self.digest = digest.hexdigest()


def find_pages(docs: Path) -> list[Page]:
    """List the pages under ``docs`` that hold code cells, sorted by name."""
    return [
        Page(path.relative_to(docs).with_suffix("").as_posix(), path)
        for path in sorted(docs.rglob("*.md"))
        if is_myst_markdown_notebook(path.read_text(encoding="utf-8"))
    ]


def stored_results(
    docs: Path, folder: Path
) -> tuple[dict[str, PageResult], list[tuple[Page, nbformat.NotebookNode]]]:
    """Look up every page in one jupyter-cache.

    Returns
    -------
    dict of str to PageResult
        The pages that have a result.
    list of (Page, NotebookNode)
        The pages that have none.
    """
    store = get_cache(str(folder))
    results: dict[str, PageResult] = {}
    stale: list[tuple[Page, nbformat.NotebookNode]] = []
    for page in find_pages(docs):
        notebook = page.read()
        try:
            record = store.match_cache_notebook(notebook)
        except KeyError:
            stale.append((page, notebook))
            continue
        result = PageResult(page, seconds=record.data["execution_seconds"], from_cache=True)
        result.read_outputs(store.merge_match_into_notebook(notebook)[1])
        results[page.docname] = result
    return results, stale
