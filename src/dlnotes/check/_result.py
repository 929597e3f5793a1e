"""The result of a check: how it is shown, and how it leaves the cell."""

from __future__ import annotations

import re
import sys
from typing import Any

import numpy as np

__all__ = ["MIME_TYPE", "NUMBERS", "CheckError", "number", "record", "show"]

MIME_TYPE = "application/vnd.dlnotes.check+json"
NUMBERS = {"b", "i", "u", "f"}
"""Kinds of dtypes that hold real numbers."""

_CLAIM_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class CheckError(AssertionError):
    """A measurement contradicts its claim."""


CheckError.__module__ = "dlnotes.check"  # where it is public, and what a reader sees


def record(
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


def number(value: Any) -> str:
    """Six significant digits, and no sign on zero."""
    return f"{value + 0.0:.6g}" if isinstance(value, float | np.floating) else str(value)


def show(x: np.ndarray) -> str:
    """A scalar or a short array in full; a long array by its shape and range."""
    if x.ndim == 0:
        return number(x.item())
    if x.size <= 8:
        return "[" + ", ".join(number(v) for v in x.ravel().tolist()) + "]"
    shape = " by ".join(map(str, x.shape))
    if x.dtype.kind in NUMBERS:
        return f"{shape} values from {number(x.min().item())} to {number(x.max().item())}"
    return f"{shape} values"
