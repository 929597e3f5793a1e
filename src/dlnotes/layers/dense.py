"""The fully connected layer."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray

__all__ = ["Dense"]


class Dense:
    r"""Fully connected layer: every output is a weighted sum of all inputs, plus a bias.

    .. math:: y = x W + b

    Parameters
    ----------
    in_features : int
        Number of inputs :math:`D_\text{in}`.
    units : int
        Number of outputs :math:`D_\text{out}`.
    rng : numpy.random.Generator
        Draws the first weights.

    Attributes
    ----------
    W : numpy.ndarray
        Weights ``(D_in, D_out)``, one column a unit. At first drawn uniformly from
        :math:`\pm\sqrt{6 / (D_\text{in} + D_\text{out})}`, as Keras does.
    b : numpy.ndarray
        Biases ``(D_out,)``, 0 at first.
    dW, db : numpy.ndarray
        Gradients of the loss, in the shapes of ``W`` and ``b``; 0 until :meth:`backward` has run.

    Raises
    ------
    ValueError
        If ``in_features`` or ``units`` is less than 1.

    Notes
    -----
    Results have the dtype that NumPy gives to ``x @ W``: float64 with the first weights, float32
    if ``x`` and the parameters are float32. NaN in gives NaN out.

    References
    ----------
    Glorot, X. and Bengio, Y. (2010). Understanding the difficulty of training deep feedforward
    neural networks. *Proceedings of Machine Learning Research* 9, 249-256.
    https://proceedings.mlr.press/v9/glorot10a.html

    Examples
    --------
    Two layers without anything between them are one layer.

    >>> rng = np.random.default_rng(0)
    >>> first, second, both = (Dense(i, o, rng=rng) for i, o in [(4, 3), (3, 2), (4, 2)])
    >>> both.W = first.W @ second.W
    >>> x = rng.normal(size=(5, 4))
    >>> bool(np.allclose(second.forward(first.forward(x)), both.forward(x)))
    True
    """

    def __init__(self, in_features: int, units: int, *, rng: np.random.Generator) -> None:
        for name, size in (("in_features", in_features), ("units", units)):
            if size < 1:
                raise ValueError(f"`{name}` must be at least 1. Received: {size}")
        limit = np.sqrt(6 / (in_features + units))
        self.W: FloatArray = rng.uniform(-limit, limit, size=(in_features, units))
        self.b: FloatArray = np.zeros(units)
        self.dW: FloatArray = np.zeros_like(self.W)
        self.db: FloatArray = np.zeros_like(self.b)
        self._x: FloatArray | None = None

    def forward(self, x: ArrayLike, *, training: bool = False) -> FloatArray:  # noqa: ARG002 - no mode
        """Compute ``y`` of shape ``(N, D_out)`` from ``x`` of shape ``(N, D_in)``.

        Parameters
        ----------
        x : array_like
            One example a row, shape ``(N, D_in)``.
        training : bool, default False
            Makes no difference to this layer; every layer takes it.

        Returns
        -------
        numpy.ndarray
            Outputs ``(N, D_out)``.

        Raises
        ------
        ValueError
            If ``x`` has another shape.
        """
        x = np.asarray(x)
        if x.ndim != 2 or x.shape[1] != len(self.W):
            raise ValueError(f"`x` must have shape (N, {len(self.W)}). Received: shape={x.shape}")
        self._x = x
        return x @ self.W + self.b

    def backward(self, dy: ArrayLike) -> FloatArray:
        """Turn the gradient of the loss with respect to ``y`` into those for ``x``, ``W``, ``b``.

        Parameters
        ----------
        dy : array_like
            Gradient with respect to the output of the last :meth:`forward`, ``(N, D_out)``.

        Returns
        -------
        numpy.ndarray
            ``dx``, shape ``(N, D_in)``. The attributes ``dW`` and ``db`` are set, not added to.

        Raises
        ------
        ValueError
            If ``dy`` has another shape than the output.
        RuntimeError
            If there was no :meth:`forward`.
        """
        if self._x is None:
            raise RuntimeError("`backward` must come after `forward`. Received: no forward")
        dy, shape = np.asarray(dy), (len(self._x), len(self.b))
        if dy.shape != shape:
            raise ValueError(f"`dy` must have the output's shape {shape}. Received: {dy.shape}")
        self.dW = self._x.T @ dy
        self.db = dy.sum(axis=0)
        return dy @ self.W.T
