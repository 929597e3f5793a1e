"""Into how many linear pieces a ReLU network folds its input space, counted exactly.

Where no unit switches between 0 and its weighted sum, the network is one affine function. So each
unit cuts the input space where its weighted sum is 0, and later layers cut what earlier ones left.
A *region* is a set of inputs for which the same units are active. A *piece* is a stretch on which
the output is one affine function. Neighbouring regions may share a function, so that there can be
fewer pieces than regions.

A network is given as ``weights``, a list of arrays ``(D_in, D_out)``, and ``biases``, a list of
arrays ``(D_out,)``. Every layer but the last has a ReLU. Everything is computed in float64; what
lies within rounding of 0, a billionth of the terms of the weighted sum, counts as 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlnotes._validation import as_count, as_floats

__all__ = [
    "LinePieces",
    "Regions",
    "count_pieces_on_line",
    "count_regions",
    "region_bound",
]

Array: TypeAlias = NDArray[np.float64]
ROUNDING = 1e-9


class LinePieces(NamedTuple):
    """What :func:`count_pieces_on_line` returns."""

    pieces: int
    """Number of affine pieces, neighbours of which differ in slope."""
    breakpoints: Array
    """Where the slope changes, ``(pieces - 1,)``, from 0 at the start to 1 at the end."""
    regions: int
    """Number of regions passed through; neighbours differ in which units are active."""
    switches: Array
    """Where a unit switches, ``(regions - 1,)``, from 0 at the start to 1 at the end."""


class Regions(NamedTuple):
    """What :func:`count_regions` returns."""

    regions: int
    """Number of regions."""
    polygons: list[Array]
    """The corners of each region in order, ``(corners, 2)``. Together they tile the box."""


def count_pieces_on_line(
    weights: Sequence[ArrayLike], biases: Sequence[ArrayLike], start: ArrayLike, end: ArrayLike
) -> LinePieces:
    """Count the linear pieces of a ReLU network along a segment of its input space.

    Between two neighbouring breakpoints of the earlier layers a weighted sum is a straight line in
    the position, so that one division finds where it is 0.

    Parameters
    ----------
    weights, biases : sequence of array_like
        The network: ``(D_in, D_out)`` and ``(D_out,)`` for each layer.
    start, end : array_like
        The ends of the segment, each ``(D,)`` with the ``D_in`` of the first layer.

    Returns
    -------
    LinePieces
        ``pieces`` and ``regions``, and where they meet. What happens just at an end does not count.

    Raises
    ------
    ValueError
        If the shapes do not fit, there is no layer, a number is not finite, or ``end`` is
        ``start``.
    TypeError
        If an argument does not hold real numbers.

    Examples
    --------
    The absolute value is relu(x) + relu(-x): two pieces. The slope changes at 0, in the middle.

    >>> W, b = [[[1, -1]], [[1], [1]]], [[0, 0], [0]]
    >>> pieces = count_pieces_on_line(W, b, [-3], [3])
    >>> pieces.pieces, pieces.breakpoints.tolist()
    (2, [0.5])

    x = relu(x) - relu(-x) has two regions, but is one piece.

    >>> straight = count_pieces_on_line([W[0], [[1], [-1]]], b, [-3], [3])
    >>> straight.regions, straight.pieces
    (2, 1)
    """
    layers = _network(weights, biases)
    D = len(layers[0][0])
    first = as_floats("start", start, shape=(D,), finite=True).astype(np.float64)
    last = as_floats("end", end, shape=(D,), finite=True).astype(np.float64)
    if np.array_equal(first, last):
        raise ValueError(f"`end` must differ from `start`. Received: {last} for both")
    t, h = np.array([0.0, 1.0]), np.stack([first, last])  # positions, and what enters a layer there
    for W, b in layers[:-1]:
        z, _ = _affine(h, W, b)
        i, share = _crossings(z)
        t = np.insert(t, i + 1, t[i] + share * (t[i + 1] - t[i]))
        h = np.insert(h, i + 1, h[i] + share[:, None] * (h[i + 1] - h[i]), axis=0)
        h = np.maximum(_affine(h, W, b)[0], 0)
    middle = ((t[:-1] + t[1:]) / 2)[:, None]
    slopes, scale = _slopes(layers, (1 - middle) * first + middle * last, last - first)
    bends = np.any(np.abs(slopes[1:] - slopes[:-1]) > ROUNDING * scale, axis=1)
    switches = t[1:-1]
    return LinePieces(int(bends.sum()) + 1, switches[bends], len(switches) + 1, switches)


def count_regions(
    weights: Sequence[ArrayLike], biases: Sequence[ArrayLike], box: ArrayLike
) -> Regions:
    """Count the linear regions of a ReLU network of two inputs, inside a rectangle.

    The rectangle is cut by the line of each unit of the first layer. Each part is a convex polygon
    on which the next layer's weighted sums are affine again, so it is cut by their lines in turn.

    Parameters
    ----------
    weights, biases : sequence of array_like
        The network: ``(D_in, D_out)`` and ``(D_out,)`` for each layer, the first ``D_in`` being 2.
    box : array_like
        Lowest and highest first input, lowest and highest second input: ``(2, 2)``.

    Returns
    -------
    Regions
        How many there are, and their corners. Two neighbours differ in which units are active; the
        network may still be the same affine function on both.

    Raises
    ------
    ValueError
        If the shapes do not fit, there is no layer, a number is not finite, or a lowest is not
        below its highest.
    TypeError
        If an argument does not hold real numbers.

    Examples
    --------
    Three lines in general position cut the plane into seven.

    >>> W, b = [[[1, 0, 1], [0, 1, 1]], [[1], [1], [1]]], [[0, 0, -1], [0]]
    >>> count_regions(W, b, [[-5, 5], [-5, 5]]).regions, region_bound(3, 2)
    (7, 7)
    """
    layers = _network(weights, biases, inputs=2)
    sides = as_floats("box", box, shape=(2, 2), finite=True).astype(np.float64)
    if np.any(sides[:, 0] >= sides[:, 1]):
        raise ValueError(f"`box` must go from lower to higher. Received: {sides.tolist()}")
    (left, right), (low, high) = sides
    corners = np.array([[left, low], [right, low], [right, high], [left, high]])
    cells = [np.hstack([corners, corners])]  # each corner, then what enters a layer there
    for W, b in layers[:-1]:
        z, scale = _affine(np.concatenate(cells)[:, 2:], W, b)
        ends = np.cumsum([len(cell) for cell in cells])[:-1]
        cells = [
            np.hstack([cell[:, :2], sums])
            for cell, sums in zip(cells, np.split(z, ends), strict=True)
        ]
        for column, tolerance in enumerate(ROUNDING * scale, start=2):
            cells = [part for cell in cells for part in _cut(cell, column, tolerance)]
        cells = [np.hstack([cell[:, :2], np.maximum(cell[:, 2:], 0)]) for cell in cells]
    return Regions(len(cells), [cell[:, :2].copy() for cell in cells])


def region_bound(units: int, dimension: int) -> int:
    r"""Most regions into which m hyperplanes can cut a space of d dimensions.

    .. math:: \sum_{i=0}^{d} \binom{m}{i}

    One hidden layer of m ReLU units cannot make more, and makes as many if its hyperplanes are in
    general position. With one input that is m + 1.

    Parameters
    ----------
    units : int
        Number of hyperplanes m, at least 0.
    dimension : int
        Number of inputs d, at least 1.

    Returns
    -------
    int
        The bound.

    Raises
    ------
    ValueError, TypeError
        If a number is too low, or no integer.

    References
    ----------
    Zaslavsky, T. (1975). *Facing up to arrangements: face-count formulas for partitions of space by
    hyperplanes*. Memoirs of the American Mathematical Society 154. https://doi.org/10.1090/memo/0154

    Examples
    --------
    >>> region_bound(20, 1), region_bound(20, 2)
    (21, 211)
    """
    units, dimension = as_count("units", units, low=0), as_count("dimension", dimension)
    return sum(math.comb(units, i) for i in range(dimension + 1))


def _network(
    weights: Sequence[ArrayLike], biases: Sequence[ArrayLike], inputs: int | str = "D_in"
) -> list[tuple[Array, Array]]:
    """Each layer's weights and biases, checked, in float64."""
    if len(weights) == 0 or len(weights) != len(biases):
        raise ValueError(
            "`weights` and `biases` must hold one array for each layer. "
            f"Received: {len(weights)} and {len(biases)}"
        )
    layers = []
    for i, (W, b) in enumerate(zip(weights, biases, strict=True)):
        W_i = as_floats(f"weights[{i}]", W, shape=(inputs, "D_out"), finite=True)
        inputs = W_i.shape[1]
        b_i = as_floats(f"biases[{i}]", b, shape=(inputs,), finite=True)
        layers.append((W_i.astype(np.float64), b_i.astype(np.float64)))
    return layers


