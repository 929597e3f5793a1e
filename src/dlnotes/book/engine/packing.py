"""What goes to a cluster of a project: its files, by value, and what there is to know of them."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dlnotes.book.engine.executors import ExecutorError
from dlnotes.book.engine.inputs import is_setting, kernel_environment
from dlnotes.book.engine.pages import code_of
from dlnotes.book.engine.preload import packages_to_import
from dlnotes.book.engine.versions import canonical, modules, versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import nbformat

    from dlnotes.book.engine.pages import Book

__all__ = ["Project", "code_folders", "pack", "unpack"]

_MOST_BYTES = 10**9


@dataclass(frozen=True)
class Project:
    """What a worker has to know of a project, besides its files.

    Attributes
    ----------
    name : str
        Of its folder.
    code : tuple of str
        The folders that its modules are imported from, as paths from its own.
    last : tuple of str
        Those of them that are searched after installed packages.
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
    last: tuple[str, ...]
    preload: tuple[str, ...]
    settings: dict[str, str]
    versions: dict[str, str]
    needed: tuple[str, ...]
    key: str


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
    first, last = code_folders(book)
    starts = [book.docs, *book.sources, *first, *last] if book.sources else [book.root]
    files = _zip(book, starts)
    # A package that an import hook finds, as some editable installs have it.
    last += [_above(source) for source in book.sources if (source / "__init__.py").exists()]
    code = _names([*first, *last], book)
    preload = tuple(packages_to_import(code_of(notebooks), book.root))
    tops = {name.partition(".")[0] for name in preload}
    needed = sorted({canonical(each) for top in tops for each in modules().get(top, [])})
    environment = kernel_environment(book.cache).items()
    settings = {name: value for name, value in environment if is_setting(name)}
    key = hashlib.sha256(files)
    key.update(json.dumps([owner, code, preload, settings]).encode())
    project = Project(
        name=book.root.resolve().name,
        code=code,
        last=_names(last, book),
        preload=preload,
        settings=settings,
        versions=versions(),
        needed=tuple(needed),
        key=key.hexdigest()[:16],
    )
    return project, files


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
    size = sum(path.stat().st_size for path in paths.values())
    if size > _MOST_BYTES:
        raise ExecutorError(
            f"the project's files take {size / 1e9:.1f} GB, too much to send to a cluster: name "
            "those that pages use as sources of the book"
        )
    data = io.BytesIO()
    with zipfile.ZipFile(
        data, "w", zipfile.ZIP_DEFLATED, compresslevel=1, strict_timestamps=False
    ) as archive:
        for name, path in sorted(paths.items()):
            archive.write(path, name)
    return data.getvalue()


def _names(paths: Iterable[Path], book: Book) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_name(path, book) for path in paths))


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
            installed = any((path / mark).exists() for mark in ("pyvenv.cfg", "conda-meta"))
            named = path.name.startswith(".") or path.name == "node_modules"
            if not installed and not named and path not in left_out:
                yield from _inside(path, left_out, (*above, real))


def unpack(files: bytes, folder: Path) -> None:
    """Write packed files into a folder."""
    with zipfile.ZipFile(io.BytesIO(files)) as archive:
        for entry in archive.infolist():
            path = Path(archive.extract(entry, folder))
            if not entry.is_dir():
                path.chmod(entry.external_attr >> 16 & 0o777)


def code_folders(book: Book) -> tuple[list[Path], list[Path]]:
    """List the folders of a project that its kernels import modules from.

    Parameters
    ----------
    book : Book
        The book.

    Returns
    -------
    first, last : list of Path
        Those that are searched before the standard library and after it, in their order.
    """
    answer = subprocess.run(
        [sys.executable, "-c", "import json, sys; print(json.dumps(sys.path))"],
        env=kernel_environment(book.cache),
        stdout=subprocess.PIPE,
        check=True,
    )
    root, prefix = book.root.resolve(), Path(sys.prefix).resolve()
    folders: tuple[list[Path], list[Path]] = ([], [])
    after = False
    for entry in filter(None, json.loads(answer.stdout)):
        path = Path(entry).resolve()
        after = after or path == Path(os.__file__).resolve().parent
        if path.is_relative_to(root) and not path.is_relative_to(prefix):
            folders[after].append(book.root / path.relative_to(root))
    return folders


def _above(package: Path) -> Path:
    """Find the folder that a package is imported from, if it is not on the search path."""
    while (package / "__init__.py").exists():
        package = package.parent
    return package
