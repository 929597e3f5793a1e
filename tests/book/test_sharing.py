"""What a site says of itself to search engines, and to whoever shows a link to it."""

import json
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from docutils.core import publish_doctree
from PIL import Image, ImageFont
from sphinx.errors import ConfigError

from dlnotes.book.entrance import public_address, write_entrance
from dlnotes.book.site import read_config
from dlnotes.book.web.cards import SIZE, Card, draw
from dlnotes.book.web.sharing import describe, sitemap

URL = "https://example.org/some/path/"
OPTIONS = """
import os
author = "Ada"
html_baseurl = os.environ.get("BOOK_URL", "")
book_license = "https://example.org/licence"
"""


def head(html):
    """Read the tags of a page: ``meta`` by name, ``link`` by kind, and structured data."""
    soup = BeautifulSoup(html, "html.parser")
    meta = {
        tag.get("name") or tag.get("property"): tag["content"] for tag in soup("meta", content=True)
    }
    links = {tag["hreflang"]: tag["href"] for tag in soup("link", rel="alternate")}
    canonical = [tag["href"] for tag in soup("link", rel="canonical")]
    data = [json.loads(tag.string) for tag in soup("script", type="application/ld+json")]
    return meta, links, canonical, data


def test_a_site_whose_address_is_known(book):
    book.write("conf.py", (book.root / "conf.py").read_text() + OPTIONS)
    book.write("docs/notes.md", '# Notes\n\nOnly in English, with `"<quotes>"` & more.\n')
    index = book.root / "docs/index.md"
    index.write_text(index.read_text().replace("\npage\n", "\npage\nnotes\n"))
    run = book.build(BOOK_URL=URL.rstrip("/"))
    assert run.returncode == 0, run.stdout

    # a page that is there in both languages
    meta, links, canonical, (data,) = head(book.html("ko/page.html"))
    assert canonical == [f"{URL}ko/page.html"]
    both = {"en": f"{URL}en/page.html", "ko": f"{URL}ko/page.html"}
    assert links == both | {"x-default": f"{URL}en/page.html"}
    picture = meta.pop("og:image")
    expected = {
        "description": "답은 4.2입니다.",
        "og:title": "쪽",
        "og:description": "답은 4.2입니다.",
        "og:type": "article",
        "og:site_name": "Fixture",
        "og:locale": "ko_KR",
        "og:locale:alternate": "en_US",
        "og:url": f"{URL}ko/page.html",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": "쪽 | 부 | Fixture",
        "twitter:card": "summary_large_image",
    }
    assert {name: meta[name] for name in expected} == expected
    assert data == {
        "@context": "https://schema.org",
        "@type": ["Chapter", "LearningResource"],
        "name": "쪽",
        "description": "답은 4.2입니다.",
        "inLanguage": "ko",
        "author": {"@type": "Organization", "name": "Ada"},
        "isAccessibleForFree": True,
        "license": "https://example.org/licence",
        "url": f"{URL}ko/page.html",
        "image": picture,
        "isPartOf": {"@type": "Book", "name": "Fixture", "url": f"{URL}ko/index.html"},
    }
    file = book.root / "build/html" / picture.removeprefix(URL)
    assert size(file) == (1200, 630)
    check_other_pages(book)
    check_map(book)

    assert "PLURAL_EXPR = (n) => 0;" in book.html("ko/_static/translations.js")

    # every file that a page names is there
    for html in (book.root / "build/html").rglob("*.html"):
        for address in re.findall(rf'"{URL}([^"]*)"', html.read_text(encoding="utf-8")):
            assert (book.root / "build/html" / address).exists(), (html, address)

    # an unchanged site stays, another title has another picture and the old one goes
    assert book.build(BOOK_URL=URL).stdout.startswith("Nothing has changed.")
    cards = {path.name: path.stat().st_ino for path in file.parent.with_name("_cards").iterdir()}
    catalog = book.root / "docs/locale/ko/LC_MESSAGES/page.po"
    catalog.write_text(
        catalog.read_text(encoding="utf-8").replace('"쪽"', '"다른 쪽"'), encoding="utf-8"
    )
    assert book.build(BOOK_URL=URL).returncode == 0
    after = {path.name: path.stat().st_ino for path in file.parent.iterdir()}
    assert set(cards) - set(after) == {file.name}
    assert len(set(after) - set(cards)) == 1
    assert all(after[name] == cards[name] for name in set(cards) & set(after))

    # another address, or none, changes every page
    unknown = book.build(BOOK_URL="")
    assert "Built 3 pages" in unknown.stdout, unknown.stdout
    assert "WARNING" not in unknown.stdout
    check_without_address(book)


