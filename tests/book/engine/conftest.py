"""A folder of pages, and what is left in it and in the machine when they have run."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from dlnotes.book.engine import Book, execute, stale

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dlnotes.book.engine import Result

_FRONT = """\
---
file_format: mystnb
kernelspec: {{name: {kernel}}}
book: {book}
---

# Page
"""
_MARK = "BOOK_TEST"


@dataclass
class Pages:
    """Pages in ``docs`` of a folder that is the project; run here, or by a command."""

    root: Path
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def page(self, name: str, *cells: str, book: str = "{}", kernel: str = "python3") -> Path:
        """Write a page; the code of its first cell begins in line 10 of the file."""
        codes = (f"\n```{{code-cell}}\n{textwrap.dedent(cell).strip()}\n```\n" for cell in cells)
        return self.write(
            f"docs/{name}.md", _FRONT.format(book=book, kernel=kernel) + "".join(codes)
        )

    def book(self, **settings: Any) -> Book:
        return Book(self.root, self.root / "docs", self.root / "build/cache", **settings)

    def execute(self, *, jobs: int = 2, **settings: Any) -> dict[str, Result]:
        """Run the pages that are stale, and see that they leave no process and no file behind."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(_MARK, self.mark)
            patch.delenv("PYTEST_CURRENT_TEST")  # changes how kernels capture output
            try:
                results = execute(self.book(jobs=jobs), **settings)
            finally:
                self.nothing_is_left()
        return {result.page.docname: result for result in results}

    def states(self) -> dict[str, str]:
        """Tell which results hold, without running anything."""
        return {result.page.docname: result.state for result in stale(self.book())}

    def command(self, *arguments: str, within: Sequence[str] = ()) -> subprocess.Popen[str]:
        """Start ``python -m dlnotes.book``; what it writes, errors included, is in ``stdout``.

        ``within`` is a command that starts it with other rights.
        """
        return subprocess.Popen(
            [*within, sys.executable, "-m", "dlnotes.book", *arguments],
            cwd=self.root,
            env={**os.environ, _MARK: self.mark},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def finish(self, process: subprocess.Popen[str]) -> str:
        """Wait until a command has ended, and see that it leaves nothing behind."""
        output, _ = process.communicate(timeout=120)
        self.nothing_is_left()
        return output

    def signal(self, name: str) -> Path:
        """Name a file by which pages and tests signal; pages do not depend on it."""
        folder = self.root.parent / "signals"
        folder.mkdir(exist_ok=True)
        return folder / name

    def processes(self) -> list[psutil.Process]:
        """List the processes that were started from here and have not ended."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return process.environ().get(_MARK) == self.mark
        except (psutil.Error, OSError):  # it has ended, or belongs to somebody else
            return False

    def nothing_is_left(self) -> None:
        processes = self.processes()
        commands = [process.cmdline() for process in processes]
        for process in processes:
            process.kill()
        assert commands == []
        parts = [*self.root.rglob("*.part"), *self.root.glob("build/cache/sockets")]
        assert [path.relative_to(self.root).as_posix() for path in parts] == []


@pytest.fixture(scope="session")
def new_pages(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Pages]:
    """Make an empty project, for tests that share one."""
    return lambda: Pages(tmp_path_factory.mktemp("book") / "project")


@pytest.fixture
def pages(new_pages: Callable[[], Pages]) -> Iterator[Pages]:
    """An empty project, and nothing that was started for it may outlive the test."""
    pages = new_pages()
    yield pages
    pages.nothing_is_left()


@pytest.fixture(scope="session")
def until() -> Callable[[Callable[[], Any]], Any]:
    """Wait until something is so."""

    def wait(condition: Callable[[], Any]) -> Any:
        give_up = time.monotonic() + 60
        while not (found := condition()):
            assert time.monotonic() < give_up, "it did not happen"
            time.sleep(0.01)
        return found

    return wait
