"""The worker's side of :mod:`~dlnotes.book.engine.dask`: runs pages as the engine would.

A worker runs tasks in threads and for any engine. So it keeps an event loop in a thread of its own
and in it, for each state of a project, the files and the process that pages are forked from.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import itertools
import os
import platform
import re
import shutil
import threading
import time
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlnotes.book.engine.executors import ExecutorError, drop_newer, socket_folder
from dlnotes.book.engine.forks import Forks
from dlnotes.book.engine.inputs import kernel_environment
from dlnotes.book.engine.kernels import ForkedKernel, Kernel, OrdinaryKernel, can_fork
from dlnotes.book.engine.packing import Returned, is_setting, unpack
from dlnotes.book.engine.pages import Page
from dlnotes.book.engine.running import run_page

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import nbformat

    from dlnotes.book.engine.packing import Job, Project

__all__ = ["Host", "Place", "forget", "refuse_others", "run_here", "versions"]

TOPIC = "dlnotes-pages"
"""What workers say which page they begin under."""

_MOST_NAMED = 5
_LONGEST_UNUSED = 600.0


def versions() -> dict[str, str]:
    """Tell the version of everything here that a page's result may depend on.

    Returns
    -------
    dict
        By name: every distribution, Python, the processor, and the engine's own source as it was
        when it was imported.
    """
    found: dict[str, str] = {}
    for distribution in distributions():  # if there are two, the first is the one that is imported
        found.setdefault(canonical(distribution.name), distribution.version)
    python, processor = platform.python_version(), platform.machine()
    return {"Python": python, "the processor": processor, "the engine": _ENGINE, **found}


def canonical(distribution: str) -> str:
    """Write a distribution's name as package indexes do."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def refuse_others(
    worker: str, theirs: Mapping[str, str], ours: Mapping[str, str], needed: Collection[str]
) -> None:
    """See that a worker has the versions that are here.

    Whatever is both here and there must have one version; what pages need must be there.

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
        If it does not; the message names the first that differ.
    """
    found = [
        f"{name} {theirs.get(name, 'missing')} (here {version})"
        for name, version in ours.items()
        if theirs.get(name, version if name not in needed else None) != version
    ]
    if found:
        more = len(found) - _MOST_NAMED
        named = ", ".join(found[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
        raise ExecutorError(f"the worker {worker} has other versions than this machine: {named}")


class Place:
    """A state of a project on a worker.

    Parameters
    ----------
    project : Project
        What is known of it.
    folder : Path
        A folder of the worker, for all states.
    """

    def __init__(self, project: Project, folder: Path) -> None:
        self._project = project
        self._own, self._cache = folder / project.key, folder / "cache"
        self.root = self._own / project.name
        self._stack = contextlib.ExitStack()
        self._opening = asyncio.Lock()
        self._open = False
        self._sockets = ""
        self._forks: Forks | None = None
        self._count = itertools.count()
        self._pages: set[asyncio.Task[Any]] = set()
        self.left = 0.0

    @property
    def in_use(self) -> bool:
        """Whether a page is running."""
        return bool(self._pages)

    async def run(self, files: bytes, job: Job) -> Returned:
        """Run a page.

        Parameters
        ----------
        files : bytes
            The project's files, packed, for the first time.
        job : Job
            The page.

        Returns
        -------
        Returned
            What it gave.
        """
        this = asyncio.current_task()
        ...

    async def close(self) -> None:
        """End the pages that are running and the process that they were forked from."""
