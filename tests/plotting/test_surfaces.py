"""A loss surface has its lines at the right heights, and each way can be told from the others."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from dlnotes.plotting import COLORS, loss_surface
from dlnotes.plotting.style import LINE_STYLES, MARKERS

WAY = np.array([[1.5, 0.5], [1.0, -0.25], [0.5, 0.1], [0.0, 0.0]])


def bowl(x, y):
    return x**2 + 4 * y**2


def draw(**changes):
    return loss_surface(**({"f": bowl, "x_range": (-2, 2), "y_range": (-1, 1)} | changes))


def test_lines_run_where_the_function_has_their_height():
    (rings,) = draw(levels=[0.5, 2, 100]).collections
    assert [len(path.vertices) > 10 for path in rings.get_paths()] == [True, True, False]
    for height, path in zip([0.5, 2], rings.get_paths(), strict=False):
        np.testing.assert_allclose(bowl(*path.vertices.T), height, atol=0.02)
    assert to_hex(rings.get_edgecolor()[0]) == COLORS["black"]


def test_rings_of_a_bowl_come_evenly_and_grow_heavier():
    (rings,) = draw(levels=4).collections
    heights = np.array([1, 2, 3, 4])
    np.testing.assert_allclose(np.sqrt(rings.levels), heights / 5 * np.sqrt(8), rtol=1e-12)
    np.testing.assert_allclose(rings.get_linewidth(), np.linspace(0.5, 1.5, 4))
    assert len(draw().collections[0].levels) == 10


def test_depths_below_zero_are_drawn_like_heights():
    (rings,) = loss_surface(lambda x, y: x * y, (-1, 1), (-1, 1), levels=[0.5, -0.5]).collections
    assert rings.levels.tolist() == [-0.5, 0.5]
    assert {style for _, style in rings.get_linestyle()} == {None}


def test_the_picture_has_the_ranges_even_if_a_way_leaves_them():
    ax = draw(paths={"lost": [[0, 0], [1e200, -1e300]]})
    assert ax.get_xlim() == (-2, 2)
    assert ax.get_ylim() == (-1, 1)
    ax.figure.draw_without_rendering()


def test_a_way_has_a_mark_at_each_step_a_ring_at_its_start_and_a_large_mark_at_its_end():
    line, start, end = draw(paths={"descent": WAY}).lines
    np.testing.assert_array_equal(line.get_xydata(), WAY)
    np.testing.assert_array_equal(start.get_xydata(), WAY[:1])
    np.testing.assert_array_equal(end.get_xydata(), WAY[-1:])
    assert line.get_markevery() == 1
    assert (start.get_marker(), start.get_markerfacecolor()) == ("o", "none")
    assert (end.get_marker(), end.get_color()) == (line.get_marker(), line.get_color())
    assert end.get_markersize() > 2 * line.get_markersize()


@pytest.mark.parametrize(("steps", "every"), [(30, 1), (31, 2), (60, 2), (61, 3)])
def test_a_long_way_has_fewer_marks(steps, every):
    line = draw(paths={"long": np.zeros((steps, 2))}).lines[0]
    assert line.get_markevery() == every


def test_seven_ways_differ_in_colour_line_and_marker():
    ax = draw(paths={str(i): WAY / (i + 1) for i in range(7)})
    lines = ax.lines[::3]
    assert [line.get_color() for line in lines] == list(COLORS.values())
    assert [line.get_marker() for line in lines] == MARKERS
    styles = [plt.Line2D([], [], linestyle=s, linewidth=1.4) for s in LINE_STYLES]
    dashes = [line._unscaled_dash_pattern for line in styles]
    assert [line._unscaled_dash_pattern for line in lines] == dashes
    (legend,) = ax.figure.legends
    assert [text.get_text() for text in legend.get_texts()] == list("0123456")


def test_without_ways_there_is_no_legend():
    ax = draw()
    assert ax.figure.legends == []
    assert len(ax.lines) == 0


def test_loss_surface_draws_into_the_axes_it_is_given():
    _, ax = plt.subplots()
    assert draw(ax=ax) is ax


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x_range": (1, 1)}, "`x_range` must rise. Received: (1.0, 1.0)"),
        ({"y_range": (1, 0)}, "`y_range` must rise. Received: (1.0, 0.0)"),
        ({"y_range": (1, 2, 3)}, "`y_range` must have shape (2,). Received: shape=(3,)"),
        ({"x_range": (0, np.inf)}, "`x_range` must be finite. Received: inf"),
        ({"f": lambda _x, _y: 1.0}, "`f(x, y)` must have shape (101, 101). Received: shape=()"),
        ({"f": lambda x, y: x * y * np.inf}, "`f(x, y)` must not contain NaN. Received: 201 NaN"),
        (
            {"f": lambda x, _: 0 * x + 3},
            "`levels` must have one between the values of `f`, 3 and 3. Received: 10",
        ),
        (
            {"levels": [8, 9]},
            "`levels` must have one between the values of `f`, 0 and 8. Received: [8, 9]",
        ),
        ({"levels": 0}, "`levels` must be at least 1. Received: 0"),
        ({"levels": [[1]]}, "`levels` must have shape (L,). Received: shape=(1, 1)"),
        ({"paths": {"a": [1, 2]}}, "`paths['a']` must have shape (T, 2). Received: shape=(2,)"),
        ({"paths": {"a": [[1, np.inf]]}}, "`paths['a']` must be finite. Received: inf"),
        (
            {"paths": {str(i): WAY for i in range(8)}},
            "`paths` must hold at most 7 labels. Received: 8",
        ),
    ],
)
def test_loss_surface_refuses_what_it_cannot_draw(change, message):
    with pytest.raises((ValueError, TypeError)) as caught, np.errstate(invalid="ignore"):
        draw(**change)
    assert str(caught.value) == message
    assert plt.get_fignums() == []


def test_loss_surface_refuses_a_part_of_a_level():
    with pytest.raises(TypeError) as caught:
        draw(levels=2.5)
    assert str(caught.value) == "`levels` must be an integer. Received: 2.5"
