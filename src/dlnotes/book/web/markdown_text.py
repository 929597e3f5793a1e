"""The text of a paragraph in Markdown, from the page as it is on the site."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from docutils import nodes

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["NOT_TEXT", "TextWriter", "formula", "plain"]

_SPECIAL = re.compile(r"[\\`*\[\]$~]|(?<!\w)_|_(?!\w)")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
NOT_TEXT = (nodes.comment, nodes.Invisible, nodes.system_message, nodes.meta)


class TextWriter:
    """Writes what is within a block.

    Parameters
    ----------
    builder : sphinx.builders.html.StandaloneHTMLBuilder
        Has written the page.
    page : str
        Its name.
    """

    def __init__(self, builder: Any, page: str) -> None:
        self._builder, self._page = builder, page
        self._language: str = builder.config.language
        self.images: dict[str, Path] = {}
        """The files that the Markdown shows as ``attachment:<name>``."""

    def method(self, what: str, node: nodes.Element) -> Callable[[Any], Any] | None:
        """Find the method for a kind of node, or for what that is a kind of."""
        names = (f"_{what}_{kind.__name__}".lower() for kind in type(node).__mro__)
        return next((getattr(self, name) for name in names if hasattr(self, name)), None)

    def inlines(self, node: nodes.Element) -> str:
        """Write the text of a paragraph or the like."""
        return "".join(self._inline(child) for child in node.children).strip()

    def _inline(self, node: nodes.Node) -> str:
        if isinstance(node, nodes.Text):
            return plain(node)
        if isinstance(node, NOT_TEXT) or not isinstance(node, nodes.Element):
            return ""
        if write := self.method("inline", node):
            return str(write(node))
        return "".join(self._inline(child) for child in node.children)

    def _inline_literal(self, node: nodes.literal) -> str:
        source = node.astext()
        fence = "`" * (1 + max((len(run) for run in re.findall("`+", source)), default=0))
        space = " " if "`" in {source[:1], source[-1:]} else ""
        return f"{fence}{space}{source}{space}{fence}"

    def _inline_math(self, node: nodes.math) -> str:
        return f"${formula(' '.join(node.astext().split()))}$"

    def _inline_raw(self, node: nodes.raw) -> str:
        return node.astext().strip() if node["format"] == "html" else ""

    def _inline_emphasis(self, node: nodes.emphasis) -> str:
        return _emphasized(node, self.inlines(node), "*", "em")

    def _inline_strong(self, node: nodes.strong) -> str:
        return _emphasized(node, self.inlines(node), "**", "strong")

    def _inline_subscript(self, node: nodes.subscript) -> str:
        return f"<sub>{self.inlines(node)}</sub>"

    def _inline_superscript(self, node: nodes.superscript) -> str:
        return f"<sup>{self.inlines(node)}</sup>"

    def _inline_footnote_reference(self, node: nodes.footnote_reference) -> str:
        return f"\\[{self.inlines(node)}\\]"

    def _inline_reference(self, node: nodes.reference) -> str:
        inner, url = "".join(self._inline(child) for child in node.children), self._url(node)
        return f"[{inner}]({url})" if url else inner

    def _url(self, node: nodes.reference) -> str:
        """Return where a link leads from anywhere, or nothing."""
        url: str = node.get("refuri") or (f"#{node['refid']}" if "refid" in node else "")
        if not urlsplit(url).scheme:
            here, base = self._builder.get_target_uri(self._page), self._builder.config.html_baseurl
            path, mark, anchor = url.partition("#")
            path = (
                posixpath.normpath(posixpath.join(posixpath.dirname(here), path)) if path else here
            )
            url = f"{base.rstrip('/')}/{path}{mark}{anchor}" if base else ""
        return url.replace("(", "%28").replace(")", "%29").replace(" ", "%20")

    def _inline_image(self, node: nodes.image) -> str:
        alt, name = _SPECIAL.sub(r"\\\g<0>", node.get("alt", "")), unquote(Path(node["uri"]).name)
        for source, target in self._builder.images.items():
            if target == name:
                self.images[name] = Path(self._builder.srcdir, source)
                return f"![{alt}](attachment:{name})"
        return f"![{alt}]({node['uri']})" if urlsplit(node["uri"]).scheme else alt


def formula(latex: str) -> str:
    """Write a formula so that Markdown sees neither a tag nor a new paragraph in it."""
    return _TAG.sub(r"\\lt ", re.sub(r"\n\s*\n", "\n", latex.strip()))


def plain(node: nodes.Text) -> str:
    """Write words so that Markdown sees nothing but words."""
    words = _SPECIAL.sub(r"\\\g<0>", re.sub(r"\s+", " ", node.astext()))
    return _ENTITY.sub("&amp;", words).replace("<", "&lt;")


def _emphasized(node: nodes.Element, inner: str, star: str, tag: str) -> str:
    """Emphasize with stars where these work: between a sign and a letter they do not."""
    around = node.parent.children
    place = around.index(node)
    before = around[place - 1].astext()[-1:] if place else ""
    after = around[place + 1].astext()[:1] if place + 1 < len(around) else ""
    opens = inner[:1].isalnum() or not before.isalnum()
    closes = inner[-1:].isalnum() or not after.isalnum()
    return f"{star}{inner}{star}" if opens and closes else f"<{tag}>{inner}</{tag}>"
