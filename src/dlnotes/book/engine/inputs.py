"""What a page's result depends on besides its cells, and what of that has changed since."""

from __future__ import annotations

import importlib.util
import os
import platform
import sys
from dataclasses import asdict, dataclass, field
from functools import cached_property
from importlib.metadata import PackageNotFoundError, distributions, packages_distributions, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlnotes.book.engine.recorder import hash_file, hash_folder

if TYPE_CHECKING:
    from dlnotes.book.engine.pages import Book, Page

__all__ = ["Inputs", "Present", "kernel_environment"]

_KERNEL = ("ipykernel", "ipython", "matplotlib-inline")
_BACKENDS = {"jax", "keras", "tensorflow", "torch"}
_SETTINGS = ("JAX_", "KERAS_", "TF_DETERMINISTIC", "TF_ENABLE", "TF_XLA", "TORCH_", "XLA_")
_NOT_SETTINGS = ("JAX_COMPILATION_CACHE", "JAX_PERSISTENT_CACHE", "KERAS_HOME")


@dataclass(frozen=True)
class Inputs:
    """What a result depends on besides the cells.

    Attributes
    ----------
    files, folders : dict
        By path from the project's folder: the hash of what a file held, of the names in a folder;
        None where there was none.
    packages : dict
        The version of every distribution that was imported.
    missing : list of str
        Packages whose import was tried and failed.
    python, machine : str
        The version of Python and the kind of processor.
    settings : dict
        Environment variables that Keras and its backends read, if the page used one of these.
    """

    files: dict[str, str | None] = field(default_factory=dict)
    folders: dict[str, str | None] = field(default_factory=dict)
    packages: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    python: str = ""
    machine: str = ""
    settings: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return asdict(self)


def kernel_environment(cache: Path) -> dict[str, str]:
    """Every kernel's environment, for any page of a book whose results are kept in ``cache``.

    The same hashes, one backend, one thread for linear algebra, no GPU, and no settings from the
    home directory. What JAX has compiled is kept.
    """
    home = cache / "home"
    return {
        **os.environ,
        "PYTHONHASHSEED": "0",
        "OMP_NUM_THREADS": "1",  # as many pages as cores run at once; sums keep their order
        "OPENBLAS_NUM_THREADS": "1",
        "KERAS_BACKEND": os.environ.get("KERAS_BACKEND", "jax"),
        "JAX_PLATFORMS": os.environ.get("JAX_PLATFORMS", "cpu"),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # read before there is a kernel
        "KERAS_HOME": str(home / "keras"),
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "IPYTHONDIR": str(home / "ipython"),
        "JAX_COMPILATION_CACHE_DIR": str(cache / "jax"),
        "JAX_COMPILATION_CACHE_MAX_SIZE": str(10**9),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }


class Present:
    """The present state of everything that pages may depend on; looks at each thing once.

    Parameters
    ----------
    book : Book
        The book.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self._files: dict[str, str | None] = {}
        self._folders: dict[str, str | None] = {}
        self._versions: dict[str, str] = {}

    def inputs(self, used: dict[str, Any]) -> Inputs:
        """Make of the recorder's report what a page's result depends on.

        Parameters
        ----------
        used : dict
            The report. An empty one, from a kernel that cannot be watched, stands for everything.
        """
        files = {self._inside(name): value for name, value in used.get("files", {}).items()}
        folders = {self._inside(name): value for name, value in used.get("folders", {}).items()}
        names = {*used.get("imports", [])} - sys.stdlib_module_names
        packages = {name: self._version(name) for name in _KERNEL}
        for name in sorted(names):
            if not any(_is_module(file, name) for file in files):
                found = self._distributions.get(name, [])
                packages |= {each: self._version(each) for each in found}
        if used.get("programs", True):
            for source in self._book.sources:
                self._whole(source, files, folders)
            packages |= self._everything
        return Inputs(
            files=dict(sorted(files.items())),
            folders=dict(sorted(folders.items())),
            packages=dict(sorted(packages.items())),
            missing=used.get("failed", []),
            python=platform.python_version(),
            machine=platform.machine(),
            settings=_settings() if names & _BACKENDS or used.get("programs", True) else {},
        )

    def changes(self, page: Page, then: Inputs) -> list[str]:
        """Say in words what has changed since a page ran; nothing if its result is fresh."""
        changes = [
            f"{name} {_changed(was, now)}"
            for name, was in then.files.items()
            if (now := self._file(name)) != was
        ]
        changes += [
            f"the files in {name or '.'} are others"
            for name, was in then.folders.items()
            if self._folder(name) != was
        ]
        changes += [
            f"{name} {was} is now {self._version(name) or 'not installed'}"
            for name, was in then.packages.items()
            if self._version(name) != was
        ]
        changes += [
            f"{name} can now be imported" for name in then.missing if _importable(name, page)
        ]
        if then.python != platform.python_version():
            changes.append(f"Python {then.python} is now {platform.python_version()}")
        if then.machine != platform.machine():
            changes.append(f"the processor {then.machine} is now {platform.machine()}")
        if then.settings and then.settings != (settings := _settings()):
            others = sorted({*then.settings.items()} ^ {*settings.items()})
            changes.append(f"the setting {' and '.join(sorted({n for n, _ in others}))} is another")
        return changes

    @cached_property
    def _everything(self) -> dict[str, str]:
        return {d.name.lower(): d.version for d in distributions()}

    @cached_property
    def _distributions(self) -> dict[str, list[str]]:
        found = packages_distributions()
        return {top: sorted({name.lower() for name in names}) for top, names in found.items()}

    def _version(self, distribution: str) -> str:
        if distribution not in self._versions:
            try:
                self._versions[distribution] = version(distribution)
            except PackageNotFoundError:
                self._versions[distribution] = ""
        return self._versions[distribution]

    def _file(self, name: str) -> str | None:
        if name not in self._files:
            self._files[name] = hash_file(self._book.root / name)
        return self._files[name]

    def _folder(self, name: str) -> str | None:
        if name not in self._folders:
            self._folders[name] = hash_folder(self._book.root / name)
        return self._folders[name]

    def _inside(self, path: str) -> str:
        return Path(path).relative_to(self._book.root.resolve()).as_posix()

    def _whole(
        self, source: Path, files: dict[str, str | None], folders: dict[str, str | None]
    ) -> None:
        """Add a file, or a folder with all that is in it."""
        for path in [source, *sorted(source.rglob("*"))] if source.is_dir() else [source]:
            name = path.relative_to(self._book.root).as_posix()
            if "__pycache__" in path.parts:
                continue
            if path.is_dir():
                folders.setdefault(name, self._folder(name))
            else:
                files.setdefault(name, self._file(name))


def _is_module(file: str, name: str) -> bool:
    path = Path(file)
    return path.stem == name or name in path.parts


def _importable(name: str, page: Page) -> bool:
    here = page.path.parent
    return (
        (here / f"{name}.py").exists()
        or (here / name).exists()
        or importlib.util.find_spec(name) is not None
    )


def _changed(was: str | None, now: str | None) -> str:
    return "is gone" if now is None else "is there now" if was is None else "has changed"


def _settings() -> dict[str, str]:
    environment = {"KERAS_BACKEND": "jax", **os.environ}
    return {
        name: value
        for name, value in sorted(environment.items())
        if name.startswith(_SETTINGS) and not name.startswith(_NOT_SETTINGS)
    }
