"""Metrics: how good predictions are, in numbers that people read and that need no gradient."""

from __future__ import annotations

from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlnotes._validation import IntArray, as_count, as_floats, as_integers, same_shape

__all__ = ["accuracy", "confusion_matrix", "f1_score", "precision", "r2_score", "recall"]


def accuracy(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Share of the predicted labels that are right.

    Parameters
    ----------
    y_true, y_pred : array_like
        True and predicted labels, integers or booleans, of one shape such as (N,). Of scores take
        ``scores.argmax(axis=-1)``, of a probability ``p > 0.5``.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ValueError
        If the shapes differ or there are no labels.
    TypeError
        If a label is neither an integer nor a boolean.

    Examples
    --------
    >>> accuracy([0, 1, 2, 2], [0, 1, 2, 0])
    0.75
    """
    true, predicted = _label_pair(y_true, y_pred)
    return float(np.mean(true == predicted))


def confusion_matrix(
    y_true: ArrayLike, y_pred: ArrayLike, *, classes: SupportsIndex | None = None
) -> IntArray:
    """Count how often each class was taken for each class.

    Parameters
    ----------
    y_true, y_pred : array_like
        True and predicted labels of one shape such as (N,), integers from 0, or booleans.
    classes : int, optional
        Number of classes K. Without it the largest label that occurs is the last class.

    Returns
    -------
    numpy.ndarray
        Counts of shape (K, K): row i, column j holds how many of class i were taken for class j.
        The rows add up to how often each class is true, the columns to how often it is predicted,
        and on the diagonal are the predictions that are right.

    Raises
    ------
    ValueError
        If the shapes differ, there are no labels, a label is negative or not below ``classes``, or
        ``classes`` is less than 1.
    TypeError
        If a label is neither an integer nor a boolean, or ``classes`` is not an integer.

    Examples
    --------
    >>> confusion_matrix([0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 2, 0])
    array([[1, 1, 0],
           [0, 1, 0],
           [1, 0, 2]])
    """
    last = None if classes is None else as_count("classes", classes) - 1
    true, predicted = _label_pair(y_true, y_pred, low=0, high=last)
    if last is None:
        last = int(max(true.max(), predicted.max()))
    matrix = np.zeros((last + 1, last + 1), dtype=np.int64)
    np.add.at(matrix, (true, predicted), 1)
    return matrix


def precision(y_true: ArrayLike, y_pred: ArrayLike, *, positive: int = 1) -> float:
    r"""Share of the predicted positives that are positive: how far an alarm can be trusted.

    .. math:: \text{precision} = \frac{TP}{TP + FP}

    with the numbers of true positives :math:`TP` and false positives :math:`FP`.

    Parameters
    ----------
    y_true, y_pred : array_like
        True and predicted labels, integers or booleans, of one shape such as (N,).
    positive : int, default 1
        The label that counts as positive. All others are negative.

    Returns
    -------
    float
        From 0 to 1. If nothing was predicted positive, where the formula says 0/0, it is 0.

    Raises
    ------
    ValueError
        If the shapes differ or there are no labels.
    TypeError
        If a label is neither an integer nor a boolean.

    Examples
    --------
    Three alarms, two of them justified.

    >>> round(precision([1, 1, 1, 1, 0, 0], [1, 1, 0, 0, 1, 0]), 6)
    0.666667
    """
    both, _, predicted = _count(y_true, y_pred, positive)
    return _share(both, predicted)


def recall(y_true: ArrayLike, y_pred: ArrayLike, *, positive: int = 1) -> float:
    r"""Share of the positives that are predicted positive: how many are found.

    .. math:: \text{recall} = \frac{TP}{TP + FN}

    with the numbers of true positives :math:`TP` and false negatives :math:`FN`.

    Parameters
    ----------
    y_true, y_pred : array_like
        True and predicted labels, integers or booleans, of one shape such as (N,).
    positive : int, default 1
        The label that counts as positive. All others are negative.

    Returns
    -------
    float
        From 0 to 1. If nothing is positive, where the formula says 0/0, it is 0.

    Raises
    ------
    ValueError
        If the shapes differ or there are no labels.
    TypeError
        If a label is neither an integer nor a boolean.

    Examples
    --------
    Four fires, two of them with an alarm.

    >>> recall([1, 1, 1, 1, 0, 0], [1, 1, 0, 0, 1, 0])
    0.5
    """
    both, true, _ = _count(y_true, y_pred, positive)
    return _share(both, true)


def f1_score(y_true: ArrayLike, y_pred: ArrayLike, *, positive: int = 1) -> float:
    r"""Harmonic mean of precision and recall, which is high only if both are.

    .. math:: F_1 = \frac{2}{1/\text{precision} + 1/\text{recall}} = \frac{2\,TP}{2\,TP + FP + FN}

    Parameters
    ----------
    y_true, y_pred : array_like
        True and predicted labels, integers or booleans, of one shape such as (N,).
    positive : int, default 1
        The label that counts as positive. All others are negative.

    Returns
    -------
    float
        From 0 to 1. If nothing is positive and nothing was predicted to be, where the formula says
        0/0, it is 0.

    Raises
    ------
    ValueError
        If the shapes differ or there are no labels.
    TypeError
        If a label is neither an integer nor a boolean.

    Notes
    -----
    With many classes let each be the positive one and take the mean: the macro average.

    Examples
    --------
    One message in ten is spam. Who never says so is right nine times out of ten, and no use.

    >>> y_true, never = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0], np.zeros(10, dtype=int)
    >>> accuracy(y_true, never), f1_score(y_true, never)
    (0.9, 0.0)
    """
    both, true, predicted = _count(y_true, y_pred, positive)
    return _share(2 * both, true + predicted)


def r2_score(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    r"""Coefficient of determination: the share of the variance that a prediction explains.

    .. math:: R^2 = 1 - \frac{\sum_n (y_n - \hat{y}_n)^2}{\sum_n (y_n - \bar{y})^2},
        \qquad \bar{y} = \frac{1}{N} \sum_n y_n

    Parameters
    ----------
    y_true : array_like
        True numbers of shape (N,), finite and not all the same.
    y_pred : array_like
        Predicted numbers, finite, of shape (N,).

    Returns
    -------
    float
        1 if every prediction is right, 0 for predicting the mean, and below 0 for what is worse.

    Raises
    ------
    ValueError
        If the shapes differ or are not (N,), a number is NaN or infinite, or ``y_true`` is
        constant: there is no variance to explain then. (scikit-learn returns 1 or 0 instead.)
    TypeError
        If an argument does not hold real numbers.

    Examples
    --------
    >>> y_true = np.array([1.0, 2.0, 4.0, 5.0])
    >>> r2_score(y_true, y_true), r2_score(y_true, np.full(4, 3.0))
    (1.0, 0.0)
    >>> round(r2_score(y_true, y_true[::-1]), 6)
    -3.0
    """
    y = as_floats("y_true", y_true, shape=("N",), finite=True).astype(np.float64)
    y_hat = as_floats("y_pred", y_pred, shape=("N",), finite=True).astype(np.float64)
    same_shape("y_pred", y_hat, "y_true", y)
    if y.min() == y.max():
        raise ValueError(f"`y_true` must not be constant. Received: {len(y)} times {y[0]}")
    scale = np.abs(y).max()  # without it the squares of large or small numbers leave float64
    with np.errstate(over="ignore"):  # as those of a prediction that is far larger still: -inf
        y, y_hat = y / scale, y_hat / scale
        missed = np.square(y - y_hat).sum()
    return float(1 - missed / np.square(y - y.mean()).sum())


def _label_pair(
    y_true: ArrayLike, y_pred: ArrayLike, *, low: int | None = None, high: int | None = None
) -> tuple[IntArray, IntArray]:
    true = as_integers("y_true", _without_booleans(y_true), low=low, high=high)
    predicted = as_integers("y_pred", _without_booleans(y_pred), low=low, high=high)
    same_shape("y_pred", predicted, "y_true", true)
    return true, predicted


def _without_booleans(y: ArrayLike) -> NDArray[Any]:
    a = np.asarray(y)
    return a.astype(np.int64) if a.dtype == np.bool else a


def _count(y_true: ArrayLike, y_pred: ArrayLike, positive: int) -> tuple[int, int, int]:
    """Count the true positives, the positives, and the predicted positives."""
    label = as_integers("positive", _without_booleans(positive), shape=())
    true, predicted = (y == label for y in _label_pair(y_true, y_pred))
    return int((true & predicted).sum()), int(true.sum()), int(predicted.sum())


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
