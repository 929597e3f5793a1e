"""The drawings say what they were told, put it where it belongs, and come out the same twice."""

import re
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import LineCollection

from dlnotes.plotting import nested_sets, network_diagram, scan_grid

RINGS = ["artificial intelligence", "machine learning", "neural networks", "deep learning"]


def words(ax):
    return [text.get_text() for text in ax.texts]


# Nested sets


def circles(ax):
    return [(patch.center[1], patch.radius) for patch in ax.patches]


def test_each_ring_lies_inside_the_one_before():
    rings = circles(nested_sets(RINGS))
    assert len(rings) == 4
    for (outer, big), (inner, small) in pairwise(rings):
        assert small < big
        assert abs(outer - inner) + small <= big  # touches at the bottom, crosses nowhere


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_words_stand_in_their_own_ring_and_not_in_the_next(n):
    ax = nested_sets(RINGS[:n], [f"member {i}" for i in range(n)])
    rings = circles(ax)
    for i in range(n):
        for text in ax.texts[2 * i : 2 * i + 2]:
            x, y = text.get_position()
            inside = [np.hypot(x, y - centre) < radius for centre, radius in rings]
            assert inside == [j <= i for j in range(n)]


def test_drawn_words_do_not_overlap_and_stay_inside_their_circle():
    ax = nested_sets(RINGS, ["rules: 70 % right", "nearest: 90 %", "shallow: 90 %", "deep:\n90 %"])
    ax.figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.texts]
    for i, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:i])
        corners = ax.transData.inverted().transform(box.corners())
        centre, radius = circles(ax)[i // 2]
        assert np.hypot(corners[:, 0], corners[:, 1] - centre).max() < radius


def test_rings_differ_by_line_style_as_well_as_by_colour():
    patches = nested_sets(RINGS).patches
    assert len({p.get_linestyle() for p in patches}) == 4
    assert len({p.get_edgecolor() for p in patches}) == 4


def test_nested_sets_draws_into_the_axes_it_is_given():
    _, ax = plt.subplots()
    assert nested_sets(["all"], ax=ax) is ax
    assert words(ax) == ["all"]


@pytest.mark.parametrize("n", [0, 5])
def test_nested_sets_refuses_too_few_or_too_many(n):
    with pytest.raises(ValueError, match=re.escape(f"must hold 1 to 4 names. Received: {n}")):
        nested_sets(["a"] * n)


def test_nested_sets_refuses_members_that_do_not_match():
    message = "`members` must hold one text for each label. Received: 1 texts for 2 labels"
    with pytest.raises(ValueError, match=re.escape(message)):
        nested_sets(["a", "b"], ["c"])


# Networks


def units(ax):
    return [line for line in ax.lines if line.get_marker() != "."]


def connections(ax):
    (lines,) = [c for c in ax.collections if isinstance(c, LineCollection)]
    return lines.get_segments()


def test_small_layers_are_drawn_in_full_and_fully_connected():
    ax = network_diagram([2, 3, 1])
    assert [len(line.get_xdata()) for line in units(ax)] == [2, 3, 1]
    assert len(connections(ax)) == 2 * 3 + 3 * 1
    assert words(ax) == ["2", "3", "1"]


def test_units_do_not_coincide_and_are_centred():
    ax = network_diagram([1, 6, 7, 64], max_units=7)
    for line in units(ax):
        heights = np.sort(line.get_ydata())
        assert np.all(np.diff(heights) >= 1 - 1e-9)
        assert np.mean(heights) == pytest.approx(0)


def test_a_large_layer_is_cut_and_marked_by_dots():
    ax = network_diagram([64, 10], max_units=6)
    assert [len(line.get_xdata()) for line in units(ax)] == [6, 6]
    dots = [line for line in ax.lines if line.get_marker() == "."]
    assert [set(line.get_xdata()) for line in dots] == [{0}, {1}]
    assert words(ax) == ["64", "10"]


def test_the_input_is_no_unit():
    first, *others = units(network_diagram([3, 2, 2]))
    assert first.get_marker() == "s"
    assert {line.get_marker() for line in others} == {"o"}


def test_labels_below_and_weights_between():
    ax = network_diagram([2, 2, 2], labels=["in", "hidden\n2 units", "out"], weights=["W1", "W2"])
    assert words(ax) == ["in", "hidden\n2 units", "out", "W1", "W2"]
    assert [text.get_position()[0] for text in ax.texts] == [0, 1, 2, 0.5, 1.5]
    ax.figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert all(ax.bbox.y0 - 1 <= box.y0 and box.y1 <= ax.bbox.y1 + 1 for box in boxes)


def test_network_diagram_draws_into_the_axes_it_is_given():
    _, ax = plt.subplots()
    assert network_diagram([1, 1], ax=ax) is ax


@pytest.mark.parametrize("sizes", [[], [3], [3, 0]])
def test_network_diagram_refuses_sizes_that_are_no_network(sizes):
    message = f"`sizes` must hold two or more numbers from 1. Received: sizes={sizes}"
    with pytest.raises(ValueError, match=re.escape(message)):
        network_diagram(sizes)


def test_network_diagram_refuses_to_show_fewer_than_two_units():
    with pytest.raises(ValueError, match=re.escape("`max_units` must be at least 2. Received: 1")):
        network_diagram([2, 2], max_units=1)


@pytest.mark.parametrize(("name", "n"), [("labels", 2), ("weights", 1)])
def test_network_diagram_refuses_texts_that_do_not_match(name, n):
    message = f"`{name}` must hold {n} texts. Received: 3"
    with pytest.raises(ValueError, match=re.escape(message)):
        network_diagram([2, 2], **{name: ["a", "b", "c"]})


# Scans


def test_every_image_gets_its_caption_and_every_row_its_label():
    images = np.linspace(0, 1, 2 * 3 * 16).reshape(2, 3, 4, 4)
    figure = scan_grid(images, [["a", "b", "c"], ["d", "e", "f"]], row_labels=["one", "two"])
    assert [ax.get_xlabel() for ax in figure.axes] == list("abcdef")
    assert [text.get_text() for text in figure.texts] == ["one", "two"]
    for ax, image in zip(figure.axes, images.reshape(6, 4, 4), strict=True):
        np.testing.assert_array_equal(ax.images[0].get_array(), image)


@pytest.mark.parametrize("shape", [(8, 8), (6, 3)])
def test_pixels_are_square_and_nothing_overlaps_or_leaves_the_figure(shape):
    figure = scan_grid(np.zeros((3, 4, *shape)), [["1 → 7"] * 4] * 3, row_labels=["a", "b", "c"])
    figure.draw_without_rendering()
    boxes = [ax.get_tightbbox() for ax in figure.axes]
    boxes += [text.get_window_extent() for text in figure.texts]
    for i, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:i])
        assert np.all(figure.bbox.min <= box.min)
        assert np.all(box.max <= figure.bbox.max)
    for ax in figure.axes:
        assert ax.bbox.height / ax.bbox.width == pytest.approx(shape[0] / shape[1])


