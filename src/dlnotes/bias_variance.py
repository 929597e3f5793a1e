"""Why a prediction misses: squared bias plus variance (plus noise), from many training sets."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_floats

__all__ = ["Decomposition", "decompose", "standard_error"]


class Decomposition(NamedTuple):
    """What :func:`decompose` returns: R shares of each part, one a model, to be averaged."""

    bias2: FloatArray
    """Shares of the squared bias, shape ``(R,)``."""
    variance: FloatArray
    """Shares of the variance, shape ``(R,)``."""


def decompose(y_pred: ArrayLike, f: ArrayLike) -> Decomposition:
    r"""Decompose the squared distance of R models from the truth into squared bias and variance.

    .. math::

        \underbrace{\mathbb{E}\,(\hat f(x) - f(x))^2}_\text{squared distance}
        = \underbrace{(\bar f(x) - f(x))^2}_\text{squared bias}
        + \underbrace{\mathbb{E}\,(\hat f(x) - \bar f(x))^2}_\text{variance},
        \qquad \bar f(x) = \mathbb{E}\,\hat f(x)

    Parameters
    ----------
    y_pred : array_like
        Predictions of shape (R, ...): R models, each trained on a training set of its own, at the
        same inputs. R is at least 2.
    f : array_like
        The truth at these inputs, of shape (...).

    Returns
    -------
    Decomposition
        ``bias2`` and ``variance``, each of shape (R,), averaged over the inputs. The mean of the R
        shares estimates the part, and :func:`standard_error` of the shares says how well.

    Raises
    ------
    ValueError
        If there are fewer than two models, the shapes do not fit, or a number is NaN.
    TypeError
        If an argument does not hold real numbers.

    Notes
    -----
    Both estimates are unbiased. The mean of R models is itself off by 1/R of the variance, which
    ``bias2`` leaves out. So where the bias is near 0 its estimate, and many a share, is negative.

    If ``f`` is one noisy measurement per input and not the truth, its noise is counted in
    ``bias2``: nobody can tell the two apart without knowing the truth.

    References
    ----------
    Geman, S., Bienenstock, E. and Doursat, R. (1992). Neural Networks and the Bias/Variance
    Dilemma. *Neural Computation* 4(1), 1-58. https://doi.org/10.1162/neco.1992.4.1.1

    Examples
    --------
    The mean of 4 numbers with variance 1 has variance 1/4. Halving it adds bias, but leaves a
    quarter of the variance.

    >>> means = np.random.default_rng(0).normal(1, 1, (100_000, 4)).mean(axis=1)
    >>> [round(float(part.mean()), 2) for part in decompose(means / 2, 1)]
    [0.25, 0.06]

    In each model the two shares add up to its squared distance from the truth.

    >>> np.allclose(sum(decompose(means, 1)), (means - 1) ** 2)
    True
    """
    y_pred, f = as_floats("y_pred", y_pred, finite=True), as_floats("f", f, finite=True)
    if y_pred.ndim == 0 or len(y_pred) < 2:
        raise ValueError(
            f"`y_pred` must hold at least two models, (R, ...). Received: shape={y_pred.shape}"
        )
    if f.shape != y_pred.shape[1:]:
        raise ValueError(
            "`f` must have the shape of one model's predictions. "
            f"Received: y_pred.shape={y_pred.shape}, f.shape={f.shape}"
        )
    R = len(y_pred)
    inputs = tuple(range(1, y_pred.ndim))
    distance = ((y_pred - f) ** 2).mean(axis=inputs)
    variance = ((y_pred - y_pred.mean(axis=0)) ** 2).mean(axis=inputs)
    variance = variance * R / (R - 1)  # the mean of R lies closer to them than the expectation
    return Decomposition(distance - variance, variance)


def standard_error(values: ArrayLike) -> FloatArray:
    r"""Standard error of the mean of n independent values: :math:`s / \sqrt{n}`.

    Parameters
    ----------
    values : array_like
        At least two values along the first axis, shape (n, ...).

    Returns
    -------
    numpy.ndarray
        Standard errors of shape (...). Here :math:`s` is the standard deviation with n - 1 below.

    Raises
    ------
    ValueError
        If there are fewer than two values, or one is NaN.
    TypeError
        If ``values`` does not hold real numbers.

    Examples
    --------
    >>> float(standard_error([4, 6]))
    1.0

    From 25 values it tells how much the mean of 25 values varies.

    >>> values = np.random.default_rng(0).normal(0, 1, (25, 10_000))
    >>> round(float(values.mean(axis=0).std()), 2)
    0.2
    >>> round(float(standard_error(values).mean()), 2)
    0.2
    """
    values = as_floats("values", values, finite=True)
    if values.ndim == 0 or len(values) < 2:
        raise ValueError(f"`values` must hold at least two. Received: shape={values.shape}")
    return np.asarray(values.std(axis=0, ddof=1) / len(values) ** 0.5)
