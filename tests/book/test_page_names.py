"""Where a page refers to another, its topic stands in the sentence, not its question."""

from sphinx.testing.util import SphinxTestApp

from dlnotes.book.page_names import topic

CONF = """
from dlnotes.book import page_names
extensions = ["myst_parser"]

def setup(app):
    page_names.connect(app)
"""
PAGES = {
    "index": "# Home\n\n```{toctree}\npart/one\npart/two\n```\n",
    "part/one": "# One: why *this*?\n\nSee {doc}`two`, {doc}`/index`, {doc}`this page <two>`.\n",
    "part/two": "# Two: why not: that?\n\nSee {doc}`one`.\n",
}


def build(folder, builder):
    (folder / "conf.py").write_text(CONF, encoding="utf-8")
    for name, text in PAGES.items():
        path = folder / f"{name}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    app = SphinxTestApp(builder, srcdir=folder)
    try:
        app.build()
    finally:
        app.cleanup()
    assert "missing" not in app.warning.getvalue()
    return folder / "_build" / builder


def test_a_link_without_words_says_the_topic(tmp_path):
    out = build(tmp_path, "text")
    assert "See Two, Home, this page." in (out / "part/one.txt").read_text(encoding="utf-8")
    assert "See One." in (out / "part/two.txt").read_text(encoding="utf-8")


def test_so_it_does_where_all_pages_are_one(tmp_path):
    whole = (build(tmp_path, "singlehtml") / "index.html").read_text(encoding="utf-8")
    assert ">Two</span>" in whole
    assert "why not: that?</span>" not in whole


def test_only_a_colon_before_a_space_ends_the_topic():
    assert topic("엔트로피: 얼마나 놀라야 할까요?") == "엔트로피"
    assert topic("dlnotes:check") == "dlnotes:check"
