"""Losses: what one prediction costs, given what was true, and how that changes with the prediction.

Each loss has its gradient right below it, and every loss is called with ``(y_true, y_pred)``. Both
speak of single examples. The cost of a batch is the mean over its N examples, so its gradient is
that of the losses divided by N.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dlnotes._validation import FloatArray, Real
from dlnotes.losses.absolute_error import mean_absolute_error, mean_absolute_error_gradient
from dlnotes.losses.binary import binary_crossentropy, binary_crossentropy_gradient
from dlnotes.losses.categorical import categorical_crossentropy, categorical_crossentropy_gradient
from dlnotes.losses.sparse_categorical import (
    sparse_categorical_crossentropy,
    sparse_categorical_crossentropy_gradient,
)
from dlnotes.losses.squared_error import mean_squared_error, mean_squared_error_gradient

__all__ = [
    "LOSSES",
    "Loss",
    "binary_crossentropy",
    "binary_crossentropy_gradient",
    "categorical_crossentropy",
    "categorical_crossentropy_gradient",
    "mean_absolute_error",
    "mean_absolute_error_gradient",
    "mean_squared_error",
    "mean_squared_error_gradient",
    "sparse_categorical_crossentropy",
    "sparse_categorical_crossentropy_gradient",
]


class Loss(NamedTuple):
    """A loss and its gradient, both functions of ``(y_true, y_pred)``.

    The cross-entropies also take ``from_logits``; the errors have no such choice.

    Examples
    --------
    >>> loss = LOSSES["mean_squared_error"]
    >>> loss.value([[1.0], [2.0]], [[4.0], [2.0]])
    array([9., 0.])
    >>> loss.gradient([[1.0], [2.0]], [[4.0], [2.0]])
    array([[6.],
           [0.]])
    """

    value: Callable[..., Real]
    """Returns the loss of each example."""
    gradient: Callable[..., FloatArray]
    """Returns the gradient of each loss with respect to ``y_pred``, in the shape of ``y_pred``."""


LOSSES: dict[str, Loss] = {
    "mean_squared_error": Loss(mean_squared_error, mean_squared_error_gradient),
    "mean_absolute_error": Loss(mean_absolute_error, mean_absolute_error_gradient),
    "binary_crossentropy": Loss(binary_crossentropy, binary_crossentropy_gradient),
    "categorical_crossentropy": Loss(categorical_crossentropy, categorical_crossentropy_gradient),
    "sparse_categorical_crossentropy": Loss(
        sparse_categorical_crossentropy, sparse_categorical_crossentropy_gradient
    ),
}
"""Every loss by the name that it has here and in Keras."""
