"""The style of figures: the same bytes in every run, real text, readable colours."""

import subprocess
import sys

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from dlnotes.plotting import COLORS, use_book_style
from dlnotes.plotting.style import FILLS, drop_needless_corners, put_legend_above

DRAW = """
import sys
import matplotlib
matplotlib.use("svg")
import matplotlib.pyplot as plt
from dlnotes.plotting import use_book_style
use_book_style()
plt.plot([1, 2, 3], label="rise")
plt.legend()
plt.savefig(sys.stdout.buffer, format="svg", metadata={"Date": None, "Creator": None})
"""


def test_the_same_figure_gives_the_same_bytes_in_another_process():
    command = [sys.executable, "-c", DRAW]
    first, second = (
        subprocess.run(command, capture_output=True, check=True).stdout for _ in range(2)
    )
    assert first == second
    assert b"<text" in first
    assert b"rise" in first


def test_colour_never_speaks_alone():
    use_book_style()
    cycle = mpl.rcParams["axes.prop_cycle"].by_key()
    assert cycle["color"] == list(COLORS.values())
    assert len({str(style) for style in cycle["linestyle"]}) == len(COLORS)


@pytest.mark.parametrize("color", [c for c in COLORS.values() if c != COLORS["black"]])
def test_colours_stand_out_from_white(color):
    """At least 1.9 to 1 (the sky blue), by the contrast formula of WCAG 2."""
    channels = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4
                for c in mpl.colors.to_rgb(color)]  # fmt: skip
    luminance = 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
    assert 1.05 / (luminance + 0.05) > 1.9


def test_notebook_figures_are_vector_graphics_without_a_date(monkeypatch):
    import IPython
    from matplotlib_inline import backend_inline

    calls = []
    monkeypatch.setattr(IPython, "get_ipython", object)
    monkeypatch.setattr(
        backend_inline, "set_matplotlib_formats", lambda *a, **k: calls.append((a, k))
    )
    use_book_style()
    assert calls == [(("svg",), {"metadata": {"Date": None, "Creator": None}})]


def test_one_legend_holds_the_labels_of_all_axes_once():
    figure, axes = plt.subplots(1, 2)
    axes[0].plot([1, 2], label="training")
    put_legend_above(axes[0])
    axes[1].plot([1, 2], label="training")
    axes[1].plot([2, 1], label="validation")
    put_legend_above(axes[1])
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["training", "validation"]
    axes[0].set_title("title")
    figure.draw_without_rendering()
    lowest = legend.get_window_extent().y0
    assert all(ax.get_tightbbox().y1 <= lowest for ax in axes)


@pytest.mark.parametrize(("n", "columns"), [(1, 1), (3, 3), (4, 2), (5, 3), (7, 3)])
def test_a_legend_is_no_wider_than_three_columns(n, columns):
    _, ax = plt.subplots()
    for i in range(n):
        ax.plot([1, 2], label=str(i))
    put_legend_above(ax)
    ax.figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.figure.legends[0].get_texts()]
    assert len({round(box.x0) for box in boxes}) == columns


def test_without_labels_there_is_no_legend():
    figure, ax = plt.subplots()
    ax.plot([1, 2])
    put_legend_above(ax)
    assert figure.legends == []


def test_fills_are_pale_in_the_colour_of_their_name():
    for (fill, _), color in zip(FILLS, COLORS.values(), strict=False):
        pale = 1 - np.array(mpl.colors.to_rgb(fill))
        full = 1 - np.array(mpl.colors.to_rgb(color))
        np.testing.assert_allclose(pale, full / 4, atol=1 / 255)


def test_needless_corners_go_and_the_others_stay():
    u, v = np.linspace(0, 2, 21), np.linspace(5, 6, 21)
    height = np.minimum(*np.meshgrid(u - 0.95, v - 5.25))
    _, ax = plt.subplots()
    line = ax.contour(u, v, height, [0])
    assert len(line.get_paths()[0].vertices) > 20
    drop_needless_corners(line, u, v, tolerance=0.1)
    (path,) = line.get_paths()
    ends = sorted(path.vertices[[0, -1]].tolist())
    np.testing.assert_allclose(ends, [[0.95, 6], [2, 5.25]], atol=1e-9)
    assert len(path.vertices) <= 5
    corner = np.linalg.norm(path.vertices - [0.95, 5.25], axis=1).min()
    assert corner < 0.1


def test_a_larger_tolerance_drops_more():
    u = np.linspace(-1, 1, 41)
    _, ax = plt.subplots()
    counts = []
    for tolerance in (0.01, 0.1, 0.45):
        ring = ax.contour(u, u, np.hypot(*np.meshgrid(u, u)), [0.8])
        drop_needless_corners(ring, u, u, tolerance=tolerance)
        vertices = ring.get_paths()[0].vertices
        np.testing.assert_allclose(np.hypot(*vertices.T), 0.8, atol=0.05 * (0.1 + 2 * tolerance))
        counts.append(len(vertices))
    assert counts[0] > 1.5 * counts[1] > 2 * counts[2]
