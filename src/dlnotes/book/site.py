"""Build the whole site: run the pages, write every language, put them in place at once."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.config import Config
from sphinx.util.tags import Tags

from dlnotes.book import CONFIG_VALUES
from dlnotes.book.engine import executed, extension, stale
from dlnotes.book.engine.executors import processors
from dlnotes.book.engine.extension import configured_book, hand_over
from dlnotes.book.engine.lock import only_build
from dlnotes.book.engine.memory import Memory
from dlnotes.book.engine.recorder import hash_file
from dlnotes.book.engine.store import read_json, write_whole
from dlnotes.book.entrance import public_address
from dlnotes.book.progress import Progress
from dlnotes.book.publish import note, publish, restore
from dlnotes.book.repository import VARIABLES
from dlnotes.book.results import describe
from dlnotes.book.strings import LANGUAGES
from dlnotes.book.translation import catalog_progress
from dlnotes.book.writers import Writers

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

    from nbformat import NotebookNode

    from dlnotes.book.engine import Page, Result
    from dlnotes.book.engine.executors import PageExecutor

__all__ = [
    "Means",
    "NotBuiltError",
    "Site",
    "build",
    "mirror",
    "read_config",
    "update_translations",
]

_ENVIRONMENT = (*VARIABLES,)
"""Variables that ``conf.py`` reads."""

_MADE_BY_TOOLS = {".mo", ".pyc"}
_WARNINGS = "warnings.txt"
_OTHERS: dict[str, Any] = {
    "html_baseurl": "",
    "html_extra_path": [],
    "html_static_path": [],
    "html_theme": "alabaster",
    "myst_enable_extensions": [],
    "nb_execution_allow_errors": False,
    "nb_execution_excludepatterns": [],
    "nb_kernel_rgx_aliases": {},
}
"""Options of other extensions that are needed before Sphinx runs."""


class NotBuiltError(Exception):
    """Something in the book does not hold.

    Parameters
    ----------
    message : str
        What remains to be said to who has seen the warnings.
    details : str
        What fails.
    written : bool
        Whether all pages could be written nevertheless.
    """

    def __init__(self, message: str, details: str, *, written: bool = False) -> None:
        super().__init__(message)
        self.details, self.written = details, written


@dataclass
class Means:
    """What a site is built with, and what is kept to build it again.

    Attributes
    ----------
    writers : Writers
        Warming up or warm.
    executor : PageExecutor, optional
        What to run pages with, if not one that ends with the build.
    memory : Memory
        What pages were the last time.
    """

    writers: Writers
    executor: PageExecutor | None = None
    memory: Memory = field(default_factory=Memory)

    async def close(self) -> None:
        """End what is kept."""
        await self.writers.close()
        if self.executor:
            await self.executor.close()


def build(root: Path, *, force: bool = False, output: Path | None = None) -> int:
    """Build the site of the book whose ``conf.py`` is in ``root``.

    Parameters
    ----------
    root : Path
        Folder of ``conf.py``; the pages are in its ``docs``.
    force : bool
        Run every page and write every file anew.
    output : Path, optional
        Where everything is written, by default ``build`` in ``root``: the site goes to its
        ``html``.

    Returns
    -------
    int
        Exit code: 0, or 1 where anything in the book does not hold. What failed has been printed,
        and the site is as it was.
    """
    return asyncio.run(Site(root, output).build(force=force))


class Site:
    """The site of a book, and what is kept to build it again.

    Parameters
    ----------
    root : Path
        Folder of ``conf.py``; the pages are in its ``docs``.
    output : Path, optional
        Where everything is written, by default ``build`` in ``root``.
    """

    builder = "html"
    """Sphinx's name of the form in which pages are written."""

    def __init__(self, root: Path, output: Path | None = None) -> None:
        self.root, self.docs = root, root / "docs"
        self.output = output.resolve() if output else root / "build"  # Sphinx runs elsewhere
        self.html, self.work = self.output / "html", self.output / "work"
        self.preview = self.output / "preview"
        self._stamp, self._results = self.work / "built.json", self.work / "results.pickle"
        self.config = read_config(root)
        self.address = public_address(self.config)
        cache = self.output / "cache" if output else None
        self.book = configured_book(self.config, root, self.docs, cache)
        self.languages = [c for c in LANGUAGES if c in ("en", *self.config.book_translated)]

    async def build(self, *, force: bool = False) -> int:
        """Build it, as :func:`build`."""
        with only_build(self.book.cache):
            started = time.monotonic()
            key = self._key()
            last = read_json(self._stamp)
            unchanged = not force and self.html.exists() and last.get("key") == key
            if unchanged and all(result.state == "fresh" for result in stale(self.book)):
                where = self._show(self.html / "index.html")
                print(f"Nothing has changed. {last['summary']}: {where}")
                return 0
            means = Means(Writers(self.config, self.root))
            try:
                means.writers.warm_up()
                summary = await self.renew(means, key=key, force=force)
            except NotBuiltError as error:
                print(error, file=sys.stderr)
                print(f"Not built ({time.monotonic() - started:.0f} s)", file=sys.stderr)
                return 1
            finally:
                await means.close()
            where = self._show(self.html / "index.html")
            print(f"Built {summary}: {where} ({time.monotonic() - started:.0f} s)")
            return 0

    async def renew(
        self,
        means: Means,
        *,
        key: str = "",
        force: bool = False,
        first: Collection[str] = (),
        shown: Callable[[str, Collection[str]], None] | None = None,
    ) -> str:
        """Run what is stale, write what has changed, put it in place.

        Parameters
        ----------
        means : Means
            What to build with.
        key : str
            Stands for everything that the site is made from; empty if that is not known.
        force : bool
            Run every page and write every file anew.
        first : collection of str
            Pages to write before the others, as those that run, if ``shown`` is given.
        shown : callable, optional
            Given a language and pages as soon as these are written. Then what does not hold is
            written too, to ``preview``.

        Returns
        -------
        str
            What was built, in words.

        Raises
        ------
        NotBuiltError
            If anything in the book does not hold. The site is as it was.
        """
        whole = not force and self.whole
        if not whole:
            # After a build that was killed, Sphinx would not repeat the warnings of pages that it
            # has read.
            await means.writers.discard()
            shutil.rmtree(self.work, ignore_errors=True)
            self.work.mkdir(parents=True)
        mirror(self.docs / "locale", self.work / "locale")
        self.prepare(means.writers)
        results, notebooks = await self._run(means, force=force)
        hand_over(self._results, results, notebooks)
        names = ", ".join(LANGUAGES[code] for code in self.languages)
        print(f"Writing the pages: {names}", flush=True)
        ran = [result.page.docname for result in results if result.state == "ran"]
        pages = {*first, *ran} if shown else set()

        def write(code: str) -> Awaitable[int]:
            tell = functools.partial(shown, code, pages) if shown else None
            return means.writers.write(self._options(code), first=pages, shown=tell)

        stamp = read_json(self._stamp)
        if whole:
            for code in self.languages:
                note(self.work / code)
        self._stamp.unlink(missing_ok=True)
        codes = await asyncio.gather(*map(write, self.languages))
        broken = [c for c, code in zip(self.languages, codes, strict=True) if code]
        if broken:
            warnings = [(self.work / c / _WARNINGS).read_text(encoding="utf-8") for c in broken]
            written = shown is not None and max(codes) == 1
            if written:
                self._publish(self.preview)
            if whole:
                for code in self.languages:
                    restore(self.work / code, self.html / code)
                write_whole(self._stamp, json.dumps(stamp))
            # Each language has most of them.
            lines = dict.fromkeys("".join(warnings).replace(f"{self.root}/", "").splitlines())
            where = f"See the warnings above (language: {', '.join(broken)})."
            raise NotBuiltError(where, "\n".join(lines), written=written)
        self._publish(self.html)
        summary = self._summary()
        write_whole(self._stamp, json.dumps({"key": key, "summary": summary}))
        return summary

    @property
    def whole(self) -> bool:
        """Whether what Sphinx works on is what has been published."""
        return self._stamp.exists() and self.html.exists()

    def prepare(self, writers: Writers) -> None:
        """Begin to start Sphinx for each language."""
        for code in self.languages:
            writers.prepare(self._options(code))

    async def _run(
        self, means: Means, *, force: bool
    ) -> tuple[list[Result], dict[Page, NotebookNode]]:
        """Bring the results of all pages up to date."""
        notebooks: dict[Page, NotebookNode] = {}
        with Progress() as progress:
            results = await executed(
                self.book,
                force=force,
                take=notebooks.__setitem__,
                report=progress,
                executor=means.executor,
                memory=means.memory,
            )
            progress.summary(results)
        if failed := [result for result in results if result.error]:
            details = "\n".join(describe(result, self.root) for result in failed)
            count = f"{len(failed)} of {len(results)} pages did not run to the end"
            raise NotBuiltError(f"{details}\n{count}. The others are kept.", details)
        return results, notebooks

    def _publish(self, site: Path) -> None:
        title = self.config.project
        publish(self.work, self.languages, site, title, like=self.html, address=self.address)

    def _summary(self) -> str:
        claims = json.loads((self.html / "claims.json").read_text(encoding="utf-8"))
        measured = sum(claim["verdict"] != "cited" for claim in claims)
        pages = sum(1 for _ in self.docs.rglob("*.md"))
        languages = f"{pages} pages in {len(self.languages)} languages"
        return f"{languages}, {measured} claims measured and true"

    def _options(self, language: str) -> list[str]:
        """List the arguments of the Sphinx process that writes a language."""
        work = self.work / language
        settings = {
            "language": language,
            "html_baseurl": self.address and f"{self.address}{language}/",
            "book_ready": self._results,
            "book_cache": self.book.cache,
            "book_tools": self._tools(),
            "locale_dirs": self.work / "locale",
        }
        options = ["--fail-on-warning", "--keep-going", "--quiet", "-b", self.builder]
        options += ["-j", str(max(1, processors() // len(self.languages)))]
        options += ["-c", str(self.root), "-d", str(work / "doctrees"), "-w", str(work / _WARNINGS)]
        options += [word for name, value in settings.items() for word in ("-D", f"{name}={value}")]
        return [*options, str(self.docs), str(work / self.builder)]

    @staticmethod
    @functools.cache
    def _tools() -> str:
        """Hash what makes pages: with other tools every page is made anew."""
        digest = hashlib.sha256()
        for name, version in sorted({(d.name.lower(), d.version) for d in distributions()}):
            digest.update(f"{name} {version}\n".encode())
        for file in sorted(Path(__file__).parent.rglob("*")):
            if file.is_file() and file.suffix not in _MADE_BY_TOOLS:
                digest.update(f"{file.name} {hash_file(file)}\n".encode())
        return digest.hexdigest()

    def _key(self) -> str:
        """Hash everything that the site is made from, other than what only pages use."""
        digest = hashlib.sha256(f"{self._tools()} {self.address}".encode())
        for name in _ENVIRONMENT:
            digest.update(f"{name} {os.environ.get(name)}\n".encode())
        for source in [*self.book.sources, self.root / "conf.py", self.docs]:
            files = sorted(source.rglob("*")) if source.is_dir() else [source]
            for file in files:
                if file.is_file() and file.suffix not in _MADE_BY_TOOLS:
                    name = file.relative_to(self.root).as_posix()
                    digest.update(f"{name} {hash_file(file)}\n".encode())
        return digest.hexdigest()

    def _show(self, path: Path) -> str:
        inside = path.is_relative_to(self.root)
        return path.relative_to(self.root).as_posix() if inside else str(path)


def read_config(root: Path) -> Config:
    """Read ``conf.py`` in a folder without starting Sphinx."""
    config = Config.read(root, overrides={}, tags=Tags())
    for name, default in (_OTHERS | extension.CONFIG_VALUES | CONFIG_VALUES).items():
        config.add(name, default, "", ())
    return config


def mirror(source: Path, target: Path) -> None:
    """Copy catalogs to where Sphinx may put what it compiles beside them."""
    wanted = {file.relative_to(source) for file in source.rglob("*.po")}
    for name in wanted:
        here = target / name
        if not here.exists() or here.read_bytes() != (source / name).read_bytes():
            here.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / name, here)
    for file in target.rglob("*.*"):
        if file.relative_to(target).with_suffix(".po") not in wanted:
            file.unlink()


def update_translations(root: Path) -> int:
    """Renew the catalogs of every language and print how complete each page is; return 0 or 1."""
    config = read_config(root)
    translated = config.book_translated
    templates = root / "build/work/gettext"
    quiet = ["--quiet", "-b", "gettext", "-c", str(root), "-d", str(templates / "doctrees")]
    languages = [code for code in LANGUAGES if code in translated]
    commands = [
        ["sphinx", *quiet, str(root / "docs"), str(templates / "pot")],
        ["sphinx_intl", "update", "-p", str(templates / "pot"), "-d", str(root / "docs/locale"),
         *(f"--language={code}" for code in languages)],
    ]  # fmt: skip
    for command in commands:
        if subprocess.run([sys.executable, "-m", *command], cwd=root, check=False).returncode:
            return 1
        for page in config.book_untranslated:
            for template in (templates / "pot").glob(f"{page}.pot"):
                template.unlink()
    for code in languages:
        print(LANGUAGES[code])
        for template in sorted((templates / "pot").rglob("*.pot")):
            page = template.relative_to(templates / "pot").with_suffix("")
            catalog = root / "docs/locale" / code / "LC_MESSAGES" / page.with_suffix(".po")
            progress = catalog_progress(template, catalog)
            complete = "  declared complete" if page.as_posix() in translated[code] else ""
            print(f"{progress.percent:>5}%  {len(progress.missing):>4} of {progress.total:<4} "
                  f"missing  {page.as_posix()}{complete}")  # fmt: skip
    return 0
