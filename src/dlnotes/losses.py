"""Losses: what one prediction costs, given what was true."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import Real, as_distribution, as_scores
from dlnotes.information import cross_entropy
from dlnotes.softmax import log_softmax

__all__ = ["categorical_crossentropy"]


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
        One loss for each example, for example of shape (N,). Their mean is the cost.

    Raises
    ------
    ValueError
        If the shapes differ, a label or a predicted probability does not belong to a distribution,
        or a number is NaN.
    TypeError
        If an argument does not hold real numbers.

    Notes
    -----
    Unlike Keras, nothing is clipped: a probability of 0 for what was true costs ``inf``. From
    logits the cost stays finite and right.

    Examples
    --------
    >>> y_true, logits = [0, 1, 0], [1000.0, 0.0, 0.0]
    >>> float(categorical_crossentropy(y_true, logits, from_logits=True))
    1000.0
    >>> float(categorical_crossentropy(y_true, [1.0, 0.0, 0.0]))
    inf
    """
    y_true = as_distribution("y_true", y_true, axis=axis)
    if np.shape(y_pred) != y_true.shape:
        raise ValueError(
            "`y_pred` must have the shape of `y_true`. "
            f"Received: y_true.shape={y_true.shape}, y_pred.shape={np.shape(y_pred)}"
        )
    if not from_logits:
        return cross_entropy(y_true, as_distribution("y_pred", y_pred, axis=axis), axis=axis)
    log_p = log_softmax(as_scores("y_pred", y_pred, axis=axis), axis=axis)
    loss: Real = (0 - y_true * log_p).sum(axis=axis)
    return loss
