"""Checks on arguments that several modules share: each raises one error that names the argument."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, SupportsIndex, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "FloatArray",
    "IntArray",
    "Real",
    "as_arrays",
    "as_batch",
    "as_count",
    "as_distribution",
    "as_floats",
    "as_fraction",
    "as_generator",
    "as_integers",
    "as_nonnegative",
    "as_number",
    "as_positive",
    "as_probabilities",
    "as_scores",
    "same_shape",
]

FloatArray: TypeAlias = NDArray[np.floating[Any]]
IntArray: TypeAlias = NDArray[np.int64]
Real: TypeAlias = FloatArray | np.floating[Any]
"""What a sum over one axis returns: an array, or a scalar if there was only that axis."""
Shape: TypeAlias = Sequence[int | str]
"""What a shape has to be: numbers, letters where any length will do, "..." for any axes."""

SUM_TOLERANCE = 1e-5
"""Leaves room for the rounding of a float32 softmax, and none for a typo in the third digit."""


def as_floats(
    name: str, x: ArrayLike, *, shape: Shape | None = None, finite: bool = False
) -> FloatArray:
    """Return ``x`` as a non-empty array of floats, float32 as it is, integers as float64.

    ``shape`` is what the shape must be, such as ``("N", 3)`` or ``("N", "...", 3)``, where the dots
    are any number of axes. NaN is refused, and with ``finite`` infinity too.
    """
    a = _real_numbers(name, x)
    if shape is not None:
        _check_shape(name, a, shape)
    if a.size == 0:
        raise ValueError(f"`{name}` must not be empty. Received: shape={a.shape}")
    if (is_finite := np.isfinite(a)).all():  # one look: optimizers come here at every step
        return a
    if np.isnan(a).any():
        raise ValueError(f"`{name}` must not contain NaN. Received: {np.isnan(a).sum()} NaN")
    if finite:
        raise ValueError(f"`{name}` must be finite. Received: {a[~is_finite][0]}")
    return a


def as_batch(name: str, x: ArrayLike, shape: Shape) -> FloatArray:
    """Return ``x`` as an array of floats of a certain shape; NaN and an empty batch may pass."""
    a = _real_numbers(name, x)
    _check_shape(name, a, shape)
    return a


def as_arrays(name: str, arrays: Sequence[ArrayLike]) -> list[FloatArray]:
    """Return a list of arrays of finite floats; one array alone is no list of its rows."""
    if not isinstance(arrays, list | tuple):
        raise TypeError(f"`{name}` must be a list of arrays. Received: {type(arrays).__name__}")
    return [as_floats(f"{name}[{i}]", a, finite=True) for i, a in enumerate(arrays)]


def as_integers(
    name: str,
    x: ArrayLike,
    *,
    shape: Shape | None = None,
    low: int | None = None,
    high: int | None = None,
) -> IntArray:
    """Return ``x`` as a non-empty array of int64, each from ``low`` to ``high``."""
    a = _array(name, x)
    if a.dtype.kind not in {"i", "u"}:
        raise TypeError(f"`{name}` must be integers. Received: dtype={a.dtype}")
    if shape is not None:
        _check_shape(name, a, shape)
    if a.size == 0:
        raise ValueError(f"`{name}` must not be empty. Received: shape={a.shape}")
    if low is not None and a.min() < low:
        raise ValueError(f"`{name}` must be at least {low}. Received: {a.min()}")
    limit = np.iinfo(np.int64).max if high is None else high
    if a.max() > limit:
        raise ValueError(f"`{name}` must be at most {limit}. Received: {a.max()}")
    return a.astype(np.int64)


def as_distribution(name: str, p: ArrayLike, *, axis: int = -1) -> FloatArray:
    """Return ``p`` as an array of floats that are at least 0 and sum to 1 along ``axis``."""
    a = _with_axis(name, as_floats(name, p), axis)
    if a.min() < 0:
        raise ValueError(f"`{name}` must not be negative. Received: {a.min()}")
    with np.errstate(over="ignore"):  # infinity is no 1 either
        total = a.sum(axis=axis, dtype=np.float64)
    if not np.all(np.abs(total - 1) <= SUM_TOLERANCE):
        worst = total.flat[np.argmax(np.abs(total - 1))]
        raise ValueError(f"`{name}` must sum to 1 along `axis`. Received: sum={worst:.6g}")
    return a


def as_probabilities(name: str, p: ArrayLike) -> FloatArray:
    """Return ``p`` as an array of floats from 0 to 1, which need not sum to 1."""
    a = as_floats(name, p)
    outside = (a < 0) | (a > 1)
    if outside.any():
        raise ValueError(f"`{name}` must lie between 0 and 1. Received: {a[outside][0]}")
    return a


def as_scores(name: str, z: ArrayLike, *, axis: int = -1) -> FloatArray:
    """Return ``z`` as an array of finite floats that has an ``axis``."""
    return as_floats(name, _with_axis(name, as_floats(name, z), axis), finite=True)


def as_count(name: str, n: SupportsIndex, *, low: int = 1) -> int:
    """Return ``n`` as an int that is at least ``low``; neither 2.0 nor True is a count."""
    try:
        count = None if isinstance(n, bool | np.bool) else operator.index(n)
    except TypeError:
        count = None
    if count is None:
        raise TypeError(f"`{name}` must be an integer. Received: {n!r}")
    if count < low:
        raise ValueError(f"`{name}` must be at least {low}. Received: {count}")
    return count


def as_positive(name: str, x: float) -> float:
    """Return ``x`` as a finite float greater than 0."""
    if not 0 < (number := as_number(name, x)) < np.inf:
        raise ValueError(f"`{name}` must be finite and greater than 0. Received: {x}")
    return number


def as_nonnegative(name: str, x: float) -> float:
    """Return ``x`` as a finite float that is at least 0."""
    if not 0 <= (number := as_number(name, x)) < np.inf:
        raise ValueError(f"`{name}` must be finite and at least 0. Received: {x}")
    return number


def as_fraction(name: str, x: float, *, below_1: bool = False) -> float:
    """Return ``x`` as a float from 0 to 1, or from 0 to just below 1."""
    number = as_number(name, x)
    if below_1 and not 0 <= number < 1:
        raise ValueError(f"`{name}` must be at least 0 and less than 1. Received: {x}")
    if not 0 <= number <= 1:
        raise ValueError(f"`{name}` must lie between 0 and 1. Received: {x}")
    return number


def as_generator(name: str, rng: np.random.Generator) -> np.random.Generator:
    """Return ``rng`` if it is a random number generator, and not, say, a seed."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"`{name}` must be a numpy.random.Generator. Received: {rng!r}")
    return rng


