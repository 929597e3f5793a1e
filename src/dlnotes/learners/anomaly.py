"""Detect what fits into none of the groups that the data form, without any labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, IntArray, as_count, as_floats, as_fraction, as_generator
from dlnotes.learners.k_means import KMeans
from dlnotes.learners.nearest_neighbors import squared_distances

__all__ = ["AnomalyDetector"]


class AnomalyDetector:
    r"""Detector of points outside the groups of its training data.

    k-means finds the groups. The score of a point is its distance to a group's centre in units of
    that group's spread, for the group where this is least:

    .. math::

        s(x) = \min_k \frac{\lVert x - \mu_k \rVert}{\sigma_k}, \qquad
        \sigma_k^2 = \frac{1}{N_k} \sum_{n : c_n = k} \lVert x_n - \mu_k \rVert^2

    A point is an anomaly if its score is above the threshold, a quantile of the training points'
    scores.

    Parameters
    ----------
    n_clusters : int
        Number of groups K.
    quantile : float, default 0.99
        Share of the training points that shall count as normal, from 0 to 1.
    rng : numpy.random.Generator
        Draws the first centres of k-means.

    Attributes
    ----------
    centers : numpy.ndarray
        Centres of the groups ``(K, D)``.
    spreads : numpy.ndarray
        Spreads of the groups ``(K,)``, in the unit of the data.
    threshold : float
        Score above which a point is an anomaly.

    Raises
    ------
    ValueError, TypeError
        If ``n_clusters`` is no integer of at least 1, ``quantile`` does not lie between 0 and 1, or
        ``rng`` is no generator.

    Notes
    -----
    About 1 - ``quantile`` of the points like those in training will be false alarms. If the
    training data hold faults in plenty, these form a group of their own and pass as normal.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = np.concatenate([rng.normal(0, 1, (200, 2)), rng.normal(20, 3, (200, 2))])
    >>> detector = AnomalyDetector(2, rng=rng).fit(x)
    >>> detector.predict([[0, 0], [20, 20], [10, 10]]).tolist()
    [0, 0, 1]
    """

    centers: FloatArray
    spreads: FloatArray
    threshold: float

    def __init__(
        self, n_clusters: int, *, quantile: float = 0.99, rng: np.random.Generator
    ) -> None:
        self.n_clusters = as_count("n_clusters", n_clusters)
        self.quantile = as_fraction("quantile", quantile)
        self.rng = as_generator("rng", rng)

    def fit(self, x: ArrayLike) -> AnomalyDetector:
        """Learn the groups, their spreads and the threshold.

        Parameters
        ----------
        x : array_like
            Points ``(N, D)``, mostly normal ones.

        Returns
        -------
        AnomalyDetector
            The detector itself.

        Raises
        ------
        ValueError
            If ``x`` has another shape, is not finite or so large that a sum of squares might not
            be, holds fewer than K different points, or a group has no spread, such as one of a
            single point. The detector is left as it was.
        TypeError
            If ``x`` does not hold real numbers.
        """
        x = as_floats("x", x)  # k-means checks the rest
        groups = KMeans(self.n_clusters, rng=self.rng).fit(x)
        squared = squared_distances(x, groups.centers)[np.arange(len(x)), groups.labels]
        sizes = np.bincount(groups.labels, minlength=self.n_clusters)
        sums = np.bincount(groups.labels, weights=squared, minlength=self.n_clusters)
        if sums.min() == 0:
            raise ValueError(
                "`x` must form groups that each have some spread; try fewer groups. "
                f"Received: a group of size {sizes[sums.argmin()]} without"
            )
        spreads = np.sqrt(sums / sizes).astype(x.dtype)
        threshold = float(np.quantile(_scores(x, groups.centers, spreads), self.quantile))
        self.centers, self.spreads, self.threshold = groups.centers, spreads, threshold
        return self

    def scores(self, x: ArrayLike) -> FloatArray:
        """How far points lie outside the nearest group.

        Parameters
        ----------
        x : array_like
            Points ``(M, D)``.

        Returns
        -------
        numpy.ndarray
            Scores ``(M,)``, in spreads of a group: 0 at its centre, about 1 for its typical point.

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
        if not hasattr(self, "centers"):
            raise RuntimeError("`scores` must come after `fit`. Received: no fit")
        x = as_floats("x", x, shape=("M", self.centers.shape[1]), finite=True)
        return _scores(x, self.centers, self.spreads)

    def predict(self, x: ArrayLike) -> IntArray:
        """Tell anomalies from normal points.

        Parameters
        ----------
        x : array_like
            Points ``(M, D)``.

        Returns
        -------
        numpy.ndarray
            1 for an anomaly and 0 for a normal point, ``(M,)``.

        Raises
        ------
        RuntimeError, ValueError, TypeError
            As in :meth:`scores`.
        """
        return (self.scores(x) > self.threshold).astype(np.int64)


def _scores(x: FloatArray, centers: FloatArray, spreads: FloatArray) -> FloatArray:
    scores: FloatArray = (np.sqrt(squared_distances(x, centers)) / spreads).min(axis=1)
    return scores
