"""The book as one PDF: all pages in one document, printed by Chromium.

Chromium knows neither the title of the chapter nor the number of the page that a link leads to. So
every chapter has a named page with its running title, and the document is printed twice: the first
time to see on which pages the chapters begin.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup

from dlnotes.book.printing.chromium import open_browser
from dlnotes.book.printing.document import HEADING, assemble

if TYPE_CHECKING:
    from pathlib import Path

    from sphinx.config import Config

__all__ = ["write"]

_NUMBERS = """numbers => {
  for (const [id, number] of Object.entries(numbers))
    document.querySelector(`.contents a[href="#${CSS.escape(id)}"] .number`).textContent = number;
}"""


def write(config: Config, folders: dict[str, Path], target: Path, *, moment: int) -> None:
    """Put pages together and print them.

    Parameters
    ----------
    config : sphinx.config.Config
        Names author, copyright and release.
    folders : dict of str to Path
        The pages of each language.
    target : Path
        The PDF.
    moment : int
        Its date, in seconds since 1970.

    Raises
    ------
    NotBuiltError
        If a link leads nowhere.
    """
    work = next(iter(folders.values())).parents[1]
    html = assemble(config, work, folders, moment)
    document = work / "book.html"
    document.write_text(html, encoding="utf-8")
    _print(document, target)
    headings = [tag.get_text() for tag in BeautifulSoup(html, "html.parser").find_all(HEADING)]
    _finish(config, target, headings, moment)


def _print(document: Path, target: Path) -> None:
    """Print twice, the second time with the numbers of pages in the contents."""
    options: dict[str, Any] = {
        "path": target,
        "prefer_css_page_size": True,
        "print_background": True,
        "outline": True,
        "tagged": True,
    }
    with open_browser() as browser:
        page = browser.new_page()
        page.goto(document.as_uri(), wait_until="load")
        page.evaluate("document.fonts.ready")
        page.pdf(**options)
        page.evaluate(_NUMBERS, _page_numbers(target))
        page.pdf(**options)


def _page_numbers(file: Path) -> dict[str, int]:
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.ERROR)  # it counts Chromium's objects otherwise
    reader = PdfReader(file)
    numbers = {}
    for name, target in reader.named_destinations.items():
        if "--" not in name:  # the beginning of a chapter
            number = reader.get_destination_page_number(target)
            numbers[name.lstrip("/")] = (number or 0) + 1
    return numbers


def _finish(config: Config, file: Path, headings: list[str], moment: int) -> None:
    """Say what the file is, and replace its dates."""
    from pypdf import PdfWriter
    from pypdf.generic import BooleanObject, DictionaryObject, NameObject

    writer = PdfWriter(clone_from=file)
    writer.pdf_header = "%PDF-1.7"
    date = time.strftime("D:%Y%m%d%H%M%SZ", time.gmtime(moment))
    writer.metadata = {
        "/Title": headings[0],
        "/Author": config.author,
        "/Subject": config.copyright,
        "/Creator": f"{config.project} {config.release}",
        "/CreationDate": date,
        "/ModDate": date,
    }
    shown = DictionaryObject({NameObject("/DisplayDocTitle"): BooleanObject(value=True)})
    writer.root_object[NameObject("/ViewerPreferences")] = shown
    writer.page_mode = "/UseOutlines"
    words = {"".join(heading.split()): " ".join(heading.split()) for heading in headings}
    _name_bookmarks(writer.root_object.get("/Outlines"), words)
    writer.write(file)


def _name_bookmarks(above: Any, words: dict[str, str]) -> None:
    """Give bookmarks the words of their headings: Chromium drops the spaces where lines end."""
    from pypdf.generic import NameObject, TextStringObject

    item = above and above.get_object().get("/First")
    while item:
        entry = item.get_object()
        squeezed = "".join(entry["/Title"].split())
        entry[NameObject("/Title")] = TextStringObject(words.get(squeezed, entry["/Title"]))
        _name_bookmarks(entry, words)
        item = entry.get("/Next")
