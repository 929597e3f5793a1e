"""Dot-product attention, which reaches every position of a sequence in one step."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_batch, as_floats
from dlnotes.softmax import softmax

__all__ = ["attention", "attention_gradients", "attention_weights"]


def attention_weights(q: ArrayLike, k: ArrayLike) -> FloatArray:
    r"""Say how much each query attends to each key: the more, the better they match.

    .. math:: A = \operatorname{softmax}\left(\frac{q k^\top}{\sqrt{D}}\right)

    Parameters
    ----------
    q : array_like
        Queries ``(N, T_q, D)``.
    k : array_like
        Keys ``(N, T_k, D)``.

    Returns
    -------
    numpy.ndarray
        Weights ``(N, T_q, T_k)``, at least 0, that sum to 1 over the keys.

    Raises
    ------
    ValueError
        If an array is empty, of another shape, or not finite, or if a product of a query and a key
        is too large for the dtype.
    TypeError
        If an array does not hold real numbers.

    Notes
    -----
    The product of two vectors of D numbers with variance 1 has variance D. Without
    :math:`\sqrt{D}`, softmax would put nearly all weight on one key when D is large.

    References
    ----------
    Vaswani, A., Shazeer, N., Parmar, N., Uszkoreit, J., Jones, L., Gomez, A. N., Kaiser, Ł. and
    Polosukhin, I. (2017). Attention Is All You Need. *Advances in Neural Information Processing
    Systems* 30. https://arxiv.org/abs/1706.03762

    Examples
    --------
    The order of the keys makes no difference: attention has no idea of distance.

    >>> rng = np.random.default_rng(0)
    >>> q, k = rng.normal(size=(1, 2, 4)), rng.normal(size=(1, 5, 4))
    >>> backwards = attention_weights(q, k[:, ::-1])[:, :, ::-1]
    >>> bool(np.allclose(attention_weights(q, k), backwards))
    True
    """
    return _weights(*_queries_and_keys(q, k))


def attention(q: ArrayLike, k: ArrayLike, v: ArrayLike) -> FloatArray:
    r"""Give each query a mean of the values, weighted by how well their keys match.

    .. math:: y = \operatorname{softmax}\left(\frac{q k^\top}{\sqrt{D}}\right) v

    Parameters
    ----------
    q : array_like
        Queries ``(N, T_q, D)``.
    k : array_like
        Keys ``(N, T_k, D)``.
    v : array_like
        Values ``(N, T_k, D_v)``, one for each key.

    Returns
    -------
    numpy.ndarray
        Means ``(N, T_q, D_v)``.

    Raises
    ------
    ValueError, TypeError
        As in :func:`attention_weights`.

    Examples
    --------
    A query that matches all keys alike gets the plain mean.

    >>> attention([[[0, 0]]], [[[1, 2], [3, 4], [5, 6]]], [[[10], [20], [60]]])
    array([[[30.]]])
    """
    q, k, v = _queries_keys_and_values(q, k, v)
    return _weights(q, k) @ v


def attention_gradients(
    q: ArrayLike, k: ArrayLike, v: ArrayLike, dy: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    r"""Turn the gradient for the output of :func:`attention` into those for its inputs.

    With the scores :math:`s = q k^\top / \sqrt{D}` and the weights :math:`A` of row sum 1,

    .. math::

        dA = dy\,v^\top, \qquad ds = A \left(dA - \textstyle\sum_k A\,dA\right), \qquad
        dq = \frac{ds\,k}{\sqrt{D}}, \quad dk = \frac{ds^\top q}{\sqrt{D}}, \quad dv = A^\top dy.

    Parameters
    ----------
    q, k, v : array_like
        Queries, keys and values as in :func:`attention`.
    dy : array_like
        Gradient of the loss for the output ``(N, T_q, D_v)``.

    Returns
    -------
    dq, dk, dv : numpy.ndarray
        Gradients in the shapes of ``q``, ``k`` and ``v``. NaN in ``dy`` gives NaN.

    Raises
    ------
    ValueError, TypeError
        As in :func:`attention_weights`.

    Notes
    -----
    No position is nearer than another: from the output to each key and value it is one step.

    Examples
    --------
    Each of four values has a quarter of the gradient, however far away it is.

    >>> q, k, v = np.zeros((1, 1, 3)), np.ones((1, 4, 3)), np.ones((1, 4, 1))
    >>> dq, dk, dv = attention_gradients(q, k, v, [[[1.0]]])
    >>> dv.ravel()
    array([0.25, 0.25, 0.25, 0.25])
    """
    q, k, v = _queries_keys_and_values(q, k, v)
    dy = as_batch("dy", dy, (*q.shape[:2], v.shape[2]))
    A, scale = _weights(q, k), math.sqrt(q.shape[-1])
    with np.errstate(over="ignore", invalid="ignore"):
        dA = dy @ _transposed(v)
        ds = A * (dA - (A * dA).sum(axis=-1, keepdims=True))
        return ds @ k / scale, _transposed(ds) @ q / scale, _transposed(A) @ dy


def _weights(q: FloatArray, k: FloatArray) -> FloatArray:
    with np.errstate(all="ignore"):  # softmax refuses what is not finite
        scores = q @ _transposed(k) / math.sqrt(q.shape[-1])
    return softmax(scores)


def _transposed(a: FloatArray) -> FloatArray:
    return a.swapaxes(-2, -1)


def _queries_and_keys(q: ArrayLike, k: ArrayLike) -> tuple[FloatArray, FloatArray]:
    q = as_floats("q", q, shape=("N", "T_q", "D"), finite=True)
    return q, as_floats("k", k, shape=(q.shape[0], "T_k", q.shape[2]), finite=True)


def _queries_keys_and_values(
    q: ArrayLike, k: ArrayLike, v: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    q, k = _queries_and_keys(q, k)
    return q, k, as_floats("v", v, shape=(*k.shape[:2], "D_v"), finite=True)
