"""The exponential linear unit."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_batch, as_nonnegative

__all__ = ["elu", "elu_derivative"]


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
