"""Loss surfaces: a function of two weights as a map, and the ways of optimizers down it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, SupportsIndex

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_count, as_floats
from dlnotes.plotting.style import (
    COLORS,
    LINE_STYLES,
    MARKERS,
    drop_needless_corners,
    put_legend_above,
)

__all__ = ["loss_surface"]


def loss_surface(
    f: Callable[[FloatArray, FloatArray], ArrayLike],
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    *,
    paths: Mapping[str, ArrayLike] | None = None,
    levels: SupportsIndex | Sequence[float] = 10,
    ax: Axes | None = None,
) -> Axes:
    """Draw a function of two variables as contour lines, and the ways of optimizers across it.

    The higher a line, the heavier it is. A way starts at a ring, has a mark at each step, or at
    every second or third if there are more than 30 or 60, and ends at a large mark.

    Parameters
    ----------
    f : callable
        Maps two arrays of one shape, x and y, to the values of the function there.
    x_range, y_range : tuple of float
        The lowest and the highest number of each axis.
    paths : mapping of str to array_like, optional
        For each label the points ``(T, 2)`` of a way; at most seven. They may leave the ranges. The
        labels go into a legend above the figure.
    levels : int or sequence of float, default 10
        The heights of the contour lines, or how many there are. Then they are closer at the bottom,
        so that the rings of a quadratic bowl come evenly.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Without it, a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn in.

    Raises
    ------
    ValueError
        If a range does not rise, ``f`` returns something else than finite numbers of the shape of
        its arguments, no level lies between its lowest and highest, or a path is no ``(T, 2)``
        array of finite numbers.
    TypeError
        If any of them is not a real number.

    Examples
    --------
    >>> ax = loss_surface(lambda x, y: x**2 + 3 * y**2, (-2, 2), (-1, 1), levels=[1, 3])
    >>> [len(ring.get_paths()) for ring in ax.collections]
    [2]
    """
    spans = [_as_range("x_range", x_range), _as_range("y_range", y_range)]
    u, v = (np.linspace(low, high, 101) for low, high in spans)
    x, y = np.meshgrid(u, v)
    z = as_floats("f(x, y)", f(x, y), shape=x.shape, finite=True)
    heights = _as_levels(levels, z)
    ways = {
        label: as_floats(f"paths[{label!r}]", way, shape=("T", 2), finite=True)
        for label, way in (paths or {}).items()
    }
    if len(ways) > len(MARKERS):
        raise ValueError(f"`paths` must hold at most {len(MARKERS)} labels. Received: {len(ways)}")
    ax = ax or plt.figure().add_subplot()
    widths = np.linspace(0.5, 1.5, len(heights))
    rings = ax.contour(
        u, v, z, heights, colors="black", linewidths=widths, linestyles="solid", alpha=0.7
    )
    drop_needless_corners(rings, u, v, tolerance=0.2)
    looks = zip(COLORS.values(), LINE_STYLES, MARKERS, strict=True)
    for (label, way), (color, style, marker) in zip(ways.items(), looks, strict=False):
        every = -(-len(way) // 30)
        line = {"linestyle": style, "linewidth": 1.4, "marker": marker, "markersize": 3}
        ax.plot(*way.T, color=color, markevery=every, label=label, **line)
        ax.plot(*way[0], "o", markersize=9, color="black", markerfacecolor="none")
        ax.plot(*way[-1], marker, markersize=8, color=color, markeredgecolor="black")
    ax.set(xlim=spans[0], ylim=spans[1])
    if ways:
        put_legend_above(ax)
    return ax


def _as_range(name: str, span: ArrayLike) -> tuple[float, float]:
    low, high = as_floats(name, span, shape=(2,), finite=True)
    if low >= high:
        raise ValueError(f"`{name}` must rise. Received: ({low}, {high})")
    return float(low), float(high)


def _as_levels(levels: Any, z: FloatArray) -> FloatArray:
    """Heights of contour lines, as given or as many as given."""
    low, high = z.min(), z.max()
    if np.ndim(levels) == 0:
        n = as_count("levels", levels)
        heights = low + (high - low) * (np.arange(1, n + 1) / (n + 1)) ** 2
    else:
        heights = np.unique(as_floats("levels", levels, shape=("L",), finite=True))
    if not np.any((low < heights) & (heights < high)):
        raise ValueError(
            f"`levels` must have one between the values of `f`, {low:g} and {high:g}. "
            f"Received: {levels}"
        )
    return np.asarray(heights)