def _affine(h: Array, W: Array, b: Array | float) -> tuple[Array, Array]:
    """Weighted sums with 0 for what is within rounding of it, and the size of their terms."""
    with np.errstate(over="ignore"):  # an error says more than a warning
        scale = (np.abs(h) @ np.abs(W) + np.abs(b)).max(axis=0)
    if not np.isfinite(scale).all():
        raise ValueError(
            "`weights` must be small enough for finite weighted sums. "
            f"Received: {np.abs(W).max()} in one layer"
        )
    z = h @ W + b
    return np.where(np.abs(z) <= ROUNDING * scale, 0, z), scale


def _crossings(z: Array) -> tuple[NDArray[np.intp], Array]:
    """Where units switch: the interval, and the share of the way through it, both in order."""
    i, unit = np.nonzero(np.sign(z[:-1]) * np.sign(z[1:]) < 0)
    share = z[i, unit] / (z[i, unit] - z[i + 1, unit])
    order = np.lexsort((share, i))
    i, share = i[order], share[order]
    # Units that switch in one place make one breakpoint. A tenth, so that the later ones' sums
    # there count as 0.
    again = np.flatnonzero((np.diff(i) == 0) & (np.diff(share) <= ROUNDING / 10)) + 1
    return np.delete(i, again), np.delete(share, again)


