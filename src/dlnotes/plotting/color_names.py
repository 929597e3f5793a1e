"""The colour names that Matplotlib bundles: short texts with a meaning that can be measured."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from matplotlib.colors import XKCD_COLORS, to_rgb
from numpy.typing import NDArray

__all__ = ["ColorNames", "color_names"]


class ColorNames(NamedTuple):
    """What :func:`color_names` returns: N names and their colours."""

    names: list[str]
    """N names in lower case, such as "robin egg blue"."""
    rgb: NDArray[np.float64]
    """Red, green and blue from 0 to 1 in steps of 1/255, shape ``(N, 3)``."""


def color_names() -> ColorNames:
    """Names that people gave to colours on their screens: 949 of them, with the colour.

    Returns
    -------
    ColorNames
        949 different names, and their colours ``(949, 3)``. A new list and array in every call.

    Notes
    -----
    The names are as the visitors of a web site typed them: spelling varies ("terracotta", "terra
    cotta"), and a few are rude. This is data, but stands here because it comes with Matplotlib,
    which the rest of the package does not need.

    References
    ----------
    Munroe, R. (2010). Color Survey Results.
    https://blog.xkcd.com/2010/05/03/color-survey-results/

    Examples
    --------
    >>> names, rgb = color_names()
    >>> (rgb[names.index("sky blue")] * 255).round().tolist()
    [117.0, 187.0, 253.0]
    """
    names = [name.removeprefix("xkcd:") for name in XKCD_COLORS]
    return ColorNames(names, np.array([to_rgb(color) for color in XKCD_COLORS.values()]))
