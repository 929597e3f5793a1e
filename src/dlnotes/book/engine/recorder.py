"""Runs inside a kernel and records what the cells use: files, folders, packages, other programs.

It imports nothing but the standard library, because kernels load it by its path, so that a page
does not come to depend on :mod:`dlnotes.book`. :mod:`~dlnotes.book.engine.inputs` makes of its
report what the page's result depends on. What compiled code opens by itself is not seen.
"""

# Paths are strings here, because a kernel may not have imported pathlib.
# ruff: noqa: PTH100, PTH110, PTH113, PTH118, PTH123, PTH208

from __future__ import annotations

import builtins
import hashlib
import importlib
import importlib.machinery
import importlib.util
import json
import os
import site
import sys
import threading
from typing import Any
from urllib.parse import unquote, urlsplit

__all__ = ["Recorder", "hash_file", "hash_folder", "is_module", "record"]

_SEARCH_FOR_PACKAGES = {
    "importlib._bootstrap_external", "importlib.metadata", "importlib_metadata", "pkg_resources",
    "setuptools._vendor.importlib_metadata",
}  # fmt: skip
_STARTS_PROGRAMS = {
    "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.startfile", "os.system",
    "subprocess.Popen",
}  # fmt: skip
_STARTED_PROGRAMS = {  # imported to start a process, which then starts without an event
    "joblib.externals.loky.backend.popen_loky_posix",
    "multiprocessing.popen_forkserver",
    "multiprocessing.popen_spawn_posix",
}
_LOOKS = {"import", "open", "os.listdir", "os.scandir", "sqlite3.connect"}
_CELLS = "__main__"
_find_spec = importlib.util.find_spec


