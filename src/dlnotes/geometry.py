r"""Geometry of sliding windows: how many places they have, and how far a stack of them sees."""

from __future__ import annotations

from collections.abc import Sequence

from dlnotes._validation import as_count

__all__ = ["output_size", "receptive_field"]


def output_size(n: int, *, kernel_size: int, strides: int = 1, padding: int | str = 0) -> int:
    r"""Count the places of a window along one side of an image.

    .. math:: \left\lfloor \frac{n + 2p - f}{s} \right\rfloor + 1

    Parameters
    ----------
    n : int
        Pixels :math:`n` along the side.
    kernel_size : int
        Length :math:`f` of the window.
    strides : int, default 1
        Pixels :math:`s` from one place to the next.
    padding : int or {"valid", "same"}, default 0
        Pixels :math:`p` added at each end. "valid" is :math:`p = 0`. "same" adds as many, and at
        the far end perhaps one more, as give :math:`\lceil n / s \rceil` places: as many as there
        are pixels, at a stride of 1.

    Returns
    -------
    int
        The number of places, at least 1.

    Raises
    ------
    ValueError
        If a number is too small, or the window longer than the padded side.
    TypeError
        If a number is not an integer.

    Examples
    --------
    A window of 5 makes two steps of 17 over 39 pixels, and so has 18 places: count both ends.

    >>> output_size(39, kernel_size=5, strides=2), len(range(0, 39 - 5 + 1, 2))
    (18, 18)
    """
    n, f, s = as_count("n", n), as_count("kernel_size", kernel_size), as_count("strides", strides)
    if padding == "same":
        return -(-n // s)
    if isinstance(padding, str):
        if padding != "valid":
            raise ValueError(f"`padding` must be valid, same or a number. Received: {padding!r}")
        padding = 0
    p = as_count("padding", padding, low=0)
    if f > n + 2 * p:
        raise ValueError(
            "`kernel_size` must be at most n + 2 padding. "
            f"Received: kernel_size={f}, n={n}, padding={p}"
        )
    return (n + 2 * p - f) // s + 1


def receptive_field(layers: Sequence[Sequence[int]]) -> int:
    r"""Count the pixels, along one side, from the first to the last that one output depends on.

    .. math:: r = 1 + \sum_{l=1}^{L} (f_l - 1)\, d_l \prod_{k=1}^{l-1} s_k

    Parameters
    ----------
    layers : sequence of (int, int) or (int, int, int)
        The convolution and pooling layers from the input on, each as its kernel size :math:`f`, its
        stride :math:`s`, and its dilation :math:`d` if that is not 1: the distance between the
        pixels that its kernel looks at.

    Returns
    -------
    int
        The length :math:`r`; 1 if there are no layers.

    Raises
    ------
    ValueError
        If a layer does not hold two or three numbers, or one of them is less than 1.
    TypeError
        If a number is not an integer.

    Notes
    -----
    At the border of the image some of these pixels lie on the padding. Where a stride is greater
    than its kernel, or a dilation greater than the field before it, some pixels in between are
    skipped.

    References
    ----------
    Araujo, A., Norris, W. and Sim, J. (2019). Computing Receptive Fields of Convolutional Neural
    Networks. *Distill*. https://doi.org/10.23915/distill.00021

    Examples
    --------
    Ten layers of 3 by 3 see 1 + 10 (3 - 1) pixels. Strides and dilations make the field grow like a
    power of 2.

    >>> receptive_field([(3, 1)] * 10)
    21
    >>> receptive_field([(2, 2)] * 10), receptive_field([(2, 1, 2**l) for l in range(10)])
    (1024, 1024)
    """
    field = step = 1
    for layer in layers:
        if len(layer) not in (2, 3):
            raise ValueError(
                "`layers` must hold (kernel size, stride) or (kernel size, stride, dilation). "
                f"Received: {layer!r}"
            )
        f, s, d = (as_count("layers", n) for n in (*layer, 1)[:3])
        field += (f - 1) * d * step
        step *= s
    return field
