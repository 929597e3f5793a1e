"""The rectified linear unit, and its leaky relative."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_batch, as_positive
from dlnotes.activations.squashing import step

__all__ = ["leaky_relu", "leaky_relu_derivative", "relu", "relu_derivative"]


def relu(x: ArrayLike) -> FloatArray:
    r"""Rectified linear unit: positive numbers pass, the others become 0.

    .. math:: f(x) = \max(x, 0)

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
    >>> relu([-2.0, 0.0, 3.0])
    array([0., 0., 3.])
    """
    x = as_batch("x", x, ("...",))
    return np.maximum(x, 0)


def relu_derivative(x: ArrayLike) -> FloatArray:
    r"""Slope of the rectified linear unit: 1 above 0, else 0.

    .. math:: f'(x) = \begin{cases} 1 & x > 0 \\ 0 & x \le 0 \end{cases}

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

    Notes
    -----
    At 0 there is no slope; 0 is returned.

    Examples
    --------
    >>> relu_derivative([-2.0, 0.0, 3.0])
    array([0., 0., 1.])
    """
    return step(x)


def leaky_relu(x: ArrayLike, *, negative_slope: float = 0.2) -> FloatArray:
    r"""Leaky rectified linear unit: a little passes below 0 too.

    .. math:: f(x) = \begin{cases} x & x > 0 \\ a x & x \le 0 \end{cases}

    Parameters
    ----------
    x : array_like
        Real numbers of any shape.
    negative_slope : float, default 0.2
        Slope below 0, greater than 0.

    Returns
    -------
    numpy.ndarray
        The value at each number, in the shape and dtype of ``x``.

    Raises
    ------
    TypeError
        If ``x`` does not hold real numbers.
    ValueError
        If ``negative_slope`` is not greater than 0, or not finite.

    Examples
    --------
    >>> leaky_relu([-2.0, 0.0, 3.0], negative_slope=0.1)
    array([-0.2,  0. ,  3. ])
    """
    a = as_positive("negative_slope", negative_slope)
    x = as_batch("x", x, ("...",))
    return np.where(x > 0, x, a * np.minimum(x, 0))


def leaky_relu_derivative(x: ArrayLike, *, negative_slope: float = 0.2) -> FloatArray:
    r"""Slope of the leaky rectified linear unit.

    .. math:: f'(x) = \begin{cases} 1 & x > 0 \\ a & x \le 0 \end{cases}

    Parameters
    ----------
    x : array_like
        Real numbers of any shape.
    negative_slope : float, default 0.2
        Slope below 0, greater than 0.

    Returns
    -------
    numpy.ndarray
        The value at each number, in the shape and dtype of ``x``.

    Raises
    ------
    TypeError
        If ``x`` does not hold real numbers.
    ValueError
        If ``negative_slope`` is not greater than 0, or not finite.

    Notes
    -----
    At 0 there is no slope; that of the left side is returned.

    Examples
    --------
    >>> leaky_relu_derivative([-2.0, 3.0])
    array([0.2, 1. ])
    """
    a = as_positive("negative_slope", negative_slope)
    x = as_batch("x", x, ("...",))
    return np.where(np.isnan(x), x, np.where(x > 0, x.dtype.type(1), x.dtype.type(a)))
