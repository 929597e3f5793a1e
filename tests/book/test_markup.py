"""Markup of docstrings and tools, as HTML wants it."""

from docutils import nodes
from docutils.utils import new_document

from dlnotes.book.web.markup import _unwrap_blocks


def test_a_list_in_a_paragraph_comes_to_stand_beside_it():
    words = nodes.Text("One of "), nodes.emphasis("", "two"), nodes.Text("; then more.")
    items = nodes.bullet_list("", nodes.list_item("", nodes.paragraph("", "a")))
    document = new_document("page")
    document += nodes.paragraph("", "", words[0], words[1], items, words[2])
    document += nodes.paragraph("", "Untouched.")
    _unwrap_blocks(None, document, "page")
    assert [type(child) for child in document.children] == [
        nodes.paragraph,
        nodes.bullet_list,
        nodes.paragraph,
        nodes.paragraph,
    ]
    assert [child.astext() for child in document.children] == [
        "One of two",
        "a",
        "; then more.",
        "Untouched.",
    ]
