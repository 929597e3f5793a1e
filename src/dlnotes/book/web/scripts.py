"""Scripts come as files, and wait until the page is there.

The theme puts some into the page itself, which a Content-Security-Policy without ``unsafe-inline``
would refuse. They set what only its search as you type and its version switch read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["connect"]

_LAST = 900  # after the theme and all extensions have added theirs


def connect(app: Sphinx) -> None:
    """Look at the scripts of every page."""
    app.connect("html-page-context", _order, priority=_LAST)


def _order(app: Sphinx, pagename: str, templatename: str, context: Any, doctree: Any) -> None:
    del app, pagename, templatename, doctree
    scripts = context["script_files"]
    scripts[:] = [script for script in scripts if "body" not in script.attributes]
    for script in scripts:
        if "async" not in script.attributes:
            script.attributes["defer"] = "defer"
