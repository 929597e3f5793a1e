"""Books and pages: where they are, what a page's cells are, what a page asks for."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import nbformat
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig

__all__ = ["Book", "Limits", "Page", "PageError", "find_pages"]

_UNITS = {"": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9}
_MATTERS = {"raises-exception", "skip-execution"}


@dataclass(frozen=True)
class Limits:
    """What a page may use.

    Attributes
    ----------
    seconds : float
        Time that its cells may take together.
    cell_seconds : float, optional
        Time that any one cell may take.
    memory : int
        Bytes that its kernel and all processes started from it may hold at once.
    output : int
        Characters that its cells may write and display together.
    """

    seconds: float = 60.0
    cell_seconds: float | None = None
    memory: int = 4 * 10**9
    output: int = 10 * 10**6


@dataclass(frozen=True)
class Book:
    """A folder of pages and all that the engine has to know of it.

    Attributes
    ----------
    root : Path
        The project's folder: pages depend on the files under it that they use.
    docs : Path
        The folder of the pages.
    cache : Path
        Where results are kept.
    sources : tuple of Path
        Files and folders that a page depends on as a whole if it starts other programs, which
        cannot be watched.
    exclude : tuple of str
        Patterns of paths under ``docs`` that are not pages.
    extensions : tuple of str
        The MyST extensions that pages are written with.
    limits : Limits
        Of pages that do not set their own.
    allow_errors : bool
        Whether a page may go on after a cell that raises.
    executor : str
        Name of the executor that runs pages: an entry point in group ``jcache.executors``.
    jobs : int, optional
        Pages to run at once; as many as there are processors by default.
    """

    root: Path
    docs: Path
    cache: Path
    sources: tuple[Path, ...] = ()
    exclude: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    allow_errors: bool = False
    executor: str = "fork"
    jobs: int | None = None


@dataclass(frozen=True)
class PageError:
    """Why a page has no result.

    Attributes
    ----------
    message : str
        What happened.
    cell : int
        Index among all cells of the page, text included; -1 where no cell is to blame.
    line : int
        Line of the page's file; 0 if it has no lines to speak of, as a notebook in JSON.
    frames : tuple of (str, int, str)
        File, line and function of each call, the innermost last.
    """

    message: str
    cell: int = -1
    line: int = 0
    frames: tuple[tuple[str, int, str], ...] = ()


@dataclass(frozen=True)
class Page:
    """A page with code cells: its name in the book, its file, the MyST extensions it may use."""

    docname: str
    path: Path
    extensions: tuple[str, ...] = ()

    def read(self) -> nbformat.NotebookNode:
        """Read the page as a notebook, as MyST-NB will.

        Returns
        -------
        NotebookNode
            Without outputs.

        Raises
        ------
        Exception
            Whatever the reader says of a file that is not a notebook.
        """
        text = self.path.read_text(encoding="utf-8")
        notebook: nbformat.NotebookNode
        if self.path.suffix == ".ipynb":
            notebook = nbformat.reads(text, as_version=4)
            for cell in notebook.cells:
                if cell.cell_type == "code":
                    cell.outputs, cell.execution_count = [], None
        else:
            config = MdParserConfig(enable_extensions=set(self.extensions))
            notebook = read_myst_markdown_notebook(
                text, config=config, add_source_map=True, path=self.path
            )
        return notebook


def find_pages(book: Book) -> list[Page]:
    """List the pages of a book that hold code cells, sorted by name."""
    found = []
    for path in sorted([*book.docs.rglob("*.md"), *book.docs.rglob("*.ipynb")]):
        inside = path.relative_to(book.docs)
        hidden = any(part.startswith((".", "_")) for part in inside.parts)
        if hidden or path.is_relative_to(book.cache) or _excluded(inside.as_posix(), book.exclude):
            continue
        if path.suffix == ".ipynb" or is_myst_markdown_notebook(path.read_text(encoding="utf-8")):
            found.append(Page(inside.with_suffix("").as_posix(), path, book.extensions))
    return found


def _excluded(inside: str, patterns: tuple[str, ...]) -> bool:
    return any(
        fnmatch(inside, pattern) or fnmatch(inside, f"{pattern.removesuffix('/*')}/*")
        for pattern in patterns
    )


def code_hash(notebook: nbformat.NotebookNode) -> str:
    """Hash what runs: the code, the tags that matter to running it, the kernel's name."""
    cells = [
        [cell.source, sorted(_MATTERS & set(cell.metadata.get("tags", [])))]
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]
    kernel = notebook.metadata.get("kernelspec", {}).get("name", "")
    return hashlib.sha256(json.dumps([kernel, cells]).encode()).hexdigest()


def page_limits(notebook: nbformat.NotebookNode, limits: Limits) -> Limits:
    """Read the limits that a page sets in its front matter, under ``book``.

    Raises
    ------
    ValueError
        If one is not a positive number, or a memory not a size such as ``2 GB``.
    """
    asked = notebook.metadata.get("book", {})
    named = {"time_limit": "seconds", "cell_time_limit": "cell_seconds"}
    changes: dict[str, Any] = {}
    for key, name in named.items():
        if key in asked:
            changes[name] = _positive(key, asked[key])
    if "memory" in asked:
        changes["memory"] = _size(asked["memory"])
    return replace(limits, **changes)


def page_requires(notebook: nbformat.NotebookNode) -> list[str]:
    """Read the packages that a page says it needs in its front matter, under ``book``."""
    asked = notebook.metadata.get("book", {}).get("requires", [])
    return [asked] if isinstance(asked, str) else [str(name) for name in asked]


def _positive(key: str, value: object) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0:
        return float(value)
    raise ValueError(f"`{key}` must be a number of seconds above 0. Received: {value!r}")


def _size(value: object) -> int:
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmg]?b?)\s*", str(value).lower())
    if found and found[2] in _UNITS and float(found[1]) > 0:
        return round(float(found[1]) * _UNITS[found[2]])
    raise ValueError(f"`memory` must be a size such as 2 GB. Received: {value!r}")
