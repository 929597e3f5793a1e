"""All pages of the book in one HTML document, for the PDF."""

from __future__ import annotations

import json
import posixpath
import re
import time
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup

from dlnotes.book.fonts import nanum_gothic
from dlnotes.book.printing.cover import draw_cover
from dlnotes.book.printing.pages import CONTENTS
from dlnotes.book.site import NotBuiltError
from dlnotes.book.strings import LANGUAGES, text

if TYPE_CHECKING:
    from bs4 import Tag
    from sphinx.config import Config

__all__ = ["HEADING", "assemble"]

HEADING = re.compile(r"^(title|h[1-6])$")
"""Elements that hold the title of the book, or a heading."""

_STATIC = Path(__file__).with_name("static")
_A4 = (8.27, 11.69)


def assemble(config: Config, work: Path, folders: dict[str, Path], moment: int) -> str:
    """Put the pages of all languages together, behind a cover and contents without page numbers.

    Parameters
    ----------
    config : sphinx.config.Config
        Names author, copyright and release.
    work : Path
        Where the document is going to be.
    folders : dict of str to Path
        The pages of each language, below ``work``.
    moment : int
        Date of the book, in seconds since 1970.

    Returns
    -------
    str
        HTML.

    Raises
    ------
    NotBuiltError
        If a link leads nowhere.
    """
    books = {
        code: json.loads((folder / CONTENTS).read_text(encoding="utf-8"))
        for code, folder in folders.items()
    }
    first = next(iter(folders))
    chapters, contents, styles = [], [], []
    for code, book in books.items():
        skipped = set() if code == first else _untranslated(config, book)
        entries = []
        for part in book["parts"]:
            pages = [page for page in part["pages"] if page["name"] not in skipped]
            if part["caption"] and pages:
                entries.append(f'<li class="part">{escape(part["caption"])}</li>')
            for i, page in enumerate(pages):
                name = _id(code, page["name"])
                level = 2 if part["caption"] else 0 if page["name"] == config.root_doc else 1
                file = folders[code] / f"{page['name']}.html"
                body = _chapter(file, code, page["name"], work, level, skipped, first)
                head = ""
                if part["caption"] and i == 0:
                    head = f'<h2 class="part">{escape(part["caption"])}</h2>'
                chapters.append(
                    f'<section class="chapter" lang="{code}" id="{name}" style="page: {name}">'
                    f"{head}{body}</section>"
                )
                styles.append(
                    f'@page {name} {{ @top-right {{ content: "{_css(page["title"])}" }} }}'
                )
                entries.append(
                    f'<li><a href="#{name}"><span>{escape(page["title"])}</span>'
                    '<span class="number">000</span></a></li>'
                )
        contents.append(
            f'<div lang="{code}"><p class="language">{LANGUAGES[code]}</p>'
            f"<ol>{''.join(entries)}</ol></div>"
        )
    titles = [(code, book["title"]) for code, book in books.items()]
    draw_cover(work / "cover.svg", titles, size=_A4)
    (work / "pages.css").write_text("\n".join([*_fonts(work), *styles]), encoding="utf-8")
    _check_links("".join(chapters))
    words = " · ".join(text("contents", code) for code in folders)
    sheets = [
        *books[first]["formulas"],
        f"{first}/print/_static/book.css",
        str(_STATIC / "pdf.css"),
        "pages.css",
    ]
    return _DOCUMENT.format(
        language=first,
        title=escape(titles[0][1]),
        links="\n".join(f'<link rel="stylesheet" href="{sheet}">' for sheet in sheets),
        imprint=_imprint(config, titles, moment),
        words=words,
        contents="".join(contents),
        chapters="\n".join(chapters),
    )


_DOCUMENT = """\
<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<title>{title}</title>
{links}
</head>
<body>
<section class="cover"><img src="cover.svg" alt="{title}"></section>
{imprint}
<nav class="contents"><h1>{words}</h1>{contents}</nav>
{chapters}
</body>
</html>
"""


