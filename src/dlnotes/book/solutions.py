"""Solutions of sphinx-exercise as ``<details>``: folded, and opened without JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from sphinx_exercise.nodes import solution_node

from dlnotes.book.strings import text

if TYPE_CHECKING:
    from sphinx.writers.html5 import HTML5Translator

__all__ = ["solution_html", "unwrap"]


def unwrap(doctree: nodes.document) -> None:
    """Take the content of a solution out of its section, whose id is the same in every solution."""
    for solution in doctree.findall(solution_node):
        for section in [s for s in solution.children if isinstance(s, nodes.section)]:
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
