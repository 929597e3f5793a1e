"""Batch normalization: standardise every feature by the batch it stands in."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_batch, as_count, as_fraction, as_nonnegative
from dlnotes.layers.layer import Layer

__all__ = ["BatchNormalization"]


class BatchNormalization(Layer):
    r"""Standardise each feature over the batch, then give it a learned scale and shift.

    .. math::

        \hat{x} = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}, \qquad y = \gamma \hat{x} + \beta

    In training :math:`\mu` and :math:`\sigma^2` are the mean and the biased variance (divided by
    the count, not by one less) of each feature over all other axes of the batch. At inference they
    are moving averages of what training has seen.

    Parameters
    ----------
    features : int
        Length of the last axis: the number of features ``D`` or channels ``C``.
    momentum : float, default 0.99
        Share of the old moving average that stays when a batch is added, from 0 to 1.
    epsilon : float, default 1e-3
        Added to the variance, so that a constant feature gives 0 and not 0/0.

    Attributes
    ----------
    gamma, beta : numpy.ndarray
        Scale and shift ``(features,)``, at first 1 and 0. Learned.
    dgamma, dbeta : numpy.ndarray
        Gradients of the loss for them, in the same shape; 0 until :meth:`backward` has run.
    moving_mean, moving_variance : numpy.ndarray
        Moving averages ``(features,)``, at first 0 and 1. Counted, not learned.

    Raises
    ------
    ValueError
        If ``features`` is less than 1, ``momentum`` is not between 0 and 1, or ``epsilon`` is
        negative.

    Notes
    -----
    The moving averages are those of Keras. PyTorch's ``momentum`` is the share of the *new* batch
    instead, and its moving variance is unbiased.

    References
    ----------
    Ioffe, S. and Szegedy, C. (2015). Batch Normalization: Accelerating Deep Network Training by
    Reducing Internal Covariate Shift. *Proceedings of Machine Learning Research* 37, 448-456.
    https://proceedings.mlr.press/v37/ioffe15.html

    Examples
    --------
    The scale of the input makes no difference, up to epsilon.

    >>> x = np.array([[1.0, 10.0], [3.0, 30.0]])
    >>> BatchNormalization(2, epsilon=0).forward(x, training=True)
    array([[-1., -1.],
           [ 1.,  1.]])

    Alone in its batch, every example looks the same.

    >>> BatchNormalization(2).forward([[7.0, -5.0]], training=True)
    array([[0., 0.]])
    """

    parameter_names = ("gamma", "beta")
    state_names = ("moving_mean", "moving_variance")
    gamma: FloatArray
    beta: FloatArray
    dgamma: FloatArray
    dbeta: FloatArray

    def __init__(self, features: int, *, momentum: float = 0.99, epsilon: float = 1e-3) -> None:
        features = as_count("features", features)
        self.momentum = as_fraction("momentum", momentum)
        self.epsilon = as_nonnegative("epsilon", epsilon)
        self._learn(gamma=np.ones(features), beta=np.zeros(features))
        self.moving_mean: FloatArray = np.zeros(features)
        self.moving_variance: FloatArray = np.ones(features)

    def forward(self, x: ArrayLike, *, training: bool = False) -> FloatArray:
        """Compute ``y`` from ``x`` ``(N, D)`` or ``(N, H, W, C)``, both of one shape.

        The features are on the last axis. In training the batch's own mean and variance are used,
        and the moving averages updated; at inference the moving averages are used.
        """
        x = as_batch("x", x, ("N", "...", len(self.gamma)))
        gamma, beta = self._parameters_like(x)
        if training:
            if x.size == 0:
                raise ValueError(f"`x` must not be empty in training. Received: shape={x.shape}")
            axes, m = tuple(range(x.ndim - 1)), self.momentum
            mean, variance = x.mean(axis=axes), x.var(axis=axes)
            self.moving_mean = m * self.moving_mean + (1 - m) * mean
            self.moving_variance = m * self.moving_variance + (1 - m) * variance
        else:
            mean = self.moving_mean.astype(x.dtype, copy=False)
            variance = self.moving_variance.astype(x.dtype, copy=False)
        deviation = np.sqrt(variance + self.epsilon)
        x_hat = (x - mean) / deviation
        self._cache = x_hat, deviation, gamma, training
        return self._output(gamma * x_hat + beta)

    def backward(self, dy: ArrayLike) -> FloatArray:
        r"""Turn ``dy`` into ``dx``, both of the shape of ``x``; set ``dgamma`` and ``dbeta``.

        In training, ``x`` reaches the loss on three paths: directly, through the mean, and through
        the variance. With :math:`d\hat{x} = \gamma\,dy`, and a bar for the mean over the batch,

        .. math::

            dx = \frac{1}{\sqrt{\sigma^2 + \epsilon}} \left(
            d\hat{x} - \overline{d\hat{x}} - \hat{x}\,\overline{d\hat{x}\,\hat{x}} \right).

        At inference the moving averages are constants, and only the first path is left.
        """
        dy = self._upstream(dy)
        x_hat, deviation, gamma, training = self._cache
        axes = tuple(range(dy.ndim - 1))
        self.dbeta = dy.sum(axis=axes)
        self.dgamma = (dy * x_hat).sum(axis=axes)
        dx_hat = gamma * dy
        if training:
            # Each path takes away what the batch's mean and variance would cancel anyway.
            dx_hat = dx_hat - dx_hat.mean(axis=axes) - x_hat * (dx_hat * x_hat).mean(axis=axes)
        dx: FloatArray = dx_hat / deviation
        return dx
