"""What other programs are told about a page: search engines, and whoever shows a link to it.

Every page has a description, Open Graph tags and structured data. An address that has to be
absolute is there only if ``html_baseurl`` says where the site will be: the canonical one, that of
the page in the other languages, a picture, and the map of the site.
"""

from __future__ import annotations

import json
import re
import textwrap
from html import escape, unescape
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.locale import _

from dlnotes.book.claims import claims_domain
from dlnotes.book.reading_order import reading_order
from dlnotes.book.strings import LANGUAGES
from dlnotes.book.web.cards import SIZE, Card, draw

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinx.application import Sphinx
    from sphinx.builders.html import StandaloneHTMLBuilder

__all__ = ["Sharing", "connect", "describe", "sitemap"]

SITEMAP = "sitemap.xml"

_SOURCE = next(iter(LANGUAGES))
_LOCALES = {"en": "en_US", "ko": "ko_KR"}
_CARDS = "_cards"
_LENGTH = 160
"""Characters of a description that search engines show."""

_SITEMAP = """\
<?xml version="1.0" encoding="utf-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
        xmlns:xhtml="http://www.w3.org/1999/xhtml">
{}
</urlset>
"""

Tags = list[tuple[str, str, str]]


class Sharing:
    """Writes the tags of the pages of one language, their pictures, and the map of the site.

    Parameters
    ----------
    builder : sphinx.builders.html.StandaloneHTMLBuilder
        Is going to write the pages.
    """

    def __init__(self, builder: StandaloneHTMLBuilder) -> None:
        config = builder.config
        self._builder, self._config, self._env = builder, config, builder.env
        self._language = config.language
        self._base = config.html_baseurl and config.html_baseurl.rstrip("/") + "/"
        # The driver of the site adds the language to the address; Sphinx alone does not.
        end = f"/{self._language}/"
        self._root = self._base[: 1 - len(end)] if self._base.endswith(end) else ""

    def add_tags(
        self, _app: Sphinx, page: str, _template: str, context: dict[str, Any], doctree: Any
    ) -> None:
        """Add to what Sphinx writes into the head of a page."""
        languages = self.languages(page)
        code = self._language if self._language in languages else _SOURCE
        title = self._title(page, context)
        book = self._config.html_title
        what = describe(doctree) if doctree else f"{title} - {book}"
        home = page == self._config.root_doc
        tags: Tags = [
            ("name", "description", what),
            ("property", "og:title", title),
            ("property", "og:description", what),
            ("property", "og:type", "book" if home else "article"),
            ("property", "og:site_name", book),
            ("property", "og:locale", _LOCALES.get(code, code)),
        ]
        tags += [
            ("property", "og:locale:alternate", _LOCALES.get(other, other))
            for other in languages
            if other != code
        ]
        links: list[str] = []
        picture = ""
        if self._base:
            context["pageurl"] = self._url(code, page)  # Sphinx makes the canonical link of it
            card = Card(title, reading_order(self._env).get(page, ""), book)
            picture = f"{self._base}{_CARDS}/{card.name}"
            draw(card, Path(self._builder.outdir, _CARDS, card.name))
            tags += [
                ("property", "og:url", context["pageurl"]),
                ("property", "og:image", picture),
                ("property", "og:image:width", str(SIZE[0])),
                ("property", "og:image:height", str(SIZE[1])),
                ("property", "og:image:alt", card.words),
            ]
            if code == self._language:
                link = '<link rel="alternate" hreflang="{}" href="{}" />'
                others = self._alternates(page).items()
                links = [link.format(name, escape(url)) for name, url in others]
        tags.append(("name", "twitter:card", "summary_large_image" if picture else "summary"))
        lines = [
            f'<meta {kind}="{name}" content="{escape(content)}" />' for kind, name, content in tags
        ]
        if doctree:
            data = self._data(page, code, title, what, picture)
            lines.append(f'<script type="application/ld+json">{data}</script>')
        before = context.get("metatags", "")  # pages that Sphinx makes have none
        context["metatags"] = "\n    ".join([before, *lines, *links]) + "\n"

    def languages(self, page: str) -> list[str]:
        """List the languages that a page is there in, untranslated ones left out."""
        translated = self._config.book_translated
        if not self._root:
            return [self._language]
        return [
            code
            for code in LANGUAGES
            if code == _SOURCE
            or (
                code in translated
                and (page in translated[code] or page not in self._env.found_docs)
            )
        ]

    def finish(self, _app: Sphinx, exception: Exception | None) -> None:
        """Write the map of the site, and remove the pictures that no page shows any more."""
        if exception:
            return
        out = Path(self._builder.outdir)
        used: set[str] = set()
        if (out / _CARDS).exists():
            for file in out.rglob("*.html"):
                used.update(re.findall(rf"/{_CARDS}/(\w+\.png)", file.read_text(encoding="utf-8")))
            for file in (out / _CARDS).iterdir():
                if file.name not in used:
                    file.unlink()
        (out / SITEMAP).unlink(missing_ok=True)
        if self._root and self._language == _SOURCE:
            entries = [
                (self._url(code, page), self._alternates(page))
                for page in sorted(self._env.found_docs)
                for code in self.languages(page)
            ]
            (out / SITEMAP).write_text(sitemap(entries), encoding="utf-8")

    def _alternates(self, page: str) -> dict[str, str]:
        """Return the address of a page in each language, if there are several."""
        codes = self.languages(page)
        if len(codes) == 1:
            return {}
        # The entrance of the site leads to the language that the reader prefers.
        home = page == self._config.root_doc
        anyone = self._root if home else self._url(_SOURCE, page)
        return {code: self._url(code, page) for code in codes} | {"x-default": anyone}

    def _url(self, code: str, page: str) -> str:
        where = f"{self._root}{code}/" if self._root else self._base
        return where + self._builder.get_target_uri(page)

    def _title(self, page: str, context: dict[str, Any]) -> str:
        if page in self._env.titles:
            return self._env.titles[page].astext()
        made = {"genindex": _("Index"), "search": _("Search")}  # their templates have the titles
        title = made.get(page) or context.get("title") or context.get("indextitle", page)
        return unescape(re.sub(r"<[^>]+>", "", str(title)))

    def _data(self, page: str, code: str, title: str, what: str, picture: str) -> str:
        """Describe a page in the words of schema.org, as JSON that may stand in HTML."""
        config = self._config
        home = page == config.root_doc
        chapter = page in claims_domain(self._env).measured  # a page whose cells run
        data: dict[str, Any] = {
            "@context": "https://schema.org",
            "@type": ["Chapter", "LearningResource"] if chapter else "WebPage",
            "name": title,
            "description": what,
            "inLanguage": code,
            "author": {"@type": "Organization", "name": config.author},
            "isAccessibleForFree": True,
        }
        if config.book_license:
            data["license"] = config.book_license
        if self._base:
            data |= {"url": self._url(code, page), "image": picture}
        if home:
            data |= {"@type": "Book", "bookFormat": "https://schema.org/EBook"}
        else:
            data["isPartOf"] = {"@type": "Book", "name": config.html_title}
            if self._base:
                data["isPartOf"]["url"] = self._url(code, config.root_doc)
        return json.dumps(data, ensure_ascii=False).replace("<", r"\u003c")


