"""Build the whole site: run the pages, write every language, put them in place at once."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import subprocess
import sys
import time
from functools import partial
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.config import Config
from sphinx.util.tags import Tags

from dlnotes.book import CONFIG_VALUES
from dlnotes.book.engine import executed, extension, stale
from dlnotes.book.engine.extension import configured_book
from dlnotes.book.engine.lock import only_build
from dlnotes.book.engine.recorder import hash_file
from dlnotes.book.engine.store import read_json, write_whole
from dlnotes.book.progress import Progress
from dlnotes.book.results import describe
from dlnotes.book.strings import LANGUAGES
from dlnotes.book.translation import catalog_progress
from dlnotes.book.writers import Writers

if TYPE_CHECKING:
    from dlnotes.book.engine.executors import PageExecutor

__all__ = ["Site", "build", "read_config", "update_translations"]

_MADE_BY_TOOLS = {".mo", ".pyc"}
_OTHERS: dict[str, Any] = {
    "html_extra_path": [],
    "html_static_path": [],
    "html_theme": "alabaster",
    "myst_enable_extensions": [],
    "nb_execution_allow_errors": False,
    "nb_execution_excludepatterns": [],
    "nb_kernel_rgx_aliases": {},
}
"""Options of other extensions that are needed before Sphinx runs."""

_ENTRANCE = """\
<!DOCTYPE html>
<html lang="{first}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="canonical" href="{first}/index.html">
{alternates}
<script>
var books = {codes}, wanted = navigator.languages || [navigator.language], book = books[0];
for (var i = 0; i < wanted.length; i++) {{
  var code = wanted[i].slice(0, 2);
  if (books.indexOf(code) >= 0) {{ book = code; break; }}
}}
location.replace(book + "/index.html" + location.hash);
</script>
</head>
<body>
<h1>{title}</h1>
<ul>
{links}
</ul>
</body>
</html>
"""


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

    def __init__(self, root: Path, output: Path | None = None) -> None:
        self.root, self.docs = root, root / "docs"
        self.output = output or root / "build"
        self.html, self.work = self.output / "html", self.output / "work"
        self.config = read_config(root)
        cache = self.output / "cache" if output else None
        self.book = configured_book(self.config, root, self.docs, cache)
        self.languages = [c for c in LANGUAGES if c in ("en", *self.config.book_translated)]

    async def build(self, *, force: bool = False) -> int:
        """Build it, as :func:`build`."""
        with only_build(self.book.cache, partial(print, flush=True)):
            started = time.monotonic()
            stamp = self.work / "built.json"
            key = self._key()
            last = read_json(stamp)
            unchanged = not force and self.html.exists() and last.get("key") == key
            if unchanged and all(result.state == "fresh" for result in stale(self.book)):
                where = self._show(self.html / "index.html")
                print(f"Nothing has changed. {last['summary']}: {where}")
                return 0
            writers = Writers(self.config, self.root)
            try:
                writers.warm_up()
                summary = await self.renew(writers, force=force)
            finally:
                await writers.close()
            if not summary:
                print(f"Not built ({time.monotonic() - started:.0f} s)", file=sys.stderr)
                return 1
            write_whole(stamp, json.dumps({"key": key, "summary": summary}))
            where = self._show(self.html / "index.html")
            print(f"Built {summary}: {where} ({time.monotonic() - started:.0f} s)")
            return 0

    async def renew(
        self, writers: Writers, *, force: bool = False, executor: PageExecutor | None = None
    ) -> str:
        """Run what is stale, write what has changed, put it in place.

        Parameters
        ----------
        writers : Writers
            Warming up or warm.
        force : bool
            Run every page and write every file anew.
        executor : PageExecutor, optional
            What to run pages with, if not one that ends with this call.

        Returns
        -------
        str
            What was built, in words; empty where anything in the book does not hold. What failed
            has been printed, and the site is as it was.
        """
        with Progress() as progress:
            results = await executed(self.book, force=force, report=progress, executor=executor)
            progress.summary(results)
        failed = [result for result in results if result.error]
        for result in failed:
            print(describe(result, self.root), file=sys.stderr)
        if failed:
            count = f"{len(failed)} of {len(results)} pages did not run to the end"
            print(f"{count}. The others are kept.", file=sys.stderr)
            return ""

        stamp = self.work / "built.json"
        if force or not stamp.exists():
            # After a build that failed, Sphinx would not repeat the warnings of pages it has read.
            shutil.rmtree(self.work, ignore_errors=True)
        stamp.unlink(missing_ok=True)
        _mirror(self.docs / "locale", self.work / "locale")
        names = ", ".join(LANGUAGES[code] for code in self.languages)
        print(f"Writing the pages: {names}", flush=True)
        codes = await asyncio.gather(*(writers.write(self._options(c)) for c in self.languages))
        broken = [c for c, code in zip(self.languages, codes, strict=True) if code]
        if broken:
            print(f"See the warnings above (language: {', '.join(broken)}).", file=sys.stderr)
            return ""

        try:
            _publish(self.work, self.languages, self.html, self.config.project)
        except shutil.Error as error:  # one for each file that could not be copied
            raise OSError(error.args[0][0][2]) from error
        finally:
            shutil.rmtree(self.html.with_name("html.new"), ignore_errors=True)
        claims = json.loads((self.html / "claims.json").read_text(encoding="utf-8"))
        measured = sum(claim["verdict"] != "cited" for claim in claims)
        pages = sum(1 for _ in self.docs.rglob("*.md"))
        languages = f"{pages} pages in {len(self.languages)} languages"
        return f"{languages}, {measured} claims measured and true"

    def _options(self, language: str) -> list[str]:
        """List the arguments of the Sphinx process that writes a language."""
        work = self.work / language
        options = ["--fail-on-warning", "--keep-going", "--quiet", "-b", "html"]
        options += [
            "-c",
            str(self.root),
            "-d",
            str(work / "doctrees"),
            "-D",
            f"language={language}",
        ]
        options += ["-D", "book_ready=1", "-D", f"book_cache={self.book.cache}"]
        options += ["-D", f"locale_dirs={self.work / 'locale'}"]
        return [*options, str(self.docs), str(work / "html")]

    def _key(self) -> str:
        """Hash everything that the site is made from, other than what only pages use."""
        digest = hashlib.sha256()
        for name, version in sorted({(d.name.lower(), d.version) for d in distributions()}):
            digest.update(f"{name} {version}\n".encode())
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


def _mirror(source: Path, target: Path) -> None:
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


def _publish(work: Path, languages: list[str], site: Path, title: str) -> None:
    """Assemble the site beside the old one and swap the two, so that it is never half written."""
    new, old = site.with_name("html.new"), site.with_name("html.old")
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)
    for code in languages:
        shutil.copytree(
            work / code / "html", new / code, ignore=shutil.ignore_patterns(".buildinfo*")
        )
    shutil.copy(new / languages[0] / "claims.json", new / "claims.json")
    alternate = '<link rel="alternate" hreflang="{0}" href="{0}/index.html">'
    link = '<li><a href="{0}/index.html" lang="{0}" hreflang="{0}">{1}</a></li>'
    entrance = _ENTRANCE.format(
        first=languages[0],
        title=title,
        codes=json.dumps(languages),
        alternates="\n".join(alternate.format(code) for code in languages),
        links="\n".join(link.format(code, LANGUAGES[code]) for code in languages),
    )
    (new / "index.html").write_text(entrance, encoding="utf-8")
    (new / ".nojekyll").touch()  # or GitHub Pages would drop the folders that start with _
    if site.exists():
        site.rename(old)
    new.rename(site)
    shutil.rmtree(old, ignore_errors=True)


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
