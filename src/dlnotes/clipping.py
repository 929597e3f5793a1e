"""Gradient clipping: a bound on how far one step can go."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_arrays, as_floats, as_positive

__all__ = ["clip_by_global_norm", "clip_by_norm", "clip_by_value"]


def clip_by_value(gradient: ArrayLike, clipvalue: float) -> FloatArray:
    r"""Bound each number: :math:`g_i \to \max(-c, \min(g_i, c))`. This can turn the gradient.

    Parameters
    ----------
    gradient : array_like
        Finite numbers of any shape.
    clipvalue : float
        The largest size :math:`c`, greater than 0.

    Returns
    -------
    numpy.ndarray
        A new array, in the shape and dtype of ``gradient``.

    Raises
    ------
    ValueError
        If ``gradient`` is empty or not finite, or ``clipvalue`` is not greater than 0.
    TypeError
        If an argument is not real.

    Examples
    --------
    >>> clip_by_value([-30.0, 0.5, 4.0], 1)
    array([-1. ,  0.5,  1. ])
    """
    g = as_floats("gradient", gradient, finite=True)
    c = min(as_positive("clipvalue", clipvalue), float(np.finfo(g.dtype).max))
    return np.asarray(np.clip(g, -c, c))


def clip_by_norm(gradient: ArrayLike, clipnorm: float) -> FloatArray:
    r"""Bound the length of one array, and keep its direction.

    .. math:: g \to g \, \min\left(1, \frac{c}{\lVert g \rVert}\right)

    Parameters
    ----------
    gradient : array_like
        Finite numbers of any shape. Its length is that of all its numbers in one vector.
    clipnorm : float
        The largest length :math:`c`, greater than 0.

    Returns
    -------
    numpy.ndarray
        A new array, in the shape and dtype of ``gradient``.

    Raises
    ------
    ValueError
        If ``gradient`` is empty or not finite, or ``clipnorm`` is not greater than 0.
    TypeError
        If an argument is not real.

    Examples
    --------
    >>> clip_by_norm([30.0, 40.0], 5).round(12)
    array([3., 4.])
    >>> clip_by_norm([0.3, 0.4], 5)
    array([0.3, 0.4])
    """
    g = as_floats("gradient", gradient, finite=True)
    return _clip([g], as_positive("clipnorm", clipnorm))[0][0]


def clip_by_global_norm(
    gradients: Sequence[ArrayLike], global_clipnorm: float
) -> tuple[list[FloatArray], float]:
    r"""Bound the length of all gradients together, and keep their direction.

    .. math::

        g_k \to g_k \, \min\left(1, \frac{c}{n}\right), \qquad
        n = \sqrt{\sum_k \lVert g_k \rVert^2}

    Parameters
    ----------
    gradients : list of array_like
        Finite numbers, arrays of any shape.
    global_clipnorm : float
        The largest length :math:`c`, greater than 0.

    Returns
    -------
    clipped : list of numpy.ndarray
        New arrays, in the shapes and dtypes of ``gradients``.
    norm : float
        The length :math:`n` that they had before; ``inf`` if it exceeds the largest float64.

    Raises
    ------
    ValueError
        If there are no gradients, an array is empty or not finite, or ``global_clipnorm`` is not
        greater than 0.
    TypeError
        If ``gradients`` is not a list, or an argument is not real.

    References
    ----------
    Pascanu, R., Mikolov, T. and Bengio, Y. (2013). On the difficulty of training recurrent neural
    networks. *Proceedings of Machine Learning Research* 28(3), 1310-1318.
    https://proceedings.mlr.press/v28/pascanu13.html

    Examples
    --------
    >>> clipped, norm = clip_by_global_norm([[2.0, 4.0], [4.0]], 3)
    >>> clipped, norm
    ([array([1., 2.]), array([2.])], 6.0)
    """
    gs = as_arrays("gradients", gradients)
    if not gs:
        raise ValueError("`gradients` must hold at least one array. Received: none")
    return _clip(gs, as_positive("global_clipnorm", global_clipnorm))


def _clip(gs: list[FloatArray], c: float) -> tuple[list[FloatArray], float]:
    # Divided by the largest number, so that no square is too large (or too small) for float64.
    largest = max(float(np.abs(g).max()) for g in gs) or 1.0
    scaled = [g.astype(np.float64) / largest for g in gs]
    length = math.sqrt(sum(float((s**2).sum()) for s in scaled))
    norm = largest * length
    if norm <= c:
        return [g.copy() for g in gs], norm
    clipped = [np.asarray(s * (c / length), g.dtype) for s, g in zip(scaled, gs, strict=True)]
    return clipped, norm
