"""Learning rate schedules: which learning rate each step has.

A schedule is called with the number of steps taken before, 0 at first, or with an array of such
numbers. An optimizer takes one in place of a learning rate.
"""

from dlnotes.schedules.decay import ExponentialDecay, InverseTimeDecay, PiecewiseConstantDecay
from dlnotes.schedules.schedule import Schedule
from dlnotes.schedules.warmup import CosineDecay, LinearWarmup

__all__ = [
    "CosineDecay",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LinearWarmup",
    "PiecewiseConstantDecay",
    "Schedule",
]
