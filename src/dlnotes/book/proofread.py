"""Faults that are easy to overlook: a figure without alt text, a result typed by hand, markup that
did not render, a line that is gone, a column without a name, the address of an object.
"""

from __future__ import annotations

import re
from ast import literal_eval
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.util import logging

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "figures_without_alt", "lost_lines", "nameless_columns", "object_addresses", "stray_markup",
    "typed_numbers",
]  # fmt: skip

logger = logging.getLogger(__name__)

_NUMBER = re.compile(r"(?<![\w.,])(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?![\w])(\s?%| percent)?")
_NOT_PROSE = (nodes.FixedTextElement, nodes.literal, nodes.math, nodes.math_block)
_MARKUP = re.compile(r"\$|`|\*\*|\\[a-z]{2,}")
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]+")
_LEAST_DIGITS = 3
"""Fewer significant digits prove nothing: every page has a 2 and a 10."""


def figures_without_alt(doctree: nodes.document) -> int:
    """Warn of every image that has no alternative text; return how many there are."""
    bare = [image for image in doctree.findall(nodes.image) if not image.get("alt", "").strip()]
    for image in bare:
        logger.warning(
            "figure without alt text", location=_with_line(image), type="book", subtype="alt"
        )
    return len(bare)


def stray_markup(doctree: nodes.document) -> int:
    """Warn of every dollar sign, backquote, double asterisk or LaTeX command that is left in prose.

    A formula that is wrapped before a plus sign becomes a list, for example. Returns how many there
    are.
    """
    found = 0
    for text in doctree.findall(nodes.Text):
        match = _MARKUP.search(text.astext())
        if match and not _inside(text, (*_NOT_PROSE, nodes.strong)):  # strong: a **parameter
            found += 1
            around = text.astext()[max(0, match.start() - 20) : match.end() + 20]
            logger.warning(
                f"markup that did not render: {around!r}",
                location=_with_line(text),
                type="book",
                subtype="markup",
            )
    return found


def lost_lines(doctree: nodes.document) -> int:
    """Warn of every line within a paragraph that begins with a percent sign; return how many.

    To MyST it is a comment: where a percentage is wrapped before its sign, the line vanishes.
    """
    comments = {
        f"%{c.rawsource.splitlines()[0]}" for c in doctree.findall(nodes.comment) if c.rawsource
    }
    if not comments:
        return 0
    lines = Path(doctree["source"]).read_text(encoding="utf-8").splitlines()
    before = ["", *lines]
    lost = [
        n
        for n, line in enumerate(lines)
        if line in comments and before[n].strip() and not before[n].startswith("%")
    ]
    for n in lost:
        logger.warning(
            f"a line that begins with % is a comment: {lines[n]!r}",
            location=f"{doctree['source']}:{n + 1}",
            type="book",
            subtype="markup",
        )
    return len(lost)


def nameless_columns(doctree: nodes.document) -> int:
    """Warn of every head of a column that has no words; return how many there are.

    A formula alone is read out as nothing by some screen readers.
    """
    heads = [entry for head in doctree.findall(nodes.thead) for entry in head.findall(nodes.entry)]
    bare = [
        head
        for head in heads
        if not any(
            text.astext().strip() and not _inside(text, (nodes.math,))
            for text in head.findall(nodes.Text)
        )
    ]
    for head in bare:
        logger.warning(
            "column without a name in words",
            location=_with_line(head),
            type="book",
            subtype="columns",
        )
    return len(bare)


def object_addresses(doctree: nodes.document) -> int:
    """Warn of every cell whose output names the address of an object; return how many there are.

    It tells a reader nothing and is another one in every run: a last line lacks its semicolon.
    """
    found = 0
    for output in doctree.findall(nodes.container):
        if "cell_output" in output["classes"] and (match := _ADDRESS.search(output.astext())):
            found += 1
            logger.warning(
                f"the address of an object in an output: {match[0]!r}",
                location=_with_line(output),
                type="book",
                subtype="address",
            )
    return found


def typed_numbers(doctree: nodes.document, glued: Mapping[str, str]) -> int:
    """Warn of every number in prose that is one of the page's glued values; return how many.

    Only numbers of three or more significant digits count, each compared at its own precision, and
    as a percentage where a percent sign follows. A number in a formula or in code is a definition
    or an exact constant, and passes.
    """
    values = dict(_numbers(glued))
    found = 0
    for text in doctree.findall(nodes.Text):
        if not values or _inside(text, _NOT_PROSE):
            continue
        for match in _NUMBER.finditer(text.astext()):
            whole, fraction, percent = match.groups()
            digits = (whole.replace(",", "") + (fraction or "")).replace(".", "").lstrip("0")
            if len(digits) < _LEAST_DIGITS:
                continue
            typed = float(whole.replace(",", "") + (fraction or ""))
            places = len(fraction) - 1 if fraction else 0
            for key, value in values.items():
                measured = abs(value) * (100 if percent else 1)
                if round(measured, places) == typed:
                    found += 1
                    logger.warning(
                        f"{match[0]} is typed by hand: glue it as {key!r}",
                        location=text.parent, type="book", subtype="typed",
                    )  # fmt: skip
                    break
    return found


def _numbers(glued: Mapping[str, str]) -> Iterable[tuple[str, float]]:
    for key, text in glued.items():
        try:
            value = literal_eval(text)
        except (SyntaxError, ValueError):
            continue
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield key, float(value)


def _with_line(node: nodes.Node) -> nodes.Node:
    """Return the node, or the nearest one around it that knows its line."""
    while not node.line and node.parent is not None:
        node = node.parent
    return node


def _inside(node: nodes.Node, kinds: tuple[type[nodes.Node], ...]) -> bool:
    while node.parent is not None:
        node = node.parent
        if isinstance(node, kinds):
            return True
    return False
