"""Which packages pages are going to import: read off their code, before anything runs."""

from __future__ import annotations

import ast
import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dlnotes.book.engine.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["packages_to_import"]

_ALWAYS = [
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "tornado.platform.asyncio",
]
_ALONG = {
    "matplotlib": [
        "IPython.core.pylabtools",
        "matplotlib.backends.backend_agg",
        "matplotlib.backends.backend_svg",
        "PIL.JpegImagePlugin",
        "PIL.PpmImagePlugin",
    ]
}

_LATER = {"matplotlib_inline"}  # connects to a kernel when it is imported


def packages_to_import(codes: Iterable[str], root: Path) -> list[str]:
    """List the installed modules that some code imports, directly or through project modules.

    Parameters
    ----------
    codes : iterable of str
        Python code; what cannot be parsed, such as a cell magic, is passed over.
    root : Path
        The project's folder. A module found under it is read for what it imports in turn, and is
        not in the list.

    Returns
    -------
    list of str
        Full names of modules, those that every kernel needs first.
    """
    project = Recorder(str(root.resolve()), [])
    found: dict[str, None] = {}
    seen: set[Path] = set()
    waiting: list[tuple[str | bytes, str]] = [(code, "") for code in codes]
    while waiting:
        code, package = waiting.pop(0)
        for name in _imported(code, package):
            top = name.partition(".")[0]
            if top in sys.stdlib_module_names | _LATER:
                continue
            folders = _project_folders(top, project)
            if folders is None:
                found.setdefault(name)
                continue
            for file, inside in _project_files(name, folders):
                if file not in seen:
                    seen.add(file)
                    waiting.append((file.read_bytes(), inside))
    tops = {name.partition(".")[0] for name in found}
    along = [name for top, names in _ALONG.items() if top in tops for name in names]
    return [*_ALWAYS, *found, *along]


def _imported(code: str | bytes, package: str) -> Iterator[str]:
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            folders = package.split(".") if package else []
            above = folders[: max(0, len(folders) + 1 - node.level)] if node.level else []
            if node.level and not above:  # no package, or out of it
                continue
            module = ".".join([*above, *filter(None, [node.module])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def _project_folders(top: str, project: Recorder) -> list[Path] | None:
    """List the folders in which a module of the project lies; None if it is not the project's.

    Nothing is imported. A package without ``__init__.py`` can lie in several.
    """
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return None
    if spec is None:
        return None
    places = [spec.origin] if spec.has_location else spec.submodule_search_locations or []
    files = [Path(place) for place in map(project.of_project, places) if place]
    package = spec.has_location and spec.submodule_search_locations
    return [file.parents[1 if package else 0] for file in files] or None


def _project_files(name: str, folders: list[Path]) -> Iterator[tuple[Path, str]]:
    """Find the files that importing a module of the project runs, and the package of each."""
    above = ""
    for part in name.split("."):
        inside = f"{above}.{part}".strip(".")
        choices = [(folder / part / "__init__.py", inside) for folder in folders]
        choices += [(folder / f"{part}.py", above) for folder in folders]
        yield from [choice for choice in choices if choice[0].is_file()][:1]
        folders, above = [folder / part for folder in folders], inside