def size(file):
    with Image.open(file) as image:
        return image.size


def check_other_pages(book):
    # the home page: the book; whoever has no preference gets the entrance
    meta, links, canonical, (data,) = head(book.html("en/index.html"))
    assert canonical == [f"{URL}en/index.html"]
    assert links["x-default"] == URL
    assert (meta["og:type"], meta["og:image:alt"]) == ("book", "Home | Fixture")
    assert (data["@type"], data["name"], data["inLanguage"]) == ("Book", "Home", "en")
    assert "isPartOf" not in data

    # a page that is not translated belongs to the English book, wherever it is shown
    for language in ("en", "ko"):
        meta, links, canonical, (data,) = head(book.html(f"{language}/notes.html"))
        assert canonical == [f"{URL}en/notes.html"]
        assert links == {}
        assert (meta["og:url"], meta["og:locale"]) == (canonical[0], "en_US")
        assert meta["description"] == 'Only in English, with "<quotes>" & more.'
        assert (data["@type"], data["inLanguage"]) == ("WebPage", "en")
        assert data["isPartOf"]["url"] == f"{URL}en/index.html"

    # a page that Sphinx makes
    meta, links, canonical, data = head(book.html("ko/search.html"))
    assert canonical == [f"{URL}ko/search.html"]
    assert (meta["og:title"], data) == ("검색", [])
    assert head(book.html("ko/genindex.html"))[0]["og:title"] == "색인"


def read_map(text):
    """List the address of each page with those in other languages."""
    loc = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
    link = "{http://www.w3.org/1999/xhtml}link"
    tree = ElementTree.fromstring(text.encode())  # noqa: S314 - our own file
    return [
        (
            url.findtext(loc),
            {x.get("hreflang"): x.get("href") for x in url.iterfind(link)},
        )
        for url in tree
    ]


def check_map(book):
    """Every page is there once in each of its languages, and the entrance points to the map."""
    both = {"en": f"{URL}en/page.html", "ko": f"{URL}ko/page.html"}
    pages = read_map(book.html("sitemap.xml"))
    found = dict(pages)
    page = both | {"x-default": f"{URL}en/page.html"}
    home = {"en": f"{URL}en/index.html", "ko": f"{URL}ko/index.html", "x-default": URL}
    assert found == {
        f"{URL}en/index.html": home,
        f"{URL}ko/index.html": home,
        f"{URL}en/notes.html": {},
        f"{URL}en/page.html": page,
        f"{URL}ko/page.html": page,
    }
    assert len(pages) == len(found)
    assert f"Sitemap: {URL}sitemap.xml\n" in book.html("robots.txt")
    _, links, canonical, _ = head(book.html("index.html"))
    assert (links, canonical) == (home, [URL])


def check_without_address(book):
    site = book.root / "build/html"
    names = {path.name for path in site.rglob("*") if path.is_file()}
    assert "sitemap.xml" not in names
    assert not list(site.rglob("_cards/*"))
    assert book.html("robots.txt") == "User-agent: *\nDisallow:\n"
    assert "://" not in book.html("index.html") + book.html("404.html")
    meta, links, canonical, (data,) = head(book.html("en/page.html"))
    assert (links, canonical) == ({}, [])
    assert not {"og:url", "og:image"} & set(meta)
    assert (meta["og:title"], meta["twitter:card"]) == ("Page", "summary")
    assert meta["description"] == "The answer is 4.2."
    assert "url" not in data
    assert data["isPartOf"] == {"@type": "Book", "name": "Fixture"}


