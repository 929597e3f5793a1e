"""Build the whole site: run the pages, write every language, put them in place at once."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

from sphinx.config import Config
from sphinx.util.tags import Tags

from dlnotes.book import CONFIG_VALUES, execute_pages
from dlnotes.book.execute import environment_key
from dlnotes.book.strings import LANGUAGES
from dlnotes.book.translation import catalog_progress

__all__ = ["build", "update_translations"]

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


def build(root: Path, *, force: bool = False) -> int:
    """Build the site of the book whose ``conf.py`` is in ``root``.

    Parameters
    ----------
    root : Path
        Folder of ``conf.py``; the pages are in its ``docs``, the site goes to ``build/html``.
    force : bool
        Run every page and write every file anew.

    Returns
    -------
    int
        Exit code: 0, or 1 where anything in the book does not hold. What failed has been printed,
        and ``build/html`` is as it was.
    """
    started = time.monotonic()
    config = _read_config(root)
    docs, site, work = root / "docs", root / "build/html", root / "build/work"
    results_key = environment_key(root / source for source in config.book_sources)
    key = environment_key([*(root / s for s in config.book_sources), root / "conf.py", docs])
    stamp = work / "built.json"
    if not force and stamp.exists() and site.exists():
        last = json.loads(stamp.read_text(encoding="utf-8"))
        if last["key"] == key:
            print(f"Nothing has changed. {last['summary']}: {_show(root, site)}/index.html")
            return 0

    results = execute_pages(config, root, docs, force=force)
    failed = [result for result in results.values() if result.error]
    for result in failed:
        print(result.describe(root), file=sys.stderr)
    if failed:
        return _failed(f"{len(failed)} of {len(results)} pages did not run to the end", started)

    languages = [code for code in LANGUAGES if code in ("en", *config.book_translated)]
    if force or not stamp.exists():
        # After a build that failed, Sphinx would not repeat the warnings of pages it has read.
        shutil.rmtree(work, ignore_errors=True)
    stamp.unlink(missing_ok=True)
    print(f"Writing the pages: {', '.join(LANGUAGES[code] for code in languages)}", flush=True)
    writers = {
        code: _start_sphinx(root, docs, work / code, code, results_key) for code in languages
    }
    codes = {code: writer.wait() for code, writer in writers.items()}
    if any(codes.values()):
        broken = ", ".join(code for code, exit_code in codes.items() if exit_code)
        return _failed(f"see the warnings above (language: {broken})", started)

    _publish(work, languages, site, config.project)
    claims = json.loads((site / "claims.json").read_text(encoding="utf-8"))
    measured = sum(claim["verdict"] != "cited" for claim in claims)
    pages = sum(1 for _ in docs.rglob("*.md"))
    summary = f"{pages} pages in {len(languages)} languages, {measured} claims measured and true"
    stamp.write_text(json.dumps({"key": key, "summary": summary}), encoding="utf-8")
    print(f"Built {summary}: {_show(root, site)}/index.html ({time.monotonic() - started:.0f} s)")
    return 0


def _read_config(root: Path) -> Config:
    """Read ``conf.py`` without starting Sphinx."""
    config = Config.read(root, overrides={}, tags=Tags())
    for name, default in CONFIG_VALUES.items():
        config.add(name, default, "", ())
    return config


def _failed(reason: str, started: float) -> int:
    print(f"Not built: {reason} ({time.monotonic() - started:.0f} s)", file=sys.stderr)
    return 1


def _show(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def _start_sphinx(
    root: Path, docs: Path, work: Path, language: str, results_key: str
) -> subprocess.Popen[bytes]:
    options = ["--fail-on-warning", "--keep-going", "--quiet", "-b", "html"]
    options += ["-c", str(root), "-d", str(work / "doctrees"), "-D", f"language={language}"]
    options += ["-D", f"book_key={results_key}"]
    return subprocess.Popen(
        [sys.executable, "-m", "sphinx", *options, str(docs), str(work / "html")], cwd=root
    )


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
    config = _read_config(root)
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
