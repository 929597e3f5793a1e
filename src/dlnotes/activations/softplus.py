"""Softplus, a smooth rectified linear unit."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_batch
from dlnotes.activations.sigmoid import sigmoid

__all__ = ["softplus", "softplus_derivative"]


def softplus(x: ArrayLike) -> FloatArray:
    r"""Softplus: a rectified linear unit with the corner rounded off.

    .. math:: f(x) = \ln(1 + e^x)

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
    >>> softplus([-1e4, 1e4])
    array([    0., 10000.])
    """
    x = as_batch("x", x, ("...",))
    # The formula overflows for large x; with e^-|x|, no exponential can exceed 1.
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def softplus_derivative(x: ArrayLike) -> FloatArray:
    r"""Slope of the softplus: the sigmoid.

    .. math:: f'(x) = \sigma(x)

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
    >>> softplus_derivative([0.0])
    array([0.5])
    """
    return sigmoid(x)
