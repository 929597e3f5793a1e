"""Runs inside a kernel and records what the cells use: files, folders, packages, other programs.

It imports nothing but the standard library, because kernels load it by its path, so that a page
does not come to depend on :mod:`dlnotes.book`. :mod:`~dlnotes.book.engine.inputs` makes of its
report what the page's result depends on.
"""

from __future__ import annotations

import builtins
import hashlib
import importlib
import importlib.machinery
import importlib.metadata
import importlib.util
import json
import os
import pkgutil
import site
import sys
import threading
from typing import Any

_SEARCH_FOR_MODULES = (
    "<frozen importlib._bootstrap_external>",
    importlib.metadata.__file__,
    pkgutil.__file__,
)
_STARTS_PROGRAMS = {"subprocess.Popen", "os.posix_spawn", "os.exec", "os.system", "os.fork"}
_LOOKS = {"open", "os.listdir", "os.scandir"}
_CELLS = "__main__"


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
        self._skip = tuple(os.path.join(os.path.realpath(path), "") for path in prefixes)
        self._here = threading.local()
        self.files: dict[str, str | None] = {}
        self.folders: dict[str, str | None] = {}
        self.written: set[str] = set()
        self.edges: set[tuple[str, str]] = set()
        self.programs = False

    def start(self) -> None:
        """Begin to record; there is no end but that of the process."""
        sys.addaudithook(self._audit)
        self._watch_imports()
        self._ignore_bytecode()

    def begin_page(self) -> None:
        """Forget what was used to prepare this process for a page."""
        self.edges = {edge for edge in self.edges if edge[0] != _CELLS}
        self.files.clear()
        self.folders.clear()
        self.programs = False

    def report(self) -> str:
        """Say what was used, as JSON."""
        return json.dumps(
            {
                "files": self.files,
                "folders": self.folders,
                "imports": sorted(self._reached()),
                "failed": sorted(self._failed()),
                "programs": self.programs,
            }
        )

    def _reached(self) -> set[str]:
        """List the packages that the cells imported, and those that these imported in turn."""
        imported: dict[str, set[str]] = {}
        for importer, module in self.edges:
            imported.setdefault(importer, set()).add(module)
        reached: set[str] = set()
        waiting = [_CELLS]
        while waiting:
            name = waiting.pop()
            if name and name not in reached:
                reached.add(name)
                waiting += [name.rpartition(".")[0], *imported.get(name, ())]
        return {name.partition(".")[0] for name in reached - {_CELLS}}

    def _failed(self) -> set[str]:
        """List what the cells and the project's modules tried to import and could not."""
        failed = {imported for _, imported in self.edges} - sys.modules.keys()
        return {
            imported.partition(".")[0]
            for importer, imported in self.edges
            if imported in failed and (importer == _CELLS or self._is_own(importer))
        } - {name.partition(".")[0] for name in sys.modules}

    def _is_own(self, module: str) -> bool:
        file = getattr(sys.modules.get(module), "__file__", None)
        return bool(file and self._of_project(file))

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _STARTS_PROGRAMS:
            self.programs = True
        elif event in _LOOKS and not getattr(self._here, "busy", False):
            self._here.busy = True  # looking at files here must not count
            try:
                if event == "open":
                    self._opened(*arguments)
                else:
                    self._listed(arguments[0])
            finally:
                self._here.busy = False

    def _opened(self, path: Any, mode: Any, flags: int) -> None:
        file = self._of_project(path)
        if file is None:
            return
        if "__pycache__" in file:
            file = importlib.util.source_from_cache(file)
        if mode in {"w", "wb", "x", "xb"} or flags & os.O_ACCMODE == os.O_WRONLY:
            self.written.add(file)
        elif file not in self.files and file not in self.written:
            self._busy = True
            try:
                self.files[file] = hash_file(file)
            finally:
                self._here = threading.local()

    def _listed(self, path: Any) -> None:
        if sys._getframe(2).f_code.co_filename in _SEARCH_FOR_MODULES:
            return
        folder = self._of_project("." if path is None else path)
        if folder is not None and folder not in self.folders:
            self._busy = True
            try:
                self.folders[folder] = hash_folder(folder)
            finally:
                self._here = threading.local()

    def _of_project(self, path: Any) -> str | None:
        """Return a path in full if it is the project's."""
        if isinstance(path, int):
            return None
        full = os.path.realpath(os.fsdecode(path))
        inside = (full + os.sep).startswith(self._root) and not full.startswith(self._skip)
        return full if inside else None

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
            for part in fromlist or ():
                full = f"{getattr(module, '__name__', '')}.{part}"
                if full in sys.modules:
                    self._note(importer, full)
            return module

        def by_function(name: str, package: str | None = None) -> Any:
            importer = sys._getframe(1).f_globals
            self._note({**importer, "__package__": package or importer.get("__package__")}, name)
            return import_function(name, package)

        builtins.__import__ = by_statement
        importlib.import_module = by_function

    def _note(self, importer: dict[str, Any], name: str) -> None:
        if name.startswith("."):
            try:
                name = importlib.util.resolve_name(name, importer.get("__package__"))
            except ImportError:  # which the import itself will raise
                return
        self.edges.add((importer.get("__name__") or _CELLS, name))

    def _ignore_bytecode(self) -> None:
        """Compile the project's modules from their source, every time.

        Bytecode is told from stale bytecode by the second of the last change and the length of the
        source, so that it can be older than an edit.
        """
        stats = importlib.machinery.SourceFileLoader.path_stats

        def path_stats(loader: Any, path: str) -> Any:
            if self._of_project(path):
                raise OSError("the project's bytecode is not used")
            return stats(loader, path)

        importlib.machinery.SourceFileLoader.path_stats = path_stats  # type: ignore[method-assign]


def hash_file(path: str | os.PathLike[str]) -> str | None:
    """Hash what a file holds; None if it cannot be read."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a kernel may not have imported pathlib
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def hash_folder(path: str | os.PathLike[str]) -> str | None:
    """Hash the names in a folder, other than those that Python makes; None if there is none."""
    try:
        names = sorted(set(os.listdir(path)) - {"__pycache__"})  # noqa: PTH208 - as hash_file
    except OSError:
        return None
    return hashlib.sha256("\0".join(names).encode()).hexdigest()


def record(root: str, skip: list[str]) -> Recorder:
    """Start the recorder of this process, or return the one that records already."""
    module = sys.modules.setdefault("_book_recorder", sys.modules[__name__])
    running: Recorder | None = getattr(module, "running", None)
    if running is None:
        running = Recorder(root, skip)
        running.start()
        module.running = running  # type: ignore[attr-defined]
    return running