class Recorder:
    """Records the use of files and packages by this process, from :meth:`start` on.

    Parameters
    ----------
    root : str
        The folder of the project. Files under it are the project's, other than those of an
        installed package.
    skip : list of str
        Folders under ``root`` that do not count, such as the caches of the build.
    """

    def __init__(self, root: str, skip: list[str]) -> None:
        self._root = os.path.join(root, "")
        prefixes = {sys.prefix, sys.base_prefix, *site.getsitepackages(), *skip}
        prefixes |= {os.path.realpath(path) for path in prefixes}
        folders = [os.path.join(path, "") for path in prefixes]
        # A project may be inside such a folder: in /usr/src with the Python of /usr.
        self._skip = tuple(path for path in folders if not self._root.startswith(path))
        self._here = threading.local()
        self._in_page = False
        self.files: dict[str, str | None] = {}
        self.folders: dict[str, str | None] = {}
        self.written: set[str] = set()
        self.imports: dict[str, set[str]] = {}
        self.programs = False

    def start(self) -> None:
        """Begin to record; there is no end but that of the process."""
        sys.addaudithook(self._audit)
        self._watch_imports()
        self._watch_sources()

    def begin_page(self) -> None:
        """Forget what was used to prepare this process for a page."""
        self._in_page = True
        importlib.invalidate_caches()  # they tell new files by a clock that may not have ticked yet
        for importer in filter(self._is_here, list(self.imports)):
            del self.imports[importer]
        self.files.clear()
        self.folders.clear()
        self.programs = False

    def report(self) -> str:
        """Say what was used, as JSON."""
        here = self._imported_here()
        failed, gaps = self._looked_for(here)
        return json.dumps(
            {
                "files": self.files,
                "folders": self.folders,
                "gaps": sorted(gaps),
                "imports": sorted(self._reached(here)),
                "failed": sorted(failed),
                "programs": self.programs or not _STARTED_PROGRAMS.isdisjoint(sys.modules),
            }
        )

    def _reached(self, here: set[str]) -> set[str]:
        """List the packages that the cells imported, and those that these imported in turn."""
        reached: set[str] = set()
        waiting = set(here)
        while waiting:
            name = waiting.pop()
            reached.add(name)
            waiting |= {name.rpartition(".")[0], *self.imports.get(name, ())} - reached
        tops = {name.partition(".")[0] for name in reached if name}
        return {name for name in tops if not self._is_own(name)}

    def _looked_for(self, here: set[str]) -> tuple[set[str], set[str]]:
        """List what the cells and the project's modules would import if it were there.

        Packages that are not there at all, and paths, without suffix, where a module of the project
        would be found before the one that was imported, or instead of none.
        """
        failed: set[str] = set()
        gaps: set[str] = set()
        for name in here:
            parent, _, last = name.rpartition(".")
            if name in sys.builtin_module_names or (parent and parent not in sys.modules):
                continue  # nothing comes before it; or its parent is in the list, and is not there
            there = name in sys.modules or (not parent and _find_spec(name))
            if not parent and not there:
                failed.add(name)
            search = _attributes(parent).get("__path__", ()) if parent else sys.path
            for folder in search:
                path = os.path.join(folder or os.curdir, last)
                if is_module(path):
                    break
                if own := self.of_project(path):
                    gaps.add(own)
                    if not there:  # a folder alone would be a package
                        self.folders.setdefault(own, hash_folder(own))
        return failed, gaps

    def _imported_here(self) -> set[str]:
        """List what the cells and the project's modules imported or tried to, packages included."""
        # A list, because another thread of the page may import something now.
        names = set().union(
            *(self.imports[key] for key in filter(self._is_here, list(self.imports)))
        )
        waiting = list(names)
        while waiting:
            above = waiting.pop().rpartition(".")[0]
            if above and above not in names:
                names.add(above)
                waiting.append(above)
        return names

    def _is_here(self, module: str) -> bool:
        """Tell whether it is the cells, a module of the project or code that is no module."""
        return module == _CELLS or module not in sys.modules or self._is_own(module)

    def _is_own(self, module: str) -> bool:
        return _attributes(module).get("__file__") in self.files

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _STARTS_PROGRAMS:
            self.programs = True
        elif event in _LOOKS and not getattr(self._here, "busy", False):
            self._here.busy = True  # looking at files here must not count
            try:
                self._looked(event, *arguments)
            finally:
                self._here.busy = False

    def _looked(self, event: str, path: Any, *others: Any) -> None:
        if event == "open":
            self._opened(path, others[1])
        elif event == "import":  # of compiled code, if there is a file
            self._used(others[0])
        elif event == "sqlite3.connect":
            self._connected(path)
        else:
            self._listed(path)

    def _opened(self, path: Any, flags: int) -> None:
        if flags & (os.O_TRUNC | os.O_EXCL) or flags & (os.O_WRONLY | os.O_RDWR) == os.O_WRONLY:
            self._wrote(path)
        else:
            self._used(path)

    def _connected(self, database: Any) -> None:
        name = os.fsdecode(database)
        path = unquote(urlsplit(name).path) if name.startswith("file:") else name
        if os.path.exists(path):
            self._used(path)
        else:  # it will be made
            self._wrote(path)

    def _wrote(self, path: Any) -> None:
        if file := self.of_project(path):
            self.written.add(file)

    def _used(self, path: Any) -> None:
        file = self.of_project(path)
        if file and file not in self.files and file not in self.written:
            self.files[file] = hash_file(file)

    def _listed(self, path: Any) -> None:
        if sys._getframe(3).f_globals.get("__name__") in _SEARCH_FOR_PACKAGES:
            return
        folder = self.of_project(os.curdir if path is None else path)
        if folder and folder not in self.folders:
            self.folders[folder] = hash_folder(folder)

    def of_project(self, path: Any) -> str | None:
        """Return a path in full if it is the project's, by its name or by where a link leads.

        Parameters
        ----------
        path : str, bytes or path-like
            Anything else is not the project's.

        Returns
        -------
        str or None
            None if it is not.
        """
        if not isinstance(path, (str, bytes, os.PathLike)):
            return None
        name = os.fsdecode(path)
        for full in (os.path.abspath(name), os.path.realpath(name)):
            inside = (full + os.sep).startswith(self._root)
            outside = (full + os.sep).startswith(self._skip) or "__pycache__" in full
            if inside and not outside:
                return full
        return None

    def _watch_imports(self) -> None:
        """Note which module imports which, whether or not it has been imported before."""
        import_statement, import_function = builtins.__import__, importlib.import_module

        def by_statement(
            name: str,
            globals: Any = None,  # noqa: A002 - the name that callers may use
            locals: Any = None,  # noqa: A002 - as globals
            fromlist: Any = (),
            level: int = 0,
        ) -> Any:
            importer = globals or {}
            self._note(importer, "." * level + name)
            module = import_statement(name, globals, locals, fromlist, level)
            parts = fromlist or ()
            for part in getattr(module, "__all__", ()) if "*" in parts else parts:
                full = f"{getattr(module, '__name__', '')}.{part}"
                if full in sys.modules or part not in getattr(module, "__dict__", ()):
                    self._note(importer, full)
            return module

        def by_function(name: str, package: str | None = None) -> Any:
            importer = sys._getframe(1).f_globals
            self._note({**importer, "__package__": package or importer.get("__package__")}, name)
            return import_function(name, package)

        def by_search(name: str, package: str | None = None) -> Any:
            self._note(sys._getframe(1).f_globals, name)
            return _find_spec(name, package)

        builtins.__import__ = by_statement
        importlib.import_module = by_function
        importlib.util.find_spec = by_search

    def _note(self, importer: dict[str, Any], name: str) -> None:
        if name.startswith("."):
            try:
                name = importlib.util.resolve_name(name, importer.get("__package__"))
            except ImportError:  # which the import itself will raise
                return
        self.imports.setdefault(importer.get("__name__") or _CELLS, set()).add(name)

    def _watch_sources(self) -> None:
        """Compile the project's modules from their source, every time, and for pages only.

        Bytecode is told from stale bytecode by the second of the last change and the length of the
        source, so that it can be older than an edit. A module that is imported while this process
        is prepared for any page would be older than an edit too.
        """
        stats = importlib.machinery.SourceFileLoader.path_stats

        def path_stats(loader: Any, path: str) -> Any:
            if self.of_project(path):
                if not self._in_page:
                    raise ImportError("modules of the project are imported by pages")
                raise OSError("the project's bytecode is not used")
            return stats(loader, path)

        importlib.machinery.SourceFileLoader.path_stats = path_stats  # type: ignore[assignment]


