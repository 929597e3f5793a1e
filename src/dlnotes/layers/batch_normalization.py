"""Batch normalization: standardise every feature by the batch it stands in."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray

__all__ = ["BatchNormalization"]


class BatchNormalization:
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
    Results have the dtype that NumPy gives to ``gamma * x``. NaN in gives NaN out. The moving
    averages are those of Keras. PyTorch's ``momentum`` is the share of the *new* batch instead, and
    its moving variance is unbiased.

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

    def __init__(self, features: int, *, momentum: float = 0.99, epsilon: float = 1e-3) -> None:
        if features < 1:
            raise ValueError(f"`features` must be at least 1. Received: {features}")
        if not 0 <= momentum <= 1:
            raise ValueError(f"`momentum` must lie between 0 and 1. Received: {momentum}")
        if not 0 <= epsilon < np.inf:
            raise ValueError(f"`epsilon` must be finite and at least 0. Received: {epsilon}")
        self.momentum, self.epsilon = momentum, epsilon
        self.gamma: FloatArray = np.ones(features)
        self.beta: FloatArray = np.zeros(features)
        self.dgamma: FloatArray = np.zeros(features)
        self.dbeta: FloatArray = np.zeros(features)
        self.moving_mean: FloatArray = np.zeros(features)
        self.moving_variance: FloatArray = np.ones(features)
        self._cache: tuple[FloatArray, FloatArray, bool] | None = None

    def forward(self, x: ArrayLike, *, training: bool = False) -> FloatArray:
        """Compute ``y``, of the shape of ``x``; in training, update the moving averages too.

        Parameters
        ----------
        x : array_like
            A batch ``(N, D)`` or ``(N, H, W, C)``: the features on the last axis, at least one axis
            before it.
        training : bool, default False
            Use the batch's own mean and variance (True) or the moving averages (False).

        Returns
        -------
        numpy.ndarray
            ``y``, of the shape of ``x``.

        Raises
        ------
        ValueError
            If ``x`` has another shape, or no examples in training.
        """
        x = np.asarray(x)
        if x.ndim < 2 or x.shape[-1] != len(self.gamma):
            shape = f"(N, ..., {len(self.gamma)})"
            raise ValueError(f"`x` must have shape {shape}. Received: shape={x.shape}")
        if training:
            if x.size == 0:
                raise ValueError(f"`x` must not be empty in training. Received: shape={x.shape}")
            axes, m = tuple(range(x.ndim - 1)), self.momentum
            mean, variance = x.mean(axis=axes), x.var(axis=axes)
            self.moving_mean = m * self.moving_mean + (1 - m) * mean
            self.moving_variance = m * self.moving_variance + (1 - m) * variance
        else:
            mean, variance = self.moving_mean, self.moving_variance
        deviation = np.sqrt(variance + self.epsilon)
        x_hat = (x - mean) / deviation
        self._cache = x_hat, deviation, training
        y: FloatArray = self.gamma * x_hat + self.beta
        return y

    def backward(self, dy: ArrayLike) -> FloatArray:
        r"""Turn the gradient of the loss for ``y`` into those for ``x``, ``gamma`` and ``beta``.

        In training, ``x`` reaches the loss on three paths: directly, through the mean, and through
        the variance. With :math:`d\hat{x} = \gamma\,dy`, and a bar for the mean over the batch,

        .. math::

            dx = \frac{1}{\sqrt{\sigma^2 + \epsilon}} \left(
            d\hat{x} - \overline{d\hat{x}} - \hat{x}\,\overline{d\hat{x}\,\hat{x}} \right).

        At inference the moving averages are constants, and only the first path is left.

        Parameters
        ----------
        dy : array_like
            Gradient with respect to the output of the last :meth:`forward`, of its shape.

        Returns
        -------
        numpy.ndarray
            ``dx``, of the same shape. ``dgamma`` and ``dbeta`` are set, not added to.

        Raises
        ------
        ValueError
            If ``dy`` has another shape than the output.
        RuntimeError
            If there was no :meth:`forward`.
        """
        if self._cache is None:
            raise RuntimeError("`backward` must come after `forward`. Received: no forward")
        x_hat, deviation, training = self._cache
        dy = np.asarray(dy)
        if dy.shape != x_hat.shape:
            raise ValueError(
                f"`dy` must have the output's shape {x_hat.shape}. Received: {dy.shape}"
            )
        axes = tuple(range(dy.ndim - 1))
        self.dbeta = dy.sum(axis=axes)
        self.dgamma = (dy * x_hat).sum(axis=axes)
        dx_hat = self.gamma * dy
        if training:
            # Each path takes away what the batch's mean and variance would cancel anyway.
            dx_hat = dx_hat - dx_hat.mean(axis=axes) - x_hat * (dx_hat * x_hat).mean(axis=axes)
        dx: FloatArray = dx_hat / deviation
        return dx