def _slopes(layers: list[tuple[Array, Array]], x: Array, d: Array) -> tuple[Array, Array]:
    """Slope of the network at each ``x`` in the direction ``d``, and the size of its terms."""
    dh = np.broadcast_to(d, x.shape)
    for W, b in layers[:-1]:
        z, _ = _affine(x, W, b)
        dh = np.where(z > 0, _affine(dh, W, 0)[0], 0)
        x = np.maximum(z, 0)
    return _affine(dh, layers[-1][0], 0)


def _cut(cell: Array, column: int, tolerance: float) -> list[Array]:
    """Cut a convex polygon where one column is 0, with all columns linear between the corners."""
    s = np.where(np.abs(cell[:, column]) <= tolerance, 0, cell[:, column])
    if not s.min() < 0 < s.max():
        return [cell]
    parts: tuple[list[Array], list[Array]] = [], []
    for i in range(len(cell)):
        here, there = s[i - 1], s[i]
        if here >= 0:
            parts[0].append(cell[i - 1])
        if here <= 0:
            parts[1].append(cell[i - 1])
        if min(here, there) < 0 < max(here, there):
            corner = cell[i - 1] + here / (here - there) * (cell[i] - cell[i - 1])
            parts[0].append(corner)
            parts[1].append(corner)
    return [np.array(part) for part in parts]