def test_sphinx_alone_knows_one_language(book):
    book.write("conf.py", (book.root / "conf.py").read_text() + f'html_baseurl = "{URL}"\n')
    run = book.sphinx("-b", "html")
    assert run.returncode == 0, run.stdout
    _, links, canonical, _ = head((book.root / "out/page.html").read_text(encoding="utf-8"))
    assert (links, canonical) == ({}, [f"{URL}page.html"])
    assert not (book.root / "out/sitemap.xml").exists()


@pytest.mark.parametrize(
    ("variables", "address"),
    [
        ({}, ""),
        (
            {"READTHEDOCS_CANONICAL_URL": "https://book.org/en/latest/"},
            "https://book.org/en/latest/",
        ),
        ({"BOOK_URL": URL, "READTHEDOCS_CANONICAL_URL": "https://book.org/"}, URL),
    ],
)
def test_the_environment_says_where_this_book_will_be(variables, address, monkeypatch):
    for name in ("BOOK_URL", "READTHEDOCS_CANONICAL_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert public_address(read_config(Path(__file__).parents[2])) == address


def test_a_build_for_an_address_that_is_none(book):
    book.write("conf.py", (book.root / "conf.py").read_text() + OPTIONS)
    run = book.build(BOOK_URL="/book/")
    assert run.returncode == 1
    assert run.stdout == (
        "Not built: `html_baseurl` must be an address such as https://example.org/book/. "
        "Received: /book/\n"
    )


@pytest.mark.parametrize("given", ["example.org/book", "/book/", "ftp://example.org", "https:///a"])
def test_an_address_that_is_none(given):
    with pytest.raises(ConfigError, match=f"must be an address such as .* Received: {given}$"):
        public_address(SimpleNamespace(html_baseurl=given))


@pytest.mark.parametrize(
    ("given", "wanted"), [("", ""), (None, ""), ("https://a.org", "https://a.org/"), (URL, URL)]
)
def test_an_address_ends_with_a_slash(given, wanted):
    assert public_address(SimpleNamespace(html_baseurl=given)) == wanted


def test_a_description_is_the_first_paragraph_up_to_a_word():
    text = ".. note:: Not this.\n\n* nor this\n\nA title\n=======\n\n" + "word " * 40
    words = describe(publish_doctree(text + "\n\nIf this\n-------\n\nNot that.\n")).split()
    assert words == ["word"] * 31 + ["…"]
    assert describe(publish_doctree("* a list")) == ""


def test_a_description_may_stand_in_a_box_of_its_own_but_not_in_an_output():
    page = publish_doctree("* item\n\nTitle\n=====\n\n.. container:: lead\n\n   Lead.\n\nText.\n")
    assert describe(page) == "Lead."
    next(page.findall(nodes.container))["nb_element"] = "cell_code_output"
    assert describe(page) == "Text."


def test_a_page_may_describe_itself():
    text = ".. meta::\n   :description: In short.\n\nTitle\n=====\n\nAt length.\n"
    assert describe(publish_doctree(text)) == "In short."


def test_a_map_of_no_pages_is_one():
    assert read_map(sitemap([])) == []


LONG = "Everything that one could wish to know about networks that are deep: " * 3


@pytest.mark.parametrize(
    "title",
    [
        "Entropy: how surprised should I be?",
        "과적합과 과소적합: 너무 단순할까요?",
        LONG,
        "dlnotes.book.engine.extension.configured_book",
    ],
)
def test_a_card_is_small_and_its_title_fits(tmp_path, title, monkeypatch):
    drawn = []
    from PIL import ImageDraw

    by_pillow = ImageDraw.ImageDraw.multiline_text

    def multiline_text(pen, place, text, fill, font, **options):
        drawn.append((text, pen.multiline_textbbox(place, text, font, **options)))
        by_pillow(pen, place, text, fill, font, **options)

    monkeypatch.setattr(ImageDraw.ImageDraw, "multiline_text", multiline_text)
    file = tmp_path / "cards/a.png"
    draw(Card(title, "3. Information", "dlnotes"), file)
    ((text, (left, top, right, bottom)),) = drawn
    assert text.split() == title.split()
    assert left >= 80
    assert top >= 120  # below the part
    assert right <= 890  # left of the rings
    assert bottom <= 520  # above the name of the book
    assert file.stat().st_size < 30_000
    with Image.open(file) as image:
        assert (image.size, image.mode) == (SIZE, "P")
    assert [path.name for path in file.parent.iterdir()] == ["a.png"]


def test_lines_of_a_card_are_balanced(tmp_path, monkeypatch):
    from PIL import ImageDraw

    lines = []
    monkeypatch.setattr(
        ImageDraw.ImageDraw, "multiline_text", lambda _, __, text, *___, **____: lines.append(text)
    )
    draw(Card("Entropy: how surprised should I be?", "", ""), tmp_path / "a.png")
    assert lines == ["Entropy:\nhow surprised\nshould I be?"]


def test_a_card_has_korean(tmp_path):
    """The letters are drawn, not the box that stands for what a font lacks."""
    files = [tmp_path / f"{n}.png" for n in range(2)]
    for file, title in zip(files, ["엔트", "로피"], strict=True):
        draw(Card(title, "", ""), file)
    one, other = (file.read_bytes() for file in files)
    assert one != other


def test_the_name_of_a_card_stands_for_what_is_drawn():
    names = {Card(*words).name for words in ("abc", "abx", "axc", "xbc", "abc")}
    assert len(names) == 4
    assert all(re.fullmatch(r"[0-9a-f]{16}\.png", name) for name in names)


def test_a_card_that_is_there_is_not_drawn_again(tmp_path, monkeypatch):
    file = tmp_path / "a.png"
    file.write_bytes(b"")
    monkeypatch.setattr(ImageFont, "truetype", None)
    draw(Card("a", "b", "c"), file)
    assert file.read_bytes() == b""


def test_the_font_does_not_change_how_figures_are_drawn(tmp_path):
    draw(Card("글", "", ""), tmp_path / "a.png")
    assert "koreanize_matplotlib" not in sys.modules


@pytest.fixture
def root(tmp_path):
    (tmp_path / "en").mkdir()
    (tmp_path / "en/sitemap.xml").write_text("<urlset/>")
    return tmp_path


def test_the_page_for_no_page_knows_the_way_from_the_root_of_the_host(root):
    write_entrance(root, ["en", "ko"], "A & B", URL)
    soup = BeautifulSoup((root / "404.html").read_text(encoding="utf-8"), "html.parser")
    assert soup.title.string == "404 - A & B"
    ways = {
        part["lang"]: (part.a["href"], part.form["action"], part.input["name"])
        for part in soup("section")
    }
    assert ways == {
        "en": ("/some/path/en/index.html", "/some/path/en/search.html", "q"),
        "ko": ("/some/path/ko/index.html", "/some/path/ko/search.html", "q"),
    }
    assert "이 주소에는 페이지가 없습니다" in soup.text


def test_the_page_for_no_page_has_no_links_where_the_way_is_not_known(root):
    write_entrance(root, ["en", "ko"], "Book", "")
    soup = BeautifulSoup((root / "404.html").read_text(encoding="utf-8"), "html.parser")
    assert soup.find_all(["a", "form", "script", "img", "style"]) == []
    # Without an icon of its own, browsers would ask the host for one.
    assert [link["href"] for link in soup.find_all("link")] == ["data:,"]
    assert "shorten the address until it ends in /en/" in soup.text
    assert "/ko/까지만" in soup.text


def test_the_script_of_the_entrance_is_a_file(root):
    write_entrance(root, ["en", "ko"], "Book", "")
    soup = BeautifulSoup((root / "index.html").read_text(encoding="utf-8"), "html.parser")
    (script,) = soup("script")
    assert re.fullmatch(r"en/_static/entrance\.js\?v=[0-9a-f]{8}", script["src"])
    assert (script["data-books"], script.string) == ("en ko", None)
    assert [link["href"] for link in soup("a")] == ["en/index.html", "ko/index.html"]
    static = Path(write_entrance.__code__.co_filename).parent / "web/static"
    assert (static / "entrance.js").exists()
