"""Softmax, which turns any scores into probabilities, and its logarithm."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_positive, as_scores

__all__ = ["log_softmax", "naive_softmax", "softmax"]


def naive_softmax(logits: ArrayLike, *, axis: int = -1) -> FloatArray:
    r"""Softmax just as its formula says: :math:`p_k = e^{z_k} / \sum_j e^{z_j}`.

    For reading, not for use: from about 89 in float32 and 710 in float64, :math:`e^z` is too large
    for the computer, and the result is NaN. Use :func:`softmax`.

    Parameters
    ----------
    logits : array_like
        Scores :math:`z`, finite, for example of shape (K,) or (N, K).
    axis : int, default -1
        The axis that counts the classes.

    Returns
    -------
    numpy.ndarray
        Probabilities that sum to 1 along ``axis``, or NaN.

    Raises
    ------
    ValueError, TypeError
        As :func:`softmax`.

    Examples
    --------
    >>> naive_softmax([0.0, 0.0])
    array([0.5, 0.5])
    """
    z = as_scores("logits", logits, axis=axis)
    e = np.exp(z)
    p: FloatArray = e / e.sum(axis=axis, keepdims=True)
    return p


def softmax(logits: ArrayLike, *, temperature: float = 1.0, axis: int = -1) -> FloatArray:
    r"""Probabilities in proportion to the exponentials of the scores, safe for scores of any size.

    .. math:: p_k = \frac{e^{(z_k - m) / T}}{\sum_j e^{(z_j - m) / T}}, \qquad m = \max_j z_j

    Parameters
    ----------
    logits : array_like
        Scores :math:`z`, finite, for example of shape (K,) or (N, K).
    temperature : float, default 1
        Divisor :math:`T` of the scores, greater than 0. The higher it is, the more equal the
        probabilities; the order stays.
    axis : int, default -1
        The axis that counts the classes.

    Returns
    -------
    numpy.ndarray
        Probabilities that sum to 1 along ``axis``, in the shape and dtype of ``logits``. One whose
        score is too far below the largest (104 in float32, 745 in float64) is rounded to 0.

    Raises
    ------
    ValueError
        If ``logits`` is a scalar or empty, or contains NaN or infinity, ``axis`` is not one of its
        axes, or ``temperature`` is not greater than 0.
    TypeError
        If ``logits`` does not hold real numbers.

    Examples
    --------
    Adding the same number to all scores changes nothing.

    >>> softmax([0.0, np.log(3)])
    array([0.25, 0.75])
    >>> softmax([1000.0, 1000 + np.log(3)]).round(12)
    array([0.25, 0.75])

    Half the temperature squares the odds: 1 to 9 instead of 1 to 3.

    >>> softmax([0.0, np.log(3)], temperature=0.5).round(12)
    array([0.1, 0.9])
    """
    z = as_scores("logits", logits, axis=axis)
    # Subtracting the maximum cancels in the fraction, and no exponential can exceed 1.
    e = np.exp(_below_maximum(z, axis, temperature))
    p: FloatArray = e / e.sum(axis=axis, keepdims=True)
    return p


def log_softmax(logits: ArrayLike, *, temperature: float = 1.0, axis: int = -1) -> FloatArray:
    r"""Logarithm of the softmax, base e, without the detour through probabilities.

    .. math::

        \log p_k = \frac{z_k - m}{T} - \log \sum_j e^{(z_j - m) / T}, \qquad m = \max_j z_j

    Where the softmax is rounded to 0, its logarithm would be :math:`-\infty`; this one stays right.

    Parameters
    ----------
    logits : array_like
        Scores :math:`z`, finite, for example of shape (K,) or (N, K).
    temperature : float, default 1
        Divisor :math:`T` of the scores, greater than 0. The higher it is, the more equal the
        probabilities; the order stays.
    axis : int, default -1
        The axis that counts the classes.

    Returns
    -------
    numpy.ndarray
        Logarithms, at most 0, in the shape and dtype of ``logits``.

    Raises
    ------
    ValueError, TypeError
        As :func:`softmax`.

    Examples
    --------
    >>> log_softmax([1000.0, 0.0])
    array([    0., -1000.])
    """
    z = _below_maximum(as_scores("logits", logits, axis=axis), axis, temperature)
    log_p: FloatArray = z - np.log(np.exp(z).sum(axis=axis, keepdims=True))
    return log_p


def _below_maximum(z: FloatArray, axis: int, temperature: float) -> FloatArray:
    with np.errstate(over="ignore"):  # what is 0 or infinite in float32 is refused below
        T = float(z.dtype.type(as_positive("temperature", temperature)))
    as_positive("temperature", T)
    with np.errstate(over="ignore"):  # two scores may lie further apart than the largest float
        below: FloatArray = (z - z.max(axis=axis, keepdims=True)) / T
    return below
