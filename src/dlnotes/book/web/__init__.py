"""What readers meet around the text: each module adds one thing to the pages of the site.

Style sheets and scripts of these modules are in ``static``; how the book looks is in its own
``docs/_static`` and ``docs/_templates``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["connect"]

_STATIC = Path(__file__).with_name("static")


def connect(app: Sphinx) -> None:
    """Connect every module of this package."""
    app.connect("builder-inited", _add_static)


def _add_static(app: Sphinx) -> None:
    if app.builder.format == "html":
        app.config.html_static_path.append(str(_STATIC))
