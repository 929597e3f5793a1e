"""Classify by the most similar examples: nothing is learned but the examples themselves."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, IntArray, as_count, as_floats, as_integers

__all__ = ["KNearestNeighbors", "squared_distances"]

DISTANCES_AT_ONCE = 2_000_000
"""How many distances are held in memory at a time: 16 megabytes of float64."""


def squared_distances(a: ArrayLike, b: ArrayLike) -> FloatArray:
    r"""Squared Euclidean distance of every point to every other.

    .. math:: D_{ij} = \lVert a_i - b_j \rVert^2 = \sum_d (a_{id} - b_{jd})^2

    Parameters
    ----------
    a, b : array_like
        Points ``(N, D)`` and ``(M, D)``.

    Returns
    -------
    numpy.ndarray
        Squared distances ``(N, M)``; exactly 0 for equal points.

    Raises
    ------
    ValueError
        If the shapes do not fit, a number is not finite, or it is so large that a squared distance
        might not be.
    TypeError
        If an argument does not hold real numbers.

    Notes
    -----
    The form :math:`\lVert a \rVert^2 - 2 a \cdot b + \lVert b \rVert^2` is faster, but for points
    near each other and far from 0 it is the small difference of large numbers.

    Examples
    --------
    >>> squared_distances([[0, 0], [3, 0]], [[0, 4]]).tolist()
    [[16.0], [25.0]]
    """
    a = as_floats("a", a, shape=("N", "D"), finite=True)
    b = as_floats("b", b, shape=("M", a.shape[1]), finite=True)
    total = np.zeros((len(a), len(b)), np.result_type(a, b))
    largest = max(np.abs(a).max(), np.abs(b).max())
    if largest > np.sqrt(np.finfo(total.dtype).max / (4 * a.shape[1])):
        raise ValueError(
            "`a` and `b` must be small enough for finite squared distances. "
            f"Received: numbers up to {largest}"
        )
    for column_a, column_b in zip(a.T, b.T, strict=True):  # never more than (N, M) in memory
        total += (column_a[:, None] - column_b) ** 2
    return total


class KNearestNeighbors:
    """Classifier that gives a point the label of most of its ``k`` nearest examples.

    Parameters
    ----------
    k : int
        Number of neighbours that vote.

    Attributes
    ----------
    x : numpy.ndarray
        The examples ``(N, D)``.
    y : numpy.ndarray
        Their labels ``(N,)``.

    Raises
    ------
    ValueError, TypeError
        If ``k`` is less than 1, or no integer.

    Notes
    -----
    Distances are Euclidean. Of examples equally far the earlier counts as nearer; of labels with
    equally many votes the smallest wins.

    References
    ----------
    Cover, T. and Hart, P. (1967). Nearest neighbor pattern classification. *IEEE Transactions on
    Information Theory* 13(1), 21-27. https://doi.org/10.1109/TIT.1967.1053964

    Examples
    --------
    >>> x, y = [[0], [1], [2], [10]], [0, 0, 1, 1]
    >>> KNearestNeighbors(1).fit(x, y).predict([[0.4], [1.6], [7]]).tolist()
    [0, 1, 1]
    >>> KNearestNeighbors(3).fit(x, y).predict([[0.4], [1.6], [7]]).tolist()
    [0, 0, 1]
    """

    x: FloatArray
    y: IntArray

    def __init__(self, k: int) -> None:
        self.k = as_count("k", k)

    def fit(self, x: ArrayLike, y: ArrayLike) -> KNearestNeighbors:
        """Keep a copy of the examples.

        Parameters
        ----------
        x : array_like
            Examples ``(N, D)``, at least ``k``.
        y : array_like
            Labels ``(N,)``, integers that are at least 0.

        Returns
        -------
        KNearestNeighbors
            The classifier itself.

        Raises
        ------
        ValueError
            If the shapes do not fit, a number is not finite, a label is negative, or there are
            fewer examples than ``k``. The classifier is left as it was.
        TypeError
            If ``x`` does not hold real numbers, or ``y`` no integers.
        """
        x = as_floats("x", x, shape=("N", "D"), finite=True)
        y = as_integers("y", y, shape=(len(x),), low=0)
        if len(x) < self.k:
            raise ValueError(f"`x` must hold at least k={self.k} examples. Received: {len(x)}")
        self.x, self.y = x.copy(), y
        return self

    def predict(self, x: ArrayLike) -> IntArray:
        """Labels of new points.

        Parameters
        ----------
        x : array_like
            Points ``(M, D)``.

        Returns
        -------
        numpy.ndarray
            Labels ``(M,)``.

        Raises
        ------
        RuntimeError
            If there was no :meth:`fit`.
        ValueError
            If ``x`` does not have shape ``(M, D)``, is empty or not finite, or holds so large a
            number that a squared distance might not be.
        TypeError
            If ``x`` does not hold real numbers.
        """
        if not hasattr(self, "x"):
            raise RuntimeError("`predict` must come after `fit`. Received: no fit")
        x = as_floats("x", x, shape=("M", self.x.shape[1]), finite=True)
        rows = max(1, DISTANCES_AT_ONCE // len(self.x))
        parts = [self._vote(x[start : start + rows]) for start in range(0, len(x), rows)]
        return np.concatenate(parts)

    def _vote(self, x: FloatArray) -> IntArray:
        distances = squared_distances(x, self.x)
        nearest = distances.argsort(stable=True)[:, : self.k]
        labels = np.unique(self.y)
        votes = [np.sum(self.y[nearest] == label, axis=1) for label in labels]
        winners: IntArray = labels[np.argmax(votes, axis=0)]
        return winners
