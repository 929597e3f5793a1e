"""L2 regularisation: a penalty on large weights, and ridge regression, where it can be solved."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_floats, as_nonnegative

__all__ = ["Ridge", "l2_penalty", "l2_penalty_gradient", "ridge", "shrinkage"]


def l2_penalty(W: ArrayLike, l2: float) -> float:
    r"""Penalty on the size of weights: :math:`\lambda \sum_i W_i^2`.

    Parameters
    ----------
    W : array_like
        Finite weights of any shape.
    l2 : float
        The strength :math:`\lambda`, at least 0.

    Returns
    -------
    float
        The penalty, to be added to the cost; ``inf`` if it is too large for float64.

    Raises
    ------
    ValueError
        If ``W`` is empty or not finite, or ``l2`` is negative.
    TypeError
        If an argument is not real.

    Examples
    --------
    >>> l2_penalty([[1.0, 2.0], [3.0, 4.0]], 0.5)
    15.0
    """
    W = as_floats("W", W, finite=True).astype(np.float64)
    l2 = as_nonnegative("l2", l2)
    with np.errstate(over="ignore"):
        return float((l2 * W * W).sum())


def l2_penalty_gradient(W: ArrayLike, l2: float) -> FloatArray:
    r"""Gradient of :func:`l2_penalty`: :math:`2 \lambda W`, the larger the larger the weight.

    Parameters
    ----------
    W : array_like
        Finite weights of any shape.
    l2 : float
        The strength :math:`\lambda`, at least 0.

    Returns
    -------
    numpy.ndarray
        The gradient, in the shape and dtype of ``W``.

    Raises
    ------
    ValueError
        If ``W`` is empty or not finite, or ``l2`` is negative.
    TypeError
        If an argument is not real.

    Notes
    -----
    A step of gradient descent with learning rate :math:`\eta` on the penalty alone multiplies every
    weight by :math:`1 - 2 \eta \lambda`. Hence the name weight decay.

    Examples
    --------
    >>> l2_penalty_gradient([1.0, -3.0], 0.5)
    array([ 1., -3.])
    """
    W = as_floats("W", W, finite=True)
    with np.errstate(over="ignore"):
        return np.asarray(2 * as_nonnegative("l2", l2) * W)


class Ridge(NamedTuple):
    """What :func:`ridge` returns: predictions are ``x @ w + b``."""

    w: FloatArray
    """Weights, ``(D,)`` or ``(D, K)``."""
    b: FloatArray
    """Intercept, ``()`` or ``(K,)``."""


def ridge(x: ArrayLike, y: ArrayLike, l2: float, *, fit_intercept: bool = True) -> Ridge:
    r"""Linear regression with a penalty on large weights, solved exactly.

    .. math:: \min_{w, b} \; \lVert y - x w - b \rVert^2 + \lambda \lVert w \rVert^2

    The intercept is not penalised: it only moves the predictions to where ``y`` is. Centring ``x``
    and ``y`` takes it out of the problem. With the singular value decomposition
    :math:`x = U S V^\top` of the centred inputs,

    .. math:: w = V \, \frac{S}{S^2 + \lambda} \, U^\top y.

    Parameters
    ----------
    x : array_like
        Inputs ``(N, D)``, finite.
    y : array_like
        What to predict, ``(N,)`` or ``(N, K)``, finite.
    l2 : float
        The strength :math:`\lambda`, at least 0. It weighs against the *sum* of squared errors, not
        their mean.
    fit_intercept : bool, default True
        Whether there is an intercept. Without it ``b`` is 0.

    Returns
    -------
    Ridge
        ``w`` and ``b``, in the dtype of ``x`` and ``y``.

    Raises
    ------
    ValueError
        If the shapes do not fit, a number is not finite, or ``l2`` is negative.
    TypeError
        If an argument is not real.

    Notes
    -----
    With ``l2=0`` this is least squares. Where that has many solutions, the one with the smallest
    weights is returned; a singular value that cannot be told from rounding counts as 0.

    References
    ----------
    Hoerl, A. E. and Kennard, R. W. (1970). Ridge Regression: Biased Estimation for Nonorthogonal
    Problems. *Technometrics* 12(1), 55-67. https://doi.org/10.1080/00401706.1970.10488634

    Examples
    --------
    A line through the points, then one that is pulled to be flat. The mean of ``y`` stays.

    >>> x, y = [[-1.0], [0.0], [1.0]], [1.0, 5.0, 9.0]
    >>> w, b = ridge(x, y, 0)
    >>> w.round(12), float(b)
    (array([4.]), 5.0)
    >>> w, b = ridge(x, y, 2)
    >>> w.round(12), float(b)
    (array([2.]), 5.0)
    """
    x = as_floats("x", x, shape=("N", "D"), finite=True)
    y = as_floats("y", y, finite=True)
    y = as_floats("y", y, shape=(len(x), "K") if y.ndim > 1 else (len(x),))
    l2 = as_nonnegative("l2", l2)
    x_mean, y_mean = x.mean(axis=0), y.mean(axis=0)
    if not fit_intercept:
        x_mean, y_mean = np.zeros_like(x_mean), np.zeros_like(y_mean)
    U, s, Vt = np.linalg.svd(x - x_mean, full_matrices=False)
    solution = U * _inverse(s, l2, x.shape) @ Vt  # (N, D)
    w: FloatArray = solution.T @ (y - y_mean)
    return Ridge(w, np.asarray(y_mean - x_mean @ w))


def shrinkage(x: ArrayLike, l2: float) -> FloatArray:
    r"""What ridge regression leaves of the solution in each singular direction of ``x``.

    .. math:: \frac{s_i^2}{s_i^2 + \lambda}

    Directions in which the data hardly vary, with small :math:`s_i`, shrink most.

    Parameters
    ----------
    x : array_like
        Inputs ``(N, D)``, finite. For a ridge regression with intercept, centre them first.
    l2 : float
        The strength :math:`\lambda`, at least 0.

    Returns
    -------
    numpy.ndarray
        Factors from 0 to 1, ``(min(N, D),)``, that of the largest singular value first; 0 for a
        singular value that cannot be told from rounding.

    Raises
    ------
    ValueError
        If ``x`` is not of shape (N, D) or not finite, or ``l2`` is negative.
    TypeError
        If an argument is not real.

    Examples
    --------
    >>> shrinkage([[3.0, 0.0], [0.0, 1.0]], 1).round(12)
    array([0.9, 0.5])
    """
    x = as_floats("x", x, shape=("N", "D"), finite=True)
    s = np.linalg.svd(x, compute_uv=False)
    return s * _inverse(s, as_nonnegative("l2", l2), x.shape)


def _inverse(s: FloatArray, l2: float, shape: tuple[int, ...]) -> FloatArray:
    """Return s / (s^2 + l2), and 0 where s is 0 but for rounding."""
    real = s > max(shape) * np.finfo(s.dtype).eps * s[0]
    inverse = np.zeros_like(s)
    with np.errstate(over="ignore"):
        inverse[real] = 1 / (s[real] + l2 / s[real])  # without s^2, which may be too large
    return inverse
