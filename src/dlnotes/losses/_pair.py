"""The check that losses of numbers have in common."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_floats, same_shape

__all__ = ["as_pair"]


def as_pair(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return both as finite floats of one shape ``(..., D)``, in the dtype of ``y_pred``."""
    y_true = as_floats("y_true", y_true, shape=("...", "D"), finite=True)
    y_pred = as_floats("y_pred", y_pred, shape=("...", "D"), finite=True)
    same_shape("y_pred", y_pred, "y_true", y_true)
    with np.errstate(over="ignore"):  # a float64 may be too large for float32: infinity
        return y_true.astype(y_pred.dtype), y_pred
