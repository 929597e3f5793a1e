"""The step function of the perceptron."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_batch

__all__ = ["step", "step_derivative"]


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
    return np.where(np.isnan(x), x, x > 0).astype(x.dtype, copy=False)


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
