"""Fonts that come with packages, by file."""

from __future__ import annotations

from importlib.metadata import distribution
from pathlib import Path

__all__ = ["nanum_gothic"]


def nanum_gothic(*, bold: bool = False) -> Path:
    """Find a font that has Korean.

    Parameters
    ----------
    bold : bool, default False
        Whether the bold one is wanted.

    Returns
    -------
    Path
        A TrueType file of koreanize-matplotlib. The package is not imported: that would change how
        Matplotlib draws.
    """
    name = "NanumGothicBold.ttf" if bold else "NanumGothic.ttf"
    package = distribution("koreanize-matplotlib")
    return Path(str(package.locate_file(f"koreanize_matplotlib/fonts/{name}")))
