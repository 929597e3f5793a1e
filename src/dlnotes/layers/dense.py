"""The fully connected layer."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_batch, as_count
from dlnotes.initializers import Initializer, glorot_uniform
from dlnotes.layers.layer import Layer

__all__ = ["Dense"]


class Dense(Layer):
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
    kernel_initializer : callable, default glorot_uniform
        How to draw them: a function of :mod:`dlnotes.initializers`.

    Attributes
    ----------
    W : numpy.ndarray
        Weights ``(D_in, D_out)``, one column a unit.
    b : numpy.ndarray
        Biases ``(D_out,)``, 0 at first.
    dW, db : numpy.ndarray
        Gradients of the loss, in the shapes of ``W`` and ``b``; 0 until :meth:`backward` has run.

    Raises
    ------
    ValueError
        If ``in_features`` or ``units`` is less than 1.

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

    parameter_names = ("W", "b")
    W: FloatArray
    b: FloatArray
    dW: FloatArray  # noqa: N815 - the gradient of W
    db: FloatArray

    def __init__(
        self,
        in_features: int,
        units: int,
        *,
        rng: np.random.Generator,
        kernel_initializer: Initializer = glorot_uniform,
    ) -> None:
        shape = as_count("in_features", in_features), as_count("units", units)
        self._learn(W=kernel_initializer(shape, rng=rng), b=np.zeros(units))

    def forward(self, x: ArrayLike, *, training: bool = False) -> FloatArray:  # noqa: ARG002 - no mode
        """Compute ``y`` of shape ``(N, ..., D_out)`` from ``x`` of shape ``(N, ..., D_in)``."""
        x = as_batch("x", x, ("N", "...", len(self.W)))
        W, b = self._parameters_like(x)
        self._cache = x, W
        return self._output(x @ W + b)

    def backward(self, dy: ArrayLike) -> FloatArray:
        """Turn ``dy`` of shape ``(N, ..., D_out)`` into ``dx`` of shape ``(N, ..., D_in)``.

        Sets ``dW`` and ``db``, sums over all examples.
        """
        dy = self._upstream(dy)
        x, W = self._cache
        rows, d_rows = x.reshape(-1, x.shape[-1]), dy.reshape(-1, dy.shape[-1])
        self.dW = rows.T @ d_rows
        self.db = d_rows.sum(axis=0)
        return dy @ W.T
