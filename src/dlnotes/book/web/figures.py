"""Figures as readers meet them: drawings are part of the page, and every figure opens large.

A drawing that is part of the page has text that can be selected and found, needs no request, and
follows the theme. Its file stays beside the pages: without JavaScript the link in its corner leads
there. Only the builder ``html`` does this; books to download keep their image files.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import imagesize
from docutils import nodes
from markupsafe import escape

from dlnotes.book.strings import text

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["connect", "drawing", "named_once"]

_BEFORE = re.compile(r"\A.*?(?=<svg\b)", re.DOTALL)
_LEFT_OUT = re.compile(
    r"<metadata>.*?</metadata>\s*|<style\b.*?</style>\s*|<!--.*?-->\s*|<title>.*?</title>\s*",
    re.DOTALL,
)
_EMPTY = re.compile(r"<defs>\s*</defs>\s*")
_ROOT = re.compile(r"<svg\b[^>]*>")
_SIZE = re.compile(r'\b(width|height|viewBox)="([^"]*)"')
_ID = re.compile(r'\bid="([^"]+)"')
_LINK = re.compile(r'(xlink:href="#|href="#|url\(#)([^")]+)')
_FAMILY = re.compile(r"\s*font-family:[^;\"]*;?")
_SPACE = re.compile(r"\n\s*")
_PX = {"pt": 4 / 3, "px": 1.0, "": 1.0, "in": 96.0}


def drawing(svg: str, *, name: str, alt: str) -> str:
    """Make a drawing part of a page.

    Parameters
    ----------
    svg : str
        The drawing, as Matplotlib writes it.
    name : str
        Put before its ids, which would otherwise meet those of the other drawings of the page.
    alt : str
        What it shows.

    Returns
    -------
    str
        An ``svg`` element without style sheet and fonts of its own, sized in CSS pixels.

    Raises
    ------
    ValueError
        If there is no ``svg`` element, or it has no size.
    """
    body = _EMPTY.sub("", _LEFT_OUT.sub("", _BEFORE.sub("", svg)))
    root = _ROOT.match(body)
    if not root:
        raise ValueError(f"`svg` must hold a drawing. Received: {svg[:40]!r}")
    size = dict(_SIZE.findall(root[0]))
    width, height = _pixels(size, "width"), _pixels(size, "height")
    inner = body[root.end() : body.rindex("</svg>")]
    inner = named_once(inner, f"{name}-")
    inner = _LINK.sub(lambda m: f"{m[1]}{name}-{m[2]}", inner).replace("xlink:href", "href")
    inner = _SPACE.sub(" ", _FAMILY.sub("", inner)).replace("> <", "><").strip()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(alt)}"'
        f' viewBox="{size["viewBox"]}" width="{width}" height="{height}">{inner}</svg>'
    )


def named_once(svg: str, prefix: str = "") -> str:
    """Leave a drawing only the ids that it refers to, with a prefix.

    What an author has named, perhaps several artists alike, becomes a class.

    Parameters
    ----------
    svg : str
        The drawing, as Matplotlib writes it.
    prefix : str, optional
        Put before the ids that are left.

    Returns
    -------
    str
        The same drawing.
    """
    used = {target for _, target in _LINK.findall(svg)}
    return _ID.sub(lambda m: f'id="{prefix}{m[1]}"' if m[1] in used else _kept(m[1]), svg)


def _kept(group: str) -> str:
    """Keep as a class what an author has named; Matplotlib's own names end in a number."""
    return "" if re.search(r"_\d+$", group) else f'class="{escape(group)}"'


def _pixels(size: dict[str, str], side: str) -> str:
    match = re.fullmatch(r"([\d.]+)(pt|px|in)?", size.get(side, ""))
    if not match or "viewBox" not in size:
        raise ValueError(f"`svg` must have a {side} and a viewBox. Received: {size}")
    return f"{float(match[1]) * _PX[match[2] or '']:.0f}"


def visit_image(translator: Any, node: nodes.image) -> None:
    """Write an image of a page; those that are no figures as Sphinx does."""
    builder = translator.builder
    path = Path(builder.srcdir, node["uri"])
    alt = node.get("alt", "")
    if builder.name != "html" or node["uri"] not in builder.images:
        type(translator).visit_image(translator, node)
        return
    url = f"{builder.imgpath}/{builder.images[node['uri']]}"
    if path.suffix == ".svg":
        translator.book_drawings = getattr(translator, "book_drawings", 0) + 1
        name = f"d{translator.book_drawings}"
        shown = drawing(path.read_text(encoding="utf-8"), name=name, alt=alt)
    else:
        width, height = imagesize.get(path)
        shown = (
            f'<img src="{url}" alt="{escape(alt)}" width="{width}" height="{height}"'
            ' loading="lazy" decoding="async"/>'
        )
    language = translator.config.language
    large, close = (escape(text(key, language)) for key in ("enlarge", "close"))
    label = escape(f"{text('enlarge', language)}: {alt}")
    translator.body.append(
        f'<span class="figure-drawing">{shown}<a class="figure-large" href="{url}"'
        f' title="{large}" aria-label="{label}" data-close="{close}"></a></span>'
    )


def depart_image(translator: Any, node: nodes.image) -> None:
    """Nothing is left to write."""
    del translator, node


def connect(app: Sphinx) -> None:
    """Write images here."""
    app.add_js_file("figures.js")
    app.add_node(nodes.image, override=True, html=(visit_image, depart_image))
