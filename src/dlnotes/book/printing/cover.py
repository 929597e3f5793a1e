"""The cover, drawn in the colours of the book."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["draw_cover"]

_RINGS = {
    "en": ["AI", "machine learning", "neural networks", "deep learning"],
    "ko": ["인공지능", "머신러닝", "신경망", "딥러닝"],
}
_NIGHT, _PAPER = "#0b2239", "#ffffff"
_FILLS = ["#0072B2", "#009E73", "#E69F00", "#D55E00"]


def draw_cover(
    file: Path, titles: list[tuple[str, str]], *, size: tuple[float, float] = (6.25, 10)
) -> None:
    """Draw nested circles, from AI to deep learning, below the title of the book.

    Parameters
    ----------
    file : Path
        Where to; its suffix says whether it becomes points or lines.
    titles : list of (str, str)
        For each language that the book has, its code and the title.
    size : tuple of float
        Width and height in inches.
    """
    import koreanize_matplotlib  # noqa: F401 - registers its font
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.patches import Circle

    settings: Any = {
        "font.family": ["NanumGothic"],
        "svg.fonttype": "path",
        "svg.hashsalt": "cover",
    }
    with rc_context(settings):
        figure = Figure(figsize=size, facecolor=_NIGHT)
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, 1), ylim=(0, size[1] / size[0]))
        axes.set_axis_off()
        words = _RINGS.get(titles[0][0], _RINGS["en"])
        for i, (word, fill) in enumerate(zip(words, _FILLS, strict=True)):
            radius = 0.4 * (1 - 0.22 * i)
            axes.add_patch(Circle((0.5, 0.12 + radius), radius, fc=fill, ec=_PAPER, lw=2.5))
            y = 0.12 + 2 * radius - (0.09 if i < len(words) - 1 else radius)
            axes.text(0.5, y, word, color=_PAPER, size=2.5 * size[0], ha="center", va="center")
        y = size[1] / size[0] - 0.13
        for code, title in titles:
            name, _, rest = title.partition(": ")
            if code == titles[0][0]:
                axes.text(0.1, y, name, color=_PAPER, size=8.5 * size[0], weight="bold", va="top")
                y -= 0.19
            axes.text(0.1, y, rest, color=_PAPER, size=3.4 * size[0], va="top")
            y -= 0.085
        metadata: dict[str, Any] = {"Date": None} if file.suffix == ".svg" else {"Software": None}
        figure.savefig(file, dpi=200, facecolor=_NIGHT, metadata=metadata)
