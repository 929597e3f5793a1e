"""Measure what a page claims: each function compares, records the result, and fails at once.

A page says ``from dlnotes import check`` and measures a claim by its id::

    check.close("entropy-of-a-fair-coin", entropy([0.5, 0.5], base=2), 1)

The result leaves the cell as output of a MIME type of its own, ``MIME_TYPE``. So it is stored with
the page's other outputs, and the book's Sphinx extension can pair it with the ``claim`` directive
of the same id. Outside a notebook the functions only compare. A failed comparison, and any
comparison with NaN, raises :class:`CheckError`.

Measure one claim several times by naming each part: ``what="uniform over 4 outcomes"``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

__all__ = [
    "MIME_TYPE",
    "CheckError",
    "all_true",
    "between",
    "close",
    "equal",
    "greater",
    "less",
    "raises",
]

MIME_TYPE = "application/vnd.dlnotes.check+json"

_NUMBERS = {"b", "i", "u", "f"}  # kinds of dtypes
_CLAIM_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class CheckError(AssertionError):
    """A measurement contradicts its claim."""


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
    _record(
        claim, what, "close", measured=_show(m), expected=_show(e),
        tolerance=_tolerance(rtol, atol), passed=passed,
    )  # fmt: skip


def less(claim: str, measured: ArrayLike, bound: ArrayLike, *, what: str = "") -> None:
    """Check ``measured < bound``, element by element; parameters and errors as in :func:`close`.

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
    """Check ``measured > bound``, element by element; parameters and errors as in :func:`close`.

    Examples
    --------
    >>> greater("learned-beats-rules", [0.96, 0.98], 0.5)
    """
    _compare(claim, what, "greater", measured, bound)


def between(claim: str, measured: ArrayLike, low: float, high: float, *, what: str = "") -> None:
    """Check ``low <= measured <= high`` for every element; other parameters as in :func:`close`.

    Raises
    ------
    CheckError
        If an element lies outside, or is NaN.
    ValueError
        If ``low <= high`` does not hold, ``measured`` is empty, or the id is unusable.

    Examples
    --------
    >>> between("activation-ranges", np.tanh([-9.0, 0.0, 9.0]), -1, 1)
    """
    if not low <= high:
        raise ValueError(f"`low` must not exceed `high`. Received: low={low}, high={high}")
    m = _numbers("measured", measured)
    _record(
        claim, what, "between", measured=_show(m),
        expected=f"between {_number(low)} and {_number(high)}",
        passed=bool(np.all((m >= low) & (m <= high))),
    )  # fmt: skip


def equal(claim: str, measured: Any, expected: Any, *, what: str = "") -> None:
    """Check that two things are the same: counts, words, truth tables. For numbers that were
    computed in floating point use :func:`close`.

    Raises
    ------
    CheckError
        If shape or any element differs, or is NaN.

    Examples
    --------
    >>> equal("perceptron-does-and-or-nand", [0, 0, 0, 1], [0, 0, 0, 1])
    >>> equal("lenet-parameters", 61_705, 61_706)
    Traceback (most recent call last):
        ...
    dlnotes.check.CheckError: lenet-parameters: measured 61705, expected 61706
    """
    m, e = np.asarray(measured), np.asarray(expected)
    _record(
        claim, what, "equal", measured=_show(m), expected=_show(e),
        passed=m.shape == e.shape and bool(np.all(m == e)),
    )  # fmt: skip


def all_true(claim: str, cases: Iterable[Any], *, what: str = "") -> None:
    """Check that every case is true: a law tried on many inputs.

    Parameters
    ----------
    cases : iterable or array of bool
        One truth value a case; at least one. The other parameters are as in :func:`close`.

    Raises
    ------
    CheckError
        If a case is false; the message says how many hold and which is the first that does not.
    ValueError
        If there is no case, since a check that cannot fail shows nothing.
    TypeError
        If a case is not a truth value.

    Examples
    --------
    >>> all_true("squares-exceed", [x**2 > x for x in (3, 2, 1)])
    Traceback (most recent call last):
        ...
    dlnotes.check.CheckError: squares-exceed: measured 2 of 3 cases (first failure: case 2), \
expected all 3
    """
    truth = np.asarray(cases if isinstance(cases, np.ndarray) else list(cases)).ravel()
    if truth.size == 0:
        raise ValueError("`cases` must hold at least one case. Received: none")
    if truth.dtype != bool:
        raise TypeError(f"`cases` must be truth values. Received: dtype={truth.dtype}")
    count, n = int(truth.sum()), truth.size
    failure = "" if count == n else f" (first failure: case {int(np.argmin(truth))})"
    _record(
        claim, what, "all_true", measured=f"{count} of {n} cases{failure}", expected=f"all {n}",
        passed=count == n,
    )  # fmt: skip


