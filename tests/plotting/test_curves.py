"""Curves show the middle and spread of their runs; ridges show how large a layer's numbers are."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import same_color

from dlnotes.plotting import COLORS, layer_histograms, learning_curves
from dlnotes.plotting.style import FILLS, LINE_STYLES, MARKERS

BLUE, VERMILLION = COLORS["blue"], COLORS["vermillion"]
RUNS = np.array([[4.0, 2.0, 1.0], [6.0, 2.0, 3.0], [8.0, 5.0, 8.0], [6.0, 3.0, 4.0]])


def dashes(line):
    return line._unscaled_dash_pattern


def pattern(style):
    return dashes(plt.Line2D([], [], linestyle=style))


def edges(band):
    """Lowest and highest y of a band for each x."""
    x, y = band.get_paths()[0].vertices.T
    xs = np.unique(x)
    return xs, [y[x == i].min() for i in xs], [y[x == i].max() for i in xs]


# Learning curves


def test_the_line_is_the_mean_and_the_band_the_range():
    ax = learning_curves({"loss": RUNS}, xlabel="epoch", ylabel="loss (nats)")
    (line,), (band,) = ax.lines, ax.collections
    np.testing.assert_array_equal(line.get_xdata(), [1, 2, 3])
    np.testing.assert_array_equal(line.get_ydata(), [6, 3, 4])
    x, low, high = edges(band)
    assert (x.tolist(), low, high) == ([1, 2, 3], [4, 2, 1], [8, 5, 8])
    assert same_color(band.get_facecolor()[0], (BLUE, 0.2))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "loss (nats)")


def test_quartiles_go_with_the_median():
    ax = learning_curves({"loss": RUNS}, spread="quartiles")
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [6, 2.5, 3.5])
    _, low, high = edges(ax.collections[0])
    assert (low, high) == ([5.5, 2, 2.5], [6.5, 3.5, 5])


@pytest.mark.parametrize(
    ("runs", "spread"), [(RUNS, None), (RUNS[:1], "range"), (RUNS[0], "range")]
)
def test_there_is_no_band_without_spread(runs, spread):
    ax = learning_curves({"loss": runs}, spread=spread)
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), np.atleast_2d(runs).mean(axis=0))
    assert len(ax.collections) == 0


def test_seven_labels_differ_in_colour_and_line():
    ax = learning_curves({str(i): RUNS + i for i in range(7)})
    assert [line.get_color() for line in ax.lines] == list(COLORS.values())
    assert [dashes(line) for line in ax.lines] == [pattern(style) for style in LINE_STYLES]
    assert {line.get_marker() for line in ax.lines} == {"None"}


def test_training_is_solid_and_validation_dashed_in_the_colour_and_marker_of_the_label():
    pairs = {"plain": np.stack([RUNS, RUNS + 1]), "dropout": np.stack([RUNS + 2, RUNS + 3])}
    ax = learning_curves(pairs)
    assert [dashes(line) for line in ax.lines] == [pattern("-"), pattern("--")] * 2
    assert [line.get_color() for line in ax.lines] == [BLUE, BLUE, VERMILLION, VERMILLION]
    assert [line.get_marker() for line in ax.lines] == ["o", "o", "s", "s"]
    faces = [line.get_markerfacecolor() for line in ax.lines]
    assert faces == [BLUE, "none", VERMILLION, "none"]
    assert [line.get_ydata()[0] for line in ax.lines] == [6, 7, 8, 9]
    (legend,) = ax.figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["plain", "dropout"]


def test_markers_are_few_and_shifted_from_label_to_label():
    pair = np.ones((2, 1, 60))
    ax = learning_curves({"a": pair, "b": pair})
    assert [line.get_markevery() for line in ax.lines] == [(0, 10), (0, 10), (1, 10), (1, 10)]
    ax = learning_curves({"a": pair[..., :5]})
    assert ax.lines[0].get_markevery() == (0, 1)


def test_the_best_epoch_is_marked_on_each_line():
    curves = {"training": RUNS, "validation": RUNS + 1}
    ax = learning_curves(curves, epochs=[0, 5, 10], best=5)
    first, mark, second, other_mark, vertical = ax.lines
    np.testing.assert_array_equal(first.get_xdata(), [0, 5, 10])
    np.testing.assert_array_equal(mark.get_xydata(), [[5, 3]])
    np.testing.assert_array_equal(other_mark.get_xydata(), [[5, 4]])
    assert [mark.get_marker(), other_mark.get_marker()] == MARKERS[:2]
    assert mark.get_color() == first.get_color() != second.get_color() == other_mark.get_color()
    assert list(vertical.get_xdata()) == [5, 5]
    assert vertical.get_linestyle() == ":"


def test_an_empty_label_has_no_legend():
    assert learning_curves({"": RUNS}).figure.legends == []


def test_learning_curves_draws_into_the_axes_it_is_given():
    _, ax = plt.subplots()
    assert learning_curves({"loss": RUNS}, ax=ax) is ax


SHAPES = "must have shape (T,), (R, T) or (2, R, T). Received: shape="


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"histories": {}}, "`histories` must hold 1 to 7 labels. Received: 0"),
        (
            {"histories": dict.fromkeys("abcdefgh", RUNS)},
            "`histories` must hold 1 to 7 labels. Received: 8",
        ),
        (
            {"spread": "band"},
            '`spread` must be "range", "quartiles" or None. Received: \'band\'',
        ),
        ({"histories": {"a": 3.0}}, f"`histories['a']` {SHAPES}()"),
        ({"histories": {"a": np.ones((3, 2, 4))}}, f"`histories['a']` {SHAPES}(3, 2, 4)"),
        ({"histories": {"a": np.ones((2, 2, 2, 4))}}, f"`histories['a']` {SHAPES}(2, 2, 2, 4)"),
        ({"histories": {"a": [1, np.inf]}}, "`histories['a']` must be finite. Received: inf"),
        (
            {"histories": {"a": RUNS, "b": RUNS.T}},
            "`histories` must all have one number of epochs. Received: 3 for 'a', 4 for 'b'",
        ),
        ({"epochs": [1, 2]}, "`epochs` must have shape (3,). Received: shape=(2,)"),
        ({"epochs": [1, 4, 4]}, "`epochs` must rise. Received: 4, 4"),
        ({"best": 0}, "`best` must be one of the epochs. Received: 0"),
    ],
)
def test_learning_curves_refuses_what_it_cannot_draw(arguments, message):
    with pytest.raises((ValueError, TypeError)) as caught:
        learning_curves(**({"histories": {"a": RUNS}} | arguments))
    assert str(caught.value) == message
    assert plt.get_fignums() == []


# Histograms of layers


def baseline(ax):
    return dict(zip((t.get_text() for t in ax.get_yticklabels()), ax.get_yticks(), strict=True))


def test_the_first_layer_is_on_top_and_each_has_its_name():
    ax = layer_histograms([[1.0], [2.0], [3.0]], ["first", "second", "third"])
    assert baseline(ax) == {"first": 2, "second": 1, "third": 0}
    assert ax.get_xscale() == "log"
    assert ax.get_ylim() == (-0.3, 3)


def test_a_ridge_stands_where_the_sizes_are_and_a_diamond_at_their_median():
    values = [np.array([[1e-6, -1e-4], [1e-5, -1e-5]]), np.array([0.02, 0.05, -0.03])]
    ax = layer_histograms(values, ["a", "b"])
    for ridge, diamond, numbers, y in zip(
        ax.collections, ax.lines[1::2], values, [1, 0], strict=True
    ):
        x, low, high = edges(ridge)
        bin_width = 10 ** (5 / 48)
        assert set(low) == {y}
        assert np.abs(numbers).min() / bin_width**1.5 < x[0] < np.abs(numbers).min()
        assert np.abs(numbers).max() < x[-1] < np.abs(numbers).max() * bin_width**1.5
        assert (high[0], high[-1]) == (y, y)
        assert diamond.get_marker() == "D"
        np.testing.assert_allclose(
            diamond.get_xydata(), [[np.median(np.abs(numbers)), y]], rtol=1e-12
        )
        assert same_color(ridge.get_facecolor()[0], FILLS[0][0])
        assert same_color(ridge.get_edgecolor()[0], BLUE)
    assert ax.get_xlim() == pytest.approx((1e-6, 1e-1))


def test_ridges_share_one_scale_of_shares():
    values = [[1e-3] * 4, [1e-3, 1e-3, 1e-1, 1e-1], [1e-3, 0, 0, 0]]
    ax = layer_histograms(values, ["all", "half", "quarter"])
    tops = [max(edges(ridge)[2]) - y for ridge, y in zip(ax.collections, [2, 1, 0], strict=True)]
    assert tops == pytest.approx([0.9, 0.45, 0.225])


def test_zeros_are_counted_at_the_right():
    ax = layer_histograms([[0, 0, 1], [1, 2, 3], [0, 0, 0]], ["a", "b", "c"])
    texts = [(text.get_text(), text.get_position()) for text in ax.texts]
    assert texts == [("0: 66.7 %", (1.01, 2)), ("0: 100.0 %", (1.01, 0))]
    assert len(ax.collections) == 2


@pytest.mark.parametrize(
    ("values", "limits"),
    [
        ([[2.0]], (1, 10)),
        ([np.float32([1e-45, 1])], (1e-45, 10)),
        ([[5e-324, 1e-310]], (1e-323, 1e-309)),
        ([[1e200], [1e-200]], (1e-200, 1e201)),
    ],
)
def test_the_axis_has_whole_decades_however_small_or_large(values, limits):
    ax = layer_histograms(values, [""] * len(values))
    ax.figure.draw_without_rendering()
    assert ax.get_xlim() == pytest.approx(limits, rel=1e-9)


def test_more_layers_make_a_higher_figure():
    heights = [layer_histograms([[1]] * n, [""] * n).figure.get_figheight() for n in (1, 10, 20)]
    assert heights == [3, 3, 5]


def test_layer_histograms_draws_into_the_axes_it_is_given():
    _, ax = plt.subplots()
    assert layer_histograms([[1.0]], ["a"], ax=ax) is ax


ONE_EACH = "`values` and `labels` must hold one entry for each layer. Received: "


@pytest.mark.parametrize(
    ("values", "labels", "message"),
    [
        ([], [], ONE_EACH + "0 arrays, 0 texts"),
        ([[1]], ["a", "b"], ONE_EACH + "1 arrays, 2 texts"),
        ([[1], []], ["a", "b"], "`values[1]` must not be empty. Received: shape=(0,)"),
        ([[1, np.inf]], ["a"], "`values[0]` must be finite. Received: inf"),
        ([[0], [0]], ["a", "b"], "`values` must hold a number other than 0. Received: zeros only"),
        ([["x"]], ["a"], "`values[0]` must be real numbers. Received: dtype=<U1"),
    ],
)
def test_layer_histograms_refuses_what_it_cannot_draw(values, labels, message):
    with pytest.raises((ValueError, TypeError)) as caught:
        layer_histograms(values, labels)
    assert str(caught.value) == message
    assert plt.get_fignums() == []
