"""Areas of the plane: where a classifier decides what, and the pieces of a piecewise function.

Fills are pale and hatched in turn and their edges are black lines, so that they read without
colour vision and in both themes. All are vector graphics: a boundary stays sharp at any size, and a
few hundred corners are shorter than the pixels would be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, SupportsIndex

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from numpy.typing import ArrayLike, NDArray

from dlnotes._validation import FloatArray, IntArray, as_count, as_floats, as_integers
from dlnotes.plotting.style import COLORS, FILLS, MARKERS, drop_needless_corners, put_legend_above

__all__ = ["decision_regions", "polygons"]


def decision_regions(
    predict: Callable[[FloatArray], ArrayLike],
    x: ArrayLike,
    y: ArrayLike,
    *,
    labels: Sequence[str] | None = None,
    resolution: SupportsIndex = 150,
    ax: Axes | None = None,
) -> Axes:
    """Draw what a classifier of two features decides in each place, and the points it is about.

    Parameters
    ----------
    predict : callable
        Maps points ``(M, 2)`` to labels ``(M,)``, or to scores ``(M, K)`` of which the largest
        decides, such as probabilities. One column ``(M, 1)`` is the probability of class 1. Scores
        give smoother boundaries than labels.
    x : array_like
        Points ``(N, 2)``. They fill the middle of the picture.
    y : array_like
        Their true labels ``(N,)``, integers; with scores the columns' numbers.
    labels : sequence of str, optional
        A name for each class, in the order of the labels, for a legend above the figure.
    resolution : int, default 150
        How many points a side ``predict`` is asked at; at least 2.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Without it, a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn in.

    Raises
    ------
    ValueError
        If ``x`` and ``y`` do not fit each other, ``predict`` returns something else, there are more
        classes than fills, or ``labels`` has another length.
    TypeError
        If ``x`` does not hold real numbers, or ``y`` or ``resolution`` no integers.

    Examples
    --------
    >>> inputs = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> ax = decision_regions(lambda x: x.sum(axis=1) > 1.5, inputs, [0, 0, 0, 1])
    >>> [line.get_marker() for line in ax.lines]
    ['o', 's']
    """
    x = as_floats("x", x, shape=("N", 2), finite=True)
    y = as_integers("y", y, shape=(len(x),))
    n = as_count("resolution", resolution, low=2)
    low, high = x.min(axis=0), x.max(axis=0)
    pad = 0.2 * np.where(high > low, high - low, 1)
    u, v = (np.linspace(a, b, n) for a, b in zip(low - pad, high + pad, strict=True))
    grid = np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)
    classes, scores = _class_scores(predict(grid), y, len(grid))
    if len(classes) > len(FILLS):
        raise ValueError(f"`y` must name at most {len(FILLS)} classes. Received: {len(classes)}")
    if labels is not None and len(labels) != len(classes):
        raise ValueError(f"`labels` must hold {len(classes)} texts. Received: {len(labels)}")
    ax = ax or plt.figure().add_subplot()
    for k, c in enumerate(classes):
        rivals = np.delete(scores, k, axis=1).max(axis=1, initial=scores.min() - 1)
        lead = (scores[:, k] - rivals).reshape(n, n)
        if lead.max() > 0:
            color, hatch = FILLS[k]
            area = ax.contourf(u, v, lead, [0, lead.max() + 1], colors=[color], hatches=[hatch])
            area.set(edgecolor="black", linewidth=0)  # the colour of the hatching
            drop_needless_corners(area, u, v, tolerance=0.45)
        if lead.min() < 0 < lead.max():  # from both sides, so that all borders weigh the same
            edge = ax.contour(u, v, lead, [0], colors="black", linewidths=1)
            drop_needless_corners(edge, u, v, tolerance=0.45)
        ax.plot(
            *x[y == c].T,
            MARKERS[k],
            color=list(COLORS.values())[k],
            markersize=5,
            markeredgecolor="black",
            markeredgewidth=0.6,
            label=labels[k] if labels else None,
        )
    if labels is not None:
        put_legend_above(ax)
    return ax


def polygons(polygons: Sequence[ArrayLike], *, ax: Axes | None = None) -> Axes:
    """Draw the pieces of a piecewise function of two variables, neighbours in different fills.

    Parameters
    ----------
    polygons : sequence of array_like
        Corners ``(V, 2)`` of each convex piece, in order; at least three a piece.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Without it, a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn in.

    Raises
    ------
    ValueError
        If there is no polygon, or one has fewer than three corners or is no ``(V, 2)`` array.
    TypeError
        If a polygon does not hold real numbers.

    Notes
    -----
    Pieces are neighbours if they share more than a corner. Each piece gets the first fill that no
    neighbour before it has. There are fills enough for any sensible picture; when they run out,
    the black outlines still tell the pieces apart.

    Examples
    --------
    >>> ax = polygons([[[0, 0], [1, 0], [1, 1]], [[0, 0], [1, 1], [0, 1]]])
    >>> len(ax.collections)  # one for each fill in use
    2
    """
    if len(polygons) == 0:
        raise ValueError("`polygons` must not be empty. Received: 0 polygons")
    pieces = []
    for i, polygon in enumerate(polygons):
        piece = as_floats(f"polygons[{i}]", polygon, shape=("V", 2), finite=True)
        if len(piece) < 3:
            raise ValueError(
                f"`polygons[{i}]` must have at least 3 corners. Received: {len(piece)}"
            )
        pieces.append(piece)
    ax = ax or plt.figure().add_subplot()
    fills = _color_map(pieces, len(FILLS))
    for k, (color, hatch) in enumerate(FILLS):
        same = [piece for piece, fill in zip(pieces, fills, strict=True) if fill == k]
        if same:
            area = PolyCollection(same, facecolors=color, edgecolors="black", linewidths=0.8)
            area.set_hatch(hatch)
            ax.add_collection(area)
    ax.autoscale_view()
    ax.margins(0)
    return ax


def _class_scores(
    predicted: ArrayLike, y: IntArray, n_points: int
) -> tuple[NDArray[Any], FloatArray]:
    """The classes (K,), and how strongly the answer is for each of them (M, K)."""
    answer = as_floats("predict(points)", predicted)
    if answer.shape == (n_points,) and np.all(answer == np.round(answer)):
        classes = np.union1d(y, answer)
        return classes, (answer[:, None] == classes).astype(np.float64)
    if answer.ndim != 2 or len(answer) != n_points:
        raise ValueError(
            f"`predict` must return whole labels ({n_points},) or scores ({n_points}, K). "
            f"Received: shape={answer.shape}, dtype={answer.dtype}"
        )
    if answer.shape[1] == 1:
        answer = np.hstack([1 - answer, answer])
    as_integers("y", y, low=0, high=answer.shape[1] - 1)
    return np.arange(answer.shape[1]), answer


def _color_map(pieces: list[FloatArray], n_fills: int) -> list[int]:
    """For each piece the first fill that none of its earlier neighbours has."""
    low = np.array([piece.min(axis=0) for piece in pieces])
    high = np.array([piece.max(axis=0) for piece in pieces])
    tolerance = 1e-6 * (high.max(axis=0) - low.min(axis=0)).max()
    fills: list[int] = []
    for i, piece in enumerate(pieces):
        apart = (low[:i] > high[i] + tolerance) | (high[:i] < low[i] - tolerance)
        near = np.flatnonzero(~apart.any(axis=1))
        taken = {fills[j] for j in near if _share_an_edge(piece, pieces[j], tolerance)}
        fills.append(min(set(range(n_fills)) - taken, default=i % n_fills))
    return fills


def _share_an_edge(a: FloatArray, b: FloatArray, tolerance: float) -> bool:
    """Whether two convex pieces share more than a corner: two corners of either on an edge."""
    touching = np.concatenate([_on_edge(a, b, tolerance), _on_edge(b, a, tolerance)])
    return bool(len(touching) and np.ptp(touching, axis=0).max() > tolerance)


def _on_edge(points: FloatArray, polygon: FloatArray, tolerance: float) -> FloatArray:
    """Those of the points (P, 2) that lie on the outline of the polygon (V, 2)."""
    edge = np.roll(polygon, -1, axis=0) - polygon
    offset = points[:, None] - polygon
    length2 = np.maximum((edge**2).sum(axis=1), 1e-300)  # two corners may be one
    share = np.clip((offset * edge).sum(axis=2) / length2, 0, 1)
    distance = np.linalg.norm(offset - share[..., None] * edge, axis=2)
    return np.asarray(points[distance.min(axis=1) <= tolerance])
