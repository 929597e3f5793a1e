"""The e-books of a small book, and what is said where something is missing."""

import re
import xml.etree.ElementTree as ET
import zipfile

import pytest

from dlnotes.book.printing.pages import plain

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
        "Not built: a PDF needs Chromium, and CHROMIUM=/no/such/browser is no program. "
        "Install it, or name it: CHROMIUM=/path/to/chromium\n"
    )


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
