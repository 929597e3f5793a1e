"""The logistic sigmoid."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_batch

__all__ = ["sigmoid", "sigmoid_derivative"]


def sigmoid(x: ArrayLike) -> FloatArray:
    r"""Logistic sigmoid: squeezes any number into 0 to 1.

    .. math:: \sigma(x) = \frac{1}{1 + e^{-x}}

    Parameters
    ----------
    x : array_like
        Real numbers of any shape.

    Returns
    -------
    numpy.ndarray
        The value at each number, in the shape and dtype of ``x``.

    Raises
    ------
    TypeError
        If ``x`` does not hold real numbers.

    Examples
    --------
    >>> sigmoid([-1e4, 0.0, 1e4])
    array([0. , 0.5, 1. ])

    What is not on one side is on the other.

    >>> bool(np.allclose(sigmoid(0.7) + sigmoid(-0.7), 1, rtol=1e-15))
    True
    """
    x = as_batch("x", x, ("...",))
    # The formula overflows for very negative x; with e^-|x|, no exponential can exceed 1.
    e = np.exp(-np.abs(x))
    y: FloatArray = np.where(x >= 0, 1, e) / (1 + e)
    return y


def sigmoid_derivative(x: ArrayLike) -> FloatArray:
    r"""Slope of the sigmoid: at most 1/4, at 0.

    .. math:: \sigma'(x) = \sigma(x) \, (1 - \sigma(x)) = \sigma(x) \, \sigma(-x)

    Parameters
    ----------
    x : array_like
        Real numbers of any shape.

    Returns
    -------
    numpy.ndarray
        The value at each number, in the shape and dtype of ``x``.

    Raises
    ------
    TypeError
        If ``x`` does not hold real numbers.

    Examples
    --------
    >>> sigmoid_derivative([0.0])
    array([0.25])
    """
    # 1 - sigmoid(x) would be rounded to 0 from x = 37 on, where sigmoid(-x) is tiny but right.
    y: FloatArray = sigmoid(x) * sigmoid(-as_batch("x", x, ("...",)))
    return y
