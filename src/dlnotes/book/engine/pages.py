"""Books and pages: where they are, what a page's cells are, what a page asks for."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig
from sphinx.project import EXCLUDE_PATHS
from sphinx.util.matching import get_matching_files

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Book", "Limits", "Page", "PageError", "find_pages"]

_UNITS = {"": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9}
_HIDDEN = ("_*", "**/_*", ".*", "**/.*")
_MATTERS = {"raises-exception", "skip-execution"}

FROM_KERNEL = ("language_info", "widgets")
"""What a notebook's metadata has only after it has run."""


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
    include, exclude : tuple of str
        Patterns of paths under ``docs`` that are pages, and of those that are not, as Sphinx takes
        them; by default those are not that begin with a dot or an underscore.
    stored : tuple of str
        Patterns of pages that are shown with the outputs in their files, as MyST-NB takes them.
    extensions : tuple of str
        The MyST extensions that pages are written with.
    kernels : tuple of (str, str)
        What a kernel's name may match, and the kernel that such pages get instead.
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
    include: tuple[str, ...] = ("**",)
    exclude: tuple[str, ...] = _HIDDEN
    stored: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    kernels: tuple[tuple[str, str], ...] = ()
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
    """A page with code cells: its name in the book and its file; the rest is as for the book."""

    docname: str
    path: Path
    extensions: tuple[str, ...] = ()
    kernels: tuple[tuple[str, str], ...] = ()

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
            notebook = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
            for cell in notebook.cells:
                if cell.cell_type == "code":
                    cell.outputs, cell.execution_count = [], None
        else:
            config = MdParserConfig(enable_extensions=set(self.extensions))
            notebook = read_myst_markdown_notebook(
                text, config=config, add_source_map=True, path=self.path
            )
        kernel = notebook.metadata.get("kernelspec", {})
        for pattern, other in self.kernels:
            if re.fullmatch(pattern, kernel.get("name", "")):
                kernel["name"] = other
                break
        return notebook


def find_pages(book: Book) -> list[Page]:
    """List the pages of a book that hold code cells, sorted by name.

    A file that cannot be read is among them: reading it will say why.
    """
    names = get_matching_files(book.docs, book.include, (*book.exclude, *EXCLUDE_PATHS))
    found = []
    for path in sorted(book.docs / name for name in names):
        if path.is_relative_to(book.cache) or any(path.match(each) for each in book.stored):
            continue
        if path.suffix == ".ipynb" or (path.suffix == ".md" and _has_cells(path)):
            name = path.relative_to(book.docs).with_suffix("").as_posix()
            found.append(Page(name, path, book.extensions, book.kernels))
    return found


def _has_cells(path: Path) -> bool:
    try:
        return bool(is_myst_markdown_notebook(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, AttributeError):  # no file, no text, no sensible front matter
        return True


def code_of(notebooks: Iterable[nbformat.NotebookNode]) -> list[str]:
    """List what the code cells of some pages hold."""
    cells = [cell for notebook in notebooks for cell in notebook.cells]
    return [cell.source for cell in cells if cell.cell_type == "code"]


def code_hash(notebook: nbformat.NotebookNode) -> str:
    """Hash what runs: the code, what matters to running it, the kernel's name."""
    cells = [
        [cell.source, sorted(_MATTERS & set(cell.metadata.get("tags", [])))]
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]
    kernel = notebook.metadata.get("kernelspec", {}).get("name", "")
    runs = [kernel, allows_errors(notebook), cells]
    return hashlib.sha256(json.dumps(runs).encode()).hexdigest()


def allows_errors(notebook: nbformat.NotebookNode) -> bool:
    """Tell whether a page says that it may go on after a cell that raises."""
    return bool(notebook.metadata.get("mystnb", {}).get("execution_allow_errors", False))


def runs_itself(notebook: nbformat.NotebookNode) -> bool:
    """Tell whether a page has an execution mode of its own, which MyST-NB follows by itself."""
    mode = notebook.metadata.get("mystnb", {}).get("execution_mode", "cache")
    return bool(mode != "cache")


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
