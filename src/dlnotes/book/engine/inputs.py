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

from dlnotes.book.engine.recorder import Recorder, hash_file, hash_folder, is_module

if TYPE_CHECKING:
    from dlnotes.book.engine.pages import Book

__all__ = ["Inputs", "Present", "is_setting", "kernel_environment"]

_KERNEL = ("ipykernel", "ipython", "matplotlib-inline")
_BACKENDS = {"jax", "keras", "tensorflow", "torch"}
_SETTINGS = ("JAX_", "KERAS_", "TF_DETERMINISTIC", "TF_ENABLE", "TF_XLA", "TORCH_", "XLA_")
_OF_TERMINALS = {"CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR"}
_NOT_SETTINGS = ("JAX_COMPILATION_CACHE", "JAX_PERSISTENT_CACHE", "KERAS_HOME")
_NO_RESULT = [
    f"ignore:Error {verb} persistent compilation cache entry" for verb in ("reading", "writing")
]
"""Warnings of JAX that name a file of this machine."""


@dataclass(frozen=True)
class Inputs:
    """What a result depends on besides the cells.

    Attributes
    ----------
    files, folders : dict
        By path from the project's folder: the hash of what a file held, of the names in a folder;
        None where there was none.
    gaps : list of str
        Paths, without suffix, where no module was, but where one would have been imported.
    packages : dict
        The version of every distribution that was imported.
    missing : list of str
        Packages that were not there when the cells or the project tried to import them.
    python, machine : str
        The version of Python and the kind of processor.
    settings : dict
        Environment variables that Keras and its backends read, if the page used one of these.
    """

    files: dict[str, str | None] = field(default_factory=dict)
    folders: dict[str, str | None] = field(default_factory=dict)
    gaps: list[str] = field(default_factory=list)
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
    home directory or of the terminal. The compiler of JAX optimizes less than it could: to compile
    a page's small networks costs more than to run them. What it has compiled is kept; where JAX
    cannot read or write that, it compiles, and warns in words that are no result of the page.
    """
    home = cache / "home"
    return {
        **{name: value for name, value in os.environ.items() if name not in _OF_TERMINALS},
        "PYTHONHASHSEED": "0",
        "OMP_NUM_THREADS": "1",  # as many pages as cores run at once; sums keep their order
        "OPENBLAS_NUM_THREADS": "1",
        "KERAS_BACKEND": os.environ.get("KERAS_BACKEND", "jax"),
        "JAX_PLATFORMS": os.environ.get("JAX_PLATFORMS", "cpu"),
        "XLA_FLAGS": os.environ.get("XLA_FLAGS", "--xla_backend_optimization_level=1"),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",  # read before there is a kernel
        "KERAS_HOME": str(home / "keras"),
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "IPYTHONDIR": str(home / "ipython"),
        "JAX_COMPILATION_CACHE_DIR": str(cache / "jax"),
        "JAX_COMPILATION_CACHE_MAX_SIZE": str(10**9),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        "PYTHONWARNINGS": ",".join(filter(None, [os.environ.get("PYTHONWARNINGS"), *_NO_RESULT])),
    }


class Present:
    """The present state of everything that pages may depend on; looks at each thing once.

    Parameters
    ----------
    book : Book
        The book.
    versions : dict of str to str, optional
        Versions of packages that have been looked up before, renewed by this object.
    """

    def __init__(self, book: Book, versions: dict[str, str] | None = None) -> None:
        self._book = book
        self._project = Recorder(str(book.root.resolve()), [])
        self._files: dict[str, str | None] = {}
        self._folders: dict[str, str | None] = {}
        self._modules: dict[str, bool] = {}
        self._versions: dict[str, str] = {} if versions is None else versions

    def look_at_sources(self) -> None:
        """See the book's sources as they are before pages run, for pages that depend on all."""
        _ = self._sources

    def look_at_packages(self) -> None:
        """See what is installed, which takes a while."""
        _ = self._distributions

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
            found = self._distributions.get(name, [])
            packages |= {each: self._version(each) for each in found}
        if used.get("programs", True):
            for known, now in zip((files, folders), self._sources, strict=True):
                known.update({name: now[name] for name in now.keys() - known.keys()})
            packages |= self._everything
        return Inputs(
            files=dict(sorted(files.items())),
            folders=dict(sorted(folders.items())),
            gaps=[self._inside(path) for path in used.get("gaps", [])],
            packages=dict(sorted(packages.items())),
            missing=used.get("failed", []),
            python=platform.python_version(),
            machine=platform.machine(),
            settings=self._settings if names & _BACKENDS or used.get("programs", True) else {},
        )

    def changes(self, then: Inputs) -> list[str]:
        """Say in words what has changed since a page ran; nothing if its result is fresh."""
        changes = [
            f"{name} {_changed(was, now)}"
            for name, was in then.files.items()
            if (now := self._file(name)) != was
        ]
        changes += [
            f"the files in {name} are others" if was and now else f"{name} {_changed(was, now)}"
            for name, was in then.folders.items()
            if (now := self._folder(name)) != was
        ]
        changes += [
            f"{name} {was} is now {self._version(name) or 'not installed'}"
            for name, was in then.packages.items()
            if self._version(name) != was
        ]
        changes += [
            f"{name} is there now, to be imported" for name in then.gaps if self._module(name)
        ]
        changes += [
            f"{name} can now be imported" for name in then.missing if self._importable(name)
        ]
        if then.python != platform.python_version():
            changes.append(f"Python {then.python} is now {platform.python_version()}")
        if then.machine != platform.machine():
            changes.append(f"the processor {then.machine} is now {platform.machine()}")
        if then.settings and then.settings != self._settings:
            others = sorted({*then.settings.items()} ^ {*self._settings.items()})
            changes.append(f"the setting {' and '.join(sorted({n for n, _ in others}))} is another")
        return changes

    @cached_property
    def _everything(self) -> dict[str, str]:
        names = {distribution.name.lower() for distribution in distributions()}
        return {name: self._version(name) for name in names}

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

    def _module(self, name: str) -> bool:
        if name not in self._modules:
            self._modules[name] = is_module(self._book.root / name)
        return self._modules[name]

    def _importable(self, name: str) -> bool:
        """Tell whether there is such a package, other than in the project, which has its gaps."""
        found = importlib.util.find_spec(name)
        if found is None:
            return False
        places = [found.origin] if found.has_location else found.submodule_search_locations or []
        own = [self._project.of_project(place) for place in places]
        return None in own or not own

    @cached_property
    def _settings(self) -> dict[str, str]:
        return {
            name: value
            for name, value in sorted(kernel_environment(self._book.cache).items())
            if is_setting(name)
        }

    @cached_property
    def _sources(self) -> tuple[dict[str, str | None], dict[str, str | None]]:
        """Hash every file and folder of the sources."""
        files: dict[str, str | None] = {}
        folders: dict[str, str | None] = {}
        for source in self._book.sources:
            for path in (source, *source.rglob("*")):
                name = path.relative_to(self._book.root).as_posix()
                if path.is_dir() and path.name != "__pycache__":
                    folders[name] = self._folder(name)
                elif "__pycache__" not in path.parts:
                    files[name] = self._file(name)
        return files, folders


def is_setting(variable: str) -> bool:
    """Tell whether Keras or one of its backends reads an environment variable."""
    return variable.startswith(_SETTINGS) and not variable.startswith(_NOT_SETTINGS)


def _changed(was: str | None, now: str | None) -> str:
    return "is gone" if now is None else "is there now" if was is None else "has changed"
