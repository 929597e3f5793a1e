"""Stochastic gradient descent, with momentum or without."""

from __future__ import annotations

from dlnotes._validation import FloatArray, as_fraction
from dlnotes.optimizers.optimizer import LearningRate, Optimizer

__all__ = ["SGD"]


class SGD(Optimizer):
    r"""Stochastic gradient descent: go against the gradient.

    .. math:: w \leftarrow w - \eta \, g

    With momentum :math:`\mu` a velocity carries on what earlier gradients have begun:

    .. math:: v \leftarrow \mu v - \eta \, g, \qquad w \leftarrow w + v

    Nesterov's form looks one step of the velocity ahead:

    .. math:: v \leftarrow \mu v - \eta \, g, \qquad w \leftarrow w + \mu v - \eta \, g

    Parameters
    ----------
    learning_rate : float or callable, default 0.01
        The learning rate :math:`\eta`, or a schedule of it.
    momentum : float, default 0
        Share :math:`\mu` of the velocity that stays, from 0 to 1.
    nesterov : bool, default False
        Whether to take Nesterov's form.

    Attributes
    ----------
    velocity : list of numpy.ndarray
        The velocity :math:`v` of each parameter, in its shape; empty until the first step. It is
        minus a weighted sum of all past gradients.
    iterations : int
        Number of steps taken.

    Raises
    ------
    ValueError
        If ``learning_rate`` is not greater than 0, or ``momentum`` not from 0 to 1.

    References
    ----------
    Polyak, B. T. (1964). Some methods of speeding up the convergence of iteration methods. *USSR
    Computational Mathematics and Mathematical Physics* 4(5), 1-17.
    https://doi.org/10.1016/0041-5553(64)90137-5

    Sutskever, I., Martens, J., Dahl, G. and Hinton, G. (2013). On the importance of initialization
    and momentum in deep learning. *Proceedings of Machine Learning Research* 28(3), 1139-1147.
    https://proceedings.mlr.press/v28/sutskever13.html

    Examples
    --------
    The same gradient three times: the velocity builds up.

    >>> optimizer, w = SGD(1.0, momentum=0.5), [8.0]
    >>> for _ in range(3):
    ...     [w] = optimizer.step([w], [[1.0]])
    ...     print(w, optimizer.velocity[0])
    [7.] [-1.]
    [5.5] [-1.5]
    [3.75] [-1.75]
    """

    slot_names = ("velocity",)
    velocity: list[FloatArray]

    def __init__(
        self, learning_rate: LearningRate = 0.01, *, momentum: float = 0.0, nesterov: bool = False
    ) -> None:
        super().__init__(learning_rate)
        self.momentum = as_fraction("momentum", momentum)
        self.nesterov = nesterov

    def _update(
        self, rate: float, w: FloatArray, g: FloatArray, v: FloatArray
    ) -> tuple[FloatArray, ...]:
        v = self.momentum * v - rate * g
        if self.nesterov:
            return w + self.momentum * v - rate * g, v
        return w + v, v
