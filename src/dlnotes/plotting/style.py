"""The one style of every figure in the book.

Lines are vector graphics with real text, the palette is Okabe and Ito's [1]_, and colour never
speaks alone: the cycle changes line style with colour. Figures are drawn in black on nothing; the
site's style sheet turns them for the dark theme: dark becomes light and pale becomes dark, so that
an area is pale, hatched, and has a black edge. The same figure always gives the same bytes.

.. [1] Okabe, M. and Ito, K. (2008). Color Universal Design.
"""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.contour import QuadContourSet
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from dlnotes._validation import FloatArray

__all__ = ["COLORS", "use_book_style"]

COLORS = {
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "black": "#000000",
}
"""Okabe and Ito's colours by name, without yellow, which vanishes on white."""

LINE_STYLES: list[Any] = ["-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (8, 2))]
MARKERS = ["o", "s", "^", "D", "v", "P", "X"]

_HATCHES = ["", "//", "\\\\", "--", "||", "xx"]
FILLS = [
    (to_hex((0.75 + r / 4, 0.75 + g / 4, 0.75 + b / 4)), hatch)
    for (r, g, b), hatch in zip(map(to_rgb, COLORS.values()), _HATCHES, strict=False)
]
"""Pale colours and hatches for areas; the dark theme makes them dark."""


def use_book_style() -> None:
    """Switch Matplotlib, and a notebook's inline figures, to the style of the book.

    Examples
    --------
    >>> use_book_style()
    >>> mpl.rcParams["axes.prop_cycle"].by_key()["color"][0]
    '#0072B2'
    """
    mpl.rcParams.update(
        {
            "figure.figsize": (4.8, 3.0),
            "figure.dpi": 100,
            "figure.constrained_layout.use": True,
            "figure.facecolor": "none",
            "axes.facecolor": "none",
            "savefig.facecolor": "none",
            "axes.prop_cycle": cycler(color=COLORS.values()) + cycler(linestyle=LINE_STYLES),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": False,
            "font.size": 10,
            "axes.titlesize": 10,
            "legend.frameon": False,
            "lines.linewidth": 1.8,
            "hatch.linewidth": 0.5,
            "svg.fonttype": "none",  # real text: small, selectable, searchable
            "svg.hashsalt": "dlnotes",  # the same ids in every run
        }
    )
    try:
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:  # pragma: no cover - only in a plain Python without IPython
        return
    from IPython import get_ipython

    if get_ipython() is not None:
        set_matplotlib_formats("svg", metadata={"Date": None, "Creator": None})


def put_legend_above(ax: Axes) -> None:
    """Give the figure one legend above all its axes, with every label once."""
    figure = ax.figure
    for legend in figure.legends:
        legend.remove()
    handles: dict[str, Artist] = {}
    for axes in figure.axes:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            handles.setdefault(label, handle)
    if handles:
        figure.legend(
            handles.values(),
            handles,
            loc="outside upper center",
            ncols=2 if len(handles) == 4 else 3,
        )


def drop_needless_corners(
    contours: QuadContourSet, u: FloatArray, v: FloatArray, *, tolerance: float
) -> None:
    """Drop corners of contours that move them by less than a share of the distance in the grid."""
    # Matplotlib drops what is smaller than a ninth of its unit.
    scale = 1 / (9 * tolerance)
    units = Affine2D().scale(scale / (u[1] - u[0]), scale / (v[1] - v[0]))
    paths = [path.transformed(units).cleaned(simplify=True) for path in contours.get_paths()]
    # The last vertex only says "stop", and would count as a point at 0.
    thin = [Path(np.asarray(p.vertices)[:-1], np.asarray(p.codes)[:-1]) for p in paths]
    contours.set_paths([path.transformed(units.inverted()) for path in thin])
