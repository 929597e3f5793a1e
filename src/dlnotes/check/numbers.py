"""Checks on numbers: close, less, greater, between."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes.check._result import NUMBERS, number, record, show

__all__ = ["between", "close", "greater", "less"]


def close(
    claim: str,
    measured: ArrayLike,
    expected: ArrayLike,
    *,
    rtol: float = 1e-12,
    atol: float = 0.0,
    what: str = "",
) -> None:
    r"""Check :math:`|m - e| \le \mathrm{atol} + \mathrm{rtol}\,|e|` for every element.

    Parameters
    ----------
    claim : str
        Id of the claim, lower-case words joined by hyphens.
    measured, expected : array_like
        Numbers of the same shape, or a scalar ``expected`` for all of ``measured``.
    rtol, atol : float, default 1e-12 and 0
        Relative and absolute tolerance, finite and not negative. The default suits identities in
        float64. Against ``expected=0`` only ``atol`` counts.
    what : str, optional
        Which part of the claim this is, where one claim is measured several times.

    Raises
    ------
    CheckError
        If an element is further off, or is NaN.
    ValueError
        If the id, a tolerance or a shape is unusable, or ``measured`` is empty.
    TypeError
        If an argument does not hold real numbers.

    Examples
    --------
    >>> close("tanh-is-a-stretched-sigmoid", np.tanh(1.0), 2 / (1 + np.exp(-2.0)) - 1)
    >>> close("a-third", 0.33, 1 / 3, rtol=0, atol=1e-3)
    Traceback (most recent call last):
        ...
    dlnotes.check.CheckError: a-third: measured 0.33, expected 0.333333 (within 0.001)
    """
    for name, tolerance in (("rtol", rtol), ("atol", atol)):
        if not 0 <= tolerance < np.inf:
            raise ValueError(f"`{name}` must be finite and at least 0. Received: {tolerance}")
    m, e = _numbers("measured", measured), _numbers("expected", expected)
    _same_shape("expected", m, e)
    with np.errstate(invalid="ignore", over="ignore"):
        error = np.abs(m - e)
        passed = bool(np.all((error <= atol + rtol * np.abs(e)) & np.isfinite(error)))
    record(
        claim, what, "close", measured=show(m), expected=show(e),
        tolerance=_tolerance(rtol, atol), passed=passed,
    )  # fmt: skip


def less(claim: str, measured: ArrayLike, bound: ArrayLike, *, what: str = "") -> None:
    """Check ``measured < bound``, element by element.

    Parameters
    ----------
    claim : str
        Id of the claim, lower-case words joined by hyphens.
    measured, bound : array_like
        Numbers of the same shape, or a scalar ``bound`` for all of ``measured``.
    what : str, optional
        Which part of the claim this is, where one claim is measured several times.

    Raises
    ------
    CheckError
        If an element is not less than its bound, or is NaN.
    ValueError
        If the id or a shape is unusable, or ``measured`` is empty.
    TypeError
        If an argument does not hold real numbers.

    Examples
    --------
    >>> less("more-data-helps", 0.1, 0.2)
    >>> less("more-data-helps", 0.3, 0.2)
    Traceback (most recent call last):
        ...
    dlnotes.check.CheckError: more-data-helps: measured 0.3, expected less than 0.2
    """
    _compare(claim, what, "less", measured, bound)


def greater(claim: str, measured: ArrayLike, bound: ArrayLike, *, what: str = "") -> None:
    """Check ``measured > bound``, element by element.

    Parameters
    ----------
    claim : str
        Id of the claim, lower-case words joined by hyphens.
    measured, bound : array_like
        Numbers of the same shape, or a scalar ``bound`` for all of ``measured``.
    what : str, optional
        Which part of the claim this is, where one claim is measured several times.

    Raises
    ------
    CheckError
        If an element is not greater than its bound, or is NaN.
    ValueError, TypeError
        As :func:`less`.

    Examples
    --------
    >>> greater("learned-beats-rules", [0.96, 0.98], 0.5)
    """
    _compare(claim, what, "greater", measured, bound)


def between(claim: str, measured: ArrayLike, low: float, high: float, *, what: str = "") -> None:
    """Check ``low <= measured <= high`` for every element.

    Parameters
    ----------
    claim : str
        Id of the claim, lower-case words joined by hyphens.
    measured : array_like
        Numbers of any shape.
    low, high : float
        Ends of the range, which belong to it.
    what : str, optional
        Which part of the claim this is, where one claim is measured several times.

    Raises
    ------
    CheckError
        If an element lies outside, or is NaN.
    ValueError
        If ``low <= high`` does not hold, ``measured`` is empty, or the id is unusable.
    TypeError
        If ``measured`` does not hold real numbers.

    Examples
    --------
    >>> between("activation-ranges", np.tanh([-9.0, 0.0, 9.0]), -1, 1)
    """
    if not low <= high:
        raise ValueError(f"`low` must not exceed `high`. Received: low={low}, high={high}")
    m = _numbers("measured", measured)
    record(
        claim, what, "between", measured=show(m),
        expected=f"between {number(low)} and {number(high)}",
        passed=bool(np.all((m >= low) & (m <= high))),
    )  # fmt: skip


def _compare(claim: str, what: str, kind: str, measured: ArrayLike, bound: ArrayLike) -> None:
    m, b = _numbers("measured", measured), _numbers("bound", bound)
    _same_shape("bound", m, b)
    passed = bool(np.all(m < b if kind == "less" else m > b))
    record(claim, what, kind, measured=show(m), expected=f"{kind} than {show(b)}", passed=passed)


def _numbers(name: str, value: ArrayLike) -> np.ndarray:
    x = np.asarray(value)
    if x.dtype.kind not in NUMBERS:
        raise TypeError(f"`{name}` must be real numbers. Received: dtype={x.dtype}")
    if x.size == 0:
        raise ValueError(f"`{name}` must not be empty. Received: shape={x.shape}")
    if x.dtype.kind in {"i", "u"} and (x.max() > 2**53 or x.min() < -(2**53)):
        raise ValueError(
            f"`{name}` must be at most 2**53, or floats; compare large integers with `equal`. "
            f"Received: {show(x)}"
        )
    return x if x.dtype.kind == "f" else x.astype(np.float64)


def _same_shape(name: str, measured: np.ndarray, other: np.ndarray) -> None:
    if other.shape not in ((), measured.shape):
        raise ValueError(
            f"`{name}` must be a scalar or have the shape of `measured`. "
            f"Received: measured.shape={measured.shape}, {name}.shape={other.shape}"
        )


def _tolerance(rtol: float, atol: float) -> str:
    parts = [number(float(atol))] if atol else []
    parts += [f"{number(float(rtol))} relative"] if rtol else []
    return "within " + " + ".join(parts) if parts else "exactly"
