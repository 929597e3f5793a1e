"""What holds of every drawing of data: the same bytes each time, few of them, nothing white."""

import copy

import matplotlib.pyplot as plt
import numpy as np
import pytest

from dlnotes.plotting import (
    computational_graph,
    decision_regions,
    layer_histograms,
    learning_curves,
    loss_surface,
    polygons,
)

RNG = np.random.default_rng(0)
POINTS = RNG.normal(size=(150, 2))
LABELS = (np.hypot(*POINTS.T) > 1).astype(int) + (POINTS[:, 0] > 1)
WAYS = {name: np.cumsum(RNG.normal(size=(100, 2)), axis=0) / 10 for name in ("SGD", "Adam", "GD")}
HISTORIES = {name: RNG.uniform(size=(2, 5, 100)) for name in ("plain", "dropout")}
LAYERS = [RNG.normal(size=500) * 0.3**i for i in range(20)]
NAMES = [str(i) for i in range(20)]
SQUARES = [
    np.array([[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]]) for i in range(8) for j in range(8)
]
NODES = {"x": "x", "f": "f", "y": "y"}
EDGES = [("x", "f", "1.00", "−0.25"), ("f", "y", "2.00", "0.50")]


def rings(x):
    return (np.hypot(*x.T) > 1).astype(int) + (x[:, 0] > 1)


def bumps(x, y):
    return np.sin(2 * x) * np.cos(2 * y) + 0.1 * (x**2 + y**2)


# Each with typical data.
DRAWINGS = {
    "decision_regions": lambda: decision_regions(rings, POINTS, LABELS, labels=["a", "b", "c"]),
    "loss_surface": lambda: loss_surface(bumps, (-3, 3), (-2, 2), paths=WAYS),
    "learning_curves": lambda: learning_curves(HISTORIES, best=50, xlabel="epoch"),
    "layer_histograms": lambda: layer_histograms(LAYERS, NAMES),
    "polygons": lambda: polygons(SQUARES),
    "computational_graph": lambda: computational_graph(NODES, EDGES),
}
DATA = (POINTS, LABELS, WAYS, HISTORIES, LAYERS, NAMES, SQUARES, NODES, EDGES)
BEFORE = copy.deepcopy(DATA)

each_drawing = pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)


@each_drawing
def test_the_same_call_gives_the_same_bytes_few_of_them_and_no_white(draw, svg):
    first = svg(draw())
    assert first == svg(draw())
    assert len(first) < 60_000
    assert b"#ffffff" not in first
    assert b"<image" not in first
    assert b"NaN" not in first


@each_drawing
def test_text_and_marks_stay_in_a_figure_as_wide_as_the_page(draw):
    ax = draw()
    assert ax.figure.get_figwidth() == 4.8
    ax.figure.draw_without_rendering()
    box = ax.get_tightbbox()
    assert np.all(ax.figure.bbox.min <= box.min + 1)
    assert np.all(box.max <= ax.figure.bbox.max + 1)
    assert min(text.get_fontsize() for text in [*ax.texts, *ax.get_xticklabels()]) >= 10


@each_drawing
def test_data_stay_as_they_were(draw):
    draw()
    np.testing.assert_equal(DATA, BEFORE)


@each_drawing
def test_one_new_figure_with_one_axes_is_made(draw):
    draw()
    assert len(plt.get_fignums()) == 1
    assert len(plt.gcf().axes) == 1