def raises(
    claim: str,
    error: type[Exception],
    call: Callable[[], Any],
    *,
    match: str = "",
    what: str = "",
) -> None:
    """Check that ``call()`` raises ``error`` with a message that the pattern ``match`` finds.

    Examples
    --------
    >>> raises("integers-have-no-reciprocal-of-zero", ZeroDivisionError, lambda: 1 // 0)
    """
    expected = error.__name__ + (f" matching {match!r}" if match else "")
    try:
        call()
    except error as received:
        passed = re.search(match, str(received)) is not None
        measured = f"{type(received).__name__}: {received}"
    else:
        passed, measured = False, "no error"
    _record(claim, what, "raises", measured=measured, expected=expected, passed=passed)


def _compare(claim: str, what: str, kind: str, measured: ArrayLike, bound: ArrayLike) -> None:
    m, b = _numbers("measured", measured), _numbers("bound", bound)
    _same_shape("bound", m, b)
    passed = bool(np.all(m < b if kind == "less" else m > b))
    _record(claim, what, kind, measured=_show(m), expected=f"{kind} than {_show(b)}", passed=passed)


def _record(
    claim: str,
    what: str,
    kind: str,
    *,
    measured: str,
    expected: str,
    passed: bool,
    tolerance: str = "",
) -> None:
    """Publish one result if a notebook is listening; raise if it failed."""
    if not _CLAIM_ID.fullmatch(claim):
        raise ValueError(
            f"`claim` must be lower-case words or digits joined by hyphens. Received: {claim!r}"
        )
    name = f"{claim} ({what})" if what else claim
    bound = f" ({tolerance})" if tolerance else ""
    sentence = f"{name}: measured {measured}, expected {expected}{bound}"
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None:
        result = {
            "claim": claim, "what": what, "kind": kind, "measured": measured,
            "expected": expected, "tolerance": tolerance, "passed": passed,
        }  # fmt: skip
        mark = "\N{CHECK MARK}" if passed else "\N{BALLOT X}"
        shell.display_pub.publish({MIME_TYPE: result, "text/plain": f"{mark} {sentence}"})
    if not passed:
        raise CheckError(sentence)


def _numbers(name: str, value: ArrayLike) -> np.ndarray:
    x = np.asarray(value)
    if x.dtype.kind not in _NUMBERS:
        raise TypeError(f"`{name}` must be real numbers. Received: dtype={x.dtype}")
    if x.size == 0:
        raise ValueError(f"`{name}` must not be empty. Received: shape={x.shape}")
    return x if x.dtype.kind == "f" else x.astype(np.float64)


def _same_shape(name: str, measured: np.ndarray, other: np.ndarray) -> None:
    if other.shape not in ((), measured.shape):
        raise ValueError(
            f"`{name}` must be a scalar or have the shape of `measured`. "
            f"Received: measured.shape={measured.shape}, {name}.shape={other.shape}"
        )


def _number(value: Any) -> str:
    """Six significant digits, and no sign on zero."""
    return f"{value + 0.0:.6g}" if isinstance(value, float | np.floating) else str(value)


def _show(x: np.ndarray) -> str:
    """A scalar or a short array in full; a long array by its shape and range."""
    if x.ndim == 0:
        return _number(x.item())
    if x.size <= 8:
        return "[" + ", ".join(_number(v) for v in x.ravel().tolist()) + "]"
    shape = " by ".join(map(str, x.shape))
    if x.dtype.kind in _NUMBERS:
        return f"{shape} values from {_number(x.min().item())} to {_number(x.max().item())}"
    return f"{shape} values"


def _tolerance(rtol: float, atol: float) -> str:
    parts = [_number(float(atol))] if atol else []
    parts += [f"{_number(float(rtol))} relative"] if rtol else []
    return "within " + " + ".join(parts) if parts else "exactly"
