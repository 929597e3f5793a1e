"""A page on its way to another machine, and what it gave on its way back."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import nbformat

from dlnotes.book.engine.pages import FROM_KERNEL, Limits, PageError
from dlnotes.book.engine.running import Run

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Job", "Returned"]


@dataclass(frozen=True)
class Job:
    """A page to run.

    Attributes
    ----------
    docname, path : str
        Its name in the book, its path from the project's folder.
    notebook : NotebookNode
        Its cells.
    limits : Limits
        What it may use.
    allow_errors : bool
        Whether to go on after a cell that raises.
    """

    docname: str
    path: str
    notebook: nbformat.NotebookNode
    limits: Limits
    allow_errors: bool = False


@dataclass(frozen=True)
class Returned:
    """What a page gave, as texts in which files still have the names that they have there.

    Attributes
    ----------
    root : str
        The project's folder there.
    outputs, run, used : str
        JSON: what the code cells and the kernel gave; how it went; the recorder's report.
    """

    root: str
    outputs: str
    run: str
    used: str

    @classmethod
    def of(cls, root: Path, notebook: nbformat.NotebookNode, run: Run) -> Returned:
        """Take what a page gave."""
        cells = [
            [cell.outputs, cell.execution_count]
            for cell in notebook.cells
            if cell.cell_type == "code"
        ]
        said = {key: notebook.metadata[key] for key in FROM_KERNEL if key in notebook.metadata}
        plain = asdict(run)
        used = plain.pop("used")
        return cls(str(root), json.dumps([cells, said]), json.dumps(plain), json.dumps(used))

    def put(self, notebook: nbformat.NotebookNode, root: Path) -> Run:
        """Fill a page as if it had run here.

        Parameters
        ----------
        notebook : NotebookNode
            The page, without outputs.
        root : Path
            The project's folder here.

        Returns
        -------
        Run
            How it went.
        """
        cells, said = nbformat.from_dict(self._read(self.outputs, root))  # type: ignore[no-untyped-call]
        code = (cell for cell in notebook.cells if cell.cell_type == "code")
        for cell, (outputs, count) in zip(code, cells, strict=True):
            cell.outputs, cell.execution_count = outputs, count
        notebook.metadata.update(said)
        plain = self._read(self.run, root)
        if error := plain["error"]:
            frames = tuple(tuple(frame) for frame in error["frames"])
            plain["error"] = PageError(**{**error, "frames": frames})
        return Run(**plain, used=self._read(self.used, root.resolve()))

    def _read(self, text: str, root: Path) -> Any:
        there, here = (json.dumps(str(path))[1:-1] for path in (self.root, root))
        return json.loads(text.replace(there, here))
