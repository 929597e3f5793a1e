"""What travels between the engine and a cluster: the project's files, a page, its result.

Files go by value, so that a page always runs the project as it is now, whatever is on the worker.
"""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat

from dlnotes.book.engine.inputs import _NOT_SETTINGS, _SETTINGS, kernel_environment
from dlnotes.book.engine.pages import Limits, PageError
from dlnotes.book.engine.preload import packages_to_import
from dlnotes.book.engine.running import Run
from dlnotes.book.engine.versions import canonical, versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dlnotes.book.engine.pages import Book

__all__ = ["Job", "Project", "Returned", "code_folders", "is_setting", "pack", "unpack"]

_SAID = ("language_info", "widgets")


@dataclass(frozen=True)
class Project:
    """What a worker has to know of a project, besides its files.

    Attributes
    ----------
    name : str
        Of its folder.
    code : tuple of str
        The folders that its modules are imported from, as paths from its own.
    preload : tuple of str
        The modules that its pages import from installed packages.
    settings : dict
        Environment variables that Keras and its backends read.
    versions : dict
        From :func:`~dlnotes.book.engine.versions.versions`.
    needed : tuple of str
        The distributions that its pages import.
    key : str
        Hash of the files and of what kernels are told of them.
    """

    name: str
    code: tuple[str, ...]
    preload: tuple[str, ...]
    settings: dict[str, str]
    versions: dict[str, str]
    needed: tuple[str, ...]
    key: str


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
        said = {key: notebook.metadata[key] for key in _SAID if key in notebook.metadata}
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


def pack(
    book: Book, notebooks: Iterable[nbformat.NotebookNode], owner: str
) -> tuple[Project, bytes]:
    """Pack all files of a project that its pages may use.

    These are the folder of the pages, the book's ``sources`` and the folders that project modules
    are imported from; if the book names no sources, everything. Of hidden folders, the cache,
    translations, virtual environments and what was built, only the folder itself is there, so that
    a page that lists files sees the same names.

    Parameters
    ----------
    book : Book
        The book.
    notebooks : iterable of NotebookNode
        The pages to run.
    owner : str
        Who packs: part of the key, so that two who have the same project do not share it.

    Returns
    -------
    project : Project
        What a worker has to know.
    files : bytes
        A zip archive.
    """
    code = code_folders(book)
    packages = [_above(source) for source in book.sources if (source / "__init__.py").exists()]
    folders = tuple(dict.fromkeys(_name(path, book) for path in (*code, *packages)))
    files = _zip(book, [book.docs, *book.sources, *code] if book.sources else [book.root])
    cells = [cell for notebook in notebooks for cell in notebook.cells]
    codes = [cell.source for cell in cells if cell.cell_type == "code"]
    preload = tuple(packages_to_import(codes, book.root))
    tops = {name.partition(".")[0] for name in preload}
    needed = sorted({canonical(each) for top in tops for each in _installed().get(top, [])})
    environment = kernel_environment(book.cache).items()
    settings = {name: value for name, value in environment if is_setting(name)}
    key = hashlib.sha256(files)
    key.update(json.dumps([owner, folders, preload, settings]).encode())
    project = Project(
        name=book.root.resolve().name,
        code=folders,
        preload=preload,
        settings=settings,
        versions=versions(),
        needed=tuple(needed),
        key=key.hexdigest()[:16],
    )
    return project, files


@cache
def _installed() -> Mapping[str, list[str]]:
    return packages_distributions()


def _zip(book: Book, starts: Iterable[Path]) -> bytes:
    left_out = {book.cache, book.docs / "locale"}
    left_out |= {up / name for up in (book.root, book.docs) for name in ("build", "_build")}
    paths = {
        _name(path, book): path
        for start in starts
        if start.exists()
        for path in (start, *_inside(start, left_out, ()))
    }
    paths.pop(".", None)
    data = io.BytesIO()
    with zipfile.ZipFile(
        data, "w", zipfile.ZIP_DEFLATED, compresslevel=1, strict_timestamps=False
    ) as archive:
        for name, path in sorted(paths.items()):
            archive.write(path, name)
    return data.getvalue()


def _name(path: Path, book: Book) -> str:
    return path.relative_to(book.root).as_posix()


def _inside(folder: Path, left_out: set[Path], above: tuple[Path, ...]) -> Iterator[Path]:
    """List everything in a folder; a link that leads back up is not followed."""
    real = folder.resolve()
    if not folder.is_dir() or real in above:
        return
    for path in sorted(folder.iterdir()):
        if path.is_file():
            yield path
        elif path.is_dir() and path.name != "__pycache__":
            yield path
            environment = any((path / mark).exists() for mark in ("pyvenv.cfg", "conda-meta"))
            if not environment and path.name[0] != "." and path not in left_out:
                yield from _inside(path, left_out, (*above, real))


def unpack(files: bytes, folder: Path) -> None:
    """Write packed files into a folder."""
    with zipfile.ZipFile(io.BytesIO(files)) as archive:
        for entry in archive.infolist():
            path = Path(archive.extract(entry, folder))
            if not entry.is_dir():
                path.chmod(entry.external_attr >> 16 & 0o777)


def code_folders(book: Book) -> list[Path]:
    """List the folders of a project that its kernels import modules from.

    Parameters
    ----------
    book : Book
        The book.

    Returns
    -------
    list of Path
        Those on the search path, in its order.
    """
    answer = subprocess.run(
        [sys.executable, "-c", "import json, sys; print(json.dumps(sys.path))"],
        env=kernel_environment(book.cache),
        stdout=subprocess.PIPE,
        check=True,
    )
    root, prefix = book.root.resolve(), Path(sys.prefix).resolve()
    paths = [Path(entry).resolve() for entry in json.loads(answer.stdout) if entry]
    return [
        book.root / path.relative_to(root)
        for path in paths
        if path.is_relative_to(root) and not path.is_relative_to(prefix)
    ]


def _above(package: Path) -> Path:
    """Find the folder that a package is imported from, if it is not on the search path."""
    while (package / "__init__.py").exists():
        package = package.parent
    return package


def is_setting(variable: str) -> bool:
    """Tell whether Keras or one of its backends reads an environment variable."""
    return variable.startswith(_SETTINGS) and not variable.startswith(_NOT_SETTINGS)
