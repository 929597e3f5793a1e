"""How generators draw from a finite list without repetition."""

from __future__ import annotations

import numpy as np

from dlnotes._validation import IntArray, as_generator, as_integers

__all__ = ["choose"]


def choose(n: int, total: int, rng: np.random.Generator) -> IntArray:
    """Choose ``n`` different numbers from 0 to ``total - 1``, in random order."""
    count = int(as_integers("n", n, shape=(), low=1, high=total))
    return as_generator("rng", rng).choice(total, size=count, replace=False)
