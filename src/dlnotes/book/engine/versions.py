"""Which versions are here, and whether another machine has the same."""

from __future__ import annotations

import hashlib
import platform
import re
from functools import cache
from importlib.metadata import distributions, packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING

from dlnotes.book.engine.executors import ExecutorError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["canonical", "modules", "refuse_others", "versions"]

_MOST_NAMED = 5


def versions() -> dict[str, str]:
    """Tell the version of everything here that a page's result may depend on.

    Returns
    -------
    dict
        By name: Python, the processor, the engine, of which it is the source that counts and not
        its number, and every distribution.
    """
    found: dict[str, str] = {}
    for distribution in distributions():  # of two with one name, the first is imported
        found.setdefault(canonical(distribution.name), distribution.version)
    return {
        "Python": platform.python_version(),
        "processor": platform.machine(),
        "dlnotes.book.engine": _ENGINE,
        **dict(sorted(found.items())),
    }


@cache
def modules() -> Mapping[str, list[str]]:
    """List what is installed: by the name of each module, the distributions that have it."""
    return packages_distributions()


def canonical(distribution: str) -> str:
    """Spell a distribution's name as package indexes do."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def refuse_others(
    worker: str, theirs: Mapping[str, str], ours: Mapping[str, str], needed: Collection[str]
) -> None:
    """See that a worker has the versions that are here.

    Whatever is installed both here and there has to be the same, and what pages import has to be
    there. What is only there does not matter, and neither do tools that are only here.

    Parameters
    ----------
    worker : str
        Its address.
    theirs, ours : dict
        From :func:`versions`, there and here.
    needed : collection of str
        The distributions that pages import.

    Raises
    ------
    ExecutorError
        If it has not; the message names the first that differ.
    """
    found = [
        f"{name} {theirs.get(name, 'is missing')} (here {version})"
        for name, version in ours.items()
        if theirs.get(name, "" if name in needed else version) != version
    ]
    if found:
        named = ", ".join(found[:_MOST_NAMED])
        more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
        raise ExecutorError(f"the worker {worker} is not as this machine: {named}{more}")


def _hash_engine() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


_ENGINE = _hash_engine()  # now: it may have been edited by the time somebody asks
