"""Filters for one grey image: slide a small kernel over it, and edges stand out."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, IntArray, as_batch, as_floats, same_shape
from dlnotes._windows import as_padding, output_shape, taps

__all__ = [
    "LAPLACE",
    "PREWITT_X",
    "PREWITT_Y",
    "SOBEL_X",
    "SOBEL_Y",
    "convolve2d",
    "cross_correlate2d",
    "gradient_magnitude",
]


def _kernel(*rows: list[int]) -> IntArray:
    kernel = np.array(rows, np.int64)
    kernel.setflags(write=False)  # one for all
    return kernel


PREWITT_X = _kernel([-1, 0, 1], [-1, 0, 1], [-1, 0, 1])
"""Differences to the right, over three rows: positive where the image gets brighter."""
PREWITT_Y = _kernel([-1, -1, -1], [0, 0, 0], [1, 1, 1])
"""Differences downwards, over three columns."""
SOBEL_X = _kernel([-1, 0, 1], [-2, 0, 2], [-1, 0, 1])
"""Differences to the right, where the row in the middle counts twice."""
SOBEL_Y = _kernel([-1, -2, -1], [0, 0, 0], [1, 2, 1])
"""Differences downwards, where the column in the middle counts twice."""
LAPLACE = _kernel([0, 1, 0], [1, -4, 1], [0, 1, 0])
"""Second differences: what the four neighbours have more than the pixel has four times."""


def cross_correlate2d(image: ArrayLike, kernel: ArrayLike, *, padding: str = "valid") -> FloatArray:
    r"""Slide a kernel over a grey image and take the dot product at every place.

    .. math:: y_{ij} = \sum_{a=0}^{f_h - 1} \sum_{b=0}^{f_w - 1} x_{i + a,\; j + b}\, w_{ab}

    This is what deep learning calls a convolution.

    Parameters
    ----------
    image : array_like
        Brightness :math:`x` of the pixels, ``(H, W)``.
    kernel : array_like
        Weights :math:`w`, ``(f_h, f_w)``.
    padding : {"valid", "same"}, default "valid"
        "valid" uses the places where the kernel lies inside the image. "same" adds zeros around it,
        for an output of the size of the image; those zeros make an edge where the image ends.

    Returns
    -------
    numpy.ndarray
        The response :math:`y` in the dtype of ``image``: ``(H - f_h + 1, W - f_w + 1)``, or
        ``(H, W)`` for "same". An overflow gives infinity or
        NaN.

    Raises
    ------
    ValueError
        If an array has not two axes, is empty or not finite, if the kernel is larger than the
        image, or ``padding`` is unusable.
    TypeError
        If an array does not hold real numbers.

    Examples
    --------
    A step from dark to bright, and what finds it: 0 where it is flat, greatest at the step.

    >>> image = np.array([[0, 0, 0, 1, 1, 1]] * 3)
    >>> cross_correlate2d(image, PREWITT_X)
    array([[0., 3., 3., 0.]])
    """
    x = as_floats("image", image, shape=("H", "W"), finite=True)
    w = as_floats("kernel", kernel, shape=("f_h", "f_w"), finite=True)
    settings = x.shape, w.shape, (1, 1), as_padding(padding)
    y: FloatArray = np.zeros(output_shape("image", *settings), x.dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        for a, b, places, pixels in taps(*settings):
            y[places] += x[pixels] * w[a, b]
    return y


def convolve2d(image: ArrayLike, kernel: ArrayLike, *, padding: str = "valid") -> FloatArray:
    r"""Slide a kernel over a grey image as mathematics defines a convolution: flipped.

    .. math:: y_{ij} = \sum_{a=0}^{f_h - 1} \sum_{b=0}^{f_w - 1}
        x_{i + f_h - 1 - a,\; j + f_w - 1 - b}\, w_{ab}

    Parameters
    ----------
    image : array_like
        Brightness :math:`x` of the pixels, ``(H, W)``.
    kernel : array_like
        Weights :math:`w`, ``(f_h, f_w)``.
    padding : {"valid", "same"}, default "valid"
        As in :func:`cross_correlate2d`.

    Returns
    -------
    numpy.ndarray
        The response :math:`y`, as in :func:`cross_correlate2d`.

    Raises
    ------
    ValueError, TypeError
        As in :func:`cross_correlate2d`.

    Examples
    --------
    A single bright pixel leaves the kernel itself behind, where a cross-correlation turns it round.

    >>> pixel, kernel = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]]), np.array([[1, 2], [3, 4]])
    >>> convolve2d(pixel, kernel)
    array([[1., 2.],
           [3., 4.]])
    >>> cross_correlate2d(pixel, kernel)
    array([[4., 3.],
           [2., 1.]])
    """
    w = as_batch("kernel", kernel, ("f_h", "f_w"))
    return cross_correlate2d(image, w[::-1, ::-1], padding=padding)


def gradient_magnitude(
    image: ArrayLike,
    *,
    kernel_x: ArrayLike = SOBEL_X,
    kernel_y: ArrayLike = SOBEL_Y,
    padding: str = "valid",
) -> FloatArray:
    r"""Strength of the edges of a grey image, whatever their direction.

    .. math:: \sqrt{g_x^2 + g_y^2}

    where :math:`g_x` and :math:`g_y` are the responses to two kernels.

    Parameters
    ----------
    image : array_like
        Brightness of the pixels, ``(H, W)``.
    kernel_x, kernel_y : array_like, default SOBEL_X and SOBEL_Y
        Kernels of one shape that take differences to the right and downwards.
    padding : {"valid", "same"}, default "valid"
        As in :func:`cross_correlate2d`.

    Returns
    -------
    numpy.ndarray
        The strength, at least 0, in the shape and dtype that :func:`cross_correlate2d` gives.

    Raises
    ------
    ValueError
        As in :func:`cross_correlate2d`, or if the kernels differ in shape.
    TypeError
        If an array does not hold real numbers.

    Examples
    --------
    A slope of 3 to the right and 4 downwards is one of 5, which Sobel's kernels give 8 times.

    >>> row, column = np.mgrid[:3, :3]
    >>> gradient_magnitude(3 * column + 4 * row)
    array([[40.]])
    """
    same_shape("kernel_y", kernel_y, "kernel_x", kernel_x)
    g_x = cross_correlate2d(image, kernel_x, padding=padding)
    g_y = cross_correlate2d(image, kernel_y, padding=padding)
    with np.errstate(over="ignore"):
        magnitude: FloatArray = np.hypot(g_x, g_y)
    return magnitude
