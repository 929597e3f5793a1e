"""Figure numbers from outlines: those that Sphinx gives, without loading the pages."""

import pytest
from sphinx.testing.util import SphinxTestApp

from dlnotes.book.numbering import number_figures

CONF = """
from dlnotes.book import numbering

numfig = {numfig}
numfig_secnum_depth = {depth}

def setup(app):
    if {ours}:
        numbering.connect(app)
"""
CODE = ".. code-block::\n   :caption: Code\n   :name: {0}\n\n   {0}\n\n"
TABLE = ".. table:: Table\n   :name: {0}\n\n   == ==\n   {0} b\n   == ==\n\n"
FIGURE = ".. figure:: {0}.png\n   :name: {0}\n\n   Figure {0}\n\n"
PAGES = {
    "index": "Home\n====\n\n" + FIGURE.format("home") + ".. toctree::\n   :numbered:\n\n   a\n"
    "   b\n   self\n   Elsewhere <https://example.org>\n\n.. toctree::\n\n   plain\n",
    "a": "A\n=\n\n" + FIGURE.format("a1") + "Part\n----\n\n" + FIGURE.format("a2")
    + ".. note::\n\n   .. figure:: a3.png\n\n      Inside\n\n" + CODE.format("a4")
    + "Deeper\n~~~~~~\n\n" + FIGURE.format("a5") + ".. figure:: bare.png\n\n",
    "b": "B\n=\n\n" + TABLE.format("b1") + ".. toctree::\n\n   below/c\n\n" + FIGURE.format("b2"),
    "below/c": "C\n=\n\nPart\n----\n\n" + FIGURE.format("c1") + TABLE.format("c2"),
    "plain": "Plain\n=====\n\n" + FIGURE.format("p1") + ".. math:: x\n   :label: p2\n",
    "orphan": ":orphan:\n\nOrphan\n======\n\n" + FIGURE.format("o1"),
}  # fmt: skip


def write(folder, **pages):
    for name, text in pages.items():
        path = folder / f"{name}.rst"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def read(folder, *, ours=True, numfig=True, depth=1):
    """Read the book; return what Sphinx knows of it then."""
    conf = CONF.format(ours=ours, numfig=numfig, depth=depth)
    (folder / "conf.py").write_text(conf, encoding="utf-8")
    app = SphinxTestApp("dummy", srcdir=folder, builddir=folder / ("ours" if ours else "theirs"))
    try:
        app.build()
        return app.env
    finally:
        app.cleanup()


@pytest.fixture
def folder(tmp_path):
    write(tmp_path, **PAGES)
    return tmp_path


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_they_are_those_of_sphinx(folder, depth):
    ours = read(folder, depth=depth).toc_fignumbers
    theirs = read(folder, ours=False, depth=depth).toc_fignumbers
    assert ours == theirs
    assert set(theirs) == {"index", "a", "b", "below/c", "plain"}
    assert len(theirs["a"]["figure"]) == 4


def test_they_follow_edits(folder):
    before = read(folder).toc_fignumbers
    write(folder, b=PAGES["b"].replace("B\n=\n\n", "B\n=\n\n" + FIGURE.format("b0")))
    ours = read(folder).toc_fignumbers
    assert ours == read(folder, ours=False).toc_fignumbers
    assert {page for page in ours if ours[page] != before[page]} == {"b", "below/c"}


def test_pages_whose_numbers_change_are_named(folder):
    env = read(folder)
    assert number_figures(env) == []
    env.metadata["a"]["book-outline"] = []
    assert number_figures(env) == []  # it has none left, and is written anew if it was edited
    env.toc_fignumbers["b"] = {}
    assert number_figures(env) == ["b"]


def test_nothing_is_numbered_where_nothing_is_asked_for(folder):
    assert read(folder, numfig=False).toc_fignumbers == {}
