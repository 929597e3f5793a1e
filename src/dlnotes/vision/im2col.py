"""Turn the windows of images into the rows of a matrix, and back.

A convolution then is a product of two matrices, which computers are quick at. The price is memory:
a pixel is copied into every window that it lies in.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_batch, as_count
from dlnotes._windows import IntOrPair, as_padding, as_pair, output_shape, padding_widths, taps

__all__ = ["col2im", "im2col"]


def im2col(
    x: ArrayLike, kernel_size: IntOrPair, *, strides: IntOrPair = 1, padding: str = "valid"
) -> FloatArray:
    r"""Copy the windows of images, one window a row.

    Parameters
    ----------
    x : array_like
        Images ``(N, H, W, C)``.
    kernel_size : int or (int, int)
        Height :math:`f_h` and width :math:`f_w` of the window.
    strides : int or (int, int), default 1
        Pixels from one window to the next, downwards and to the right.
    padding : {"valid", "same"}, default "valid"
        "valid" takes the windows that lie inside the image. "same" adds zeros around it, as in
        :func:`dlnotes.geometry.output_size`.

    Returns
    -------
    numpy.ndarray
        Rows ``(N, H_out, W_out, f_h * f_w * C)`` in the dtype of ``x``, a new array. A row holds
        its window row by row, all channels of a pixel side by side.

    Raises
    ------
    ValueError
        If ``x`` has another shape or is smaller than the window, or a setting is unusable.
    TypeError
        If ``x`` does not hold real numbers, or a size is not an integer.

    Notes
    -----
    NaN and infinity are copied like other numbers.

    References
    ----------
    Chellapilla, K., Puri, S. and Simard, P. (2006). High Performance Convolutional Neural Networks
    for Document Processing. *Tenth International Workshop on Frontiers in Handwriting Recognition*.
    https://inria.hal.science/inria-00112631

    Examples
    --------
    The four windows of 2 by 2 in an image of 3 by 3, and the sum of each.

    >>> image = np.arange(9.0).reshape(1, 3, 3, 1)
    >>> im2col(image, 2).reshape(4, 4)
    array([[0., 1., 3., 4.],
           [1., 2., 4., 5.],
           [3., 4., 6., 7.],
           [4., 5., 7., 8.]])
    >>> (im2col(image, 2) @ np.ones(4)).reshape(2, 2)
    array([[ 8., 12.],
           [20., 24.]])
    """
    kernel, strides = as_pair("kernel_size", kernel_size), as_pair("strides", strides)
    padding = as_padding(padding)
    x = as_batch("x", x, ("N", "H", "W", "C"))
    n, h, w, c = x.shape
    rows, columns = output_shape("x", (h, w), kernel, strides, padding)
    x = np.pad(x, [(0, 0), *padding_widths((h, w), kernel, strides, padding), (0, 0)])
    windows = sliding_window_view(x, kernel, axis=(1, 2))[:, :: strides[0], :: strides[1]]
    windows = np.moveaxis(windows, 3, -1)  # (N, H_out, W_out, f_h, f_w, C), still without a copy
    return windows.copy().reshape(n, rows, columns, kernel[0] * kernel[1] * c)


def col2im(
    cols: ArrayLike,
    shape: Sequence[int],
    kernel_size: IntOrPair,
    *,
    strides: IntOrPair = 1,
    padding: str = "valid",
) -> FloatArray:
    r"""Add the rows up again where their windows were: the adjoint of :func:`im2col`.

    .. math::
        \langle \operatorname{im2col}(x), c \rangle = \langle x, \operatorname{col2im}(c) \rangle

    A pixel gets the sum of what stands for it in all windows that it lies in. So this is the
    backward pass of :func:`im2col`, and not its inverse.

    Parameters
    ----------
    cols : array_like
        Rows ``(N, H_out, W_out, f_h * f_w * C)``.
    shape : sequence of int
        Shape of the images, ``(N, H, W, C)``.
    kernel_size : int or (int, int)
        Height :math:`f_h` and width :math:`f_w` of the window.
    strides : int or (int, int), default 1
        Pixels from one window to the next, downwards and to the right.
    padding : {"valid", "same"}, default "valid"
        As in :func:`im2col`. What stands on the padding is left out.

    Returns
    -------
    numpy.ndarray
        Images ``(N, H, W, C)`` in the dtype of ``cols``.

    Raises
    ------
    ValueError
        If ``cols`` does not have the shape that :func:`im2col` gives, or a setting is unusable.
    TypeError
        If ``cols`` does not hold real numbers, or a size is not an integer.

    Examples
    --------
    With rows of ones it counts the windows that a pixel lies in.

    >>> col2im(np.ones((1, 2, 2, 4)), (1, 3, 3, 1), 2).reshape(3, 3)
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]])
    """
    kernel, strides = as_pair("kernel_size", kernel_size), as_pair("strides", strides)
    padding = as_padding(padding)
    if len(shape) != 4:
        raise ValueError(f"`shape` must hold (N, H, W, C). Received: {tuple(shape)}")
    n, h, w, c = (as_count("shape", length, low=0) for length in shape)
    places = output_shape("shape", (h, w), kernel, strides, padding)
    cols = as_batch("cols", cols, (n, *places, kernel[0] * kernel[1] * c))
    cols = cols.reshape(n, *places, *kernel, c)
    x: FloatArray = np.zeros((n, h, w, c), cols.dtype)
    for i, j, out, pixels in taps((h, w), kernel, strides, padding):
        x[:, *pixels] += cols[:, *out, i, j]
    return x
