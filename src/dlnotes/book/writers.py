"""Sphinx processes that write the languages of the site, forked from one that is warm.

Importing Sphinx, its extensions and the theme takes longer than writing a page. One process does it
while pages are still running, and every language is written by a fork of it.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from typing import TYPE_CHECKING

from sphinx.cmd.build import build_main

from dlnotes.book.engine.forks import Forks
from dlnotes.book.engine.kernels import can_fork

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sphinx.config import Config

__all__ = ["Writers", "write"]

_SELDOM = (50_000, 20, 100)
"""Pages are many small objects that stay: with Python's thresholds, a quarter of the time goes into
looking for garbage among them."""


def write(*arguments: str) -> int:
    """Run Sphinx in this process, which is a fork."""
    gc.freeze()
    gc.set_threshold(*_SELDOM)
    return build_main(list(arguments))


class Writers:
    """Runs Sphinx, several times at once.

    Parameters
    ----------
    config : sphinx.config.Config
        Names the extensions and the theme.
    root : Path
        Where Sphinx runs.
    """

    def __init__(self, config: Config, root: Path) -> None:
        self._config, self._root = config, root
        self._forks: Forks | None = None
        self._starting: asyncio.Task[None] | None = None

    def warm_up(self) -> None:
        """Begin to import what writing takes."""
        if can_fork():
            names = [*self._config.extensions, self._config.html_theme, "sphinx.builders.html"]
            names += ["dlnotes.book.writers"]
            env = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
            self._forks = Forks(names, env=env, folder=self._root)
            self._starting = asyncio.create_task(self._forks.start())

    async def loaded(self) -> set[str]:
        """List the project's files that the warm process holds: an edit makes it stale."""
        if self._forks is None or self._starting is None:
            return set()
        await self._starting
        return self._forks.loaded

    async def write(self, arguments: Sequence[str]) -> int:
        """Run Sphinx with some arguments and return its exit code."""
        if self._forks is None or self._starting is None:
            command = [sys.executable, "-m", "sphinx", *arguments]
            process = await asyncio.create_subprocess_exec(*command, cwd=self._root)
            try:
                return await process.wait()
            finally:
                if process.returncode is None:
                    process.terminate()
        await self._starting
        job = await self._forks.run(
            "dlnotes.book.writers:write",
            *arguments,
            env=dict(os.environ),
            folder=self._root,
            quiet=False,
        )
        return await job.ended

    async def close(self) -> None:
        """End what still runs."""
        if self._starting:
            self._starting.cancel()
        if self._forks:
            await self._forks.close()
