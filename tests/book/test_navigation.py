"""The sidebar and the links between pages: those of the theme, made once, and never out of date."""

import re
import shutil

import pytest
from bs4 import BeautifulSoup

CONF = """
project = "fixture"
extensions = ["dlnotes.book"]
html_theme = "sphinx_book_theme"
html_title = "Fixture"
html_theme_options = {}
myst_enable_extensions = ["dollarmath"]
katex_prerender = True
katex_css_path = "katex.css"
suppress_warnings = ["toc", "myst.header"]
"""

# What a screen reader says of an arrow that opens a list.
LABEL = re.compile(r'(<summary) aria-label="[^"]+"')

# Leaves the navigation to the theme.
BY_THEME = """
from dlnotes.book import navigation
navigation.connect = lambda app: None
"""

# Prints a line whenever the theme makes a sidebar.
COUNTED = """
from pydata_sphinx_theme import toctree
finish = toctree.add_collapse_checkboxes

def add_collapse_checkboxes(soup):
    print("sidebar made")
    finish(soup)

toctree.add_collapse_checkboxes = add_collapse_checkboxes
"""


def toctree(*entries, **options):
    lines = [f":{name}: {value}" for name, value in options.items()]
    return "\n".join(["```{toctree}", *lines, "", *entries, "```", ""])


@pytest.fixture
def pages(book):
    """A book of prose in folders instead of the fixture's."""
    shutil.rmtree(book.root / "docs")
    book.write("conf.py", CONF)
    page_of(book, "index", "Home", toctree("preface"), *PARTS)
    page_of(book, "preface", "Preface")
    page_of(book, "one/a", "A", "## Section")
    page_of(book, "one/b", "B")
    page_of(book, "two/index", "Two begins", toctree("c", "deep/d"))
    page_of(book, "two/c", "C")
    page_of(book, "two/deep/d", "D", toctree("/two/f"))
    page_of(book, "two/f", "F")
    page_of(book, "two/e", "E")
    book.write("docs/orphan.md", "---\norphan: true\n---\n\n# Orphan\n")
    return book


PARTS = [
    toctree("one/a", "one/b", caption="One"),
    toctree("two/index", "two/e", caption="Two", hidden=""),
]


def page_of(book, name, title, *rest):
    book.write(f"docs/{name}.md", "\n\n".join([f"# {title}", *rest]) + "\n")


def build(book):
    run = book.sphinx("-b", "html")
    assert run.returncode == 0, run.stdout
    return run.stdout


def html(book, name):
    return (book.root / f"out/{name}.html").read_text(encoding="utf-8")


def sidebar(book, name):
    """Outline a page's sidebar: captions and links, with a star on the way to the page."""
    lines = []
    for tag in BeautifulSoup(html(book, name), "html.parser").select(
        "nav.bd-docs-nav p.caption, nav.bd-docs-nav li"
    ):
        link = tag.find("a")
        line = "  " * len(tag.find_parents("ul")) + (link or tag).get_text()
        line += f" {link['href']}" if link else ""
        lines.append(line + (" *" if "current" in tag["class"] else ""))
    return lines


def files(folder):
    """Find the pages that were written, by name."""
    paths = [path for path in folder.rglob("*.html") if "_static" not in path.parts]
    return {path.relative_to(folder).with_suffix("").as_posix(): path for path in paths}


def times(book):
    always = {"genindex", "search"}  # which Sphinx writes every time
    found = files(book.root / "out")
    return {name: path.stat().st_mtime_ns for name, path in found.items() if name not in always}


def written(book, before):
    return {name for name, time in times(book).items() if before.get(name) != time}


WHOLE = """\
  Preface ../../preface.html
One
  A ../../one/a.html
  B ../../one/b.html
Two
  Two begins ../index.html *
    C ../c.html
    D # *
      F ../f.html
  E ../e.html\
"""


def test_a_short_sidebar_shows_the_whole_book(pages):
    pages.write("conf.py", CONF + COUNTED)
    output = build(pages)
    assert "\n".join(sidebar(pages, "two/deep/d")) == WHOLE
    assert sidebar(pages, "one/b")[:4] == [
        "  Preface ../preface.html",
        "One",
        "  A a.html",
        "  B # *",
    ]
    assert sidebar(pages, "orphan") == sidebar(pages, "search")

    # one for each folder: the root, one, two, two/deep
    assert output.count("sidebar made") == 4


