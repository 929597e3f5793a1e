"""What the builders of the e-book and of the pages of the PDF have in common; the latter.

Both write each page as its text alone, in a plain frame: no template, no script and no style sheet
of the site, whatever a theme or another extension adds to it. Folds are open, as paper has none.
"""

from __future__ import annotations

import json
import re
from html import escape
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup
from myst_nb.core.render import base_render_priority
from sphinx.builders.html import StandaloneHTMLBuilder

from dlnotes.book.reading_order import reading_order

if TYPE_CHECKING:
    from bs4 import Tag

__all__ = ["CONTENTS", "BookPages", "PlainPages", "plain"]

CONTENTS = "contents.json"
"""File with the order and the titles of the pages, beside them."""

_STATIC = Path(__file__).with_name("static")
_BLOCKS = ["blockquote", "div", "dl", "ol", "pre", "table", "ul"]
_LINK_TO_FILE = re.compile(r"^(?![a-z]+:)[^#]*\.(?!x?html\b)[a-z]+$")
"""A link to a file of the site that is no page, such as claims.json."""

_FRAME = """\
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" \
lang="{language}" xml:lang="{language}">
<head>
<meta charset="utf-8" />
<title>{title}</title>
{links}
</head>
<body>
{body}
</body>
</html>
"""


def plain(body: str, *, folded_code: bool) -> str:
    """Rewrite the body of a page for readers that cannot click, as well-formed XHTML.

    Parameters
    ----------
    body : str
        What Sphinx wrote.
    folded_code : bool
        Whether code that is folded on the site, as it only draws, stays, folded.

    Returns
    -------
    str
        The same text. Measurements and solutions are unfolded, formulas in MathML have their TeX as
        alternative text.
    """
    soup = BeautifulSoup(body, "html.parser")
    for fold in soup.find_all("details"):
        if fold.has_attr("class") and "hide" in fold["class"]:
            if not folded_code:
                fold.decompose()
                continue
            _name_fold(fold)
        else:
            fold["open"] = "open"
    for wrapper in soup.select(".toctree-wrapper"):
        wrapper.decompose()
    for tag in soup.select("[role=doc-biblioentry]"):
        del tag["role"]
    for paragraph in soup.find_all("p"):
        if paragraph.find(_BLOCKS):
            paragraph.name = "div"
    for formula in soup.find_all("math"):
        _name_formula(formula)
    for link in soup.find_all("a", href=_LINK_TO_FILE):
        link.unwrap()
    return str(soup)


def _name_fold(fold: Tag) -> None:
    """Leave one name of a fold of MyST-NB, which has two and shows one of them."""
    summary = fold.summary
    if summary is not None:
        words = summary.get_text("\n", strip=True).split("\n")
        summary.attrs.clear()
        summary.string = words[0]


def _name_formula(formula: Tag) -> None:
    semantics, source = formula.find("semantics"), formula.find("annotation")
    if semantics is not None and source is not None:
        formula["alttext"] = " ".join(source.get_text().split())
        source.decompose()
        semantics.unwrap()


class PlainPages(StandaloneHTMLBuilder):
    """What both builders have in common."""

    add_permalinks = False
    copysource = False
    embedded = True
    search = False
    folded_code = False

    def gen_indices(self) -> None:
        """Leave the index out: the contents name every page."""

    def gen_additional_pages(self) -> None:
        """Add no page."""

    def copy_static_files(self) -> None:
        """Write the style sheets of this package alone."""
        target = Path(self.outdir, "_static")
        target.mkdir(parents=True, exist_ok=True)
        assert self.highlighter is not None  # noqa: S101 - tells the type checker
        sheets = [(_STATIC / name).read_text(encoding="utf-8") for name in self.style_sheets]
        style = "\n".join([self.highlighter.get_stylesheet(), *sheets])
        (target / "book.css").write_text(style, encoding="utf-8")

    style_sheets: tuple[str, ...] = ("book.css",)

    def handle_page(  # Sphinx's signature
        self,
        pagename: str,
        addctx: dict[str, Any],
        templatename: str = "page.html",
        *,
        outfilename: Path | None = None,
        event_arg: Any = None,
    ) -> None:
        """Write a page without any template."""
        del templatename, event_arg
        file = Path(outfilename or self.get_outfilename(pagename))
        file.parent.mkdir(parents=True, exist_ok=True)
        up = "../" * pagename.count("/")
        body = plain(addctx["body"], folded_code=self.folded_code)
        title = BeautifulSoup(addctx.get("title", ""), "html.parser").get_text()
        link = f'<link rel="stylesheet" type="text/css" href="{up}_static/book.css" />'
        page = _FRAME.format(
            language=self.config.language, title=escape(title), links=link, body=body
        )
        file.write_text(page, encoding="utf-8")


class BookPages(PlainPages):
    """Writes pages for :mod:`~dlnotes.book.printing.pdf` to put together."""

    name = "print"

    def init(self) -> None:
        """Choose among the forms of an output as for a site."""
        forms = [(self.name, *form) for form in base_render_priority()["html"].items()]
        self.config.nb_mime_priority_overrides = [*self.config.nb_mime_priority_overrides, *forms]
        super().init()

    def finish(self) -> None:
        """Write what is beside the pages."""
        self.copy_image_files()
        self.copy_static_files()
        config = self.config
        sheets = [Path(self.app.confdir, f, config.katex_css_path) for f in config.html_static_path]
        contents = {
            "formulas": [sheet.as_uri() for sheet in sheets if sheet.is_file()],
            "title": self.env.titles[config.root_doc].astext(),
            "parts": [
                {"caption": caption, "pages": [self._entry(name) for name, _ in pages]}
                for caption, pages in groupby(reading_order(self.env).items(), itemgetter(1))
            ],
        }
        file = Path(self.outdir, CONTENTS)
        file.write_text(json.dumps(contents, ensure_ascii=False), encoding="utf-8")

    def _entry(self, name: str) -> dict[str, str]:
        return {"name": name, "title": self.env.titles[name].astext()}
