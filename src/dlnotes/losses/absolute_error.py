"""Absolute error, the loss of a predicted number that outliers disturb less."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, Real
from dlnotes.losses._pair import as_pair

__all__ = ["mean_absolute_error", "mean_absolute_error_gradient"]


def mean_absolute_error(y_true: ArrayLike, y_pred: ArrayLike) -> Real:
    r"""Absolute error of each example, the mean over its D numbers.

    .. math:: L = \frac{1}{D} \sum_{d=1}^{D} |\hat{y}_d - y_d|

    Parameters
    ----------
    y_true : array_like
        True numbers, finite, of shape (N, D) or (..., D).
    y_pred : array_like
        Predicted numbers, finite, of the same shape.

    Returns
    -------
    numpy.floating or numpy.ndarray
        One loss for each example, of shape (N,), in the unit of ``y_true`` and the dtype of
        ``y_pred``. Their mean is the cost. The last axis never counts examples, in Keras neither:
        of two arrays of shape (D,) the loss is one number.

    Raises
    ------
    ValueError
        If the shapes differ, there is no axis, an array is empty, or a number is NaN or infinite.
        Keras takes (N,) for (N, 1) if the other array has that shape; here it is an error.
    TypeError
        If an argument does not hold real numbers.

    Notes
    -----
    The prediction that costs least on average is the median of what may be true. To minimise the
    cost is maximum likelihood if the noise follows a Laplace distribution with the same scale
    everywhere.

    Examples
    --------
    Of all constant predictions the median is the best. How far off the largest number is does not
    matter.

    >>> y_true = np.array([[1.0], [2.0], [600.0]])
    >>> [float(mean_absolute_error(y_true, np.full((3, 1), m)).sum()) for m in [1, 2, 3, 201]]
    [600.0, 599.0, 600.0, 798.0]
    """
    y_true, y_pred = as_pair(y_true, y_pred)
    with np.errstate(over="ignore"):
        loss: Real = np.abs(y_pred - y_true).mean(axis=-1)
    return loss


def mean_absolute_error_gradient(y_true: ArrayLike, y_pred: ArrayLike) -> FloatArray:
    r"""Gradient of :func:`mean_absolute_error` with respect to the prediction.

    .. math:: \frac{\partial L}{\partial \hat{y}_d}
        = \frac{1}{D} \operatorname{sign}(\hat{y}_d - y_d)

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
        As :func:`mean_absolute_error`.

    Notes
    -----
    Where the prediction is exactly right the loss has a kink and no slope. The gradient is then
    0, between the slopes -1/D and 1/D on both sides. Keras takes 0 there too on TensorFlow and
    PyTorch, but -1/D on JAX.

    Examples
    --------
    However far off a prediction is, the gradient is the same.

    >>> mean_absolute_error_gradient([[0.0], [0.0], [0.0]], [[-0.1], [0.0], [1000.0]])
    array([[-1.],
           [ 0.],
           [ 1.]])
    """
    y_true, y_pred = as_pair(y_true, y_pred)
    with np.errstate(over="ignore"):
        gradient: FloatArray = np.sign(y_pred - y_true) / y_pred.shape[-1]
    return gradient
