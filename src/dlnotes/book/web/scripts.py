"""Scripts come as files, and wait until the page is there; a page loads what it uses.

The theme puts some scripts into the page itself, which a Content-Security-Policy without
``unsafe-inline`` would refuse. They set what only its search as you type and its version switch
read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["ONLY_WITH", "connect"]

_LAST = 900  # after the theme and all extensions have added theirs
ONLY_WITH = {
    "clipboard.min.js": "<pre",
    "copybutton.js": "<pre",
    "design-tabs.js": "sd-tab",
    "sphinx-design.min.css": "sd-",
}
"""What must stand in a page that loads a file."""


def connect(app: Sphinx) -> None:
    """Look at the scripts and style sheets of every page."""
    app.connect("html-page-context", _choose, priority=_LAST)


def _choose(app: Sphinx, pagename: str, templatename: str, context: Any, doctree: Any) -> None:
    del app, pagename, templatename, doctree
    body = context.get("body", "")
    for files in (context["script_files"], context["css_files"]):
        files[:] = [file for file in files if _used(file, body)]
    for script in context["script_files"]:
        if "async" not in script.attributes:
            script.attributes["defer"] = "defer"


def _used(file: Any, body: str) -> bool:
    name = str(file.filename).partition("?")[0].rpartition("/")[2]
    return "body" not in file.attributes and ONLY_WITH.get(name, "") in body
