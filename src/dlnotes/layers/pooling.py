"""Pooling layers: a window of an image becomes one number."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_batch
from dlnotes._windows import IntOrPair, Tap, as_padding, as_pair, output_shape, taps
from dlnotes.layers.layer import Layer

__all__ = ["AveragePooling2D", "MaxPooling2D"]


class _Pooling2D(Layer):
    def __init__(
        self, pool_size: IntOrPair = 2, *, strides: IntOrPair | None = None, padding: str = "valid"
    ) -> None:
        self.pool_size = as_pair("pool_size", pool_size)
        self.strides = self.pool_size if strides is None else as_pair("strides", strides)
        self.padding = as_padding(padding)

    def _place(self, x: FloatArray) -> tuple[tuple[int, int, int, int], list[Tap]]:
        """Return the shape of the output, and where each pixel of the window lies."""
        n, h, w, c = x.shape
        rows, columns = output_shape("x", (h, w), self.pool_size, self.strides, self.padding)
        return (n, rows, columns, c), list(taps((h, w), self.pool_size, self.strides, self.padding))


class MaxPooling2D(_Pooling2D):
    r"""Max pooling: of every window the greatest number, for each channel by itself.

    .. math:: y_{ijc} = \max_{0 \le a < f_h,\; 0 \le b < f_w} x_{i s_h + a,\; j s_w + b,\; c}

    Parameters
    ----------
    pool_size : int or (int, int), default 2
        Height :math:`f_h` and width :math:`f_w` of a window.
    strides : int or (int, int), optional
        Pixels :math:`s_h` and :math:`s_w` from one window to the next, downwards and to the right.
        By default the windows lie side by side.
    padding : {"valid", "same"}, default "valid"
        "valid" uses the windows inside the image, and leaves out what is left over at the bottom
        and the right. "same" lets windows reach beyond the image, where nothing counts.

    Raises
    ------
    ValueError
        If a number is less than 1, or ``padding`` is neither "valid" nor "same".
    TypeError
        If a number is not an integer.

    Notes
    -----
    The gradient goes to the greatest number of a window, and if there are several, to the first of
    them, row by row. (Any division among them would be a subgradient; Keras on JAX makes the same
    choice.) In a window with NaN, NaN is the output.

    Examples
    --------
    >>> x = np.array([[1.0, 2.0, 0.0, 5.0], [4.0, 3.0, 5.0, 0.0]]).reshape(1, 2, 4, 1)
    >>> pool = MaxPooling2D(2)
    >>> pool.forward(x).reshape(1, 2)
    array([[4., 5.]])
    >>> pool.backward([[[[7.0], [9.0]]]]).reshape(2, 4)
    array([[0., 0., 0., 9.],
           [7., 0., 0., 0.]])
    """

    def forward(self, x: ArrayLike, *, training: bool = False) -> FloatArray:  # noqa: ARG002 - no mode
        """Compute ``y`` of shape ``(N, H_out, W_out, C)`` from ``x`` of shape ``(N, H, W, C)``."""
        x = as_batch("x", x, ("N", "H", "W", "C"))
        shape, window = self._place(x)
        y: FloatArray = np.full(shape, -np.inf, x.dtype)
        for _, _, places, pixels in window:
            y[:, *places] = np.maximum(y[:, *places], x[:, *pixels])
        self._cache = x, y.copy(), window
        return self._output(y)

    def backward(self, dy: ArrayLike) -> FloatArray:
        """Turn ``dy`` of shape ``(N, H_out, W_out, C)`` into ``dx`` of shape ``(N, H, W, C)``."""
        dy = self._upstream(dy)
        x, y, window = self._cache
        dx = np.zeros_like(x)
        waiting = np.ones(y.shape, bool)  # for the place that their gradient goes to
        for _, _, places, pixels in window:
            # Not "equal": in a window with NaN no number is, and the gradient would be lost.
            greatest = ~(x[:, *pixels] < y[:, *places]) & waiting[:, *places]
            dx[:, *pixels] += np.where(greatest, dy[:, *places], 0)
            waiting[:, *places] &= ~greatest
        return dx


class AveragePooling2D(_Pooling2D):
    r"""Average pooling: of every window the mean, for each channel by itself.

    .. math:: y_{ijc} = \frac{1}{f_h f_w} \sum_{a=0}^{f_h - 1} \sum_{b=0}^{f_w - 1}
        x_{i s_h + a,\; j s_w + b,\; c}

    Parameters
    ----------
    pool_size : int or (int, int), default 2
        Height :math:`f_h` and width :math:`f_w` of a window.
    strides : int or (int, int), optional
        Pixels :math:`s_h` and :math:`s_w` from one window to the next, downwards and to the right.
        By default the windows lie side by side.
    padding : {"valid", "same"}, default "valid"
        "valid" uses the windows inside the image, and leaves out what is left over at the bottom
        and the right. "same" lets windows reach beyond the image; the mean is that of the pixels
        inside.

    Raises
    ------
    ValueError
        If a number is less than 1, or ``padding`` is neither "valid" nor "same".
    TypeError
        If a number is not an integer.

    Notes
    -----
    Every pixel of a window gets an equal share of the gradient.

    Examples
    --------
    Windows side by side keep the mean of the image.

    >>> x = np.arange(16.0).reshape(1, 4, 4, 1)
    >>> y = AveragePooling2D(2).forward(x)
    >>> y.reshape(2, 2)
    array([[ 2.5,  4.5],
           [10.5, 12.5]])
    >>> float(x.mean()), float(y.mean())
    (7.5, 7.5)
    """

    def forward(self, x: ArrayLike, *, training: bool = False) -> FloatArray:  # noqa: ARG002 - no mode
        """Compute ``y`` of shape ``(N, H_out, W_out, C)`` from ``x`` of shape ``(N, H, W, C)``."""
        x = as_batch("x", x, ("N", "H", "W", "C"))
        shape, window = self._place(x)
        y: FloatArray = np.zeros(shape, x.dtype)
        count: FloatArray = np.zeros((1, *shape[1:3], 1), x.dtype)  # fewer pixels at the border
        for _, _, places, pixels in window:
            y[:, *places] += x[:, *pixels]
            count[:, *places] += 1
        self._cache = x.shape, count, window
        return self._output(y / count)

    def backward(self, dy: ArrayLike) -> FloatArray:
        """Turn ``dy`` of shape ``(N, H_out, W_out, C)`` into ``dx`` of shape ``(N, H, W, C)``."""
        dy = self._upstream(dy)
        shape, count, window = self._cache
        share = dy / count
        dx: FloatArray = np.zeros(shape, dy.dtype)
        for _, _, places, pixels in window:
            dx[:, *pixels] += share[:, *places]
        return dx
