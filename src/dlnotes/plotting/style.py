"""The one style of every figure in the book.

Lines are vector graphics with real text, the palette is Okabe and Ito's [1]_, and colour never
speaks alone: the cycle changes line style with colour. Figures are drawn in black on nothing; the
site's style sheet turns them for the dark theme. The same figure always gives the same bytes.

.. [1] Okabe, M. and Ito, K. (2008). Color Universal Design.
"""

from __future__ import annotations

import matplotlib as mpl
from cycler import cycler

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

_LINE_STYLES = ["-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (8, 2))]


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
            "axes.prop_cycle": cycler(color=COLORS.values()) + cycler(linestyle=_LINE_STYLES),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": False,
            "font.size": 10,
            "axes.titlesize": 10,
            "legend.frameon": False,
            "lines.linewidth": 1.8,
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
