"""k-means: find groups in data without labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import (
    FloatArray,
    IntArray,
    as_count,
    as_floats,
    as_generator,
    as_integers,
)
from dlnotes.learners.nearest_neighbors import squared_distances

__all__ = ["KMeans", "assign", "cost", "first_centers", "update"]


def assign(x: ArrayLike, centers: ArrayLike) -> IntArray:
    r"""First half of a step: every point joins the nearest centre, the first of several.

    .. math:: c_n = \arg\min_k \lVert x_n - \mu_k \rVert^2

    Parameters
    ----------
    x, centers : array_like
        Points ``(N, D)`` and centres ``(K, D)``.

    Returns
    -------
    numpy.ndarray
        Labels ``(N,)``, integers from 0 to K - 1.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a number is not finite or so large that a sum of squares might
        not be.
    TypeError
        If an argument does not hold real numbers.

    Examples
    --------
    >>> assign([[0], [1], [8]], [[0], [10]]).tolist()
    [0, 0, 1]
    """
    x, centers = _points(x, centers)
    labels: IntArray = squared_distances(x, centers).argmin(axis=1)
    return labels


def update(x: ArrayLike, labels: ArrayLike, centers: ArrayLike) -> FloatArray:
    r"""Second half of a step: every centre moves to the mean of its points.

    .. math:: \mu_k = \frac{1}{\lvert \{n : c_n = k\} \rvert} \sum_{n : c_n = k} x_n

    Parameters
    ----------
    x : array_like
        Points ``(N, D)``.
    labels : array_like
        Labels ``(N,)``, integers from 0 to K - 1.
    centers : array_like
        Centres ``(K, D)``. A centre without points stays where it is.

    Returns
    -------
    numpy.ndarray
        The new centres ``(K, D)``.

    Raises
    ------
    ValueError, TypeError
        As in :func:`assign`, or if ``labels`` are no such integers.

    Examples
    --------
    >>> update([[0], [1], [8]], [0, 0, 1], [[0], [10], [30]]).tolist()
    [[0.5], [8.0], [30.0]]
    """
    x, centers = _points(x, centers)
    labels = as_integers("labels", labels, shape=(len(x),), low=0, high=len(centers) - 1)
    moved = centers.astype(np.result_type(x, centers))
    for k in np.unique(labels):
        moved[k] = x[labels == k].mean(axis=0, dtype=np.float64)
    return moved


def cost(x: ArrayLike, labels: ArrayLike, centers: ArrayLike) -> float:
    r"""What k-means lowers: the sum of squared distances of the points to their centres.

    .. math:: J = \sum_n \lVert x_n - \mu_{c_n} \rVert^2

    Parameters
    ----------
    x, labels, centers : array_like
        Points ``(N, D)``, labels ``(N,)`` and centres ``(K, D)``, as in :func:`update`.

    Returns
    -------
    float
        The cost, in the squared unit of ``x``.

    Raises
    ------
    ValueError, TypeError
        As in :func:`update`.

    Examples
    --------
    >>> cost([[0], [1], [8]], [0, 0, 1], [[0], [10]])
    5.0
    """
    x, centers = _points(x, centers)
    labels = as_integers("labels", labels, shape=(len(x),), low=0, high=len(centers) - 1)
    return float(((x - centers[labels]) ** 2).sum(dtype=np.float64))


def first_centers(x: ArrayLike, n_clusters: int, *, rng: np.random.Generator) -> FloatArray:
    r"""Draw centres from the points, far from each other: the start called k-means++.

    The first is any point. Each further one is drawn in proportion to its squared distance from the
    nearest centre so far.

    Parameters
    ----------
    x, n_clusters : array_like, int
        Points ``(N, D)`` and the number K of centres.
    rng : numpy.random.Generator
        Draws the points.

    Returns
    -------
    numpy.ndarray
        Centres ``(K, D)``, all different.

    Raises
    ------
    ValueError, TypeError
        If ``x`` has fewer than K different points, or an argument is unusable.

    References
    ----------
    Arthur, D. and Vassilvitskii, S. (2007). k-means++: The advantages of careful seeding.
    *Proceedings of the Eighteenth Annual ACM-SIAM Symposium on Discrete Algorithms*, 1027-1035.
    https://dl.acm.org/doi/10.5555/1283383.1283494

    Examples
    --------
    Of two heaps of equal points it takes one each.

    >>> centers = first_centers([[0], [0], [0], [9]], 2, rng=np.random.default_rng(0))
    >>> sorted(centers.tolist())
    [[0.0], [9.0]]
    """
    x = as_floats("x", x, shape=("N", "D"), finite=True)
    n_clusters = as_count("n_clusters", n_clusters)
    chosen = [int(as_generator("rng", rng).integers(len(x)))]
    while len(chosen) < n_clusters:
        nearest = squared_distances(x, x[chosen]).min(axis=1).astype(np.float64)
        if not nearest.any():
            raise ValueError(
                f"`x` must hold at least n_clusters={n_clusters} different points. "
                f"Received: {len(chosen)}"
            )
        chosen.append(int(rng.choice(len(x), p=nearest / nearest.sum())))
    return x[chosen]


class KMeans:
    """Groups of points around centres, found by taking turns: assign, update, assign, ...

    Neither half of a step raises the :func:`cost`, so it comes to rest. Whether at the lowest cost,
    depends on the first centres. A centre that loses all its points stays where it is.

    Parameters
    ----------
    n_clusters : int
        Number of groups K.
    max_steps : int, default 300
        How often to assign and update at most.
    rng : numpy.random.Generator
        Draws the first centres, unless they are given to :meth:`fit`.

    Attributes
    ----------
    centers : numpy.ndarray
        Centres ``(K, D)``.
    labels : numpy.ndarray
        Group of each point in training, ``(N,)``.
    costs : numpy.ndarray
        Cost after each assignment and each update, in turn. It never rises, up to rounding.
    converged : bool
        Whether the last assignment changed nothing.

    Raises
    ------
    ValueError, TypeError
        If an argument is too low, or of the wrong kind.

    References
    ----------
    Lloyd, S. P. (1982). Least squares quantization in PCM. *IEEE Transactions on Information
    Theory* 28(2), 129-137. https://doi.org/10.1109/TIT.1982.1056489

    Examples
    --------
    >>> groups = KMeans(2, rng=np.random.default_rng(0)).fit([[0], [2], [10], [12]])
    >>> sorted(groups.centers.tolist()), groups.costs[-1].item()
    ([[1.0], [11.0]], 4.0)
    """

    centers: FloatArray
    labels: IntArray
    costs: FloatArray
    converged: bool

    def __init__(self, n_clusters: int, *, max_steps: int = 300, rng: np.random.Generator) -> None:
        self.n_clusters = as_count("n_clusters", n_clusters)
        self.max_steps = as_count("max_steps", max_steps)
        self.rng = as_generator("rng", rng)

    def fit(self, x: ArrayLike, *, centers: ArrayLike | None = None) -> KMeans:
        """Find the groups anew.

        Parameters
        ----------
        x : array_like
            Points ``(N, D)``.
        centers : array_like, optional
            First centres ``(K, D)``. Without them :func:`first_centers` draws some.

        Returns
        -------
        KMeans
            The object itself.

        Raises
        ------
        ValueError
            If the shapes do not fit, a number is not finite or so large that a sum of squares might
            not be, or ``x`` holds fewer than K different points. The object is left as it was.
        TypeError
            If an argument does not hold real numbers.
        """
        x = as_floats("x", x, shape=("N", "D"))  # assign and the others check the rest
        if centers is None:
            means = first_centers(x, self.n_clusters, rng=self.rng)
        else:
            shape = (self.n_clusters, x.shape[1])
            means = as_floats("centers", centers, shape=shape)
        labels = assign(x, means)
        costs = [cost(x, labels, means)]
        for _ in range(self.max_steps):
            means = update(x, labels, means)
            costs.append(cost(x, labels, means))
            before, labels = labels, assign(x, means)
            costs.append(cost(x, labels, means))
            if converged := np.array_equal(labels, before):
                break
        self.centers, self.labels, self.costs = means, labels, np.array(costs)
        self.converged = converged
        return self

    def predict(self, x: ArrayLike) -> IntArray:
        """Group of new points.

        Parameters
        ----------
        x : array_like
            Points ``(M, D)``.

        Returns
        -------
        numpy.ndarray
            Labels ``(M,)``, integers from 0 to K - 1.

        Raises
        ------
        RuntimeError, ValueError, TypeError
            If there was no :meth:`fit`, or as in :func:`assign`.
        """
        if not hasattr(self, "centers"):
            raise RuntimeError("`predict` must come after `fit`. Received: no fit")
        return assign(x, self.centers)


def _points(x: ArrayLike, centers: ArrayLike) -> tuple[FloatArray, FloatArray]:
    x = as_floats("x", x, shape=("N", "D"), finite=True)
    centers = as_floats("centers", centers, shape=("K", x.shape[1]), finite=True)
    largest = max(np.abs(x).max(), np.abs(centers).max())
    if largest > np.sqrt(np.finfo(np.result_type(x, centers)).max / (4 * x.size)):
        raise ValueError(
            "`x` and `centers` must be small enough for finite sums of squares. "
            f"Received: numbers up to {largest}"
        )
    return x, centers
