"""Categorical cross-entropy with labels that are class numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlnotes._validation import FloatArray, Real, as_floats, as_integers
from dlnotes.losses.categorical import categorical_crossentropy, categorical_crossentropy_gradient

__all__ = ["sparse_categorical_crossentropy", "sparse_categorical_crossentropy_gradient"]


def sparse_categorical_crossentropy(
    y_true: ArrayLike, y_pred: ArrayLike, *, from_logits: bool = False
) -> Real:
    r"""Cross-entropy of each class with its prediction, in nats: the surprise at what was true.

    .. math:: L = -\log \hat{y}_k \quad \text{where } k = y

    or, from logits :math:`z`, the same with :math:`\hat{y} = \mathrm{softmax}(z)`.

    Parameters
    ----------
    y_true : array_like
        The number of each example's class, an integer from 0 to K - 1, for example of shape (N,),
        or (N, T) for sequences.
    y_pred : array_like
        Predicted probabilities that sum to 1 along the last axis or, with ``from_logits``, finite
        scores. Of the shape of ``y_true`` and one axis more, for example (N, K) or (N, T, K).
    from_logits : bool, default False
        Whether ``y_pred`` holds the scores before the softmax.

    Returns
    -------
    numpy.floating or numpy.ndarray
        Losses in the shape of ``y_true`` and the dtype of ``y_pred``. Their mean is the cost.

    Raises
    ------
    ValueError
        If the shapes do not fit, there is no such class, or ``y_pred`` is as
        :func:`categorical_crossentropy` refuses it. Keras would take labels of shape (N, 1) for
        predictions of shape (N, K), and on JAX let a class that there is not cost 0.
    TypeError
        If ``y_true`` does not hold integers or ``y_pred`` does not hold real numbers.

    Notes
    -----
    It is :func:`categorical_crossentropy` with one-hot labels, written shorter, and as there
    nothing is clipped.

    Examples
    --------
    >>> p = [[0.5, 0.25, 0.25], [0.1, 0.8, 0.1]]
    >>> sparse_categorical_crossentropy([0, 1], p).round(6)
    array([0.693147, 0.223144])
    >>> categorical_crossentropy([[1, 0, 0], [0, 1, 0]], p).round(6)
    array([0.693147, 0.223144])
    """
    one_hot, y_pred = _one_hot(y_true, y_pred)
    return categorical_crossentropy(one_hot, y_pred, from_logits=from_logits)


def sparse_categorical_crossentropy_gradient(
    y_true: ArrayLike, y_pred: ArrayLike, *, from_logits: bool = False
) -> FloatArray:
    r"""Gradient of :func:`sparse_categorical_crossentropy` with respect to the prediction.

    .. math:: \frac{\partial L}{\partial \hat{y}_k} = -\frac{[k = y]}{\hat{y}_k},
        \qquad \frac{\partial L}{\partial z_k} = \hat{y}_k - [k = y]

    where :math:`[k = y]` is 1 for the true class and 0 for the others.

    Parameters
    ----------
    y_true : array_like
        The number of each example's class, an integer from 0 to K - 1, for example of shape (N,).
    y_pred : array_like
        Predicted probabilities or, with ``from_logits``, finite scores, for example of shape
        (N, K).
    from_logits : bool, default False
        Whether ``y_pred`` holds the scores before the softmax. The gradient is with respect to
        what ``y_pred`` holds.

    Returns
    -------
    numpy.ndarray
        The gradient of each example's loss, in the shape and dtype of ``y_pred``. The gradient of
        the cost, the mean over N examples, is this divided by N.

    Raises
    ------
    ValueError, TypeError
        As :func:`sparse_categorical_crossentropy`.

    Notes
    -----
    As :func:`categorical_crossentropy_gradient` with one-hot labels: with respect to probabilities
    it is ``-inf`` where that of the true class is 0.

    Examples
    --------
    Equal scores for four classes: the gradient moves the true one up and the others down.

    >>> sparse_categorical_crossentropy_gradient(2, np.zeros(4), from_logits=True)
    array([ 0.25,  0.25, -0.75,  0.25])
    """
    one_hot, y_pred = _one_hot(y_true, y_pred)
    return categorical_crossentropy_gradient(one_hot, y_pred, from_logits=from_logits)


def _one_hot(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[NDArray[np.bool], FloatArray]:
    y_pred = as_floats("y_pred", y_pred, shape=("...", "K"))
    *examples, classes = y_pred.shape
    y_true = as_integers("y_true", y_true, shape=examples, low=0, high=classes - 1)
    return y_true[..., np.newaxis] == np.arange(classes), y_pred
