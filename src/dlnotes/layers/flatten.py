"""The layer between images and dense layers."""

from __future__ import annotations

import math

from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_batch
from dlnotes.layers.layer import Layer

__all__ = ["Flatten"]


class Flatten(Layer):
    r"""Lay all numbers of an example side by side: an image ``(H, W, C)`` becomes ``(H * W * C,)``.

    .. math:: y_{n,\; (i W + j) C + c} = x_{nijc}

    Notes
    -----
    The numbers stay the same, and so do those of the gradient.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(8.0).reshape(2, 2, 2, 1)
    >>> Flatten().forward(x)
    array([[0., 1., 2., 3.],
           [4., 5., 6., 7.]])
    """

    def forward(self, x: ArrayLike, *, training: bool = False) -> FloatArray:  # noqa: ARG002 - no mode
        """Compute ``y`` of shape ``(N, D)`` from ``x`` of shape ``(N, ...)``."""
        x = as_batch("x", x, ("N", "..."))
        self._shape = x.shape
        # A copy: what changes y later must not change x.
        return self._output(x.reshape(len(x), math.prod(x.shape[1:])).copy())

    def backward(self, dy: ArrayLike) -> FloatArray:
        """Turn ``dy`` of shape ``(N, D)`` into ``dx`` of the shape of ``x``."""
        return self._upstream(dy).reshape(self._shape).copy()
