"""One style sheet for the whole site, of all that Sphinx, the theme and extensions bring.

A browser shows nothing before it has every sheet of a page: fifteen files, and three quarters of
the largest are an icon font's and a framework's rules that no page of a book uses.
"""

from __future__ import annotations

import posixpath
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import lightningcss
from myst_nb.sphinx_ext import add_global_html_resources
from pydata_sphinx_theme.pygments import overwrite_pygments_css
from sphinx_exercise import copy_asset_files

from dlnotes.book.web.scripts import ONLY_WITH

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.builders.html._assets import _CascadingStyleSheet

__all__ = ["UNUSED", "connect", "join"]

NAME = "site.css"
"""The one sheet, in ``_static``."""

_FRAMEWORK = "styles/pydata-sphinx-theme.css"
_THEME = ("basic.css", _FRAMEWORK)
"""What the theme's templates link before all other sheets."""

_LATE = (add_global_html_resources, copy_asset_files)
"""What copies sheets only when the build is finished, too late to join them."""

_CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
_URL = re.compile(r"""url\(\s*(["']?)(?![a-z]+:|[/#])([^"')]+)\1\s*\)""")

UNUSED = re.compile(
    r"(fa|fa[rsb]|fa-.*"  # Font Awesome: icons are masks
    r"|(?!btn-|sd-|table-).*-(sm|md|lg|xl|xxl)(-.*)?"  # Bootstrap, by the width of the screen
    r"|(accordion|breadcrumb|carousel|list-group|modal|offcanvas|pagination|placeholder"
    r"|progress|spinner|toast)(-.*)?"
    r"|form-(check|floating|label|range|select|switch|text).*"
    r"|(col|row-cols|offset|order|gx|gy|gap|object|link|bg|text-bg|[mp][txyse]?)-.*"
    r"|(btn-(outline|check|close|group|toolbar|secondary|success|info|warning|danger|light|dark)"
    r"|navbar-(expand|toggler|dark|light)|nav-(pills|tabs|fill)|is-(in)?valid|was-validated)(-.*)?"
    r")"
)
"""Matches classes of the framework below the theme that neither the theme nor a book uses."""


def join(folder: Path, sheets: list[tuple[str, str]]) -> str:
    """Make one style sheet of several.

    Parameters
    ----------
    folder : Path
        Has the sheets; addresses in them are made relative to it.
    sheets : list of tuple of (str, str)
        Path below the folder and the media that it is for, or an empty string.

    Returns
    -------
    str
        All rules in order, the theme's without those for classes that :data:`UNUSED` matches.

    Raises
    ------
    OSError
        If a sheet is not there.
    ValueError
        If a sheet is not valid.
    """
    joined = []
    for name, media in sheets:
        rules = (folder / name).read_text(encoding="utf-8")
        rules = _URL.sub(partial(_moved, posixpath.dirname(name)), rules)
        classes = _CLASS.findall(rules) if name == _FRAMEWORK else []
        unused = {found for found in classes if UNUSED.fullmatch(found)}
        rules = lightningcss.process_stylesheet(rules, filename=name, unused_symbols=unused)
        joined.append(f"@media {media}{{{rules}}}" if media else rules)
    return "\n".join(joined)


def _moved(folder: str, url: re.Match[str]) -> str:
    return f"url({posixpath.normpath(posixpath.join(folder, url[2]))})"


def connect(app: Sphinx) -> None:
    """Link the one sheet in every page."""
    app.connect("html-page-context", _Joined().link, priority=1)


class _Joined:
    """The sheets that every page has, joined when the first page is written."""

    def __init__(self) -> None:
        self._sheet: _CascadingStyleSheet | None = None
        self._parts: list[_CascadingStyleSheet] = []

    def link(
        self, app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any
    ) -> None:
        """Put the one sheet in the place of those of every page.

        This comes first, before a page gets sheets of its own. Those that only some pages need are
        left to these, and those that another host or nobody has are left alone.
        """
        del page, template, doctree
        files = context["css_files"]
        if self._sheet is None:
            self._sheet = self._join(app, files)
        files[:] = [self._sheet, *(file for file in files if file not in self._parts)]

    def _join(self, app: Sphinx, files: list[_CascadingStyleSheet]) -> _CascadingStyleSheet:
        builder: Any = app.builder
        folder = Path(builder.outdir, "_static")
        for listener in app.events.listeners["build-finished"]:
            if listener.handler in _LATE:
                listener.handler(app, None)
        if "pydata_sphinx_theme" in app.extensions:
            overwrite_pygments_css(app)  # as the theme does at the end of the build
        names = {file: str(file.filename).removeprefix("_static/") for file in files}
        self._parts = [
            file
            for file in sorted(files, key=lambda file: file.priority)
            if (folder / names[file]).is_file() and not names[file].endswith(tuple(ONLY_WITH))
        ]
        theme = [(name, "") for name in _THEME if (folder / name).is_file()]
        sheets = [(names[file], file.attributes.get("media") or "") for file in self._parts]
        rules, file = join(folder, [*theme, *sheets]), folder / NAME
        if not file.exists() or file.read_text(encoding="utf-8") != rules:
            file.write_text(rules, encoding="utf-8")
        return type(files[0])(f"_static/{NAME}", priority=0)
