"""Computational graphs: what flows forward along each edge, and what flows back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import ScaledTranslation

from dlnotes._validation import FloatArray, as_floats
from dlnotes.plotting.style import COLORS, FILLS

__all__ = ["computational_graph"]

_RADIUS = 14.0
"""Of a node, in points."""


def computational_graph(
    nodes: Mapping[str, str],
    edges: Sequence[tuple[str, str, str, str]],
    *,
    positions: Mapping[str, tuple[float, float]] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a graph from left to right, with a value above and a gradient below each edge.

    Nodes without an edge into them are squares, all others circles. An arrow shows the way forward;
    gradients are slanted and go the other way.

    Parameters
    ----------
    nodes : mapping of str to str
        For each node's name the short text in it.
    edges : sequence of tuple of str
        For each edge the names of the nodes that it leaves and enters, the text above it (its
        value) and the text below it (its gradient). Either text may be empty.
    positions : mapping of str to tuple of float, optional
        Where each node is drawn; one unit to the right is about the length of an edge. By default
        a node stands one unit right of the last node that it needs, an input one unit left of the
        first node that needs it, and nodes in one column from top to bottom in their order.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Without it, a new figure, as high as the graph needs.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn in.

    Raises
    ------
    ValueError
        If there are no nodes, an edge does not hold four texts, an edge or ``positions`` names an
        unknown node, ``positions`` lacks one, two edges join the same nodes, or edges run in a
        circle.

    Examples
    --------
    >>> nodes = {"x": "x", "w": "w", "product": "×"}
    >>> ax = computational_graph(nodes, [("x", "product", "3", "2"), ("w", "product", "2", "3")])
    >>> [text.get_text() for text in ax.texts if text.get_text()]
    ['x', 'w', '×', '3', '2', '2', '3']
    """
    if not nodes:
        raise ValueError("`nodes` must not be empty. Received: 0 nodes")
    for i, edge in enumerate(edges):
        if len(edge) != 4:
            raise ValueError(
                f"`edges[{i}]` must hold two names, a value and a gradient. Received: {edge}"
            )
    pairs = [(source, target) for source, target, _, _ in edges]
    for name in [name for pair in pairs for name in pair] + list(positions or nodes):
        if name not in nodes:
            raise ValueError(f"`edges` and `positions` must name known nodes. Received: {name!r}")
    for pair in pairs:
        if pairs.count(pair) > 1:
            raise ValueError(f"`edges` must join two nodes only once. Received: {pair} twice")
    places = _in_columns(nodes, pairs) if positions is None else positions
    for name in nodes:
        if name not in places:
            raise ValueError(f"`positions` must place every node. Received: none for {name!r}")
    xy = as_floats("positions", [places[n] for n in nodes], shape=("N", 2), finite=True)
    at = dict(zip(nodes, xy, strict=True))
    (x0, y0), (x1, y1) = xy.min(axis=0), xy.max(axis=0)
    ax = ax or plt.figure(figsize=(4.8, 0.5 + 0.8 * (y1 - y0 + 1))).add_subplot()
    entered = {target for _, target in pairs}
    for name, text in nodes.items():
        marker, fill = ("o", FILLS[0][0]) if name in entered else ("s", "none")
        ax.plot(*at[name], marker, ms=2 * _RADIUS, mfc=fill, mec="black", mew=1)
        ax.text(at[name][0], at[name][1], text, ha="center", va="center")
    for source, target, value, gradient in edges:
        start, end = at[source], at[target]
        arrow = {"arrowstyle": "-|>", "color": "black", "shrinkA": _RADIUS, "shrinkB": _RADIUS}
        ax.annotate("", end, start, arrowprops=arrow)
        _write_along(ax, start, end, value, above=True, verticalalignment="bottom")
        look = {"style": "italic", "color": COLORS["blue"]}
        _write_along(ax, start, end, gradient, above=False, verticalalignment="top", **look)
    ax.set(xlim=(x0 - 0.3, x1 + 0.3), ylim=(y0 - 0.5, y1 + 0.5))
    ax.set_axis_off()
    return ax


def _in_columns(
    nodes: Mapping[str, str], pairs: Sequence[tuple[str, str]]
) -> dict[str, tuple[float, float]]:
    """Place each node one column right of the last that it needs, inputs left of the first use."""
    needs = {name: [source for source, target in pairs if target == name] for name in nodes}
    column: dict[str, int] = {}
    try:
        for name in TopologicalSorter(needs).static_order():
            column[name] = max((column[source] + 1 for source in needs[name]), default=0)
    except CycleError as error:
        circle = " → ".join(error.args[1])
        raise ValueError(f"`edges` must not run in a circle. Received: {circle}") from None
    for name in nodes:
        if not needs[name]:
            users = [column[target] for source, target in pairs if source == name]
            column[name] = min(users, default=1) - 1
    places = {}
    for c in column.values():
        rows = [name for name in nodes if column[name] == c]
        for i, name in enumerate(rows):
            places[name] = (float(c), (len(rows) - 1) / 2 - i)
    return places


def _write_along(
    ax: Axes, start: FloatArray, end: FloatArray, text: str, *, above: bool, **look: Any
) -> None:
    """Write a text in the middle of an edge, slanted like it, a little above or below."""
    dx, dy = end - start if end[0] >= start[0] else start - end  # never upside down
    gap = ScaledTranslation(0, (2 if above else -2) / 72, ax.figure.dpi_scale_trans)
    x, y = (start + end) / 2
    ax.text(
        x,
        y,
        text,
        horizontalalignment="center",
        rotation=np.degrees(np.arctan2(dy, dx)),
        rotation_mode="anchor",
        transform_rotates_text=True,  # the slant is that of the drawing, not of the data
        transform=ax.transData + gap,
        **look,
    )
