"""Smooth relatives of the rectified linear unit: ELU, GELU and softplus."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_batch, as_nonnegative
from dlnotes.activations.squashing import sigmoid

__all__ = ["elu", "elu_derivative", "gelu", "gelu_derivative", "softplus", "softplus_derivative"]


def elu(x: ArrayLike, *, alpha: float = 1.0) -> FloatArray:
    r"""Exponential linear unit: smooth below 0, where it falls to minus alpha.

    .. math:: f(x) = \begin{cases} x & x > 0 \\ \alpha \, (e^x - 1) & x \le 0 \end{cases}

    Parameters
    ----------
    x : array_like
        Real numbers of any shape.
    alpha : float, default 1
        Minus the value far below 0; at least 0.

    Returns
    -------
    numpy.ndarray
        The value at each number, in the shape and dtype of ``x``.

    Raises
    ------
    TypeError
        If ``x`` does not hold real numbers.
    ValueError
        If ``alpha`` is negative or not finite.

    References
    ----------
    Clevert, D.-A., Unterthiner, T. and Hochreiter, S. (2016). Fast and Accurate Deep Network
    Learning by Exponential Linear Units (ELUs). *ICLR 2016*. https://arxiv.org/abs/1511.07289

    Examples
    --------
    >>> elu([-1e4, 0.0, 3.0])
    array([-1.,  0.,  3.])
    """
    a = as_nonnegative("alpha", alpha)
    x = as_batch("x", x, ("...",))
    return np.where(x > 0, x, a * np.expm1(np.minimum(x, 0)))


def elu_derivative(x: ArrayLike, *, alpha: float = 1.0) -> FloatArray:
    r"""Slope of the exponential linear unit.

    .. math:: f'(x) = \begin{cases} 1 & x > 0 \\ \alpha \, e^x & x \le 0 \end{cases}

    Parameters
    ----------
    x : array_like
        Real numbers of any shape.
    alpha : float, default 1
        Minus the value far below 0; at least 0.

    Returns
    -------
    numpy.ndarray
        The value at each number, in the shape and dtype of ``x``.

    Raises
    ------
    TypeError
        If ``x`` does not hold real numbers.
    ValueError
        If ``alpha`` is negative or not finite.

    Examples
    --------
    >>> elu_derivative([-1e4, 0.0, 3.0])
    array([0., 1., 1.])
    """
    a = as_nonnegative("alpha", alpha)
    x = as_batch("x", x, ("...",))
    return np.where(x > 0, np.ones_like(x), a * np.exp(np.minimum(x, 0)))


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
    return y.astype(x.dtype)


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
