"""Regions show what was predicted, differ by more than colour, and keep neighbours apart."""

from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.contour import QuadContourSet
from matplotlib.path import Path

from dlnotes.plotting import COLORS, decision_regions, polygons
from dlnotes.plotting.style import FILLS, MARKERS

SQUARE = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])


def step(x):
    """The labels of AND."""
    return (x.sum(axis=1) > 1.5).astype(int)


def areas(ax):
    return [c for c in ax.collections if isinstance(c, QuadContourSet) and c.filled]


def boundaries(ax):
    return [c for c in ax.collections if isinstance(c, QuadContourSet) and not c.filled]


def rings(area):
    (path,) = area.get_paths()
    return np.split(path.vertices, np.flatnonzero(path.codes == Path.MOVETO)[1:])


def area_at(ax, point):
    """The fill (colour, hatch) that a point lies in; a ring in a ring is a hole."""
    found = [
        area
        for area in areas(ax)
        if sum(Path(ring).contains_point(point) for ring in rings(area)) % 2
    ]
    (area,) = found
    return to_hex(area.get_facecolor()[0]), area.hatches[0]


def size(area):
    """Its area; holes run the other way round and count as negative."""
    return sum(
        0.5 * np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)) for x, y in (r.T for r in rings(area))
    )


# Decision regions


def test_each_point_lies_in_the_area_of_its_predicted_class():
    ax = decision_regions(step, SQUARE, [0, 0, 0, 1])
    assert [area_at(ax, p) for p in SQUARE] == [FILLS[0], FILLS[0], FILLS[0], FILLS[1]]


def test_the_boundary_is_where_the_prediction_changes():
    edges = boundaries(decision_regions(step, SQUARE, [0, 0, 0, 1]))
    assert len(edges) == 2  # one for each side
    cell = 1.4 / 149
    for edge in edges:
        (path,) = edge.get_paths()
        np.testing.assert_allclose(path.vertices.sum(axis=1), 1.5, atol=cell)
        assert to_hex(edge.get_edgecolor()[0]) == COLORS["black"]
        assert edge.get_linewidth()[0] == 1


@pytest.mark.parametrize("columns", [1, 2])
def test_probabilities_put_the_boundary_at_one_half_exactly(columns):
    def predict(x):
        p = np.clip(x[:, :1] - 0.03, 0, 1)
        return p if columns == 1 else np.hstack([1 - p, p])

    ax = decision_regions(predict, SQUARE, [0, 1, 0, 1], resolution=20)
    (path,) = boundaries(ax)[0].get_paths()
    np.testing.assert_allclose(path.vertices[:, 0], 0.53, atol=1e-12)
    assert area_at(ax, (0.5, 0.5)) == FILLS[0]
    assert area_at(ax, (0.56, 0.5)) == FILLS[1]


def test_areas_cover_the_picture_once():
    centres = np.array([[0, 0], [1, 0], [0.5, 1]])

    def nearest(x):
        return -((x[:, None] - centres) ** 2).sum(axis=2)

    ax = decision_regions(nearest, SQUARE, [0, 1, 2, 2])
    sizes = [size(area) for area in areas(ax)]
    assert len(sizes) == 3
    assert min(sizes) > 0.3
    assert sum(sizes) == pytest.approx(1.4**2, rel=1e-3)
    assert ax.get_xlim() == pytest.approx((-0.2, 1.2))
    assert ax.get_ylim() == pytest.approx((-0.2, 1.2))


def test_an_island_is_a_hole_in_the_area_around_it():
    ax = decision_regions(lambda x: np.hypot(*(x - 0.5).T) < 0.3, SQUARE, [0, 0, 0, 0])
    assert area_at(ax, (0.5, 0.5)) == FILLS[1]
    assert area_at(ax, (0.5, 0.9)) == FILLS[0]
    around, island = map(size, areas(ax))
    assert island == pytest.approx(np.pi * 0.3**2, rel=0.02)
    assert around + island == pytest.approx(1.4**2, rel=1e-3)


def test_points_of_a_class_share_a_marker_and_a_colour():
    x = np.vstack([SQUARE, SQUARE + 0.1])
    y = np.array([3, 3, -1, 3, -1, -1, 3, 3])
    ax = decision_regions(lambda x: np.where(x[:, 0] < 0.5, -1.0, 3.0), x, y)
    for line, label, marker, color in zip(ax.lines, [-1, 3], "os", COLORS.values(), strict=False):
        np.testing.assert_array_equal(line.get_xydata(), x[y == label])
        assert line.get_marker() == marker
        assert line.get_color() == color
        assert line.get_markeredgecolor() == "black"
        assert line.get_linestyle() == "None"


