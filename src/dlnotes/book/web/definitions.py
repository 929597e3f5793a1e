"""Definitions that a page carries of the terms that it links; ``glossary.js`` shows them.

Without JavaScript they stay hidden, and the links lead to the glossary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx import addnodes
from sphinx.util import docname_join

from dlnotes.book.web.glossary import KOREAN_NAMES, read_glossary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.writers.html5 import HTML5Translator

    from dlnotes.book.web.glossary import Term

__all__ = ["connect"]


class tip_node(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes in lower case
    """The definition of a term, to be shown near a link."""


def _open_tip(self: HTML5Translator, node: tip_node) -> None:
    terms = " ".join(node["anchors"])
    self.body.append(
        f'<div class="term-tip" id="tip-{node["anchors"][0]}" data-terms="{terms}" '
        f'lang="{node["language"]}" role="tooltip" popover="manual" hidden>'
    )


def _close_tip(self: HTML5Translator, node: tip_node) -> None:
    del node
    self.body.append("</div>\n")


class _Tips:
    """Makes definitions, each once in a process."""

    def __init__(self) -> None:
        self._made: dict[Term, tip_node] = {}

    def add(
        self, app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any
    ) -> None:
        """Put the definitions of the terms that a page links below its text."""
        del page, template
        anchors = set(_linked(doctree)) if doctree is not None else set()
        if not anchors:
            return
        terms = [t for t in read_glossary(app.env).terms if not anchors.isdisjoint(t.anchors)]
        for term in terms:
            if term not in self._made:
                self._made |= _tips(app.env, term.page)
        builder: Any = app.builder
        tips = nodes.container("", *[self._made[term].deepcopy() for term in terms])
        context["body"] += builder.render_partial(tips)["fragment"]
        app.add_js_file("glossary.js", loading_method="defer")


def _linked(doctree: nodes.document) -> Iterator[str]:
    """Yield the ids of the terms on other pages that a page links to."""
    for link in doctree.findall(nodes.reference):
        inner = link.children[0] if link.children else None
        if isinstance(inner, nodes.Element) and "std-term" in inner["classes"]:
            _, hash_sign, anchor = link.get("refuri", "").partition("#")
            if hash_sign:
                yield anchor


def _tips(env: BuildEnvironment, page: str) -> dict[Term, tip_node]:
    """Make the definitions of a glossary, with their terms before them and text for links."""
    terms = {term.anchors[0]: term for term in read_glossary(env).terms if term.page == page}
    made = {}
    for name in env.get_doctree(page).findall(nodes.term):
        term = next((terms[anchor] for anchor in name["ids"] if anchor in terms), None)
        if term is None:
            continue
        definition = name.parent.children[-1]
        for xref in list(definition.findall(addnodes.pending_xref)):
            words = xref.astext()
            if xref["reftype"] == "doc" and not xref["refexplicit"]:
                words = env.titles[docname_join(page, xref["reftarget"])].astext()
            xref.replace_self(nodes.Text(words))
        first = next(definition.findall(nodes.paragraph))
        language = env.config.language if first.get("translated") else "en"
        if env.config.language == "en" and isinstance(first[0], nodes.Text):
            first.replace(first[0], nodes.Text(KOREAN_NAMES.sub("", first[0], count=1)))
        first.insert(0, [nodes.strong("", name.astext()), nodes.Text(" ")])
        tip = tip_node("", *definition.children, anchors=term.anchors, language=language)
        made[term] = tip
    return made


def connect(app: Sphinx) -> None:
    """Let pages carry definitions.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        Is being set up.
    """
    app.add_node(tip_node, html=(_open_tip, _close_tip))
    app.connect("builder-inited", _start)


def _start(app: Sphinx) -> None:
    if app.builder.name == "html":
        app.connect("html-page-context", _Tips().add)
