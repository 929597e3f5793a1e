"""Drawings that are no plots: nested sets, networks, and rows of scans.

They are black or in the book's colours on nothing, so that they read in both themes, and they take
their words from the caller, so that measured numbers can stand in them. The same call always draws
the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from numpy.typing import ArrayLike

from dlnotes.plotting.style import COLORS

__all__ = ["nested_sets", "network_diagram", "scan_grid"]

_INK = LinearSegmentedColormap.from_list("ink", [(0, 0, 0, 0), (0, 0, 0, 1)])
_RING_STYLES = list(zip(COLORS.values(), ["-", "--", "-.", ":"], strict=False))


def nested_sets(
    labels: Sequence[str], members: Sequence[str] | None = None, *, ax: Axes | None = None
) -> Axes:
    """Draw sets that contain one another as circles, the outermost first.

    A set's label, and below it the members that are not in the next set, stand in the part that the
    next circle leaves free, so that a word is inside exactly the circles that it belongs to.

    Parameters
    ----------
    labels : sequence of str
        Names of the sets, outermost first; at most four, since more would not be legible.
    members : sequence of str, optional
        One text a set, of one or more lines.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Without it, a new square figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn in.

    Raises
    ------
    ValueError
        If there are no labels or more than four, or ``members`` has another length.

    Examples
    --------
    >>> ax = nested_sets(["numbers", "whole numbers"], ["1/2", "2"])
    >>> [text.get_text() for text in ax.texts]
    ['numbers', '1/2', 'whole numbers', '2']
    """
    n = len(labels)
    if not 1 <= n <= len(_RING_STYLES):
        raise ValueError(f"`labels` must hold 1 to {len(_RING_STYLES)} names. Received: {n}")
    if members is not None and len(members) != n:
        raise ValueError(
            "`members` must hold one text for each label. "
            f"Received: {len(members)} texts for {n} labels"
        )
    ax = ax or plt.figure(figsize=(4.8, 4.8)).add_subplot()
    for i, (label, (color, style)) in enumerate(zip(labels, _RING_STYLES, strict=False)):
        radius = n + 1 - i  # all circles touch the bottom, one unit of free height a ring
        top = 2 * radius
        ax.add_patch(Circle((0, radius), radius, fill=False, ec=color, ls=style, lw=1.8))
        # The innermost circle is free as a whole, so its words move towards its middle.
        y = top - (0.9 if i < n - 1 else 1.2)
        ax.text(0, y, label, ha="center", va="center", weight="bold")
        if members is not None:
            ax.text(0, y - 0.32, members[i], ha="center", va="top")
    ax.set(xlim=(-n - 1.1, n + 1.1), ylim=(-0.1, 2 * n + 2.1), aspect="equal")
    ax.set_axis_off()
    return ax


def network_diagram(
    sizes: Sequence[int],
    *,
    labels: Sequence[str] | None = None,
    weights: Sequence[str] | None = None,
    max_units: int = 7,
    ax: Axes | None = None,
) -> Axes:
    """Draw a network of fully connected layers, from the input on the left to the output.

    Parameters
    ----------
    sizes : sequence of int
        Number of units of the input and of every layer; at least two numbers.
    labels : sequence of str, optional
        One text for the input and for each layer, written below it. The default is the size.
    weights : sequence of str, optional
        One text for each set of connections, written above it.
    max_units : int, default 7
        A layer with more units is drawn with this many and with dots in its middle; at least 2.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Without it, a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn in.

    Raises
    ------
    ValueError
        If there are fewer than two sizes, a size is below 1, ``max_units`` is below 2, or
        ``labels`` or ``weights`` has another length.

    Examples
    --------
    >>> ax = network_diagram([2, 3, 1], weights=["first", "second"])
    >>> [text.get_text() for text in ax.texts]
    ['2', '3', '1', 'first', 'second']
    """
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(
            f"`sizes` must hold two or more numbers from 1. Received: sizes={list(sizes)}"
        )
    if max_units < 2:
        raise ValueError(f"`max_units` must be at least 2. Received: {max_units}")
    for name, texts, n in (("labels", labels, len(sizes)), ("weights", weights, len(sizes) - 1)):
        if texts is not None and len(texts) != n:
            raise ValueError(f"`{name}` must hold {n} texts. Received: {len(texts)}")
    ax = ax or plt.figure().add_subplot()
    columns = [_unit_heights(size, max_units) for size in sizes]
    lines = [
        [(i, a), (i + 1, b)]
        for i, (left, right) in enumerate(pairwise(columns))
        for a in left
        for b in right
    ]
    ax.add_collection(LineCollection(lines, colors="black", linewidths=0.4, alpha=0.45, zorder=1))
    bottom, top = -max_units / 2 - 0.45, max_units / 2 + 0.3
    for i, (size, heights) in enumerate(zip(sizes, columns, strict=True)):
        # The input has no weights: squares there, circles where there is a unit.
        marker, color = ("s", COLORS["black"]) if i == 0 else ("o", COLORS["blue"])
        ax.plot([i] * len(heights), heights, marker, color=color, ms=6, zorder=2)
        if size > max_units:
            ax.plot([i] * 3, [-0.35, 0, 0.35], ".", color="black", ms=2.5, zorder=2)
        text = str(size) if labels is None else labels[i]
        ax.text(i, bottom, text, ha="center", va="top")
    for i, text in enumerate(weights or []):
        ax.text(i + 0.5, top, text, ha="center", va="bottom")
    below = 0.9 * (1 + max((text.count("\n") for text in labels or []), default=0))
    ax.set(xlim=(-0.5, len(sizes) - 0.5), ylim=(bottom - below, top + (0.9 if weights else 0)))
    ax.set_axis_off()
    return ax


def scan_grid(
    images: ArrayLike,
    captions: Sequence[Sequence[str]],
    *,
    row_labels: Sequence[str] | None = None,
) -> Figure:
    """Draw small images in rows, black ink on nothing, with a caption below each.

    Parameters
    ----------
    images : array_like
        Images ``(R, C, H, W)`` for R rows of C images, from 0 (paper) to 1 (ink).
    captions : sequence of sequence of str
        R rows of C captions.
    row_labels : sequence of str, optional
        R texts, one written above each row.

    Returns
    -------
    matplotlib.figure.Figure
        The new figure.

    Raises
    ------
    ValueError
        If ``images`` does not have four axes, or the captions or row labels do not fit it.

    Examples
    --------
    >>> figure = scan_grid(np.eye(8).reshape(1, 1, 8, 8), [["a stroke"]])
    >>> figure.axes[0].get_xlabel()
    'a stroke'
    """
    x = np.asarray(images, dtype=np.float64)
    if x.ndim != 4 or 0 in x.shape:
        raise ValueError(f"`images` must have the shape (R, C, H, W). Received: shape={x.shape}")
    n_rows, n_columns = x.shape[:2]
    if len(captions) != n_rows or any(len(row) != n_columns for row in captions):
        raise ValueError(
            f"`captions` must hold {n_rows} rows of {n_columns} texts. "
            f"Received: rows of {[len(row) for row in captions]}"
        )
    if row_labels is not None and len(row_labels) != n_rows:
        raise ValueError(f"`row_labels` must hold {n_rows} texts. Received: {len(row_labels)}")
    # Inches, placed by hand: automatic layout of this many axes takes most of a second.
    width, gap, label, caption = 4.8, 0.1, 0.3 if row_labels else 0.05, 0.25
    side = (width - gap) / n_columns - gap
    pitch = label + side * x.shape[2] / x.shape[3] + caption
    height = n_rows * pitch
    figure = plt.figure(figsize=(width, height))
    figure.set_layout_engine("none")  # later than at creation: else saving brings it back
    for i in range(n_rows):
        bottom = (n_rows - 1 - i) * pitch + caption
        if row_labels is not None:
            y = (bottom + pitch - caption - label / 3) / height
            figure.text(gap / width, y, row_labels[i], va="top")
        for j in range(n_columns):
            left = gap + j * (side + gap)
            box = left / width, bottom / height, side / width, (pitch - label - caption) / height
            ax = figure.add_axes(box)
            # "none" leaves the pixels to the browser, which draws them sharp at any size.
            ax.imshow(x[i, j], cmap=_INK, vmin=0, vmax=1, interpolation="none", aspect="auto")
            ax.set(xticks=[], yticks=[])
            ax.set_xlabel(captions[i][j], labelpad=3)
            ax.spines[:].set(visible=True, linewidth=0.5)
    return figure


def _unit_heights(size: int, max_units: int) -> list[float]:
    """Where the units of a layer are drawn, centred on 0; a large layer leaves its middle free."""
    if size <= max_units:
        return [(size - 1) / 2 - i for i in range(size)]
    half = max_units // 2
    return [s * (max_units / 2 - i) for s in (1, -1) for i in range(half)]
