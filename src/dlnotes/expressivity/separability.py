"""Can one line, plane or hyperplane separate two classes? A linear programme decides."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlnotes._validation import as_count, as_floats, as_integers

__all__ = ["Hyperplane", "boolean_functions", "linearly_separable", "separating_hyperplane"]

SMALLEST_MARGIN = 1e-9
"""Far above the rounding of a weighted sum, so that no rounding passes for a gap."""
SMALLEST_EXTENT = 1e-200
"""A feature that stays closer than this to its middle counts as constant."""


class Hyperplane(NamedTuple):
    """All points where the weighted sum ``w @ x + b`` is 0."""

    w: NDArray[np.float64]
    """Weights ``(D,)``."""
    b: float
    """Bias."""


def linearly_separable(x: ArrayLike, y: ArrayLike) -> bool:
    """Tell whether some hyperplane has all of class 1 on one side and all of class 0 on the other.

    Parameters
    ----------
    x, y : array_like
        Examples ``(N, D)`` and labels ``(N,)``, integers 0 or 1.

    Returns
    -------
    bool
        Whether there is such a hyperplane, as far as :func:`separating_hyperplane` can tell.

    Raises
    ------
    ValueError, TypeError, ImportError
        As in :func:`separating_hyperplane`.

    Examples
    --------
    >>> x = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> linearly_separable(x, [0, 0, 0, 1]), linearly_separable(x, [0, 1, 1, 0])
    (True, False)
    """
    return separating_hyperplane(x, y) is not None


def separating_hyperplane(x: ArrayLike, y: ArrayLike) -> Hyperplane | None:
    r"""Hyperplane between two classes, if there is one.

    .. math::

        w \cdot x_n + b \ge 1 \text{ where } y_n = 1, \qquad
        w \cdot x_n + b \le -1 \text{ where } y_n = 0

    Parameters
    ----------
    x : array_like
        Examples ``(N, D)``.
    y : array_like
        Labels ``(N,)``, integers 0 or 1. One label alone is separable.

    Returns
    -------
    Hyperplane or None
        ``w`` of shape ``(D,)`` and ``b``, scaled so that the nearest example has 1 or -1 above;
        None if no hyperplane does it.

    Raises
    ------
    ValueError
        If the shapes do not fit, a number is not finite, or a label is neither 0 nor 1.
    TypeError
        If ``x`` does not hold real numbers, or ``y`` no integers.
    ImportError
        If SciPy is not installed.

    Notes
    -----
    Every feature is first shifted and scaled to lie between -1 and 1. Then a linear programme looks
    for the weights between -1 and 1 that make the smallest margin,
    :math:`\pm (w \cdot x_n + b)`, as large as possible. The classes are separable if it is greater
    than 0. The margin of the solution is computed anew, so a hyperplane that is returned does
    separate; but a gap below about a ten-millionth of the range of the data may be missed.

    It is not the hyperplane in the middle of the widest gap, which a support vector machine finds.

    References
    ----------
    Mangasarian, O. L. (1965). Linear and Nonlinear Separation of Patterns by Linear Programming.
    *Operations Research* 13(3), 444-452. https://doi.org/10.1287/opre.13.3.444

    Examples
    --------
    The border of AND passes between (1, 1) and the other three.

    >>> x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    >>> w, b = separating_hyperplane(x, [0, 0, 0, 1])
    >>> (x @ w + b > 0).tolist()
    [False, False, False, True]
    """
    from scipy.optimize import linprog  # type: ignore[import-untyped]  # SciPy publishes no types

    x = as_floats("x", x, shape=("N", "D"), finite=True).astype(np.float64)
    sign = 2 * as_integers("y", y, shape=(len(x),), low=0, high=1) - 1
    # Halves, because the range from lowest to highest may exceed the largest float.
    low, high = x.min(axis=0) / 2, x.max(axis=0) / 2
    # Divided by infinity, a constant feature and later its weight become 0.
    centre, extent = high + low, np.where(high - low < SMALLEST_EXTENT, np.inf, high - low)
    u = np.column_stack([(x - centre) / extent, np.ones(len(x))])
    D = x.shape[1]
    # Unknown are w, b and the margin, to be maximised: margin - sign * (w @ u + b) <= 0.
    # No weighted sum exceeds D, so a larger b is of no use.
    solution = linprog(
        c=-np.eye(D + 2)[-1],  # minus the margin, since linprog minimises
        A_ub=np.column_stack([-sign[:, None] * u, np.ones(len(u))]),
        b_ub=np.zeros(len(u)),
        bounds=[(-1, 1)] * D + [(-D, D), (0, None)],
    ).x
    w, b = solution[:D], solution[D]
    margin = (sign * (u @ solution[:-1])).min()
    if margin < SMALLEST_MARGIN:
        return None
    w = w / extent
    return Hyperplane(w / margin, float((b - w @ centre) / margin))


def boolean_functions(n: int) -> Iterator[tuple[int, ...]]:
    r"""Truth tables of all Boolean functions of ``n`` inputs, one after the other.

    Parameters
    ----------
    n : int
        Number of inputs.

    Returns
    -------
    iterator of tuple of int
        The :math:`2^{2^n}` tables, each of :math:`2^n` outputs 0 or 1, in the order of the inputs
        in :func:`dlnotes.expressivity.gates.boolean_inputs`.

    Raises
    ------
    ValueError
        If ``n`` is less than 1.
    TypeError
        If ``n`` is no integer.

    Examples
    --------
    >>> list(boolean_functions(1))
    [(0, 0), (0, 1), (1, 0), (1, 1)]

    Of the 16 functions of two inputs, XOR and its opposite are the only two that no line can do.

    >>> x = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> [y for y in boolean_functions(2) if not linearly_separable(x, y)]
    [(0, 1, 1, 0), (1, 0, 0, 1)]
    """
    return itertools.product((0, 1), repeat=2 ** as_count("n", n))
