"""Where results are kept: outputs in a jupyter-cache, beside it what each result depends on.

MyST-NB finds a page's outputs in the jupyter-cache by its cells, captions and tags included. This
store knows which outputs belong to a page by its code alone, and puts them where MyST-NB looks.
Whatever is damaged, incomplete or from another version of this module counts as not there.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn

from dlnotes.book.engine.inputs import Inputs
from dlnotes.book.engine.pages import FROM_KERNEL, code_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from jupyter_cache.base import JupyterCacheAbstract

    from dlnotes.book.engine.pages import Page
    from dlnotes.book.engine.running import Run

__all__ = ["Kept", "Store"]

_VERSION = 1
_MOST_RESULTS = 10**6
_NOT_DAMAGE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
}


@dataclass(frozen=True)
class Kept:
    """What is known of a page's last result.

    Attributes
    ----------
    code, notebook : str
        Hashes of what ran, and of what MyST-NB looks for.
    outputs : str
        Hash of the outputs.
    seconds, cpu : float
        What the run took.
    memory : int
        Bytes that it held at most.
    inputs : Inputs
        What it depends on besides its code.
    """

    code: str
    notebook: str
    outputs: str
    seconds: float
    cpu: float
    memory: int
    inputs: Inputs


class Store:
    """The results of a book.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    root : Path
        The project's folder, from which pages are named.
    """

    def __init__(self, folder: Path, root: Path) -> None:
        self._root = root
        self._kept = folder / "pages"
        self.cache_folder = folder / "outputs"
        self._kept.mkdir(parents=True, exist_ok=True)
        self.cache = self._open()

    def _open(self) -> JupyterCacheAbstract:
        with _in_words("the results cannot be used"):
            try:
                return _usable_cache(self.cache_folder)
            except Exception as error:
                if not _is_damage(error):
                    raise
                shutil.rmtree(self.cache_folder)
                return _usable_cache(self.cache_folder)

    def kept(self, page: Page) -> Kept | None:
        """Look up what is known of a page's last result; None if there is nothing usable."""
        try:
            state = json.loads(self._file(page).read_text(encoding="utf-8"))
            if state.pop("version") == _VERSION and state.pop("page") == self._name(page):
                return Kept(**{**state, "inputs": Inputs(**state["inputs"])})
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            pass
        return None

    def outputs(self, notebook: nbformat.NotebookNode, kept: Kept) -> nbformat.NotebookNode | None:
        """Fill a page with its kept outputs, and see that MyST-NB will find them.

        Parameters
        ----------
        notebook : NotebookNode
            The page as it is now; its code is that of ``kept``.
        kept : Kept
            What is known of its result.

        Returns
        -------
        NotebookNode or None
            A copy with outputs; None if they are gone or damaged.
        """
        if kept.notebook not in self._hashes:
            return None
        # Not by way of jupyter-cache, which writes to its database whenever it reads a notebook.
        file = self.cache_folder / "executed" / kept.notebook / "base.ipynb"
        try:
            text = file.read_text(encoding="utf-8")
            before = nbformat.v4.reads(text)  # type: ignore[no-untyped-call]
            cells = iter(before.cells)
        except Exception:  # noqa: BLE001 - whatever a damaged file raises
            return None
        filled: nbformat.NotebookNode = nbformat.from_dict(notebook)  # type: ignore[no-untyped-call]
        said = {key: before.metadata[key] for key in FROM_KERNEL if key in before.metadata}
        filled.metadata.update(said)
        for cell in filled.cells:
            if cell.cell_type == "code" and (was := next(cells, None)):
                cell.outputs, cell.execution_count = was.outputs, was.execution_count
        return filled if output_hash(filled) == kept.outputs else None

    def keep(self, page: Page, notebook: nbformat.NotebookNode, run: Run, inputs: Inputs) -> Kept:
        """Keep the result of a page that has just run.

        Raises
        ------
        OSError
            If it cannot be written, as on a full disk.
        """
        kept = Kept(
            code_hash(notebook),
            self._hash(notebook),
            output_hash(notebook),
            round(run.seconds, 3),
            round(run.cpu, 3),
            run.memory,
            inputs,
        )
        self._put(page, notebook, kept)
        return kept

    def move(self, page: Page, filled: nbformat.NotebookNode, kept: Kept) -> Kept:
        """Put outputs where MyST-NB looks for them after an edit of captions or tags."""
        there = Kept(**{**kept.__dict__, "notebook": self._hash(filled)})
        if there.notebook != kept.notebook:
            self._put(page, filled, there)
        return there

    def _put(self, page: Page, notebook: nbformat.NotebookNode, kept: Kept) -> None:
        # First the outputs, then the file that says they are whole.
        state = {"version": _VERSION, "page": self._name(page), **kept.__dict__}
        with _in_words(f"the result of {page.docname} cannot be kept"):
            # A build that was killed can leave a folder that jupyter-cache does not expect.
            shutil.rmtree(self.cache_folder / "executed" / kept.notebook, ignore_errors=True)
            self.cache.cache_notebook_bundle(
                CacheBundleIn(notebook, str(page.path), data={"execution_seconds": kept.seconds}),
                check_validity=False,
                overwrite=True,
            )
            self._hashes.add(kept.notebook)
            write_whole(self._file(page), json.dumps({**state, "inputs": kept.inputs.as_dict()}))

    def prune(self, pages: Iterable[Page]) -> None:
        """Drop the results of pages that are not in the book any more.

        Raises
        ------
        OSError
            If they cannot be dropped.
        """
        wanted = {self._file(page).name: page for page in pages}
        hashes = {kept.notebook for page in wanted.values() if (kept := self.kept(page))}
        with _in_words("old results cannot be dropped"):
            for file in self._kept.iterdir():
                if file.name not in wanted:
                    file.unlink()
            for record in self.cache.list_cache_records():
                if record.hashkey not in hashes:
                    with contextlib.suppress(KeyError):  # its file has gone before it
                        self.cache.remove_cache(record.pk)

    @cached_property
    def _hashes(self) -> set[str]:
        """List what MyST-NB will find."""
        return {record.hashkey for record in self.cache.list_cache_records()}

    def _hash(self, notebook: nbformat.NotebookNode) -> str:
        key: str = self.cache.create_hashed_notebook(notebook)[1]
        return key

    def _name(self, page: Page) -> str:
        return page.path.relative_to(self._root).as_posix()

    def _file(self, page: Page) -> Path:
        digest = hashlib.sha256(self._name(page).encode()).hexdigest()[:32]
        return self._kept / f"{digest}.json"


