"""The e-books and the PDF of a small book, and what is said where something is missing."""

import re
import shutil
import xml.etree.ElementTree as ET
import zipfile

import pytest
from pypdf import PdfReader

from dlnotes.book.printing import chromium
from dlnotes.book.printing.pages import plain

try:
    BROWSER = chromium.find_browser()
except chromium.NoBrowserError:
    BROWSER = ""

DOT = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="4" cx="4" cy="4"/></svg>'
)
MORE = """
```{figure} dot.svg
:alt: A black dot.

A dot.
```

$$
b = \\sqrt{2}
$$

:::{exercise}
:label: ex-a

How much?
:::

:::{solution} ex-a
Four and a quarter.
:::

See {doc}`index`.
"""
MORE_KOREAN = {
    r"b = \\sqrt{2}": r"b = \\sqrt{2}",
    "A dot.": "점 하나.",
    "A black dot.": "검은 점.",
    "How much?": "얼마인가?",
    "Four and a quarter.": "4와 4분의 1.",
    "See {doc}`index`.": "{doc}`index`를 보라.",
}
MATH = "{http://www.w3.org/1998/Math/MathML}math"
XHTML = "{http://www.w3.org/1999/xhtml}"


def pages(file):
    with zipfile.ZipFile(file) as epub:
        return {name: epub.read(name) for name in epub.namelist()}


def test_without_a_browser_there_is_no_pdf(book):
    run = book._run("-m", "dlnotes.book", "pdf", CHROMIUM="/no/such/browser")
    assert run.returncode == 1
    assert run.stdout == (
        "Not built: Chromium is needed, and CHROMIUM=/no/such/browser is no program. "
        "Install it, or name it: CHROMIUM=/path/to/chromium\n"
    )


@pytest.mark.skipif(shutil.which("java") is None, reason="epubcheck needs Java")
def test_the_e_books(book):
    book.write("docs/dot.svg", DOT)
    page = book.root / "docs/page.md"
    page.write_text(page.read_text(encoding="utf-8") + MORE, encoding="utf-8")
    catalog = book.root / "docs/locale/ko/LC_MESSAGES/page.po"
    entries = [f'msgid "{english}"\nmsgstr "{korean}"\n' for english, korean in MORE_KOREAN.items()]
    catalog.write_text("\n".join([catalog.read_text(encoding="utf-8"), *entries]), encoding="utf-8")

    run = book._run("-m", "dlnotes.book", "epub", SOURCE_DATE_EPOCH="1700000000")
    assert run.returncode == 0, run.stdout
    assert "epubcheck: fixture-en.epub, fixture-ko.epub: no errors, no warnings\n" in run.stdout
    assert re.search(r"Built build/fixture-en.epub, build/fixture-ko.epub \(\d+ s\)\n", run.stdout)

    files = {code: book.root / f"build/fixture-{code}.epub" for code in ("en", "ko")}
    for code, title, chapter, alt in (
        ("en", "Home", "Page", "A black dot."),
        ("ko", "집", "쪽", "검은 점."),
    ):
        contents = pages(files[code])
        assert next(iter(contents)) == "mimetype"
        package = contents["content.opf"].decode()
        assert f"<dc:language>{code}</dc:language>" in package
        assert f"<dc:title>{title}</dc:title>" in package
        assert "2023-11-14T22:13:20Z" in package
        assert re.search(r'href="page.xhtml" [^>]+ properties="mathml"', package)
        assert re.search(r'href="_static/cover.png" [^>]+ properties="cover-image"', package)
        assert f'<a href="page.xhtml">{chapter}</a>' in contents["nav.xhtml"].decode()

        root = ET.fromstring(contents["page.xhtml"])  # noqa: S314 - it is our own
        assert root.attrib["lang"] == code
        formulas = {formula.attrib["alttext"] for formula in root.iter(MATH)}
        assert formulas == {"a > 4", "b = \\sqrt{2}"}
        assert [image.attrib["alt"] for image in root.iter(f"{XHTML}img")] == [alt]
        folds = list(root.iter(f"{XHTML}details"))
        assert [fold.attrib.get("open") for fold in folds] == ["open", "open"]
        assert not [name for name in contents if name.endswith(".js")]
    english = pages(files["en"])["page.xhtml"].decode()
    assert "Four and a quarter." in english
    assert '<span class="pasted-text">4.2</span>' in english
    assert "4와 4분의 1." in pages(files["ko"])["page.xhtml"].decode()

    # again, where there is no Java: the same files, and it is said that nobody has checked them
    first = {code: file.read_bytes() for code, file in files.items()}
    again = book._run("-m", "dlnotes.book", "epub", SOURCE_DATE_EPOCH="1700000000", PATH="")
    assert again.returncode == 0, again.stdout
    assert "Not checked: epubcheck needs Java, which is not installed\n" in again.stdout
    assert {code: file.read_bytes() for code, file in files.items()} == first


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


def test_what_is_missing_is_named(monkeypatch):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(chromium.NoBrowserError, match="none was found"):
        chromium.find_browser()
    monkeypatch.setattr(chromium, "find_spec", lambda _: None)
    with pytest.raises(chromium.NoBrowserError, match="package playwright"):
        chromium.find_browser()


@pytest.mark.skipif(not BROWSER, reason="a PDF needs Chromium")
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


def test_a_book_that_does_not_hold_has_no_e_book(book):
    book.write("package/__init__.py", "def answer():\n    return 3.5\n")
    run = book._run("-m", "dlnotes.book", "epub")
    assert run.returncode == 1
    assert (
        "CheckError: answer-is-more-than-four: measured 3.5, expected greater than 4" in run.stdout
    )
    assert not list((book.root / "build").glob("*.epub"))


HIDDEN = (
    '<details class="admonition hide above-input"><summary aria-label="Toggle">'
    "<p>Show the code</p><p>Hide the code</p></summary><pre>plot()</pre></details>"
)


def test_code_that_only_draws_stays_folded_or_goes():
    assert plain(HIDDEN, folded_code=False) == ""
    kept = plain(HIDDEN, folded_code=True)
    assert "<summary>Show the code</summary><pre>plot()</pre>" in kept
    assert "open" not in kept


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<details><p>4</p></details>", '<details open="open"><p>4</p></details>'),
        ("<p>One<ul><li>two</li></ul></p>", "<div>One<ul><li>two</li></ul></div>"),
        ('<a href="../claims.json">list</a>', "list"),
        ('<a href="a.html#b">a</a>', '<a href="a.html#b">a</a>'),
        ('<a href="a.xhtml">a</a>', '<a href="a.xhtml">a</a>'),
        ('<a href="https://example.org/a.pdf">a</a>', '<a href="https://example.org/a.pdf">a</a>'),
        ('<div role="doc-biblioentry">x</div>', "<div>x</div>"),
        (
            "<math><semantics><mi>a</mi><annotation>a &lt;\n b</annotation></semantics></math>",
            '<math alttext="a &lt; b"><mi>a</mi></math>',
        ),
    ],
)
def test_a_page_is_rewritten_for_readers_that_cannot_click(before, after):
    assert plain(before, folded_code=True) == after