def _fonts(work: Path) -> list[str]:
    """Name the fonts that come with packages: the book looks the same wherever it is printed."""
    import matplotlib as mpl

    others = Path(mpl.get_data_path(), "fonts/ttf")
    faces = [
        ("Book Sans", "normal", "normal", _mended(nanum_gothic(), work)),
        ("Book Sans", "bold", "normal", _mended(nanum_gothic(bold=True), work)),
        ("Book Serif", "normal", "normal", others / "STIXGeneral.ttf"),
        ("Book Serif", "bold", "normal", others / "STIXGeneralBol.ttf"),
        ("Book Serif", "normal", "italic", others / "STIXGeneralItalic.ttf"),
        ("Book Serif", "bold", "italic", others / "STIXGeneralBolIta.ttf"),
        ("Book Code", "normal", "normal", others / "DejaVuSansMono.ttf"),
        ("Book Code", "bold", "normal", others / "DejaVuSansMono-Bold.ttf"),
        ("Book Code", "normal", "italic", others / "DejaVuSansMono-Oblique.ttf"),
        ("Book Signs", "normal", "normal", others / "DejaVuSans.ttf"),
    ]
    return [
        f'@font-face {{ font-family: "{name}"; font-weight: {weight}; font-style: {style}; '
        f"src: url({file.as_uri()}) }}"
        for name, weight, style, file in faces
    ]


def _mended(font: Path, work: Path) -> Path:
    """Copy a font without what Chromium cannot take, or takes literally.

    It refuses a font where the sources of its hints are empty. And where a control character shares
    the glyph of the space, it has the control character copied from the PDF, and not the space.
    """
    from fontTools.ttLib import TTFont

    target = work / font.name
    with TTFont(font, lazy=True) as tables:
        for tag in [tag for tag in tables.keys() if tag.startswith("TSI")]:  # noqa: SIM118
            del tables[tag]
        for table in tables["cmap"].tables:
            for character in [c for c in table.cmap if c < ord(" ")]:
                del table.cmap[character]
        tables.save(target)
    return target


def _imprint(config: Config, titles: list[tuple[str, str]], moment: int) -> str:
    date = time.strftime("%Y-%m-%d", time.gmtime(moment))
    lines = [f'<p class="title" lang="{code}">{escape(title)}</p>' for code, title in titles]
    lines += [
        f"<p>{escape(config.author)}</p>",
        f"<p>{escape(config.release)}, {date}</p>",
        f"<p>© {escape(config.copyright)}</p>",
    ]
    return f'<section class="imprint">{"".join(lines)}</section>'


def _untranslated(config: Config, book: dict[str, Any]) -> set[str]:
    """List the pages that are in one language only: they are printed once."""
    names = [page["name"] for part in book["parts"] for page in part["pages"]]
    patterns = config.book_untranslated
    return {name for name in names if any(Path(name).match(pattern) for pattern in patterns)}


def _chapter(  # noqa: PLR0917 - what a page is and where it goes
    file: Path, code: str, name: str, work: Path, level: int, skipped: set[str], first: str
) -> str:
    """Return the body of a page as a part of the document."""
    body = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser").body
    assert body is not None  # noqa: S101 - tells the type checker
    own = _id(code, name)
    for tag in body.find_all(id=True):
        tag["id"] = f"{own}--{tag['id']}"
    for tag in body.find_all(HEADING):
        tag.name = f"h{min(6, int(tag.name[1]) + level)}"
    for image in body.find_all("img", src=True):
        if ":" not in image["src"]:
            image["src"] = posixpath.join(
                file.parent.relative_to(work).as_posix(), str(image["src"])
            )
    for link in body.find_all("a", href=re.compile("^(?![a-z]+:)")):
        _point(link, code, name, skipped, first)
    return body.decode_contents()


def _point(link: Tag, code: str, name: str, skipped: set[str], first: str) -> None:
    path, _, anchor = str(link["href"]).partition("#")
    page = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
    page = page.removesuffix(".html")
    target = _id(first if page in skipped else code, page)
    link["href"] = f"#{target}--{anchor}" if anchor else f"#{target}"


def _id(code: str, name: str) -> str:
    return f"{code}-{re.sub('[^A-Za-z0-9]+', '-', name)}"


def _css(words: str) -> str:
    return words.replace("\\", "\\\\").replace('"', '\\"')


def _check_links(html: str) -> None:
    ids = set(re.findall(r'\bid="([^"]+)"', html))
    lost = sorted(set(re.findall(r'href="#([^"]+)"', html)) - ids)
    if lost:
        names = "\n".join(lost)
        raise NotBuiltError(f"In the PDF these links would lead nowhere:\n{names}", names)
