"""Calibration: do predictions made with confidence 0.7 come true seven times in ten?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlnotes._validation import (
    FloatArray,
    IntArray,
    as_count,
    as_distribution,
    as_floats,
    as_integers,
)
from dlnotes.softmax import softmax

__all__ = ["Reliability", "calibration_error", "fit_temperature", "reliability"]


class Reliability(NamedTuple):
    """Predictions in groups of about equal confidence; groups without predictions are left out."""

    confidence: NDArray[np.float64]
    """Mean confidence of each group, the probability given to the predicted class."""
    accuracy: NDArray[np.float64]
    """Share of right predictions in each group."""
    size: IntArray
    """Number of predictions in each group."""


def reliability(y_true: ArrayLike, y_pred: ArrayLike, *, bins: int = 15) -> Reliability:
    """Put confidence beside accuracy, for predictions in groups of about equal confidence.

    Parameters
    ----------
    y_true : array_like
        Labels ``(N,)``, integers from 0 to K - 1.
    y_pred : array_like
        Predicted probabilities ``(N, K)``.
    bins : int, default 15
        Number of equally wide groups of confidence from 0 to 1, each with its upper end.

    Returns
    -------
    Reliability
        Three arrays, one number a group: ``confidence``, ``accuracy`` and ``size``.

    Raises
    ------
    ValueError
        If a shape does not fit, a label is not a class, a row is no distribution, or ``bins`` is
        less than 1.
    TypeError
        If labels or ``bins`` are not integers, or probabilities not real numbers.

    Examples
    --------
    >>> reliability([0, 1, 1], [[0.9, 0.1], [0.9, 0.1], [0.2, 0.8]], bins=5).accuracy
    array([1. , 0.5])
    """
    p = as_distribution("y_pred", as_floats("y_pred", y_pred, shape=("N", "K")))
    y = as_integers("y_true", y_true, shape=(len(p),), low=0, high=p.shape[1] - 1)
    bins = as_count("bins", bins)
    confidence = p.max(axis=1).astype(np.float64)
    right = p.argmax(axis=1) == y
    # Group b goes up to b / bins; rounding may have made a probability greater than 1.
    groups = np.minimum(np.ceil(confidence * bins), bins)
    _, group, size = np.unique(groups, return_inverse=True, return_counts=True)
    mean_confidence = np.bincount(group, confidence) / size
    return Reliability(mean_confidence, np.bincount(group, right) / size, size)


def calibration_error(y_true: ArrayLike, y_pred: ArrayLike, *, bins: int = 15) -> float:
    r"""Expected calibration error: the gap between confidence and accuracy, over all groups.

    .. math:: \mathrm{ECE} = \sum_b \frac{n_b}{N} \, |\mathrm{acc}_b - \mathrm{conf}_b|

    Parameters
    ----------
    y_true : array_like
        Labels ``(N,)``, integers from 0 to K - 1.
    y_pred : array_like
        Predicted probabilities ``(N, K)``.
    bins : int, default 15
        Number of equally wide groups of confidence, as in :func:`reliability`.

    Returns
    -------
    float
        From 0 to 1; 0 if every group is right as often as it says.

    Raises
    ------
    ValueError, TypeError
        As :func:`reliability`.

    Notes
    -----
    It depends on ``bins``, and with few predictions in a group chance alone makes it positive.

    References
    ----------
    Guo, C., Pleiss, G., Sun, Y. and Weinberger, K. Q. (2017). On Calibration of Modern Neural
    Networks. *Proceedings of Machine Learning Research* 70, 1321-1330.
    https://proceedings.mlr.press/v70/guo17a.html

    Examples
    --------
    Sure of everything, and right half of the time.

    >>> calibration_error([0, 1], [[1.0, 0.0], [1.0, 0.0]])
    0.5
    """
    confidence, accuracy, size = reliability(y_true, y_pred, bins=bins)
    return float(np.abs(accuracy - confidence) @ size / size.sum())


def fit_temperature(y_true: ArrayLike, logits: ArrayLike) -> float:
    r"""Temperature that makes the labels likeliest: the minimum of the cross-entropy.

    .. math:: T^* = \arg\min_T \; -\frac{1}{N} \sum_n \log \mathrm{softmax}(z_n / T)_{y_n}

    Parameters
    ----------
    y_true : array_like
        Labels ``(N,)``, integers from 0 to K - 1, of examples that were not trained on.
    logits : array_like
        Scores :math:`z` of shape ``(N, K)``, finite.

    Returns
    -------
    float
        The temperature; above 1 if the model was too sure of itself. Dividing the logits by it
        changes no prediction.

    Raises
    ------
    ValueError
        If a shape does not fit, a label is not a class, a number is not finite, or no temperature
        is best: without any mistake, ever lower ones are better, and if the true class scores no
        better than the mean of the classes, ever higher ones.
    TypeError
        If labels are not integers, or logits not real numbers.

    Notes
    -----
    The cross-entropy is convex in :math:`\beta = 1/T`, with the slope
    :math:`\frac{1}{N} \sum_n \left( \sum_k p_{nk} z_{nk} - z_{n y_n} \right)`. Its root is found by
    halving an interval.

    References
    ----------
    As :func:`calibration_error`.

    Examples
    --------
    Three of four right asks for odds of 3 to 1, whatever the scores were.

    >>> T = fit_temperature([0, 0, 0, 1], [[10.0, 0.0]] * 4)
    >>> bool(np.isclose(10 / T, np.log(3)))
    True
    """
    z = as_floats("logits", logits, shape=("N", "K"), finite=True).astype(np.float64)
    y = as_integers("y_true", y_true, shape=(len(z),), low=0, high=z.shape[1] - 1)
    z = z - z.max(axis=1, keepdims=True)
    of_truth = z[np.arange(len(z)), y]
    if z.mean() >= of_truth.mean():
        raise ValueError("`logits` must favour the true class. Received: no better than the mean")
    if not of_truth.any():
        raise ValueError("`logits` must hold a mistake. Received: the highest score is always true")
    low, high = 0.0, 1.0
    while _slope(z, of_truth, high) < 0:
        low, high = high, 2 * high
    while (middle := (low + high) / 2) not in (low, high):
        low, high = (middle, high) if _slope(z, of_truth, middle) < 0 else (low, middle)
    return 1 / high


def _slope(z: FloatArray, of_truth: FloatArray, beta: float) -> float:
    p = softmax(z, temperature=1 / beta)
    return float((p * z).sum(axis=1).mean() - of_truth.mean())
