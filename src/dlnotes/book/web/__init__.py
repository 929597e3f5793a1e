"""What readers meet around the text: each module adds one thing to the pages of the site.

Style sheets and scripts of these modules are in ``static``; how the book looks is in its own
``docs/_static`` and ``docs/_templates``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dlnotes.book.web import (
    claims_filter,
    code_links,
    definitions,
    figures,
    furniture,
    glossary,
    markup,
    notebooks,
    scripts,
    search,
    sharing,
    style_sheets,
    translations,
)

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["connect"]

_STATIC = Path(__file__).with_name("static")
_MODULES = (
    claims_filter,
    code_links,
    glossary,
    definitions,
    figures,
    furniture,
    markup,
    notebooks,
    scripts,
    search,
    sharing,
    style_sheets,
    translations,
)


def connect(app: Sphinx) -> None:
    """Connect every module of this package."""
    app.connect("builder-inited", _add_static)
    for sheet in sorted(_STATIC.glob("*.css")):
        app.add_css_file(sheet.name)
    app.add_js_file("page.js")
    for module in _MODULES:
        module.connect(app)


def _add_static(app: Sphinx) -> None:
    if app.builder.format == "html":
        app.config.html_static_path.append(str(_STATIC))
