"""Figures in the page: drawings are inlined, ids stay apart, every figure can be opened large."""

import re

import pytest
from bs4 import BeautifulSoup

from dlnotes.book.web.figures import drawing, named_once

SVG = """<?xml version="1.0" encoding="utf-8" standalone="no"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"
  "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns:xlink="http://www.w3.org/1999/xlink" width="75pt" height="30pt" viewBox="0 0 75 30" \
xmlns="http://www.w3.org/2000/svg" version="1.1">
 <metadata><rdf:RDF/></metadata>
 <defs>
  <style type="text/css">*{stroke-linejoin: round}</style>
 </defs>
 <g id="figure_1">
  <g id="photograph"><image href="data:image/png;base64,AAAA"/></g>
  <defs><path id="m1" d="M 0 0
L 1 1" style="fill: none"/></defs>
  <use xlink:href="#m1" x="1"/>
  <g clip-path="url(#p2)"><text style="font-size: 10px; font-family: 'DejaVu Sans', serif; \
text-anchor: middle">a "b"</text></g>
  <clipPath id="p2"><rect width="1"/></clipPath>
 </g>
</svg>
"""


def test_a_drawing_in_a_page():
    html = drawing(SVG, name="d1", alt='A line; "b" <below>')
    soup = BeautifulSoup(html, "html.parser")
    assert len(soup.contents) == 1
    svg = soup.svg
    assert svg.attrs == {
        "xmlns": "http://www.w3.org/2000/svg",
        "role": "img",
        "aria-label": 'A line; "b" <below>',
        "viewbox": "0 0 75 30",
        "width": "100",
        "height": "40",
    }
    assert not svg.find_all(["style", "metadata"])
    assert svg.find("text")["style"].split("; ") == ["font-size: 10px", "text-anchor: middle"]


def test_what_a_drawing_refers_to_is_its_own():
    one, two = (drawing(SVG, name=name, alt="x") for name in ("d1", "d2"))
    assert sorted(re.findall(r'\bid="([^"]+)"', one)) == ["d1-m1", "d1-p2"]
    assert 'href="#d1-m1"' in one
    assert "url(#d1-p2)" in one
    assert one.replace("d1-", "d2-") == two


def test_a_name_that_an_author_gave_becomes_a_class():
    html = drawing(SVG, name="d1", alt="x")
    assert '<g class="photograph"><image' in html
    assert "figure_1" not in html


def test_no_id_of_a_file_repeats():
    twice = SVG.replace(' <g id="figure_1">', ' <g id="photograph"/><g id="figure_1">')
    svg = named_once(twice)
    assert sorted(re.findall(r'\bid="([^"]+)"', svg)) == ["m1", "p2"]
    assert svg.count('class="photograph"') == 2
    assert 'xlink:href="#m1"' in svg


@pytest.mark.parametrize(
    ("svg", "words"),
    [
        ("<p>no</p>", "must hold a drawing. Received: '<p>no</p>'"),
        ('<svg viewBox="0 0 1 1"></svg>', "must have a width and a viewBox. Received: {'viewBox'"),
        ('<svg width="1" height="1"></svg>', "must have a width and a viewBox. Received: {'width'"),
        ('<svg width="5em" height="1" viewBox="0 0 1 1"></svg>', "must have a width"),
    ],
)
def test_what_is_no_drawing(svg, words):
    with pytest.raises(ValueError, match="`svg`") as error:
        drawing(svg, name="d1", alt="x")
    assert words in str(error.value)


FIGURES = """# Page

```{code-cell}
---
mystnb:
  image:
    alt: A line that rises.
  figure:
    name: fig-line
    caption: It rises.
---
import matplotlib.pyplot as plt
from dlnotes.plotting import use_book_style
use_book_style()
plt.plot([0, 1]);
```

```{code-cell}
---
mystnb:
  image:
    alt: A dot.
---
from IPython.display import Image
import base64
Image(data=base64.b64decode("%s"))
```
"""
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAADElEQVR4nGNgYPgPAAEDAQAIicLsAAAAAElFTkSuQmCC"


def page(book, name):
    return BeautifulSoup((book.root / f"out/{name}.html").read_text("utf-8"), "html.parser")


def test_figures_of_a_page(book):
    book.write_page(FIGURES % PNG, name="figures")
    (book.root / "docs/page.md").unlink()
    book.write("docs/index.md", "# Home\n\n```{toctree}\nfigures\n```\n")
    assert book.sphinx("-b", "html").returncode == 0
    soup = page(book, "figures")
    line, dot = soup.select(".figure-drawing")
    assert line.find_parent("figure")["id"] == "fig-line"
    assert line.svg["aria-label"] == "A line that rises."
    assert "1.0" in [text.get_text() for text in line.svg("text")]
    assert dot.img["alt"] == "A dot."
    assert (dot.img["width"], dot.img["height"], dot.img["loading"]) == ("2", "1", "lazy")
    for figure, name in ((line, "svg"), (dot, "png")):
        link = figure.select_one("a.figure-large")
        assert link["href"].endswith(f".{name}")
        assert (book.root / "out" / link["href"]).exists()
    assert line.a["aria-label"] == "Show large: A line that rises."
    assert book.sphinx("-b", "singlehtml").returncode == 0
    single = page(book, "index")
    assert not single.select(".figure-drawing")
    assert [image["alt"] for image in single("img")][:2] == ["A line that rises.", "A dot."]
