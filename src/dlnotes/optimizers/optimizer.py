"""What all optimizers have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_arrays, as_nonnegative, as_positive

__all__ = ["LearningRate", "Optimizer"]

LearningRate: TypeAlias = float | Callable[[int], float]
"""A number greater than 0, or a schedule: what gives the rate of each step, counted from 0."""


class Optimizer:
    """A rule by which gradients change parameters.

    An optimizer says in ``_update`` how one array changes; it is the formula in the optimizer's own
    module. This class holds the rest.

    Parameters
    ----------
    learning_rate : float or callable
        A number greater than 0, or a schedule: it is called with the number of steps taken before,
        and returns a number that is at least 0.

    Attributes
    ----------
    iterations : int
        Number of steps taken.
    slot_names : tuple of str
        What the optimizer remembers from step to step, such as ``("velocity",)``. Each is an
        attribute: a list with one array for each parameter, in its shape and dtype. The list is
        empty until the first step.

    Raises
    ------
    ValueError
        If ``learning_rate`` is a number, but not greater than 0.
    TypeError
        If it is neither a number nor callable.

    Examples
    --------
    An optimizer that looks at nothing but the sign.

    >>> class SignSGD(Optimizer):
    ...     def _update(self, rate, w, g):
    ...         return (w - rate * np.sign(g),)
    >>> SignSGD(0.5).step([[1.0, 2.0]], [[-3.0, 100.0]])
    [array([1.5, 1.5])]
    """

    slot_names: ClassVar[tuple[str, ...]] = ()
    _slot_start: float = 0.0
    _shapes: list[tuple[int, ...]] | None = None
    _update: Callable[..., tuple[FloatArray, ...]]
    """From the rate, a parameter, its gradient and its slots: the new parameter and slots."""

    def __init__(self, learning_rate: LearningRate) -> None:
        if not callable(learning_rate):
            learning_rate = as_positive("learning_rate", learning_rate)
        self.learning_rate = learning_rate
        self.iterations = 0
        for name in self.slot_names:
            setattr(self, name, [])

    def step(
        self, parameters: Sequence[ArrayLike], gradients: Sequence[ArrayLike]
    ) -> list[FloatArray]:
        """Take one step: return the new parameters.

        Parameters
        ----------
        parameters : list of array_like
            The parameters as they are. They are not changed.
        gradients : list of array_like
            The gradient of the loss for each of them, in its shape.

        Returns
        -------
        list of numpy.ndarray
            New arrays in the shapes and dtypes of ``parameters``.

        Raises
        ------
        ValueError
            If there are no parameters, the shapes do not fit each other or those of the first step,
            a number is NaN or infinite, or a schedule returns a negative or infinite rate. The
            optimizer is left as it was.
        TypeError
            If an argument is no list, or does not hold real numbers.
        OverflowError
            If numbers become too large for the dtype. The optimizer is left as it was.
        """
        ws, gs = as_arrays("parameters", parameters), as_arrays("gradients", gradients)
        shapes = [w.shape for w in ws]
        if not ws:
            raise ValueError("`parameters` must hold at least one array. Received: none")
        if [g.shape for g in gs] != shapes:
            raise ValueError(
                "`gradients` must have the shapes of `parameters`. "
                f"Received: parameters {shapes}, gradients {[g.shape for g in gs]}"
            )
        if self._shapes not in (None, shapes):
            raise ValueError(
                "`parameters` must keep the shapes of the first step. "
                f"Received: first {self._shapes}, now {shapes}"
            )
        rate = self._rate()
        slots = [
            getattr(self, name) or [np.full_like(w, self._slot_start) for w in ws]
            for name in self.slot_names
        ]
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # judged below
            updates = [
                self._update(rate, w, *(a.astype(w.dtype) for a in others))
                for w, *others in zip(ws, gs, *slots, strict=True)
            ]
        new = [[np.asarray(a) for a in arrays] for arrays in zip(*updates, strict=True)]
        if not all(np.isfinite(a).all() for arrays in new for a in arrays):
            raise OverflowError(
                "the step must give finite numbers. Received: a gradient or a rate too large "
                f"for {ws[0].dtype}"
            )
        for name, arrays in zip(self.slot_names, new[1:], strict=True):
            setattr(self, name, arrays)
        self._shapes = shapes
        self.iterations += 1
        return new[0]

    def _rate(self) -> float:
        """The learning rate of the next step."""
        if not callable(self.learning_rate):
            return self.learning_rate
        rate = self.learning_rate(self.iterations)
        return as_nonnegative(f"learning_rate({self.iterations})", rate)
