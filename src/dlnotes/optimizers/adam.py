"""Adam, which joins momentum and RMSProp, and AdamW, its form with weight decay."""

from __future__ import annotations

import numpy as np

from dlnotes._validation import FloatArray, as_fraction, as_nonnegative
from dlnotes.optimizers.optimizer import LearningRate, Optimizer

__all__ = ["Adam", "AdamW"]


class Adam(Optimizer):
    r"""Adam: a moving average of the gradient, divided by the root of one of its square.

    .. math::

        m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad
        v \leftarrow \beta_2 v + (1 - \beta_2) g^2

    .. math::

        w \leftarrow w - \eta_t \frac{m}{\sqrt{v} + \epsilon}, \qquad
        \eta_t = \eta \, \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}

    Both averages start at 0 and are too small at first; the two terms in :math:`\eta_t` correct
    this bias at step :math:`t = 1, 2, \dots`.

    Parameters
    ----------
    learning_rate : float or callable, default 0.001
        The learning rate :math:`\eta`, or a schedule of it.
    beta_1, beta_2 : float, default 0.9 and 0.999
        Shares of the old averages that stay, at least 0 and less than 1.
    epsilon : float, default 1e-7
        Added to the root, at least 0. It keeps 0/0 away.

    Attributes
    ----------
    m, v : list of numpy.ndarray
        The moving averages of the gradient and of its square for each parameter, in its shape and
        not corrected; empty until the first step.
    iterations : int
        Number of steps taken, :math:`t`.

    Raises
    ------
    ValueError
        If ``learning_rate`` is not greater than 0, ``beta_1`` or ``beta_2`` is not from 0 to below
        1, or ``epsilon`` is negative.

    Notes
    -----
    As in Keras, epsilon is what the paper calls :math:`\hat\epsilon`: it is added to the root of
    the uncorrected average. In the paper's Algorithm 1 and in PyTorch it is added to the root of
    the corrected one.

    References
    ----------
    Kingma, D. P. and Ba, J. (2015). Adam: A Method for Stochastic Optimization. *International
    Conference on Learning Representations*. https://arxiv.org/abs/1412.6980

    Examples
    --------
    The first step is as long as the learning rate, whatever the gradient.

    >>> optimizer = Adam(0.5, epsilon=0)
    >>> optimizer.step([[1.0, 1.0]], [[100.0, -0.01]])[0].round(12)
    array([0.5, 1.5])
    """

    slot_names = ("m", "v")
    m: list[FloatArray]
    v: list[FloatArray]

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        *,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
    ) -> None:
        super().__init__(learning_rate)
        self.beta_1 = as_fraction("beta_1", beta_1, below_1=True)
        self.beta_2 = as_fraction("beta_2", beta_2, below_1=True)
        self.epsilon = as_nonnegative("epsilon", epsilon)

    def _update(
        self, rate: float, w: FloatArray, g: FloatArray, m: FloatArray, v: FloatArray
    ) -> tuple[FloatArray, ...]:
        t = self.iterations + 1
        rate_t = rate * (1 - self.beta_2**t) ** 0.5 / (1 - self.beta_1**t)
        m = self.beta_1 * m + (1 - self.beta_1) * g
        v = self.beta_2 * v + (1 - self.beta_2) * g**2
        return w - rate_t * m / (np.sqrt(v) + self.epsilon), m, v


class AdamW(Adam):
    r"""Adam with weight decay: every parameter shrinks by a fixed share first, then Adam's step.

    .. math:: w \leftarrow w - \eta \lambda w

    Parameters
    ----------
    learning_rate : float or callable, default 0.001
        The learning rate :math:`\eta`, or a schedule of it.
    weight_decay : float, default 0.004
        The weight decay :math:`\lambda`, at least 0. All parameters decay, biases too, as in Keras.
    beta_1, beta_2, epsilon : float
        As in :class:`Adam`, with its attributes and errors.

    Raises
    ------
    ValueError
        If ``weight_decay`` is negative, or as in :class:`Adam`.

    Notes
    -----
    A penalty :math:`\frac{\lambda}{2} w^2` in the loss would add :math:`\lambda w` to the gradient.
    For SGD that is the same step. Adam would divide it by :math:`\sqrt{v}`, so that parameters with
    large gradients would hardly shrink; here all shrink alike.

    References
    ----------
    Loshchilov, I. and Hutter, F. (2019). Decoupled Weight Decay Regularization. *International
    Conference on Learning Representations*. https://arxiv.org/abs/1711.05101

    Examples
    --------
    Without a gradient only the decay is left: both lose a quarter.

    >>> AdamW(0.5, weight_decay=0.5).step([[4.0, -8.0]], [[0.0, 0.0]])
    [array([ 3., -6.])]
    """

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        *,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
    ) -> None:
        super().__init__(learning_rate, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon)
        self.weight_decay = as_nonnegative("weight_decay", weight_decay)

    def _update(
        self, rate: float, w: FloatArray, g: FloatArray, m: FloatArray, v: FloatArray
    ) -> tuple[FloatArray, ...]:
        return super()._update(rate, w - rate * self.weight_decay * w, g, m, v)
