"""The PDF of a small book, and a page of the site on paper."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

_FIXTURES = Path(__file__).parents[1] / "book/conftest.py"
_spec = importlib.util.spec_from_file_location("book_fixtures", _FIXTURES)
_module = sys.modules["book_fixtures"] = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
book = _module.book

SECTIONS = """
## Wide code

```python
{line}
```

## To the other page

:::{{exercise}}
:label: ex-a

How much?
:::

:::{{solution}} ex-a
Four and a quarter, $\\frac{{17}}{{4}}$.
:::

{{doc}}`index` and {{claim}}`answer-is-more-than-four`.
"""


def bookmarks(reader, outline=None, level=0):
    for entry in reader.outline if outline is None else outline:
        if isinstance(entry, list):
            yield from bookmarks(reader, entry, level + 1)
        else:
            yield level, entry.title, reader.get_destination_page_number(entry) + 1


def links(reader):
    for page in reader.pages:
        for reference in page.get("/Annots", ()):
            annotation = reference.get_object()
            if "/Dest" in annotation:
                yield annotation["/Dest"]


def fonts(reader):
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            yield font.get_object()


def test_the_pdf(book):
    conf = (book.root / "conf.py").read_text(encoding="utf-8")
    book.write("conf.py", conf.replace('"index", "page"', '"index"') + 'author = "A. Author"\n')
    page = book.root / "docs/page.md"
    line = "x = [" + ", ".join(map(str, range(1000, 1060))) + "]"
    page.write_text(page.read_text(encoding="utf-8") + SECTIONS.format(line=line), encoding="utf-8")
    run = book._run("-m", "dlnotes.book", "pdf", SOURCE_DATE_EPOCH="1700000000")
    assert run.returncode == 0, run.stdout
    assert re.search(r"Built build/fixture.pdf \(\d+ s\)\n", run.stdout)
    reader = PdfReader(book.root / "build/fixture.pdf")

    # a chapter begins on a page of its own, and bookmarks and contents know which
    found = list(bookmarks(reader))
    assert found == [
        (0, "Contents · 차례", 3),
        (0, "Home", 4),
        (1, "Part", 5),
        (2, "Page", 5),
        (3, "Wide code", 5),
        (3, "To the other page", 5),
        (0, "집", 6),
        (1, "부", 7),
        (2, "쪽", 7),
        (3, "Wide code", 7),
        (3, "To the other page", 7),
    ]
    texts = [page.extract_text() for page in reader.pages]
    assert len(texts) == 7
    for title, number in (("Home", 4), ("Page", 5), ("집", 6), ("쪽", 7)):
        assert re.search(rf"{title}\s*{number}\b", texts[2])
        assert re.search(rf"\b{number}\b", texts[number - 1])

    # both languages, the solution, the formula, the code to its end
    assert "The answer is 4.2." in texts[4]
    assert "Four and a quarter" in texts[4]
    assert re.search(r"a\s*>\s*4", texts[4])
    assert "1059]" in texts[4].replace("\n", "")
    assert "답은 4.2입니다." in texts[6]
    assert "풀이" in texts[6]

    # links that lead somewhere, fonts that are there, what the file says of itself
    assert len(list(links(reader))) >= 10
    assert set(links(reader)) <= set(reader.named_destinations)
    for font in fonts(reader):
        if font["/Subtype"] != "/Type3":
            descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            assert "/FontFile2" in descriptor
    assert {"NanumGothic", "STIXGeneral-Regular"} <= {
        str(font.get("/BaseFont", "")).partition("+")[2] for font in fonts(reader)
    }
    assert reader.metadata.title == "Home"
    assert reader.metadata.author == "A. Author"
    assert reader.metadata["/CreationDate"] == "D:20231114221320Z"
    assert reader.root_object["/Lang"] == "en"
    assert reader.root_object["/MarkInfo"]["/Marked"]

    # again: the same file
    first = (book.root / "build/fixture.pdf").read_bytes()
    again = book._run("-m", "dlnotes.book", "pdf", SOURCE_DATE_EPOCH="1700000000")
    assert again.returncode == 0, again.stdout
    assert (book.root / "build/fixture.pdf").read_bytes() == first


HIDDEN = [".bd-sidebar-primary", ".prev-next-area", "button"]
STYLE = "(element, name) => getComputedStyle(element)[name]"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("code", ["en", "ko"])
def test_a_page_on_paper(page, address, code, theme):
    page.add_init_script(f"localStorage.setItem('mode', '{theme}')")
    page.goto(f"{address}/{code}/information/entropy.html")
    assert page.locator("html").get_attribute("data-theme") == theme
    page.emulate_media(media="print")
    for name in HIDDEN:
        assert page.locator(f"{name}:visible").count() == 0
    assert page.locator("details.solution p").first.is_visible()
    assert page.locator(".claim-evidence td").first.is_visible()
    assert not page.locator("details.hide pre").first.is_visible()
    figure = page.locator("figure").first.locator("img, svg").first
    assert figure.evaluate(STYLE, "filter") == "none"
    for name in ("body", ".bd-article", "div.cell_input", "pre"):
        color = page.locator(name).first.evaluate(STYLE, "backgroundColor")
        assert color in {"rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"}, name
    assert page.locator(".bd-article p").first.evaluate(STYLE, "color") == "rgb(0, 0, 0)"
