"""Which packages pages are going to import: read off their code, before anything runs."""

from __future__ import annotations

import ast
import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["packages_to_import"]

_ALWAYS = [
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.debugger",
    "IPython.extensions.storemagic",
    "tornado.platform.asyncio",
]
_ALONG = {"matplotlib": ["matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg"]}

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
    found: dict[str, None] = {}
    seen: set[Path] = set()
    waiting = [(code, "") for code in codes]
    while waiting:
        code, package = waiting.pop(0)
        for name in _imported(code, package):
            if name.partition(".")[0] in sys.stdlib_module_names | _LATER:
                continue
            file = _project_file(name, root)
            if file is None:
                found.setdefault(name)
            elif file not in seen:
                seen.add(file)
                inside = name if file.name == "__init__.py" else name.rpartition(".")[0]
                waiting.append((file.read_text(encoding="utf-8"), inside))
    tops = {name.partition(".")[0] for name in found}
    along = [name for top, names in _ALONG.items() if top in tops for name in names]
    return [*_ALWAYS, *found, *along]


def _imported(code: str, package: str) -> Iterator[str]:
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                module = ".".join([*above, module]).strip(".")
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def _project_file(name: str, root: Path) -> Path | None:
    """Find the source of a module of the project without importing anything."""
    top, *rest = name.split(".")
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        spec = None
    if spec is None or not spec.origin or not _inside(Path(spec.origin), root):
        return None
    file = Path(spec.origin)
    for part in rest:
        folder = file.parent
        inner = [folder / part / "__init__.py", folder / f"{part}.py"]
        file = next((path for path in inner if path.exists()), file)
    return file


def _inside(path: Path, root: Path) -> bool:
    return path.is_relative_to(root) and not path.is_relative_to(sys.prefix)
