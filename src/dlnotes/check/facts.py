"""Checks on facts: equal, all_true, raises."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from dlnotes.check._result import record, show

__all__ = ["all_true", "equal", "raises"]


def equal(claim: str, measured: Any, expected: Any, *, what: str = "") -> None:
    """Check that two things are the same: counts, words, truth tables. For numbers that were
    computed in floating point use :func:`close`.

    Parameters
    ----------
    claim : str
        Id of the claim, lower-case words joined by hyphens.
    measured, expected : Any
        What NumPy can turn into arrays: numbers, words, nested lists of them.
    what : str, optional
        Which part of the claim this is, where one claim is measured several times.

    Raises
    ------
    CheckError
        If shape or any element differs, or is NaN.
    ValueError
        If the id is unusable.

    Examples
    --------
    >>> equal("perceptron-does-and-or-nand", [0, 0, 0, 1], [0, 0, 0, 1])
    >>> equal("lenet-parameters", 61_705, 61_706)
    Traceback (most recent call last):
        ...
    dlnotes.check.CheckError: lenet-parameters: measured 61705, expected 61706
    """
    m, e = np.asarray(measured), np.asarray(expected)
    record(
        claim, what, "equal", measured=show(m), expected=show(e),
        passed=m.shape == e.shape and m.tolist() == e.tolist(),  # Python's integers are exact
    )  # fmt: skip


def all_true(claim: str, cases: Iterable[Any], *, what: str = "") -> None:
    """Check that every case is true: a law tried on many inputs.

    Parameters
    ----------
    claim : str
        Id of the claim, lower-case words joined by hyphens.
    cases : iterable or array of bool
        One truth value a case; at least one.
    what : str, optional
        Which part of the claim this is, where one claim is measured several times.

    Raises
    ------
    CheckError
        If a case is false; the message says how many hold and which is the first that does not.
    ValueError
        If there is no case, since a check that cannot fail shows nothing, or the id is unusable.
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
    record(
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

    Parameters
    ----------
    claim : str
        Id of the claim, lower-case words joined by hyphens.
    error : type
        The class of the error, or one above it.
    call : callable
        What is called, without arguments.
    match : str, optional
        Regular expression that has to be found in the message.
    what : str, optional
        Which part of the claim this is, where one claim is measured several times.

    Raises
    ------
    CheckError
        If there is no error, or one with another message. An error of another class is not caught.
    ValueError
        If the id is unusable.

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
    record(claim, what, "raises", measured=measured, expected=expected, passed=passed)
