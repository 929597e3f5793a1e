"""The Gaussian error linear unit."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_batch

__all__ = ["gelu", "gelu_derivative"]


def gelu(x: ArrayLike) -> FloatArray:
    r"""Gaussian error linear unit: x times the probability that a normal number is below x.

    .. math:: f(x) = x \, \Phi(x), \qquad \Phi(x) = \tfrac{1}{2} \operatorname{erfc}(-x / \sqrt{2})

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

    References
    ----------
    Hendrycks, D. and Gimpel, K. (2016). Gaussian Error Linear Units (GELUs).
    https://arxiv.org/abs/1606.08415

    Examples
    --------
    >>> gelu([-1e4, 0.0, 1e4])
    array([   -0.,     0., 10000.])
    """
    x = as_batch("x", x, ("...",))
    # Below -40 the probability is 0 to rounding, and infinity times 0 would be NaN.
    y: FloatArray = np.maximum(x, -40) * _normal_cdf(x)
    return y


def gelu_derivative(x: ArrayLike) -> FloatArray:
    r"""Slope of the Gaussian error linear unit.

    .. math:: f'(x) = \Phi(x) + x \, \frac{e^{-x^2 / 2}}{\sqrt{2 \pi}}

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
    >>> gelu_derivative([-1e4, 0.0, 1e4]).round(12)
    array([0. , 0.5, 1. ])
    """
    x = as_batch("x", x, ("...",))
    near = np.clip(x, -40, 40)  # beyond, the second term is 0 to rounding, and x^2 may overflow
    y: FloatArray = _normal_cdf(x) + near * np.exp(-(near**2) / 2) / math.sqrt(2 * math.pi)
    return y


def _normal_cdf(x: FloatArray) -> FloatArray:
    """Probability that a number from the standard normal distribution is below ``x``."""
    erfc = np.vectorize(math.erfc, otypes=[np.float64])  # NumPy has none
    y: FloatArray = erfc(-x / math.sqrt(2)) / 2
    return y.astype(x.dtype, copy=False)
