"""Activation functions that squash any number into an interval: step, sigmoid and tanh."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_batch

__all__ = ["sigmoid", "sigmoid_derivative", "step", "step_derivative", "tanh", "tanh_derivative"]


def step(x: ArrayLike) -> FloatArray:
    r"""Step function: 1 above 0, else 0. The activation of the perceptron.

    .. math:: f(x) = \begin{cases} 1 & x > 0 \\ 0 & x \le 0 \end{cases}

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
    >>> step([-2.0, 0.0, 3.0])
    array([0., 0., 1.])
    """
    x = as_batch("x", x, ("...",))
    # NaN > 0 is false, which would turn NaN into 0
    return np.where(np.isnan(x), x, x > 0)


def step_derivative(x: ArrayLike) -> FloatArray:
    r"""Slope of the step function: 0, so that nothing can be learned through it.

    .. math:: f'(x) = 0

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
    At 0 the function jumps and has no slope; 0 is returned there too.

    Examples
    --------
    >>> step_derivative([-2.0, 3.0])
    array([0., 0.])
    """
    x = as_batch("x", x, ("...",))
    return np.where(np.isnan(x), x, np.zeros_like(x))


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
    x = as_batch("x", x, ("...",))
    # 1 - sigmoid(x) would be rounded to 0 from x = 37 on, where sigmoid(-x) is tiny but right.
    y: FloatArray = sigmoid(x) * sigmoid(-x)
    return y


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
