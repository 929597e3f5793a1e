"""Exercises and solutions of sphinx-exercise; a solution folds without JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from sphinx_exercise.nodes import is_extension_node, solution_node

from dlnotes.book.strings import text

if TYPE_CHECKING:
    from sphinx.writers.html5 import HTML5Translator

__all__ = ["solution_html", "unwrap"]


def unwrap(doctree: nodes.document) -> None:
    """Take exercises' and solutions' content out of its sections, which all have the same id."""
    for box in doctree.findall(is_extension_node):
        for section in [s for s in box.children if isinstance(s, nodes.section)]:
            section["ids"] = []
            section.replace_self(section.children)


def _open(self: HTML5Translator, node: solution_node) -> None:
    for title in [child for child in node.children if isinstance(child, nodes.title)]:
        node.remove(title)
    word = text("solution", self.builder.env.config.language)
    self.body.append(self.starttag(node, "details", CLASS="solution"))
    self.body.append(f"<summary>{word}</summary>\n")


def _close(self: HTML5Translator, node: solution_node) -> None:
    del node
    self.body.append("</details>\n")


solution_html = (_open, _close)
"""Visit and depart functions of a solution for HTML builders."""