def test_ink_is_black_and_paper_is_clear():
    figure = scan_grid(np.array([0.0, 0.5, 1.0]).reshape(1, 1, 1, 3), [[""]])
    rgba = figure.axes[0].images[0].to_rgba(np.array([0.0, 0.5, 1.0]))
    np.testing.assert_array_equal(rgba[:, :3], 0)
    np.testing.assert_allclose(rgba[:, 3], [0, 0.5, 1], atol=1 / 255)


def test_scan_grid_refuses_images_of_another_shape():
    message = "`images` must have the shape (R, C, H, W). Received: shape=(8, 8)"
    with pytest.raises(ValueError, match=re.escape(message)):
        scan_grid(np.zeros((8, 8)), [[""]])


def test_scan_grid_refuses_captions_that_do_not_match():
    message = "`captions` must hold 2 rows of 1 texts. Received: rows of [1]"
    with pytest.raises(ValueError, match=re.escape(message)):
        scan_grid(np.zeros((2, 1, 4, 4)), [["a"]])
    with pytest.raises(ValueError, match=re.escape("Received: rows of [1, 2]")):
        scan_grid(np.zeros((2, 1, 4, 4)), [["a"], ["b", "c"]])


def test_scan_grid_refuses_row_labels_that_do_not_match():
    with pytest.raises(ValueError, match=re.escape("`row_labels` must hold 1 texts. Received: 2")):
        scan_grid(np.zeros((1, 1, 4, 4)), [["a"]], row_labels=["b", "c"])


# All of them


@pytest.mark.parametrize(
    "draw",
    [
        lambda: nested_sets(RINGS).figure,
        lambda: network_diagram([64, 3, 10]).figure,
        lambda: scan_grid(np.eye(8).reshape(1, 1, 8, 8), [["1"]]),
    ],
    ids=["nested_sets", "network_diagram", "scan_grid"],
)
def test_the_same_call_gives_the_same_bytes_and_nothing_opaque_behind(draw, svg):
    figure = draw()
    first = svg(figure)
    assert first == svg(figure) == svg(draw())
    assert b"#ffffff" not in first
