"""RMSProp: AdaGrad that forgets."""

from __future__ import annotations

import numpy as np

from dlnotes._validation import FloatArray, as_fraction, as_nonnegative
from dlnotes.optimizers.optimizer import LearningRate, Optimizer

__all__ = ["RMSprop"]


class RMSprop(Optimizer):
    r"""RMSProp: divide every gradient by the root of a moving average of its squares.

    .. math::

        v \leftarrow \rho v + (1 - \rho) g^2, \qquad
        w \leftarrow w - \frac{\eta \, g}{\sqrt{v + \epsilon}}

    Parameters
    ----------
    learning_rate : float or callable, default 0.001
        The learning rate :math:`\eta`, or a schedule of it.
    rho : float, default 0.9
        Share :math:`\rho` of the old average that stays, at least 0 and less than 1.
    epsilon : float, default 1e-7
        Added under the root, at least 0. It keeps 0/0 away.

    Attributes
    ----------
    v : list of numpy.ndarray
        The moving average of squared gradients of each parameter, in its shape; empty until the
        first step. Keras calls it velocity, but it is none.
    iterations : int
        Number of steps taken.

    Raises
    ------
    ValueError
        If ``learning_rate`` is not greater than 0, ``rho`` is not from 0 to below 1, or ``epsilon``
        is negative.

    Notes
    -----
    The average starts at 0 and is not corrected for it, so the first steps are longer, the first
    one by the factor :math:`1 / \sqrt{1 - \rho}`.

    References
    ----------
    Tieleman, T. and Hinton, G. (2012). Lecture 6.5 - RMSProp: Divide the gradient by a running
    average of its recent magnitude. COURSERA: Neural Networks for Machine Learning.

    Examples
    --------
    The size of the gradients makes no difference, up to epsilon.

    >>> optimizer = RMSprop(0.5, rho=0.75, epsilon=0)
    >>> optimizer.step([[1.0, 1.0]], [[100.0, 0.01]])
    [array([0., 0.])]
    """

    slot_names = ("v",)
    v: list[FloatArray]

    def __init__(
        self, learning_rate: LearningRate = 0.001, *, rho: float = 0.9, epsilon: float = 1e-7
    ) -> None:
        super().__init__(learning_rate)
        self.rho = as_fraction("rho", rho, below_1=True)
        self.epsilon = as_nonnegative("epsilon", epsilon)

    def _update(
        self, rate: float, w: FloatArray, g: FloatArray, v: FloatArray
    ) -> tuple[FloatArray, ...]:
        v = self.rho * v + (1 - self.rho) * g**2
        return w - rate * g / np.sqrt(v + self.epsilon), v
