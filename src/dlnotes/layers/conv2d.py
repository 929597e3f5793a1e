"""The convolution layer for images."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_batch, as_count
from dlnotes._windows import IntOrPair, as_padding, as_pair, taps
from dlnotes.initializers import Initializer, glorot_uniform
from dlnotes.layers.layer import Layer
from dlnotes.vision.im2col import im2col

__all__ = ["Conv2D"]


class Conv2D(Layer):
    r"""Convolution: the same small kernel looks at every part of an image.

    .. math::

        y_{ijf} = \sum_{a=0}^{f_h - 1} \sum_{b=0}^{f_w - 1} \sum_{c=1}^{C}
        x_{i s_h + a,\; j s_w + b,\; c}\, W_{abcf} + b_f

    The kernel is not flipped, so strictly this is a cross-correlation. As the kernel is learned it
    makes no difference.

    Parameters
    ----------
    in_channels : int
        Number :math:`C` of channels of an image.
    filters : int
        Number :math:`F` of kernels, and so of channels of the output.
    kernel_size : int or (int, int)
        Height :math:`f_h` and width :math:`f_w` of a kernel.
    strides : int or (int, int), default 1
        Pixels :math:`s_h` and :math:`s_w` from one place of the kernel to the next, downwards and
        to the right.
    padding : {"valid", "same"}, default "valid"
        "valid" uses the places where the kernel lies inside the image. "same" adds zeros around it,
        for an output of ``H / s_h`` by ``W / s_w``, rounded up; an odd row or column of zeros goes
        to the bottom or the right.
    rng : numpy.random.Generator
        Draws the first weights.
    kernel_initializer : callable, default glorot_uniform
        How to draw them: a function of :mod:`dlnotes.initializers`.

    Attributes
    ----------
    W : numpy.ndarray
        Kernels ``(f_h, f_w, C, F)``.
    b : numpy.ndarray
        Biases ``(F,)``, 0 at first.
    dW, db : numpy.ndarray
        Gradients of the loss, in the shapes of ``W`` and ``b``; 0 until :meth:`backward` has run.

    Raises
    ------
    ValueError
        If a number is less than 1, or ``padding`` is neither "valid" nor "same".
    TypeError
        If a number is not an integer.

    Notes
    -----
    The windows of the image become the rows of a matrix, and the kernels the columns of another
    (:func:`dlnotes.vision.im2col`):

    .. math:: y = \operatorname{im2col}(x)\, W + b, \qquad
        dW = \operatorname{im2col}(x)^\top dy, \qquad
        dx = \operatorname{col2im}(dy\, W^\top).

    The backward pass makes the matrix of windows once more rather than keep it, as nothing else is
    as large.

    References
    ----------
    LeCun, Y., Bottou, L., Bengio, Y. and Haffner, P. (1998). Gradient-based learning applied to
    document recognition. *Proceedings of the IEEE* 86(11), 2278-2324.
    https://doi.org/10.1109/5.726791

    Examples
    --------
    With a kernel of one pixel it is a dense layer at every pixel.

    >>> from dlnotes.layers import Dense
    >>> rng = np.random.default_rng(0)
    >>> conv, dense = Conv2D(3, 2, 1, rng=rng), Dense(3, 2, rng=rng)
    >>> x = rng.normal(size=(4, 5, 5, 3))
    >>> dense.W = conv.W[0, 0]
    >>> bool(np.allclose(conv.forward(x), dense.forward(x)))
    True
    """

    parameter_names = ("W", "b")
    W: FloatArray
    b: FloatArray
    dW: FloatArray  # noqa: N815 - the gradient of W
    db: FloatArray

    def __init__(
        self,
        in_channels: int,
        filters: int,
        kernel_size: IntOrPair,
        *,
        strides: IntOrPair = 1,
        padding: str = "valid",
        rng: np.random.Generator,
        kernel_initializer: Initializer = glorot_uniform,
    ) -> None:
        channels = as_count("in_channels", in_channels), as_count("filters", filters)
        self.kernel_size = as_pair("kernel_size", kernel_size)
        self.strides = as_pair("strides", strides)
        self.padding = as_padding(padding)
        shape = (*self.kernel_size, *channels)
        self._learn(W=kernel_initializer(shape, rng=rng), b=np.zeros(channels[1]))

    def forward(self, x: ArrayLike, *, training: bool = False) -> FloatArray:  # noqa: ARG002 - no mode
        """Compute ``y`` of shape ``(N, H_out, W_out, F)`` from ``x`` of shape ``(N, H, W, C)``."""
        x = as_batch("x", x, ("N", "H", "W", self.W.shape[2]))
        W, b = self._parameters_like(x)
        y = self._windows(x) @ W.reshape(-1, W.shape[3])
        y += b
        self._cache = x, W
        return self._output(y)

    def backward(self, dy: ArrayLike) -> FloatArray:
        """Turn ``dy`` of shape ``(N, H_out, W_out, F)`` into ``dx`` of shape ``(N, H, W, C)``.

        Sets ``dW`` and ``db``, sums over all examples and places.
        """
        dy = self._upstream(dy)
        x, W = self._cache
        n, rows, columns, filters = dy.shape
        windows, d_places = (-1, W[..., 0].size), dy.reshape(-1, filters)
        self.dW = (self._windows(x).reshape(windows).T @ d_places).reshape(W.shape)
        self.db = dy.sum(axis=(0, 1, 2))
        dx = np.zeros_like(x)
        d_images = dy.reshape(n, rows * columns, filters)  # image by image is quicker here
        geometry = x.shape[1:3], self.kernel_size, self.strides, self.padding
        for i, j, places, pixels in taps(*geometry):
            # What col2im would add up, but one pixel of the kernel at a time, to save memory.
            d_tap = (d_images @ W[i, j].T).reshape(n, rows, columns, x.shape[3])
            dx[:, *pixels] += d_tap[:, *places]
        return dx

    def _windows(self, x: FloatArray) -> FloatArray:
        return im2col(x, self.kernel_size, strides=self.strides, padding=self.padding)