def same_shape(name: str, a: ArrayLike, other: str, b: ArrayLike) -> None:
    """Raise unless ``a``, called ``name``, has the shape of ``b``, called ``other``."""
    if np.shape(a) != np.shape(b):
        raise ValueError(
            f"`{name}` must have the shape of `{other}`. "
            f"Received: {other}.shape={np.shape(b)}, {name}.shape={np.shape(a)}"
        )


def _array(name: str, x: ArrayLike) -> NDArray[Any]:
    try:
        return np.asarray(x)
    except ValueError:  # rows of different lengths
        raise ValueError(f"`{name}` must be a rectangular array. Received: {x!r}") from None


def _real_numbers(name: str, x: ArrayLike) -> FloatArray:
    a = _array(name, x)
    if a.dtype.kind not in {"b", "i", "u", "f"}:
        raise TypeError(f"`{name}` must be real numbers. Received: dtype={a.dtype}")
    return a if a.dtype.kind == "f" else a.astype(np.float64)


def as_number(name: str, x: float) -> float:
    """Return ``x`` as a float."""
    a = _array(name, x)
    if a.dtype.kind not in {"i", "u", "f"} or a.ndim:
        raise TypeError(f"`{name}` must be a real number. Received: {x!r}")
    return float(a)


def _check_shape(name: str, a: NDArray[Any], shape: Shape) -> None:
    if not _fits(a.shape, tuple(shape)):
        text = ", ".join(str(n) for n in shape) + ("," if len(shape) == 1 else "")
        raise ValueError(f"`{name}` must have shape ({text}). Received: shape={a.shape}")


def _fits(lengths: tuple[int, ...], shape: tuple[int | str, ...]) -> bool:
    if lengths == shape:
        return True
    if "..." in shape:  # let it stand for as many letters as there are axes left
        i = shape.index("...")
        shape = (*shape[:i], *"n" * (len(lengths) - len(shape) + 1), *shape[i + 1 :])
    if len(lengths) != len(shape):
        return False
    for n, wanted in zip(lengths, shape, strict=True):  # all() would take twice as long
        if n != wanted and not isinstance(wanted, str):
            return False
    return True


def _with_axis(name: str, a: FloatArray, axis: int) -> FloatArray:
    if a.ndim == 0:
        raise ValueError(f"`{name}` must have at least one axis. Received: the scalar {a}")
    if not isinstance(axis, int | np.integer):
        raise TypeError(f"`axis` must be an integer. Received: {axis!r}")
    if not -a.ndim <= axis < a.ndim:
        raise ValueError(f"`axis` must be an axis of `{name}`. Received: {axis}, shape={a.shape}")
    return a