def describe(doctree: nodes.document) -> str:
    """Describe a page by its first paragraph, shortened at the end of a word.

    Parameters
    ----------
    doctree : docutils.nodes.document
        The page. What it says of itself with ``description`` in ``html_meta`` comes first.

    Returns
    -------
    str
        Up to 160 characters.
    """
    said = [
        meta["content"] for meta in doctree.findall(nodes.meta) if meta.get("name") == "description"
    ]
    first = (p.astext() for p in doctree.findall(nodes.paragraph) if _is_text(p.parent))
    return textwrap.shorten(next(chain(said, first), ""), _LENGTH, placeholder=" …")


def _is_text(parent: Any) -> bool:
    """Tell the text of a page from notes, lists and what cells have shown."""
    plain = isinstance(parent, nodes.container) and "nb_element" not in parent
    return plain or isinstance(parent, nodes.section)


def sitemap(entries: Iterable[tuple[str, dict[str, str]]]) -> str:
    """Write a map of a site.

    Parameters
    ----------
    entries : iterable of (str, dict of str to str)
        The address of each page, and that of the page in each language.

    Returns
    -------
    str
        XML as search engines read it. It has no dates: they would be those of the build.

    Examples
    --------
    >>> "<loc>https://a.org/?b&amp;c</loc>" in sitemap([("https://a.org/?b&c", {})])
    True
    """
    link = '  <xhtml:link rel="alternate" hreflang="{}" href="{}"/>'
    urls = []
    for url, others in entries:
        links = [link.format(code, escape(address)) for code, address in others.items()]
        urls.append("\n".join([f"<url><loc>{escape(url)}</loc>", *links]) + "</url>")
    return _SITEMAP.format("\n".join(urls))


def connect(app: Sphinx) -> None:
    """Add tags to the pages of a book that is written as HTML."""
    app.add_config_value("book_license", "", "html")
    app.connect("builder-inited", _start)


def _start(app: Sphinx) -> None:
    if app.builder.name == "html":
        builder: Any = app.builder
        sharing = Sharing(builder)
        app.connect("html-page-context", sharing.add_tags, priority=900)  # when the rest is known
        app.connect("build-finished", sharing.finish)
