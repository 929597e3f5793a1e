"""Exponentially weighted moving averages, which momentum, RMSProp and Adam are made of."""

from __future__ import annotations

from typing import SupportsIndex

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlnotes._validation import FloatArray, Real, as_count, as_floats, as_fraction

__all__ = ["moving_average", "moving_average_weights", "moving_average_window"]


def moving_average(x: ArrayLike, beta: float, *, bias_correction: bool = True) -> FloatArray:
    r"""Exponentially weighted moving average of a series.

    .. math:: v_t = \beta v_{t-1} + (1 - \beta) x_t, \qquad v_0 = 0

    It needs one number of memory, however long it looks back. Starting at 0, it is too small at
    first; the bias correction :math:`v_t / (1 - \beta^t)` makes up for that.

    Parameters
    ----------
    x : array_like
        A series of finite numbers along the first axis, ``(T, ...)``.
    beta : float
        Share :math:`\beta` of the old average that stays, at least 0 and less than 1.
    bias_correction : bool, default True
        Whether to correct the start.

    Returns
    -------
    numpy.ndarray
        The average after each step :math:`t = 1, \dots, T`, in the shape and dtype of ``x``.

    Raises
    ------
    ValueError
        If ``x`` has no axis, is empty or not finite, or ``beta`` is out of its range.
    TypeError
        If ``x`` does not hold real numbers.

    Examples
    --------
    A constant signal: corrected, its average is right from the first step.

    >>> moving_average([8, 8, 8], 0.5)
    array([8., 8., 8.])
    >>> moving_average([8, 8, 8], 0.5, bias_correction=False)
    array([4., 6., 7.])
    """
    x = as_floats("x", x, shape=("T", "..."), finite=True)
    beta = as_fraction("beta", beta, below_1=True)
    averages = np.empty_like(x)
    v: float | Real = 0.0
    total = 0.0  # 1 - beta^t, summed like v: for beta near 1 the difference would lose digits
    for t in range(len(x)):
        v = beta * v + (1 - beta) * x[t]
        total = beta * total + (1 - beta)
        averages[t] = v / total if bias_correction else v
    return averages


def moving_average_weights(
    n: SupportsIndex, beta: float, *, bias_correction: bool = True
) -> NDArray[np.float64]:
    r"""Weights that the moving average after ``n`` steps gives to the values so far.

    .. math:: v_n = \sum_{t=1}^{n} w_t x_t, \qquad w_t = (1 - \beta) \, \beta^{n - t}

    Their sum is :math:`1 - \beta^n`. The bias correction divides by it, so that they sum to 1.

    Parameters
    ----------
    n : int
        Number of steps, at least 1.
    beta : float
        Share :math:`\beta` of the old average that stays, at least 0 and less than 1.
    bias_correction : bool, default True
        Whether to correct the start.

    Returns
    -------
    numpy.ndarray
        Weights ``(n,)``, that of the oldest value first.

    Raises
    ------
    ValueError
        If ``n`` is less than 1, or ``beta`` is out of its range.
    TypeError
        If ``n`` is not an integer.

    Examples
    --------
    >>> moving_average_weights(3, 0.5, bias_correction=False)
    array([0.125, 0.25 , 0.5  ])
    >>> round(float(moving_average_weights(3, 0.5).sum()), 12)
    1.0
    """
    n, beta = as_count("n", n), as_fraction("beta", beta, below_1=True)
    weights: NDArray[np.float64] = (1 - beta) * beta ** np.arange(n - 1.0, -1, -1)
    return weights / weights.sum() if bias_correction else weights


def moving_average_window(beta: float) -> float:
    r"""About how many of the last values a moving average consists of: :math:`1 / (1 - \beta)`.

    Parameters
    ----------
    beta : float
        Share :math:`\beta` of the old average that stays, at least 0 and less than 1.

    Returns
    -------
    float
        Number of values.

    Raises
    ------
    ValueError
        If ``beta`` is out of its range.

    Notes
    -----
    The window holds the share :math:`1 - \beta^{1/(1-\beta)}` of all weights, which is more than
    :math:`1 - 1/e`, about 63 %, and the nearer to it the nearer :math:`\beta` is to 1.

    Examples
    --------
    >>> moving_average_window(0.75)
    4.0
    """
    return 1 / (1 - as_fraction("beta", beta, below_1=True))
