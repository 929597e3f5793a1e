"""Links lead somewhere, pictures have words, languages are said, nothing is on another host.

``problems`` looks at a whole site at once, so that a broken copy can show that it notices.
"""

import functools
import re
from itertools import pairwise
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

pytestmark = pytest.mark.xdist_group("links")

LATIN = re.compile("[A-Za-z]")
HANGUL = re.compile("[가-힣]")
LOADED = {"src", "srcset", "poster", "data", "action", "formaction", "xlink:href", "background"}


@functools.cache
def _soup(path):
    return BeautifulSoup(path.read_bytes(), "html.parser")


@functools.cache
def _anchors(path):
    return {tag["id"] for tag in _soup(path).find_all(id=True)} | {""}


def _references(soup):
    """Yield each address in a page as tag, attribute and address."""
    for tag in soup.find_all(True):
        for name, value in tag.attrs.items():
            if name == "srcset":
                for candidate in value.split(","):
                    yield tag, name, candidate.split()[0]
            elif name == "href" or name in LOADED:
                yield tag, name, value.strip()


def _dead_links(page, soup):
    for tag, name, address in _references(soup):
        url, where = urlsplit(address), f"<{tag.name} {name}={address!r}>"
        if url.scheme == "data":
            continue
        if url.scheme or url.netloc:
            if not (
                tag.name == "a" and name == "href" and url.scheme in {"http", "https", "mailto"}
            ):
                yield f"{where} is on another host: put the file into the site"
            continue
        target = (page.parent / unquote(url.path)).resolve() if url.path else page
        if address.startswith("/"):
            yield f"{where} works at the root of a host only: make it relative"
        elif not target.is_file():
            yield f"{where} leads to no file"
        elif target.suffix == ".html" and unquote(url.fragment) not in _anchors(target):
            yield f"{where} leads to no id of that page"


def _pictures(soup):
    """Yield what is wrong with the words for pictures; ornaments outside the text have none."""
    seen = set()
    for tag in soup.select("img, svg[role=img], figure svg:not(svg svg)"):
        where = f"the picture {tag.get('src') or str(tag)[:80]!r}"
        words = tag.get("alt") if tag.name == "img" else tag.get("aria-label")
        if words is None or (tag.find_parent("article") and not words.strip()):
            yield f"{where} says nothing to those who cannot see it: give it alternative text"
        elif words and words in seen:
            yield f"{where} has the words of another one: {words[:80]!r}"
        seen.add(words)


def _ids(soup):
    seen = set()
    for tag in soup.find_all(id=True):
        if tag["id"] in seen:
            yield f"the id {tag['id']!r} stands twice, again at <{tag.name}>"
        seen.add(tag["id"])


def _headings(soup):
    levels = [int(tag.name[1]) for tag in soup.find_all(["h1", "h2", "h3", "h4", "h5", "h6"])]
    if levels.count(1) > 1:
        yield f"{levels.count(1)} headings are <h1>: keep the page's title alone"
    for before, after in pairwise(levels):
        if after > before + 1:
            yield f"<h{after}> follows <h{before}>: a level is missing"


def _language(page, soup, root):
    """Yield what is wrong with the page's language and its switch to the others."""
    code, _, name = page.relative_to(root).as_posix().partition("/")
    if not name:
        return
    if soup.html.get("lang") != code:
        yield f"<html lang={soup.html.get('lang')!r}> on a page in {code!r}"
    if code == "ko":
        for tag in soup.select("article :is(h1, h2, h3, p, dt, figcaption)"):
            text = tag.get_text()
            spoken = tag.find_parent(lang=True)["lang"] if not tag.get("lang") else tag["lang"]
            cited = tag.find_parent(class_=["citation", "highlight", "cell_output"])
            if (
                spoken == "ko"
                and len(LATIN.findall(text)) > 40
                and not HANGUL.search(text)
                and not cited
            ):
                yield f"English words under lang='ko': {text[:80]!r}"
    others = {folder.name for folder in root.iterdir() if (folder / name).is_file()} - {code}
    for other in sorted(others):
        links = soup.select(f"a[hreflang={other}]")
        if not links:
            yield f"no link leads to this page in {other!r}"
        for link in links:
            target = (page.parent / unquote(urlsplit(link["href"]).path)).resolve()
            if target != (root / other / name).resolve():
                yield f"the link to {other!r} leads to {link['href']!r}, which is another page"
            if link.get("lang") != other:
                yield f"the link to {other!r} does not say the language of its own words: lang"


def problems(root):
    """Return what is wrong in the site, by page."""
    found = {}
    for page in sorted(root.rglob("*.html")):
        if "_static" in page.parts:
            continue
        soup = _soup(page)
        said = [
            *_dead_links(page, soup),
            *_pictures(soup),
            *_ids(soup),
            *_headings(soup),
            *_language(page, soup, root),
        ]
        if said:
            found[page.relative_to(root).with_suffix("").as_posix()] = said
    return found


@pytest.fixture(scope="module")
def found(site):
    return problems(site)


def test_files_of_a_page(page_name, found):
    said = found.get(page_name, [])
    assert not said, "\n  ".join(["mend in this page:", *said])


SOUND = """<!DOCTYPE html><html lang="en"><body><h1>A page</h1>
<a lang="ko" hreflang="ko" href="../ko/page.html">to Korean</a> <a href="other.html#there">there</a>
<article><p id="one">text</p><img alt="a curve" src="a.png"></article></body></html>"""
BREAKS = [
    ("#there", "#nowhere", "leads to no id"),
    ("other.html", "none.html", "leads to no file"),
    ("other.html", "/other.html", "works at the root of a host only"),
    ('"a.png"', '"https://example.org/a.png"', "is on another host"),
    ('"a.png"', '"a.png" srcset="b.png 2x"', "<img srcset='b.png'> leads to no file"),
    ("a curve", "", "says nothing"),
    ('alt="a curve"', "", "says nothing"),
    ("</article>", '<img alt="a curve" src="a.png"></article>', "has the words of another"),
    ("</article>", '<p id="one">twice</p></article>', "stands twice"),
    ("</h1>", "</h1><h3>deep</h3>", "a level is missing"),
    ("</h1>", "</h1><h1>another</h1>", "2 headings are <h1>"),
    ('<html lang="en"', '<html lang="ko"', "on a page in 'en'"),
    ('hreflang="ko"', "", "no link leads to this page in 'ko'"),
    ("../ko/page.html", "../ko/other.html", "which is another page"),
]


@pytest.mark.parametrize(("before", "after", "said"), [("", "", ""), *BREAKS])
def test_a_broken_page_is_noticed(tmp_path, before, after, said):
    for name in ("en/page", "en/other", "ko/page", "ko/other"):
        path = tmp_path / f"{name}.html"
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            '<html lang="ko"><a lang="en" hreflang="en" id="there" href="../en/page.html">'
        )
    (tmp_path / "en/a.png").touch()
    (tmp_path / "en/page.html").write_text(SOUND.replace(before, after, 1) if before else SOUND)
    found = problems(tmp_path).get("en/page", [])
    assert [each for each in found if said in each] if said else not found, found
