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

from dlnotes.check._result import MIME_TYPE, CheckError
from dlnotes.check.facts import all_true, equal, raises
from dlnotes.check.numbers import between, close, greater, less

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
