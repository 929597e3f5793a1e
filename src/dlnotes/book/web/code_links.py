"""Names in code that lead to the pages of the API, by sphinx-codeautolink.

Its functions read the cells, find out what a name stands for, and know how it looks in a listing.
Its own extension keeps what it has read of reStructuredText only, and parses and links all files
after Sphinx has written them; here a page is linked as it is written, so that any page may be
written anew at any time, and by any process. Nothing is imported but what the book documents.
"""

from __future__ import annotations

import ast
import bisect
import dataclasses
import html
import itertools
import re
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.util import logging
from sphinx_codeautolink.extension.backref import CodeExample
from sphinx_codeautolink.extension.block import SourceTransform, clean_pycon, construct_name_pattern
from sphinx_codeautolink.extension.resolve import CouldNotResolve, resolve_location
from sphinx_codeautolink.parse import parse_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

__all__ = ["CodeLinks", "connect"]

logger = logging.getLogger(__name__)

_NOTE = "book-code"
"""Under this name a page notes its code and the names in it in the metadata."""

_PYTHON = ("default", "ipython", "ipython3", "py", "py3", "pycon", "python", "python3")

_TAG = re.compile("<[^>]*>")

_BLOCK = re.compile(
    r'<div class="(?:doctest )?highlight-\S+ notranslate"><div class="highlight"><pre>'
    r".*?</pre></div>\s*</div>",
    re.DOTALL,
)
"""A listing as Sphinx writes it."""


def _note_code(app: Sphinx, doctree: nodes.document) -> None:
    metadata = app.env.metadata[app.env.docname]
    listings = [
        SourceTransform(block.astext(), [], CodeExample(app.env.docname, "", []), block.line)
        for block in doctree.findall(_is_python)
    ]
    if "kernelspec" in metadata:
        _read(listings)  # cells see the names of those before them
    else:
        for listing in listings:
            _read([listing])
    metadata[_NOTE] = [listing for listing in listings if listing.names]


def _is_python(node: nodes.Node) -> bool:
    return isinstance(node, nodes.doctest_block) or (
        isinstance(node, nodes.literal_block) and node.get("language") in _PYTHON
    )


def _read(listings: list[SourceTransform]) -> None:
    """Find the names in listings that run one after the other."""
    sources = [_python(listing.source) for listing in listings]
    starts = [0, *itertools.accumulate(source.count("\n") + 1 for source in sources)]
    for name in parse_names("\n".join(sources), nodes.literal_block()):
        at = bisect.bisect_left(starts, name.lineno) - 1
        name.lineno -= starts[at]
        name.end_lineno -= starts[at]
        listings[at].names.append(name)


def _python(source: str) -> str:
    """Return a listing of as many lines, with nothing but Python in it, be it nothing at all."""
    code = clean_pycon(source)[1] if source.startswith(">>>") else source
    try:
        ast.parse(code)
    except SyntaxError:  # a magic of IPython, an excerpt
        return "\n" * source.count("\n")
    return code


class CodeLinks:
    """The links of one build."""

    def __init__(self) -> None:
        self._inventory: dict[str, str] = {}
        self._listings: dict[str, list[SourceTransform]] = {}
        self._known: dict[tuple[str, ...], str] = {}

    def resolve(self, app: Sphinx, env: BuildEnvironment) -> list[str]:
        """Find out what the names of all pages stand for; list the pages that link otherwise."""
        uri = app.builder.get_target_uri
        objects = env.domaindata["py"]["objects"]
        self._inventory = {name: f"{uri(o.docname)}#{o.node_id}" for name, o in objects.items()}
        packages = {name.partition(".")[0] for name in self._inventory}
        # Kept, since it takes half a second to import what the names stand for.
        known, self._known = getattr(env, "book_code_names", ({}, {}))
        if known != self._inventory:
            self._known = {}
        env.book_code_names = self._inventory, self._known  # type: ignore[attr-defined]
        self._listings, links = {}, {}
        for page in env.all_docs:
            noted = env.metadata.get(page, {}).get(_NOTE, ())
            listings = [
                dataclasses.replace(listing, names=list(self._resolved(listing.names, packages)))
                for listing in noted
            ]
            self._listings[page] = [listing for listing in listings if listing.names]
            links[page] = [
                (name.lineno, name.code_str, self._inventory[name.resolved_location])
                for listing in listings
                for name in listing.names
            ]
        before = getattr(env, "book_code_links", {})
        env.book_code_links = links  # type: ignore[attr-defined]
        return [page for page, found in links.items() if found != before.get(page, [])]

    def _resolved(self, names: list[Any], packages: set[str]) -> Iterator[Any]:
        """Yield the first use of each name in a listing, and no variables."""
        seen = set()
        for name in names:
            if name.import_components[0] in packages and name.code_str:
                location = self._location(name)
                is_name = location.split(".")[-1] == name.code_str.split(".")[-1]
                if is_name and location in self._inventory and location not in seen:
                    seen.add(location)
                    yield dataclasses.replace(name, resolved_location=location)

    def _location(self, name: Any) -> str:
        """Return what a name stands for, empty if that cannot be found out."""
        path = tuple(map(str, name.import_components))
        if path not in self._known:
            try:
                self._known[path] = resolve_location(name, self._inventory) or ""
            except CouldNotResolve:
                self._known[path] = ""
        return self._known[path]

    def link(
        self, app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any
    ) -> None:
        """Put the links into the listings of a page."""
        del app, template
        if doctree is None or not self._listings.get(page):
            return
        blocks = _BLOCK.findall(context["body"])
        texts = [html.unescape(_TAG.sub("", block)).rstrip() for block in blocks]
        number = 0
        for listing in self._listings[page]:
            if (source := listing.source.rstrip()) in texts[number:]:
                number = texts.index(source, number)
                blocks[number] = self._linked(blocks[number], listing.names, page)
                number += 1
        all_blocks = iter(blocks)
        context["body"] = _BLOCK.sub(lambda _: next(all_blocks), context["body"])

    def _linked(self, block: str, names: list[Any], page: str) -> str:
        """Put links into a listing."""
        lines = block.split("\n")
        for name in names:
            where = slice(name.lineno - 1, name.end_lineno)
            code = "\n".join(lines[where])
            matches = [*re.finditer(construct_name_pattern(name), code)]
            if not matches:  # listings look otherwise than sphinx-codeautolink knows
                message = "cannot find the name %r in a listing, to link it"
                logger.warning(message, name.code_str, location=page, type="book", subtype="code")
                continue
            found = matches[-1]  # of "a.b = a.b" the right side runs first
            start, end = found.start() + len(found[1]), found.end()
            target = "../" * page.count("/") + self._inventory[name.resolved_location]
            link = f'<a class="sphinx-codeautolink-a" href="{target}">{code[start:end]}</a>'
            lines[where] = (code[:start] + link + code[end:]).split("\n")
        return "\n".join(lines)


def connect(app: Sphinx) -> None:
    """Link names in code.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        Is being set up.
    """
    app.connect("doctree-read", _note_code)
    app.connect("builder-inited", _start)


def _start(app: Sphinx) -> None:
    if app.builder.name == "html":
        links = CodeLinks()
        app.connect("env-updated", links.resolve)
        app.connect("html-page-context", links.link)
