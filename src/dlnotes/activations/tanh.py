"""The hyperbolic tangent."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_batch

__all__ = ["tanh", "tanh_derivative"]


def tanh(x: ArrayLike) -> FloatArray:
    r"""Hyperbolic tangent: squeezes any number into -1 to 1.

    .. math:: \tanh(x) = \frac{e^x - e^{-x}}{e^x + e^{-x}} = 2 \, \sigma(2x) - 1

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
    It is a stretched sigmoid.

    >>> from dlnotes.activations import sigmoid
    >>> bool(np.isclose(tanh(0.7), 2 * sigmoid(1.4) - 1, rtol=1e-15))
    True
    """
    x = as_batch("x", x, ("...",))
    return np.tanh(x)


def tanh_derivative(x: ArrayLike) -> FloatArray:
    r"""Slope of the hyperbolic tangent: at most 1, at 0.

    .. math:: \tanh'(x) = 1 - \tanh^2(x)

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
    >>> tanh_derivative([0.0])
    array([1.])
    """
    x = as_batch("x", x, ("...",))
    # 4 sigmoid'(2x), which stays right where tanh is rounded to 1. The square is outside of the
    # exponential because 2x may overflow.
    e = np.exp(-np.abs(x)) ** 2
    y: FloatArray = 4 * e / (1 + e) ** 2
    return y