def test_six_classes_differ_in_colour_hatch_and_marker():
    x = np.column_stack([np.arange(6.0), np.zeros(6)])
    ax = decision_regions(lambda p: np.clip(np.round(p[:, 0]), 0, 5), x, np.arange(6))
    assert [area_at(ax, p) for p in x] == FILLS
    assert len({color for color, _ in FILLS}) == len({hatch for _, hatch in FILLS}) == 6
    assert [line.get_marker() for line in ax.lines] == MARKERS[:6]
    assert all(to_hex(area.get_edgecolor()[0]) == COLORS["black"] for area in areas(ax))


def test_the_classes_of_points_and_predictions_need_not_be_the_same():
    ax = decision_regions(lambda x: np.zeros(len(x)), [[1, 1], [1, 2]], [1, -1])
    assert boundaries(ax) == []
    assert area_at(ax, (1, 1)) == FILLS[1]  # class 0, between -1 and 1
    assert [len(line.get_xdata()) for line in ax.lines] == [1, 0, 1]


def test_a_lone_point_and_class_has_a_picture():
    ax = decision_regions(lambda x: np.zeros(len(x)), [[1, 2]], [0])
    assert area_at(ax, (1, 2)) == FILLS[0]
    assert ax.get_xlim() == pytest.approx((0.8, 1.2))


def test_predict_is_asked_once_on_a_grid_of_the_resolution():
    asked = []

    def predict(x):
        asked.append(x)
        return step(x)

    decision_regions(predict, SQUARE.astype(np.float32), [0, 0, 0, 1], resolution=3)
    (grid,) = asked
    assert grid.dtype == np.float32
    first = [[-0.2, -0.2], [0.5, -0.2], [1.2, -0.2], [-0.2, 0.5]]
    np.testing.assert_allclose(grid[:4], first, rtol=1e-6)
    assert grid.shape == (9, 2)


def test_a_finer_grid_is_only_a_finer_grid():
    ax = decision_regions(step, SQUARE, [0, 0, 0, 1])
    assert len(boundaries(ax)[0].get_paths()[0].vertices) < 75  # of 150, no needless corners


def test_labels_stand_in_a_legend():
    ax = decision_regions(step, SQUARE, [0, 0, 0, 1], labels=["false", "true"])
    (legend,) = ax.figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["false", "true"]
    assert decision_regions(step, SQUARE, [0, 0, 0, 1]).figure.legends == []


def test_decision_regions_draws_into_the_axes_it_is_given():
    _, ax = plt.subplots()
    assert decision_regions(step, SQUARE, [0, 0, 0, 1], ax=ax) is ax


SHAPE = "`predict` must return whole labels (4,) or scores (4, K). Received: "


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": SQUARE[:, 0]}, "`x` must have shape (N, 2). Received: shape=(4,)"),
        ({"x": SQUARE / [1, np.nan]}, "`x` must not contain NaN. Received: 4 NaN"),
        ({"y": [0, 1]}, "`y` must have shape (4,). Received: shape=(2,)"),
        ({"resolution": 1}, "`resolution` must be at least 2. Received: 1"),
        ({"labels": ["one"]}, "`labels` must hold 2 texts. Received: 1"),
        (
            {"predict": lambda _: [0, 1, 5, 6], "y": [2, 3, 4, 4]},
            "`y` must name at most 6 classes. Received: 7",
        ),
        ({"predict": lambda x: x[:3, 0]}, SHAPE + "shape=(3,), dtype=float64"),
        ({"predict": lambda x: x[:, 0]}, SHAPE + "shape=(4,), dtype=float64"),
        ({"predict": lambda x: x[:3]}, SHAPE + "shape=(3, 2), dtype=float64"),
        ({"predict": lambda x: x[None]}, SHAPE + "shape=(1, 4, 2), dtype=float64"),
        (
            {"predict": lambda x: x * np.nan},
            "`predict(points)` must not contain NaN. Received: 8 NaN",
        ),
        (
            {"predict": lambda x: x, "y": [0, 1, 2, 0]},
            "`y` must be at most 1. Received: 2",
        ),
        ({"predict": lambda x: x, "y": [0, 1, -1, 0]}, "`y` must be at least 0. Received: -1"),
    ],
)
def test_decision_regions_refuses_what_it_cannot_draw(change, message):
    arguments = {"predict": step, "x": SQUARE, "y": [0, 0, 0, 1], "resolution": 2} | change
    with pytest.raises((ValueError, TypeError)) as caught:
        decision_regions(**arguments)
    assert str(caught.value) == message
    assert plt.get_fignums() == []


