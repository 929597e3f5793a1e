"""AdaGrad: a learning rate for every parameter, smaller the more it has moved."""

from __future__ import annotations

import numpy as np

from dlnotes._validation import FloatArray, as_nonnegative
from dlnotes.optimizers.optimizer import LearningRate, Optimizer

__all__ = ["Adagrad"]


class Adagrad(Optimizer):
    r"""AdaGrad: divide every gradient by the root of the sum of its squares so far.

    .. math:: a \leftarrow a + g^2, \qquad w \leftarrow w - \frac{\eta \, g}{\sqrt{a + \epsilon}}

    Parameters
    ----------
    learning_rate : float or callable, default 0.001
        The learning rate :math:`\eta`, or a schedule of it.
    initial_accumulator_value : float, default 0.1
        Where every sum :math:`a` starts, at least 0.
    epsilon : float, default 1e-7
        Added under the root, at least 0. It keeps 0/0 away.

    Attributes
    ----------
    accumulator : list of numpy.ndarray
        The sum :math:`a` of squared gradients of each parameter, in its shape; empty until the
        first step.
    iterations : int
        Number of steps taken.

    Raises
    ------
    ValueError
        If ``learning_rate`` is not greater than 0, or another argument is negative.

    Notes
    -----
    The sum only grows, so the effective rate :math:`\eta / \sqrt{a}` only falls: for gradients of
    constant size like :math:`1 / \sqrt{t}`.

    References
    ----------
    Duchi, J., Hazan, E. and Singer, Y. (2011). Adaptive Subgradient Methods for Online Learning and
    Stochastic Optimization. *Journal of Machine Learning Research* 12, 2121-2159.
    https://jmlr.org/papers/v12/duchi11a.html

    Examples
    --------
    The first step is the same for a large gradient and a small one.

    >>> optimizer = Adagrad(0.5, initial_accumulator_value=0, epsilon=0)
    >>> optimizer.step([[1.0, 1.0]], [[100.0, 0.01]])
    [array([0.5, 0.5])]
    """

    slot_names = ("accumulator",)
    accumulator: list[FloatArray]

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        *,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
    ) -> None:
        super().__init__(learning_rate)
        self.initial_accumulator_value = as_nonnegative(
            "initial_accumulator_value", initial_accumulator_value
        )
        self._slot_start = self.initial_accumulator_value
        self.epsilon = as_nonnegative("epsilon", epsilon)

    def _update(
        self, rate: float, w: FloatArray, g: FloatArray, a: FloatArray
    ) -> tuple[FloatArray, ...]:
        a = a + g**2
        return w - rate * g / np.sqrt(a + self.epsilon), a
