"""What all learning rate schedules have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlnotes._validation import FloatArray, as_floats

__all__ = ["Schedule"]


class Schedule(ABC):
    """A learning rate that depends on the step.

    A schedule says in ``_rate`` what the rate is after ``t`` steps; this class holds the rest.

    Examples
    --------
    >>> class Sawtooth(Schedule):
    ...     def _rate(self, t):
    ...         return 1 - t % 4 / 4
    >>> Sawtooth()([0, 1, 2, 3, 4])
    array([1.  , 0.75, 0.5 , 0.25, 1.  ])
    >>> Sawtooth()(6)
    0.5
    """

    @overload
    def __call__(self, step: float) -> float: ...
    @overload
    def __call__(self, step: Sequence[float] | NDArray[Any]) -> FloatArray: ...
    def __call__(self, step: ArrayLike) -> float | FloatArray:
        """Return the learning rate at a step, or at each step of an array.

        Parameters
        ----------
        step : float or array_like
            Number of steps taken before, at least 0. For curves it need not be whole.

        Returns
        -------
        float or numpy.ndarray
            The learning rate, in the shape of ``step``.

        Raises
        ------
        ValueError
            If ``step`` is negative, infinite or NaN.
        TypeError
            If ``step`` does not hold real numbers.
        """
        t = as_floats("step", step, finite=True)
        if t.min() < 0:
            raise ValueError(f"`step` must be at least 0. Received: {t.min()}")
        with np.errstate(over="ignore"):  # a rate or a divisor may grow without bound
            rate = np.asarray(self._rate(t))
        return rate if rate.ndim else float(rate)

    @abstractmethod
    def _rate(self, t: FloatArray) -> FloatArray:
        """The formula."""