def _attributes(module: str) -> dict[str, Any]:
    """Return what is in a module, which is not asked: it could warn, and a page would show that."""
    found: dict[str, Any] = getattr(sys.modules.get(module), "__dict__", {})
    return found


def hash_file(path: str | os.PathLike[str]) -> str | None:
    """Hash what a file holds; None if it is not there, or cannot be read, or is no plain file."""
    try:
        if os.path.isfile(path):
            with open(path, "rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        pass
    return None


def hash_folder(path: str | os.PathLike[str]) -> str | None:
    """Hash the names in a folder, other than those that Python makes; None if there is none."""
    try:
        names = sorted(set(os.listdir(path)) - {"__pycache__"})
    except OSError:
        return None
    return hashlib.sha256(b"\0".join(map(os.fsencode, names))).hexdigest()


def is_module(path: str | os.PathLike[str]) -> bool:
    """Tell whether a module or a package is at a path, which is without suffix."""
    name = os.fspath(path)
    suffixes = importlib.machinery.all_suffixes()
    return any(
        os.path.isfile(start + suffix)
        for suffix in suffixes
        for start in (name, os.path.join(name, "__init__"))
    )


def record(root: str, skip: list[str]) -> Recorder:
    """Start the recorder of this process, or return the one that records already."""
    module = sys.modules.setdefault("_book_recorder", sys.modules[__name__])
    running: Recorder | None = getattr(module, "running", None)
    if running is None:
        running = Recorder(root, skip)
        running.start()
        module.running = running  # type: ignore[attr-defined]
    return running
