"""Squared error, the loss of a predicted number."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, Real
from dlnotes.losses._pair import as_pair

__all__ = ["mean_squared_error", "mean_squared_error_gradient"]


def mean_squared_error(y_true: ArrayLike, y_pred: ArrayLike) -> Real:
    r"""Squared error of each example, the mean over its D numbers.

    .. math:: L = \frac{1}{D} \sum_{d=1}^{D} (\hat{y}_d - y_d)^2

    Parameters
    ----------
    y_true : array_like
        True numbers, finite, of shape (N, D) or (..., D).
    y_pred : array_like
        Predicted numbers, finite, of the same shape.

    Returns
    -------
    numpy.floating or numpy.ndarray
        One loss for each example, of shape (N,), in the square of the unit of ``y_true`` and the
        dtype of ``y_pred``. Their mean is the cost. The last axis never counts examples, in Keras
        neither: of two arrays of shape (D,) the loss is one number.

    Raises
    ------
    ValueError
        If the shapes differ, there is no axis, an array is empty, or a number is NaN or infinite.
        Keras takes (N,) for (N, 1) if the other array has that shape; here it is an error.
    TypeError
        If an argument does not hold real numbers.

    Notes
    -----
    An error too large to be squared in its float type costs ``inf``.

    The prediction that costs least on average is the mean of what may be true. To minimise the
    cost is maximum likelihood if the noise is Gaussian with the same variance everywhere.

    Examples
    --------
    Of all constant predictions the mean is the best. It costs the variance.

    >>> y_true = np.array([[1.0], [2.0], [6.0]])
    >>> costs = [mean_squared_error(y_true, np.full((3, 1), m)).mean() for m in [2, 3, 4]]
    >>> [round(float(cost), 6) for cost in costs], round(float(y_true.var()), 6)
    ([5.666667, 4.666667, 5.666667], 4.666667)
    """
    y_true, y_pred = as_pair(y_true, y_pred)
    with np.errstate(over="ignore"):
        loss: Real = np.square(y_pred - y_true).mean(axis=-1)
    return loss


def mean_squared_error_gradient(y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
    r"""Gradient of :func:`mean_squared_error` with respect to the prediction.

    .. math:: \frac{\partial L}{\partial \hat{y}_d} = \frac{2}{D} (\hat{y}_d - y_d)

    Parameters
    ----------
    y_true : array_like
        True numbers, finite, of shape (N, D) or (..., D).
    y_pred : array_like
        Predicted numbers, finite, of the same shape.

    Returns
    -------
    numpy.ndarray
        The gradient of each example's loss, in the shape and dtype of ``y_pred``. The gradient of
        the cost, the mean over N examples, is this divided by N.

    Raises
    ------
    ValueError, TypeError
        As :func:`mean_squared_error`.

    Examples
    --------
    A step of -1/2 times the gradient, if D is 1, leads to the truth.

    >>> y_true, y_pred = np.array([[1.0], [2.0]]), np.array([[5.0], [1.5]])
    >>> y_pred - mean_squared_error_gradient(y_true, y_pred) / 2
    array([[1.],
           [2.]])
    """
    y_true, y_pred = as_pair(y_true, y_pred)
    with np.errstate(over="ignore"):
        gradient: FloatArray = 2 / y_pred.shape[-1] * (y_pred - y_true)
    return gradient
