"""Schedules by which the learning rate falls."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dlnotes._validation import FloatArray, as_floats, as_nonnegative, as_positive
from dlnotes.schedules.schedule import Schedule

__all__ = ["ExponentialDecay", "InverseTimeDecay", "PiecewiseConstantDecay"]


class ExponentialDecay(Schedule):
    r"""Multiply by the same factor in every stretch of steps.

    .. math:: \eta(t) = \eta_0 \, r^{t / T}

    Parameters
    ----------
    initial_learning_rate : float
        The rate :math:`\eta_0` of the first step, greater than 0.
    decay_steps : float
        The number :math:`T` of steps in which the rate changes by the factor, greater than 0.
    decay_rate : float
        The factor :math:`r`, greater than 0.
    staircase : bool, default False
        Whether to round :math:`t / T` down: step decay, constant in between.

    Raises
    ------
    ValueError
        If a number is not greater than 0.

    Examples
    --------
    >>> ExponentialDecay(8.0, decay_steps=10, decay_rate=0.5)([0, 10, 20])
    array([8., 4., 2.])
    >>> ExponentialDecay(8.0, decay_steps=10, decay_rate=0.5, staircase=True)([9, 10, 19])
    array([8., 4., 4.])
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        *,
        staircase: bool = False,
    ) -> None:
        self.initial_learning_rate = as_positive("initial_learning_rate", initial_learning_rate)
        self.decay_steps = as_positive("decay_steps", decay_steps)
        self.decay_rate = as_positive("decay_rate", decay_rate)
        self.staircase = staircase

    def _rate(self, t: FloatArray) -> FloatArray:
        p = t / self.decay_steps
        rate: FloatArray = self.initial_learning_rate * self.decay_rate ** (
            np.floor(p) if self.staircase else p
        )
        return rate


class InverseTimeDecay(Schedule):
    r"""Divide by a number that grows in proportion to the steps.

    .. math:: \eta(t) = \frac{\eta_0}{(1 + r \, t / T)^p}

    Parameters
    ----------
    initial_learning_rate : float
        The rate :math:`\eta_0` of the first step, greater than 0.
    decay_steps : float
        The number :math:`T` of steps in which the divisor grows by ``decay_rate``, greater than 0.
    decay_rate : float
        The growth :math:`r`, at least 0.
    staircase : bool, default False
        Whether to round :math:`t / T` down.
    power : float, default 1
        The power :math:`p`, greater than 0. Keras has no such choice.

    Raises
    ------
    ValueError
        If a number is out of its range.

    Notes
    -----
    Robbins and Monro ask for rates whose sum is infinite, so that every place can be reached, and
    whose squares have a finite sum, so that noise averages out. Powers greater than 1/2 and up to 1
    do both. With power 2 the sum is finite.

    References
    ----------
    Robbins, H. and Monro, S. (1951). A Stochastic Approximation Method. *The Annals of Mathematical
    Statistics* 22(3), 400-407. https://doi.org/10.1214/aoms/1177729586

    Examples
    --------
    >>> InverseTimeDecay(12.0, decay_steps=1, decay_rate=1)([0, 1, 2, 3])
    array([12.,  6.,  4.,  3.])
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        *,
        staircase: bool = False,
        power: float = 1.0,
    ) -> None:
        self.initial_learning_rate = as_positive("initial_learning_rate", initial_learning_rate)
        self.decay_steps = as_positive("decay_steps", decay_steps)
        self.decay_rate = as_nonnegative("decay_rate", decay_rate)
        self.staircase = staircase
        self.power = as_positive("power", power)

    def _rate(self, t: FloatArray) -> FloatArray:
        p = t / self.decay_steps
        divisor = 1 + self.decay_rate * (np.floor(p) if self.staircase else p)
        rate: FloatArray = self.initial_learning_rate / divisor**self.power
        return rate


class PiecewiseConstantDecay(Schedule):
    r"""One rate after the other, each for its own stretch of steps.

    .. math:: \eta(t) = \eta_i, \qquad b_{i-1} < t \le b_i

    Parameters
    ----------
    boundaries : sequence of float
        The last steps :math:`b_0 < b_1 < \dots` of all rates but the last.
    values : sequence of float
        The rates :math:`\eta_0, \eta_1, \dots`, each greater than 0; one more than ``boundaries``.

    Raises
    ------
    ValueError
        If the lengths do not fit, ``boundaries`` do not rise, or a rate is not greater than 0.
    TypeError
        If an argument does not hold real numbers.

    Examples
    --------
    >>> PiecewiseConstantDecay([10, 20], [1.0, 0.5, 0.1])([0, 10, 11, 20, 21])
    array([1. , 1. , 0.5, 0.5, 0.1])
    """

    def __init__(self, boundaries: Sequence[float], values: Sequence[float]) -> None:
        self.boundaries = as_floats("boundaries", boundaries, shape=("K",), finite=True).copy()
        self.values = as_floats(
            "values", values, shape=(len(self.boundaries) + 1,), finite=True
        ).copy()
        if (np.diff(self.boundaries) <= 0).any():
            raise ValueError(f"`boundaries` must rise. Received: {boundaries}")
        if self.values.min() <= 0:
            raise ValueError(f"`values` must be greater than 0. Received: {self.values.min()}")

    def _rate(self, t: FloatArray) -> FloatArray:
        return self.values[np.searchsorted(self.boundaries, t)]
