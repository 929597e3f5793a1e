"""A form above a list of claims: by part, by verdict, by words.

Where scripts do not run it is hidden, and the list is whole: ``claims.js`` makes the form work.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from docutils import nodes

from dlnotes.book.strings import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

__all__ = ["connect", "filter_node"]


class filter_node(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes in lower case
    """The form; ``parts`` and ``verdicts`` map what may be chosen to its name."""


def _open(self: HTML5Translator, node: filter_node) -> None:
    language = self.builder.env.config.language

    def word(key: str) -> str:
        return escape(text(f"filter-{key}", language))

    def select(key: str, choices: Mapping[str, str]) -> str:
        options = "".join(
            f'<option value="{escape(value)}">{escape(name)}</option>'
            for value, name in {"": text("filter-any", language), **choices}.items()
        )
        return f'<label>{word(key)} <select name="{key}">{options}</select></label>\n'

    self.body.append(
        f'<form class="claims-filter" role="search" aria-label="{word("label")}" '
        f'data-count="{word("count")}" data-none="{word("none")}">\n'
        + "".join(select(key, node[f"{key}s"]) for key in ("part", "verdict") if node[f"{key}s"])
        + f'<label>{word("words")} <input type="search" name="words" autocomplete="off"></label>\n'
        + f'<button type="reset">{word("reset")}</button>\n'
        + '<output aria-live="polite"></output>\n</form>\n'
    )
    raise nodes.SkipNode


def _add_files(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    del page, template, context
    if doctree is not None and next(doctree.findall(filter_node), None):
        app.add_js_file("claims.js", loading_method="defer")


def connect(app: Sphinx) -> None:
    """Let lists of claims have the form.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        Is being set up.
    """
    app.add_node(filter_node, html=(_open, None))
    app.connect("html-page-context", _add_files)
