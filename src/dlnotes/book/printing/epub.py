"""The Sphinx builder of the e-book."""

from __future__ import annotations

import os
import re
import uuid
import zipfile
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.builders.epub3 import Epub3Builder
from sphinxcontrib import katex

from dlnotes.book.printing.cover import draw_cover
from dlnotes.book.printing.pages import PlainPages
from dlnotes.book.strings import text
from dlnotes.book.web.figures import named_once

__all__ = ["BookEpub"]

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first date that a ZIP file knows

_ACCESS = """\
    <meta property="schema:accessMode">textual</meta>
    <meta property="schema:accessMode">visual</meta>
    <meta property="schema:accessModeSufficient">textual</meta>
    <meta property="schema:accessibilityFeature">alternativeText</meta>
    <meta property="schema:accessibilityFeature">MathML</meta>
    <meta property="schema:accessibilityFeature">structuralNavigation</meta>
    <meta property="schema:accessibilityFeature">tableOfContents</meta>
    <meta property="schema:accessibilityHazard">none</meta>
  </metadata>"""


class BookEpub(PlainPages, Epub3Builder):
    """Writes an EPUB 3 file that says what is in it, and is the same every time."""

    folded_code = True
    style_sheets = ("book.css", "epub.css")

    def init(self) -> None:
        """Set the options of Sphinx's EPUB builder."""
        config = self.config
        address = f"{config.project}/{config.language}"
        config.epub_basename = f"{config.project}-{config.language}"
        config.epub_contributor = config.author
        config.epub_copyright = config.copyright or config.author
        config.epub_cover = ("_static/cover.png", "cover")
        config.epub_identifier = uuid.uuid5(uuid.NAMESPACE_URL, address).urn
        config.epub_scheme, config.epub_uid = "UUID", "book"
        config.epub_show_urls = "no"
        config.epub_tocscope = "includehidden"
        config.epub_tocdup = False
        config.epub_use_index = config.html_domain_indices = False
        config.version = config.version or config.release or "0"
        katex.KATEX_DEFAULT_OPTIONS["output"] = "mathml"
        super().init()

    def handle_page(
        self,
        pagename: str,
        addctx: dict[str, Any],
        templatename: str = "page.html",
        *,
        outfilename: Path | None = None,
        event_arg: Any = None,
    ) -> None:
        """Write a page, or the cover."""
        if templatename == "cover":
            image, title = addctx["image"], escape(self._title)
            body = f'<div class="cover"><img src="{image}" alt="{title}" /></div>'
            addctx = {"title": title, "body": body}
        super().handle_page(
            pagename, addctx, templatename, outfilename=outfilename, event_arg=event_arg
        )

    @property
    def _title(self) -> str:
        return self.env.titles[self.config.root_doc].astext()

    def content_metadata(self) -> dict[str, Any]:
        """Name the book by the title of its first page, and describe it by its first words."""
        metadata = super().content_metadata()
        first = next(self.env.get_doctree(self.config.root_doc).findall(nodes.paragraph), None)
        words = first.astext() if first is not None else self._title
        metadata["title"] = escape(self._title)
        metadata["description"] = escape(" ".join(words.split()))
        metadata["ibook_scroll_axis"] = metadata["ibook_scroll_axis"] or "vertical"
        return metadata

    def toc_metadata(self, level: int, navpoints: Any) -> dict[str, Any]:
        """Name the book and its reader's table of contents."""
        metadata = super().toc_metadata(level, navpoints)
        metadata["title"] = escape(self._title)
        metadata["uid"] = self.config.epub_identifier
        return metadata

    def navigation_doc_metadata(self, navlist: Any) -> dict[str, Any]:
        """Head the table of contents in the language of the book."""
        metadata = super().navigation_doc_metadata(navlist)
        metadata["toc_locale"] = text("contents", self.config.language)
        return metadata

    def build_content(self) -> None:
        """Draw the cover; declare which pages have formulas or drawings in them.

        Drawings lose the ids that nothing refers to, since several photographs have the same.
        """
        for drawing in Path(self.outdir, self.imagedir).rglob("*.svg"):
            drawing.write_text(named_once(drawing.read_text(encoding="utf-8")), encoding="utf-8")
        draw_cover(Path(self.outdir, "_static/cover.png"), [(self.config.language, self._title)])
        super().build_content()
        file = Path(self.outdir, "content.opf")
        package = file.read_text(encoding="utf-8")
        package = re.sub(r'<item id="[^"]+" href="([^"]+)"[^>]*?(?= */>)', self._declare, package)
        package = package.replace("  </metadata>", _ACCESS, 1)
        file.write_text(package, encoding="utf-8")

    def _declare(self, item: re.Match[str]) -> str:
        name = item[1]
        properties = []
        if name == self.config.epub_cover[0]:
            properties.append("cover-image")
        elif name.endswith(self.out_suffix) and name != "nav.xhtml":
            page = Path(self.outdir, name).read_text(encoding="utf-8")
            properties += [
                p for tag, p in (("math", "mathml"), ("svg", "svg")) if f"<{tag} " in page
            ]
        return item[0] + (f' properties="{" ".join(properties)}"' if properties else "")

    def build_epub(self) -> None:
        """Write the file, with no date of this machine in it."""
        names = ["META-INF/container.xml", "content.opf", "toc.ncx", *sorted(self.files)]
        file = Path(self.outdir, f"{self.config.epub_basename}.epub")
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as epub:
            for name in ["mimetype", *names]:  # first, and not compressed
                entry = zipfile.ZipInfo(name, _EPOCH)
                entry.external_attr = 0o644 << 16
                kind = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
                epub.writestr(entry, Path(self.outdir, os.fsdecode(name)).read_bytes(), kind)
