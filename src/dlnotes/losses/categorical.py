"""Categorical cross-entropy, the loss of a prediction among several classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import (
    FloatArray,
    Real,
    as_distribution,
    as_floats,
    as_scores,
    same_shape,
)
from dlnotes.softmax import log_softmax, softmax

__all__ = ["categorical_crossentropy", "categorical_crossentropy_gradient"]


def categorical_crossentropy(
    y_true: ArrayLike, y_pred: ArrayLike, *, from_logits: bool = False, axis: int = -1
) -> Real:
    r"""Cross-entropy of each label with its prediction, in nats.

    .. math:: L = -\sum_k y_k \log \hat{y}_k

    or, from logits :math:`z`, the same with :math:`\hat{y} = \mathrm{softmax}(z)`.

    Parameters
    ----------
    y_true : array_like
        Labels that sum to 1 along ``axis``, one-hot or soft, for example of shape (N, K).
    y_pred : array_like
        Predicted probabilities of the same shape or, with ``from_logits``, finite scores.
    from_logits : bool, default False
        Whether ``y_pred`` holds the scores before the softmax.
    axis : int, default -1
        The axis that counts the classes.

    Returns
    -------
    numpy.floating or numpy.ndarray
        One loss for each example, for example of shape (N,), in the dtype of ``y_pred``. Their mean
        is the cost.

    Raises
    ------
    ValueError
        If the shapes differ, a label or a predicted probability does not belong to a distribution,
        a score is infinite, or a number is NaN.
    TypeError
        If an argument does not hold real numbers.

    Notes
    -----
    Unlike Keras, which keeps probabilities 1e-7 away from 0 and 1, nothing is clipped: a
    probability of 0 for what was true costs ``inf``, and for what was not, nothing. From logits
    the cost stays finite and right.

    References
    ----------
    Bridle, J. S. (1990). Probabilistic Interpretation of Feedforward Classification Network
    Outputs, with Relationships to Statistical Pattern Recognition. In *Neurocomputing*, Springer,
    227-236. https://doi.org/10.1007/978-3-642-76153-9_28

    Examples
    --------
    >>> y_true, logits = [0, 1, 0], [1000.0, 0.0, 0.0]
    >>> float(categorical_crossentropy(y_true, logits, from_logits=True))
    1000.0
    >>> float(categorical_crossentropy(y_true, [1.0, 0.0, 0.0]))
    inf
    """
    y, y_pred = _check(y_true, y_pred, axis, from_logits=from_logits)
    with np.errstate(divide="ignore", invalid="ignore"):  # log 0; 0 log 0, which counts as 0
        log_p = log_softmax(y_pred, axis=axis) if from_logits else np.log(y_pred)
        loss: Real = np.where(y == 0, 0, y * (0 - log_p)).sum(axis=axis)
    return loss


def categorical_crossentropy_gradient(
    y_true: ArrayLike, y_pred: ArrayLike, *, from_logits: bool = False, axis: int = -1
) -> FloatArray:
    r"""Gradient of :func:`categorical_crossentropy` with respect to the prediction.

    .. math:: \frac{\partial L}{\partial \hat{y}_k} = -\frac{y_k}{\hat{y}_k},
        \qquad \frac{\partial L}{\partial z_k} = \hat{y}_k - y_k

    Parameters
    ----------
    y_true : array_like
        Labels that sum to 1 along ``axis``, one-hot or soft, for example of shape (N, K).
    y_pred : array_like
        Predicted probabilities of the same shape or, with ``from_logits``, finite scores.
    from_logits : bool, default False
        Whether ``y_pred`` holds the scores before the softmax. The gradient is with respect to
        what ``y_pred`` holds.
    axis : int, default -1
        The axis that counts the classes.

    Returns
    -------
    numpy.ndarray
        The gradient of each example's loss, in the shape and dtype of ``y_pred``. The gradient of
        the cost, the mean over N examples, is this divided by N.

    Raises
    ------
    ValueError, TypeError
        As :func:`categorical_crossentropy`.

    Notes
    -----
    With respect to probabilities it is ``-inf`` where the probability is 0 and the label is not,
    and 0 where both are. To train use logits: no component is then larger than 1.

    Keras divides probabilities by their sum before it takes the logarithm. Its gradient with
    respect to them is therefore larger, by 1 in every component, which the softmax cancels on the
    way to the logits. Where it clips, the label adds nothing to its gradient.

    Examples
    --------
    The softmax turns the first of the two gradients into the second.

    >>> y, p = np.array([0.0, 1.0, 0.0]), np.array([0.5, 0.25, 0.25])
    >>> dp = categorical_crossentropy_gradient(y, p)
    >>> p * (dp - np.sum(p * dp))
    array([ 0.5 , -0.75,  0.25])
    >>> categorical_crossentropy_gradient(y, np.log(p), from_logits=True).round(12)
    array([ 0.5 , -0.75,  0.25])
    """
    y, y_pred = _check(y_true, y_pred, axis, from_logits=from_logits)
    if from_logits:
        gradient: FloatArray = softmax(y_pred, axis=axis) - y
        return gradient
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):  # 0/0 counts as 0
        return np.where(y == 0, 0, -y / y_pred)


def _check(
    y_true: ArrayLike, y_pred: ArrayLike, axis: int, *, from_logits: bool
) -> tuple[FloatArray, FloatArray]:
    y_true = as_distribution("y_true", y_true, axis=axis)
    y_pred = as_floats("y_pred", y_pred)
    same_shape("y_pred", y_pred, "y_true", y_true)
    y_pred = (as_scores if from_logits else as_distribution)("y_pred", y_pred, axis=axis)
    return y_true.astype(y_pred.dtype), y_pred
