"""Markup that Sphinx, MyST-NB and the theme write, as HTML and screen readers want it.

Folded code gets a summary without paragraphs and without an English label; a citation no deprecated
role; a list in a field of a docstring does not stand inside a paragraph; a page has one viewport.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from docutils import nodes
from markupsafe import escape
from myst_nb.sphinx_ import HideCodeCellNode

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["connect"]

_VIEWPORT = re.compile(r'<meta name="viewport"[^>]*>\s*')
_BLOCKS = (nodes.bullet_list, nodes.enumerated_list, nodes.definition_list, nodes.literal_block)


def connect(app: Sphinx) -> None:
    """Write these nodes here."""
    folded = (_visit_folded, _depart_folded)
    app.add_node(HideCodeCellNode, override=True, html=folded)
    app.add_node(nodes.citation, override=True, html=(_visit_citation, _depart_citation))
    app.connect("doctree-resolved", _unwrap_blocks)
    app.connect("html-page-context", _one_viewport)


def _visit_folded(translator: Any, node: HideCodeCellNode) -> None:
    classes = " ".join(node["classes"])
    show, hide = escape(node["prompt_show"]), escape(node["prompt_hide"])
    translator.body.append(
        f'<details class="hide {classes}"><summary><span class="collapsed">{show}</span>'
        f'<span class="expanded">{hide}</span></summary>\n'
    )


def _depart_folded(translator: Any, node: HideCodeCellNode) -> None:
    del node
    translator.body.append("</details>\n")


def _visit_citation(translator: Any, node: nodes.citation) -> None:
    translator.body.append(translator.starttag(node, "div", classes=["citation"]))


def _depart_citation(translator: Any, node: nodes.citation) -> None:
    del node
    translator.body.append("</div>\n")


def _unwrap_blocks(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put lists and the like beside the paragraph that holds them."""
    del app, docname
    for paragraph in list(doctree.findall(nodes.paragraph)):
        if any(isinstance(child, _BLOCKS) for child in paragraph.children):
            parts: list[nodes.Node] = []
            for child in paragraph.children:
                if isinstance(child, _BLOCKS):
                    parts.append(child)
                elif parts and isinstance(parts[-1], nodes.paragraph):
                    parts[-1] += child
                else:
                    parts.append(nodes.paragraph("", "", child))
            paragraph.replace_self(parts)


def _one_viewport(app: Sphinx, page: str, template: str, context: Any, doctree: Any) -> None:
    del app, page, template, doctree
    context["metatags"] = _VIEWPORT.sub("", context.get("metatags", ""))
