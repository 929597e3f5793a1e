"""Binary cross-entropy, the loss of a yes-or-no prediction."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, Real, as_probabilities
from dlnotes.activations import sigmoid
from dlnotes.losses._pair import as_pair

__all__ = ["binary_crossentropy", "binary_crossentropy_gradient"]


def binary_crossentropy(y_true: ArrayLike, y_pred: ArrayLike, *, from_logits: bool = False) -> Real:
    r"""Cross-entropy of each example's labels with their predictions, in nats.

    .. math:: L = -\frac{1}{D} \sum_{d=1}^{D}
        \bigl(y_d \log \hat{y}_d + (1 - y_d) \log(1 - \hat{y}_d)\bigr)

    or, from logits :math:`z`, the same with :math:`\hat{y} = 1 / (1 + e^{-z})`, the sigmoid.

    Parameters
    ----------
    y_true : array_like
        Labels of shape (N, D) or (..., D), each 0 or 1, or between for a soft label. The D labels
        of an example are separate questions; often there is one.
    y_pred : array_like
        Predicted probabilities of 1, of the same shape or, with ``from_logits``, finite scores.
    from_logits : bool, default False
        Whether ``y_pred`` holds the scores before the sigmoid.

    Returns
    -------
    numpy.floating or numpy.ndarray
        One loss for each example, of shape (N,), in the dtype of ``y_pred``. Their mean is the
        cost. The last axis never counts examples, in Keras neither: of two arrays of shape (D,) the
        loss is one number.

    Raises
    ------
    ValueError
        If the shapes differ, there is no axis, an array is empty, a number is NaN or infinite, or a
        label or a probability does not lie between 0 and 1.
    TypeError
        If an argument does not hold real numbers.

    Notes
    -----
    Unlike Keras, which keeps probabilities 1e-7 away from 0 and 1, nothing is clipped: a
    probability of 0 for what was true costs ``inf``, and for what was not, nothing. From logits the
    cost stays finite and right.

    Examples
    --------
    It is the categorical cross-entropy with two classes.

    >>> from dlnotes.losses import categorical_crossentropy
    >>> round(float(binary_crossentropy([1], [0.8])), 6)
    0.223144
    >>> round(float(categorical_crossentropy([0, 1], [0.2, 0.8])), 6)
    0.223144

    A score of -1000 for a yes is too much for a probability.

    >>> float(binary_crossentropy([1], [-1000.0], from_logits=True))
    1000.0
    """
    y, y_pred = _check(y_true, y_pred, from_logits=from_logits)
    if from_logits:
        # -log sigmoid(z) = log(1 + exp(-z)), which logaddexp computes for any z.
        if_1, if_0 = np.logaddexp(0, -y_pred), np.logaddexp(0, y_pred)
    else:
        with np.errstate(divide="ignore"):  # log 0
            if_1, if_0 = 0 - np.log(y_pred), 0 - np.log1p(-y_pred)
    with np.errstate(invalid="ignore", over="ignore"):  # 0 times infinity, which counts as 0
        losses = np.where(y == 0, 0, y * if_1) + np.where(y == 1, 0, (1 - y) * if_0)
        loss: Real = losses.mean(axis=-1)
    return loss


def binary_crossentropy_gradient(
    y_true: ArrayLike, y_pred: ArrayLike, *, from_logits: bool = False
) -> FloatArray:
    r"""Gradient of :func:`binary_crossentropy` with respect to the prediction.

    .. math:: \frac{\partial L}{\partial \hat{y}_d}
        = \frac{1}{D} \left(\frac{1 - y_d}{1 - \hat{y}_d} - \frac{y_d}{\hat{y}_d}\right),
        \qquad \frac{\partial L}{\partial z_d} = \frac{1}{D} (\hat{y}_d - y_d)

    Parameters
    ----------
    y_true : array_like
        Labels of shape (N, D) or (..., D), from 0 to 1.
    y_pred : array_like
        Predicted probabilities of 1, of the same shape or, with ``from_logits``, finite scores.
    from_logits : bool, default False
        Whether ``y_pred`` holds the scores before the sigmoid. The gradient is with respect to
        what ``y_pred`` holds.

    Returns
    -------
    numpy.ndarray
        The gradient of each example's loss, in the shape and dtype of ``y_pred``. The gradient of
        the cost, the mean over N examples, is this divided by N.

    Raises
    ------
    ValueError, TypeError
        As :func:`binary_crossentropy`.

    Notes
    -----
    With respect to a probability it is infinite where the loss is: ``-inf`` at 0 if the label is
    not 0, and ``inf`` at 1 if it is not 1. A label of 0 or 1 takes the other of the two fractions
    away, 0/0 too. Where Keras clips, its gradient is 0. To train use logits: no component is then
    larger than 1.

    Examples
    --------
    With respect to the logit the gradient is the error of the probability.

    >>> logits = np.log([0.8 / 0.2, 0.3 / 0.7])[:, np.newaxis]
    >>> binary_crossentropy_gradient([[1], [0]], logits, from_logits=True).round(6)
    array([[-0.2],
           [ 0.3]])
    """
    y, y_pred = _check(y_true, y_pred, from_logits=from_logits)
    if from_logits:
        gradient = sigmoid(y_pred) - y
    else:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            if_1, if_0 = y / y_pred, (1 - y) / (1 - y_pred)
        gradient = np.where(y == 1, 0, if_0) - np.where(y == 0, 0, if_1)
    mean_gradient: FloatArray = gradient / y.shape[-1]
    return mean_gradient


def _check(
    y_true: ArrayLike, y_pred: ArrayLike, *, from_logits: bool
) -> tuple[FloatArray, FloatArray]:
    y_true, y_pred = as_pair(y_true, y_pred)
    as_probabilities("y_true", y_true)
    if not from_logits:
        as_probabilities("y_pred", y_pred)
    return y_true, y_pred