def test_a_long_sidebar_shows_the_part_of_the_page(pages):
    pages.write("conf.py", CONF + COUNTED + "book_sidebar_pages = 7\n")
    output = build(pages)
    closed = ["  Preface preface.html", "One one/a.html", "Two two/index.html"]
    assert sidebar(pages, "index") == sidebar(pages, "orphan") == closed
    assert sidebar(pages, "preface") == ["  Preface # *", *closed[1:]]
    assert (
        "\n".join(sidebar(pages, "one/a"))
        == """\
  Preface ../preface.html
One
  A # *
  B b.html
Two ../two/index.html"""
    )
    assert sidebar(pages, "two/e")[3:] == ["  Two begins index.html", "  E # *"]
    begin, c, d, e = "  Two begins index.html", "    C c.html", "    D deep/d.html", "  E e.html"
    assert sidebar(pages, "two/index")[3:] == ["  Two begins # *", c, d, e]
    assert sidebar(pages, "two/c")[3:] == [f"{begin} *", "    C # *", d, e]
    assert sidebar(pages, "two/f")[3:] == [f"{begin} *", c, f"{d} *", "      F # *", e]

    # The root; one; in two with the list of Two closed, open, and with that of D open; two/deep.
    assert output.count("sidebar made") == 6


@pytest.mark.parametrize(
    "options",
    [
        {"show_navbar_depth": 2, "max_navbar_depth": 2},
        {"show_navbar_depth": 0, "home_page_in_toc": True},
        {"show_navbar_depth": 3, "max_navbar_depth": 0, "collapse_navbar": True},
    ],
    ids=["some levels", "captions fold", "parts of the page only"],
)
def test_a_short_sidebar_is_to_the_byte_that_of_the_theme(pages, options):
    odd = toctree("Named <one/b>", "two/index", "self", "Away <https://example.org>", "한글 쪽")
    numbered = toctree("preface", caption="*Numbers* & signs", numbered="", maxdepth="1")
    page_of(pages, "index", "Home", odd, *PARTS, numbered, toctree(caption="Nothing"))
    page_of(pages, "한글 쪽", "글 $x^2$ *b* `c` <d> & e", "# Second", "## Third")
    conf = CONF.replace("html_theme_options = {}", f"html_theme_options = {options}")
    pages.write("conf.py", conf)
    build(pages)
    (pages.root / "out").rename(pages.root / "ours")
    pages.write("conf.py", conf + BY_THEME)
    build(pages)
    ours, by_theme = files(pages.root / "ours"), files(pages.root / "out")
    assert len(ours) == 13
    for name, path in by_theme.items():
        labelled = ours[name].read_text("utf-8")
        assert LABEL.sub(r"\1", labelled) == path.read_text("utf-8"), name
    named = [name for name, path in ours.items() if LABEL.search(path.read_text("utf-8"))]
    assert ("two/f" in named) == ("home_page_in_toc" not in options)  # there parts fold by name


def test_a_page_that_is_added_appears_wherever_it_should(pages):
    numbered = toctree("preface", numbered="")
    page_of(pages, "index", "Home", numbered, *PARTS)
    build(pages)
    before = times(pages)
    build(pages)
    assert written(pages, before) == set()

    page_of(pages, "one/new", "New")
    page_of(pages, "index", "Home", numbered, toctree("one/a", "one/new"), PARTS[1])
    build(pages)
    assert written(pages, before) == {*before, "one/new"}
    assert sidebar(pages, "two/deep/d")[2] == "  New ../../one/new.html"


@pytest.mark.parametrize("theme", ["sphinx_book_theme", "basic"])
def test_only_pages_that_show_a_change_are_written(pages, theme):
    conf = CONF.replace("sphinx_book_theme", theme)
    pages.write("conf.py", conf + "book_sidebar_pages = 7\n")
    build(pages)
    before = times(pages)
    page_of(pages, "one/b", "B renamed")
    build(pages)
    # the other page of the part, the next page, which leads back, and the page that lists it
    assert written(pages, before) == {"one/a", "one/b", "two/index", "index"}
