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
from pydata_sphinx_theme.pygments import overwrite_pygments_css

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
        Path below the folder and the media that it is for, or an empty string. One that is not
        there is left out.

    Returns
    -------
    str
        All rules in order, the theme's without those for classes that :data:`UNUSED` matches.

    Raises
    ------
    ValueError
        If a sheet is not valid.
    """
    joined = []
    for name, media in sheets:
        if not (file := folder / name).is_file():
            continue
        rules = _URL.sub(partial(_moved, posixpath.dirname(name)), file.read_text(encoding="utf-8"))
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

    def link(
        self, app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any
    ) -> None:
        """Put the one sheet in the place of those of every page.

        This comes first, before a page gets sheets of its own. Those that only some pages need are
        left to these.
        """
        del page, template, doctree
        files = context["css_files"]
        apart = [file for file in files if str(file.filename).endswith(tuple(ONLY_WITH))]
        if self._sheet is None:
            builder: Any = app.builder
            sheets = [
                (str(file.filename).removeprefix("_static/"), file.attributes.get("media") or "")
                for file in sorted(files, key=lambda file: file.priority)
                if file not in apart
            ]
            folder = Path(builder.outdir, "_static")
            if "pydata_sphinx_theme" in app.extensions:
                overwrite_pygments_css(app)  # as the theme does at the end of the build
            rules = join(folder, [*((name, "") for name in _THEME), *sheets])
            file = folder / NAME
            if not file.exists() or file.read_text(encoding="utf-8") != rules:
                file.write_text(rules, encoding="utf-8")
            self._sheet = type(files[0])(f"_static/{NAME}", priority=0)
        files[:] = [self._sheet, *apart]