def test_decision_regions_refuses_labels_that_are_no_integers():
    with pytest.raises(TypeError) as caught:
        decision_regions(step, SQUARE, [0.0, 0.0, 0.0, 1.0])
    assert str(caught.value) == "`y` must be integers. Received: dtype=float64"


# Polygons


def fill_of(ax, piece):
    """Which fill a piece has."""
    found = [
        (to_hex(c.get_facecolor()[0]), c.get_hatch() or "")
        for c in ax.collections
        if any(np.array_equal(path.vertices[:-1], piece) for path in c.get_paths())
    ]
    (fill,) = found
    return fill


def cells(rows, columns):
    """A grid of unit squares; its rows are shifted, as bricks are, by half a square each."""
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    return [corners + np.array([j + 0.5 * i, i]) for i in range(rows) for j in range(columns)]


def test_every_piece_is_drawn_once_with_a_black_outline():
    pieces = [np.array([[0, 0], [1, 0], [0, 1]]), np.array([[1, 0], [1, 1], [0, 1]])]
    ax = polygons(pieces)
    assert [fill_of(ax, piece) for piece in pieces] == FILLS[:2]
    for area in ax.collections:
        assert to_hex(area.get_edgecolor()[0]) == COLORS["black"]
        assert area.get_linewidth()[0] == 0.8
    assert ax.get_xlim() == ax.get_ylim() == (0, 1)


@pytest.mark.parametrize("turned", [False, True])
def test_neighbours_differ_even_where_corners_meet_edges(turned):
    pieces = cells(4, 4)
    if turned:
        pieces = [piece @ np.array([[0.6, -0.8], [0.8, 0.6]]) * 1e-3 for piece in pieces]
    fills = [fill_of(polygons(pieces), piece) for piece in pieces]
    for i, j in combinations(range(16), 2):
        (row, column), (other_row, other_column) = divmod(i, 4), divmod(j, 4)
        shift = other_column - column + 0.5 * (other_row - row)
        touch = abs(shift) < 1 if other_row == row + 1 else other_row == row and shift == 1
        assert not touch or fills[i] != fills[j]
    assert len(set(fills)) <= 4


def test_pieces_that_share_only_a_corner_may_look_the_same():
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    shifts = np.array([[0, 0], [1, 1], [1, 0], [0, 1], [5, 5]])
    pieces = [square + shift for shift in shifts]
    fills = [fill_of(polygons(pieces), piece) for piece in pieces]
    assert fills == [FILLS[0], FILLS[0], FILLS[1], FILLS[1], FILLS[0]]


def test_a_corner_given_twice_does_no_harm():
    pieces = [np.array([[0, 0], [1, 0], [1, 0], [0, 1]]), np.array([[1, 0], [1, 1], [0, 1]])]
    ax = polygons(pieces)
    assert fill_of(ax, pieces[0]) != fill_of(ax, pieces[1])


def test_when_fills_run_out_some_are_used_again():
    bars = [np.array([[0, i], [1, i], [1, i + 1], [0, i + 1]]) for i in range(7)]
    crossing = np.array([[1, 0], [2, 0], [2, 7], [1, 7]])
    overlapping = [np.array([[0, 0], [1, 0], [1, 1 + i], [0, 1 + i]]) for i in range(8)]
    ax = polygons([*bars, crossing])
    assert fill_of(ax, crossing) == FILLS[2]  # the bars take turns with two
    ax = polygons(overlapping)
    assert [fill_of(ax, p) for p in overlapping] == [*FILLS, FILLS[0], FILLS[1]]


def test_polygons_draws_into_the_axes_it_is_given():
    _, ax = plt.subplots()
    assert polygons(cells(1, 1), ax=ax) is ax


@pytest.mark.parametrize(
    ("pieces", "message"),
    [
        ([], "`polygons` must not be empty. Received: 0 polygons"),
        ([[[0, 0], [1, 1]]], "`polygons[0]` must have at least 3 corners. Received: 2"),
        ([*cells(1, 1), [0, 1]], "`polygons[1]` must have shape (V, 2). Received: shape=(2,)"),
        ([[[0, 0], [1, 1], [0, np.inf]]], "`polygons[0]` must be finite. Received: inf"),
    ],
)
def test_polygons_refuses_what_it_cannot_draw(pieces, message):
    with pytest.raises((ValueError, TypeError)) as caught:
        polygons(pieces)
    assert str(caught.value) == message
    assert plt.get_fignums() == []