def _usable_cache(folder: Path) -> JupyterCacheAbstract:
    cache = get_cache(str(folder))
    if cache.get_cache_limit() != _MOST_RESULTS:
        cache.change_cache_limit(_MOST_RESULTS)
    cache.list_cache_records()
    return cache


@contextlib.contextmanager
def _in_words(what: str) -> Iterator[None]:
    """Raise whatever jupyter-cache and SQLite raise as an error of one sentence."""
    try:
        yield
    except Exception as error:
        raise OSError(f"{what}: {_cause(error)}") from error


def _cause(error: BaseException) -> BaseException:
    return _cause(error.__cause__) if error.__cause__ else error


def _is_damage(error: Exception) -> bool:
    """Tell a database that is of no use from one that cannot be used now."""
    cause = _cause(error)
    code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    return code not in _NOT_DAMAGE and not isinstance(cause, OSError)


def output_hash(notebook: nbformat.NotebookNode) -> str:
    """Hash the outputs of all cells."""
    digest = hashlib.sha256()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            for output in cell.outputs:
                digest.update(json.dumps(output, sort_keys=True).encode())
            digest.update(b"\0")
    return digest.hexdigest()


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is never seen half written."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def read_json(path: Path) -> dict[str, Any]:
    """Read what :func:`write_whole` wrote; an empty dictionary if that cannot be done."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
