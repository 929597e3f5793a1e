r"""How much computing layers take, in exact whole numbers.

A multiply-add is one multiplication and the addition that follows it, the step of a dot product. It
is counted as two floating-point operations (FLOPs). The additions of the bias are left out, as is
usual: there are far fewer of them.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from dlnotes._validation import as_count
from dlnotes._windows import IntOrPair, as_padding, as_pair, output_shape

__all__ = ["MultiplyAdds", "conv2d_multiply_adds", "dense_multiply_adds"]


class MultiplyAdds(NamedTuple):
    """Multiply-adds of a layer in the forward and in the backward pass."""

    forward: int
    """To compute the output."""
    backward: int
    """To compute the gradients for the weights and for the input, two forward passes' worth."""


def dense_multiply_adds(in_features: int, units: int, *, batch_size: int = 1) -> MultiplyAdds:
    r"""Count the multiply-adds of a fully connected layer.

    .. math:: N D_\text{in} D_\text{out}

    is the count of the forward pass :math:`y = xW`, of :math:`dW = x^\top dy` and of
    :math:`dx = dy\,W^\top`. The last two are the backward pass.

    Parameters
    ----------
    in_features : int
        Number :math:`D_\text{in}` of inputs.
    units : int
        Number :math:`D_\text{out}` of outputs.
    batch_size : int, default 1
        Number :math:`N` of examples.

    Returns
    -------
    MultiplyAdds
        The counts ``forward`` and ``backward``.

    Raises
    ------
    ValueError
        If a number is less than 1.
    TypeError
        If a number is not an integer.

    Examples
    --------
    >>> dense_multiply_adds(400, 120)
    MultiplyAdds(forward=48000, backward=96000)
    """
    inputs, outputs = as_count("in_features", in_features), as_count("units", units)
    forward = as_count("batch_size", batch_size) * inputs * outputs
    return MultiplyAdds(forward, 2 * forward)


def conv2d_multiply_adds(
    input_size: IntOrPair,
    in_channels: int,
    filters: int,
    kernel_size: IntOrPair,
    *,
    strides: IntOrPair = 1,
    padding: str = "valid",
    batch_size: int = 1,
) -> MultiplyAdds:
    r"""Count the multiply-adds of a convolution.

    .. math:: N H_\text{out} W_\text{out} f_h f_w C F

    is the count of the forward pass. The backward pass has as many for the weights and as many for
    the input. Multiplications by the zeros of the padding are counted, as they are made.

    Parameters
    ----------
    input_size : int or (int, int)
        Height and width of an image.
    in_channels : int
        Number :math:`C` of channels in.
    filters : int
        Number :math:`F` of channels out.
    kernel_size : int or (int, int)
        Height :math:`f_h` and width :math:`f_w` of the kernel.
    strides : int or (int, int), default 1
        Pixels from one place of the kernel to the next, downwards and to the right.
    padding : {"valid", "same"}, default "valid"
        As in :func:`dlnotes.geometry.output_size`.
    batch_size : int, default 1
        Number :math:`N` of images.

    Returns
    -------
    MultiplyAdds
        The counts ``forward`` and ``backward``.

    Raises
    ------
    ValueError
        If a number is less than 1, ``padding`` is neither "valid" nor "same", or with "valid" the
        kernel is larger than the image.
    TypeError
        If a number is not an integer.

    Examples
    --------
    LeNet's first layer has 156 parameters, and uses each of its 150 weights in 28 times 28 places.

    >>> conv2d_multiply_adds(32, 1, 6, 5)
    MultiplyAdds(forward=117600, backward=235200)
    """
    image, kernel = as_pair("input_size", input_size), as_pair("kernel_size", kernel_size)
    c, f = as_count("in_channels", in_channels), as_count("filters", filters)
    strides, padding = as_pair("strides", strides), as_padding(padding)
    places = math.prod(output_shape("input_size", image, kernel, strides, padding))
    forward = as_count("batch_size", batch_size) * places * math.prod(kernel) * c * f
    return MultiplyAdds(forward, 2 * forward)
