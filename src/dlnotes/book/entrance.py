"""The files at the root of a site, above its languages."""

from __future__ import annotations

import hashlib
import shutil
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sphinx.errors import ConfigError

from dlnotes.book.strings import LANGUAGES, text
from dlnotes.book.web.sharing import SITEMAP

if TYPE_CHECKING:
    from sphinx.config import Config

__all__ = ["missing_page", "public_address", "write_entrance"]

_SCRIPT = "entrance.js"
_STATIC = Path(__file__).with_name("web") / "static"

_PAGE = """\
<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>{name}</title>
{head}
</head>
<body style="max-width: 36rem; margin: 10vh auto; padding: 0 1rem; background: Canvas;
 color: CanvasText; font: 1.125rem/1.6 system-ui">
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""

_MISSING = """\
<section lang="{code}">
<h2>{title}</h2>
<p>{advice}</p>
{links}</section>
"""

_LINKS = """\
<p><a href="{at}{code}/index.html">{home}</a></p>
<form action="{at}{code}/search.html" role="search">
<input type="search" name="q" aria-label="{search}" style="font: inherit; max-width: 60%" required>
<button style="font: inherit">{search}</button>
</form>
"""


def public_address(config: Config) -> str:
    """Return where the site will be, as ``html_baseurl`` says, or nothing.

    Parameters
    ----------
    config : sphinx.config.Config
        Options of the book.

    Returns
    -------
    str
        Ends with a slash.

    Raises
    ------
    sphinx.errors.ConfigError
        If it is no address.
    """
    address: str = config.html_baseurl or ""
    parts = urlsplit(address)
    if address and not (parts.scheme in {"http", "https"} and parts.hostname):
        raise ConfigError(
            "`html_baseurl` must be an address such as https://example.org/book/. "
            f"Received: {address}"
        )
    return address and address.rstrip("/") + "/"


def write_entrance(site: Path, languages: list[str], title: str, address: str) -> None:
    """Write what is at the root of a site.

    That is the page that leads to the languages, the one for addresses that lead nowhere, and what
    search engines ask for.

    Parameters
    ----------
    site : Path
        Holds the folders of the languages.
    languages : list of str
        Their codes.
    title : str
        Of the site.
    address : str
        Where it will be, or nothing.
    """
    (site / "index.html").write_text(_index(languages, title, address), encoding="utf-8")
    (site / "404.html").write_text(missing_page(languages, title, address), encoding="utf-8")
    robots = "User-agent: *\nDisallow:\n"
    if address:
        shutil.copy2(site / languages[0] / SITEMAP, site / SITEMAP)
        robots += f"Sitemap: {address}{SITEMAP}\n"
    (site / "robots.txt").write_text(robots, encoding="utf-8")
    (site / ".nojekyll").touch()  # or GitHub Pages would drop the folders that start with _


def _index(languages: list[str], title: str, address: str) -> str:
    version = hashlib.sha256((_STATIC / _SCRIPT).read_bytes()).hexdigest()[:8]
    script = f"{languages[0]}/_static/{_SCRIPT}?v={version}"
    head = [f'<script src="{script}" data-books="{" ".join(languages)}"></script>']
    if address:
        here = escape(address)
        link = f'<link rel="alternate" hreflang="{{}}" href="{here}{{}}">'
        head.append(f'<link rel="canonical" href="{here}">')
        head += [link.format(code, f"{code}/index.html") for code in languages]
        head.append(link.format("x-default", ""))
    item = '<li><a href="{0}/index.html" lang="{0}" hreflang="{0}">{1}</a></li>'
    items = "\n".join(item.format(code, LANGUAGES[code]) for code in languages)
    return _PAGE.format(
        language=languages[0],
        name=escape(title),
        title=escape(title),
        head="\n".join(head),
        body=f"<ul>\n{items}\n</ul>",
    )


def missing_page(languages: list[str], title: str, address: str) -> str:
    """Write the page that hosts show where there is none, at any depth below the root.

    So its links start at the root of the host, and there are none if the way from there to the
    book is not known. It needs no other file, for the same reason.

    Parameters
    ----------
    languages, title, address
        As for :func:`write_entrance`.

    Returns
    -------
    str
        HTML.
    """
    at = escape(urlsplit(address).path)
    body = ""
    for code in languages:
        words = {name: text(name, code) for name in ("home", "search")}
        body += _MISSING.format(
            code=code,
            title=text("missing", code),
            advice=text("missing-advice" if address else "missing-advice-alone", code).format(code),
            links=_LINKS.format(at=at, code=code, **words) if address else "",
        )
    return _PAGE.format(
        language=languages[0],
        name=f"404 - {escape(title)}",
        title=escape(title),
        head='<meta name="robots" content="noindex">',
        body=body,
    )
