"""Schedules by which the learning rate rises first: alone, and before half a cosine."""

from __future__ import annotations

import numpy as np

from dlnotes._validation import FloatArray, as_fraction, as_nonnegative, as_positive
from dlnotes.schedules.schedule import Schedule

__all__ = ["CosineDecay", "LinearWarmup"]


class LinearWarmup(Schedule):
    r"""Rise on a straight line, then stay.

    .. math:: \eta(t) = \eta_0 + (\eta_1 - \eta_0) \min\left(\frac{t}{W}, 1\right)

    Parameters
    ----------
    warmup_target : float
        The rate :math:`\eta_1` from step :math:`W` on, greater than 0.
    warmup_steps : float
        The number :math:`W` of steps of the warm-up, at least 0.
    initial_learning_rate : float, default 0
        The rate :math:`\eta_0` of the first step, at least 0.

    Raises
    ------
    ValueError
        If a number is out of its range.

    References
    ----------
    Goyal, P. et al. (2017). Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour.
    https://arxiv.org/abs/1706.02677

    Examples
    --------
    >>> LinearWarmup(8.0, warmup_steps=4)([0, 1, 2, 4, 100])
    array([0., 2., 4., 8., 8.])
    """

    def __init__(
        self, warmup_target: float, warmup_steps: float, *, initial_learning_rate: float = 0.0
    ) -> None:
        self.warmup_target = as_positive("warmup_target", warmup_target)
        self.warmup_steps = as_nonnegative("warmup_steps", warmup_steps)
        self.initial_learning_rate = as_nonnegative("initial_learning_rate", initial_learning_rate)

    def _rate(self, t: FloatArray) -> FloatArray:
        if self.warmup_steps == 0:
            return np.full_like(t, self.warmup_target)
        done = np.minimum(t / self.warmup_steps, 1)
        rate: FloatArray = (1 - done) * self.initial_learning_rate + done * self.warmup_target
        return rate


class CosineDecay(Schedule):
    r"""Fall along half a cosine, after a warm-up if you like.

    .. math::

        \eta(t) = \eta_0 \left( \alpha + (1 - \alpha) \,
        \frac{1 + \cos(\pi \, t / T)}{2} \right), \qquad t \le T

    From :math:`t = T` on the rate stays at :math:`\alpha \eta_0`. With a warm-up of :math:`W` steps
    the rate first rises on a straight line from ``initial_learning_rate`` to ``warmup_target``,
    which then takes the place of :math:`\eta_0`, and :math:`t` is counted from :math:`W` on.

    Parameters
    ----------
    initial_learning_rate : float
        The rate of the first step, greater than 0, or 0 if there is a warm-up.
    decay_steps : float
        The number :math:`T` of steps of the fall, greater than 0.
    alpha : float, default 0
        The share of the rate that is left at the end, from 0 to 1.
    warmup_target : float, optional
        The rate at the end of the warm-up, greater than 0. Without it there is no warm-up.
    warmup_steps : float, default 0
        The number :math:`W` of steps of the warm-up, at least 0.

    Raises
    ------
    ValueError
        If a number is out of its range, or there are ``warmup_steps`` without ``warmup_target``,
        which Keras would ignore.

    References
    ----------
    Loshchilov, I. and Hutter, F. (2017). SGDR: Stochastic Gradient Descent with Warm Restarts.
    *International Conference on Learning Representations*. https://arxiv.org/abs/1608.03983

    Examples
    --------
    >>> CosineDecay(2.0, decay_steps=10)([0, 5, 10, 15]).round(12)
    array([2., 1., 0., 0.])
    >>> schedule = CosineDecay(0, decay_steps=10, warmup_target=2.0, warmup_steps=4)
    >>> schedule([0, 1, 4, 9, 14]).round(12)
    array([0. , 0.5, 2. , 1. , 0. ])
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        *,
        alpha: float = 0.0,
        warmup_target: float | None = None,
        warmup_steps: float = 0,
    ) -> None:
        self.decay_steps = as_positive("decay_steps", decay_steps)
        self.alpha = as_fraction("alpha", alpha)
        if warmup_target is None:
            warmup_target = as_positive("initial_learning_rate", initial_learning_rate)
            if warmup_steps != 0:
                raise ValueError(
                    f"`warmup_steps` must be 0 without `warmup_target`. Received: {warmup_steps}"
                )
        self.warmup = LinearWarmup(
            warmup_target, warmup_steps, initial_learning_rate=initial_learning_rate
        )

    def _rate(self, t: FloatArray) -> FloatArray:
        done = np.clip((t - self.warmup.warmup_steps) / self.decay_steps, 0, 1)
        fall: FloatArray = self.alpha + (1 - self.alpha) * (1 + np.cos(np.pi * done)) / 2
        return self.warmup._rate(t) * fall
