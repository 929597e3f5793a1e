"""Checks on numbers and distributions that several modules share."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["FloatArray", "Real", "as_distribution", "as_floats", "as_scores"]

FloatArray: TypeAlias = NDArray[np.floating[Any]]
Real: TypeAlias = FloatArray | np.floating[Any]
"""What a sum over one axis returns: an array, or a scalar if there was only that axis."""

SUM_TOLERANCE = 1e-5
"""Leaves room for the rounding of a float32 softmax, and none for a typo in the third digit."""


def as_floats(name: str, x: ArrayLike) -> FloatArray:
    """Return ``x`` as a non-empty array of floats, float32 as it is, integers as float64."""
    a = np.asarray(x)
    if a.dtype.kind not in "biuf":
        raise TypeError(f"`{name}` must be real numbers. Received: dtype={a.dtype}")
    if a.size == 0:
        raise ValueError(f"`{name}` must not be empty. Received: shape={a.shape}")
    if np.isnan(a).any():
        raise ValueError(f"`{name}` must not contain NaN. Received: {np.isnan(a).sum()} NaN")
    return a if a.dtype.kind == "f" else a.astype(np.float64)


def as_distribution(name: str, p: ArrayLike, *, axis: int = -1) -> FloatArray:
    """Return ``p`` as an array of floats that are at least 0 and sum to 1 along ``axis``."""
    a = _with_axis(name, p, axis)
    if a.min() < 0:
        raise ValueError(f"`{name}` must not be negative. Received: {a.min()}")
    total = a.sum(axis=axis, dtype=np.float64)
    if not np.all(np.abs(total - 1) <= SUM_TOLERANCE):
        worst = total.flat[np.argmax(np.abs(total - 1))]
        raise ValueError(f"`{name}` must sum to 1 along `axis`. Received: sum={worst:.6g}")
    return a


def as_scores(name: str, z: ArrayLike, *, axis: int = -1) -> FloatArray:
    """Return ``z`` as an array of finite floats that has an ``axis``."""
    a = _with_axis(name, z, axis)
    if not np.isfinite(a).all():
        raise ValueError(f"`{name}` must be finite. Received: {a[~np.isfinite(a)][0]}")
    return a


def _with_axis(name: str, x: ArrayLike, axis: int) -> FloatArray:
    a = as_floats(name, x)
    if a.ndim == 0:
        raise ValueError(f"`{name}` must have at least one axis. Received: the scalar {a}")
    if not -a.ndim <= axis < a.ndim:
        raise ValueError(f"`axis` must be an axis of `{name}`. Received: {axis}, shape={a.shape}")
    return a
