import itertools
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlnotes.expressivity.linear_regions import count_pieces_on_line, count_regions, region_bound
from dlnotes.expressivity.tent import tent_network

SQUARE = [[-1, 1], [-1, 1]]


def network(seed, *sizes):
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=shape) for shape in itertools.pairwise(sizes)]
    return weights, [rng.normal(size=n) / 2 for n in sizes[1:]]


def run(weights, biases, x):
    """Output at x, and which hidden units are active."""
    active = []
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        z = x @ W + b
        active.append(z > 0)
        x = np.maximum(z, 0)
    return x @ weights[-1] + biases[-1], np.concatenate(active, axis=-1)


def area(polygon):
    x, y = polygon.T
    return (x * np.roll(y, -1) - y * np.roll(x, -1)).sum() / 2


# Along a line


def test_absolute_value_has_two_pieces():
    found = count_pieces_on_line([[[1, -1]], [[1], [1]]], [[0, 0], [0]], [-1], [3])
    assert (found.pieces, found.regions) == (2, 2)
    assert found.breakpoints.tolist() == found.switches.tolist() == [0.25]


def test_regions_with_the_same_slope_are_one_piece():
    # x = relu(x) - relu(-x), and a kink at 1 on top.
    W, b = [[[1, -1, 1]], [[1], [-1], [2]]], [[0, 0, -1], [0]]
    found = count_pieces_on_line(W, b, [-2], [2])
    assert (found.pieces, found.regions) == (2, 3)
    assert found.breakpoints.tolist() == [0.75]
    assert found.switches.tolist() == [0.5, 0.75]


def test_one_of_several_outputs_bends():
    found = count_pieces_on_line([[[1]], [[0, 1, 0]]], [[0], [0, 0, 0]], [-1], [1])
    assert (found.pieces, found.breakpoints.tolist()) == (2, [0.5])


def test_an_affine_network_has_one_piece():
    found = count_pieces_on_line([[[1.0], [2.0]]], [[3.0]], [0, 0], [1, 1])
    assert (found.pieces, found.regions) == (1, 1)
    assert found.breakpoints.shape == found.switches.shape == (0,)


def test_what_happens_at_an_end_does_not_count():
    W, b = [[[1]], [[1]]], [[0], [0]]
    assert count_pieces_on_line(W, b, [0], [1]).regions == 1
    assert count_pieces_on_line(W, b, [-1], [0]).regions == 1


def test_a_dead_unit_and_a_flat_one_cut_nothing():
    W, b = [[[0, 1]], [[1], [1]]], [[0, -5], [0]]
    assert count_pieces_on_line(W, b, [-1], [1]).regions == 1


def test_units_that_switch_together_make_one_breakpoint():
    # Three multiples of one line, which rounding may place next to each other.
    scales = np.array([[1 / 3, 0.7, -1.1]])
    found = count_pieces_on_line([scales, np.ones((3, 1))], [-0.1 * scales[0], [0]], [0], [1])
    assert (found.pieces, found.regions) == (2, 2)
    np.testing.assert_allclose(found.breakpoints, [0.1], rtol=1e-12)


def test_units_that_switch_close_together_make_two():
    found = count_pieces_on_line([[[1, 1]], [[1], [1]]], [[-0.5, -0.5 - 5e-9], [0]], [0], [1])
    assert found.pieces == 3


@pytest.mark.parametrize(("apart", "regions"), [(0.95e-10, 2), (1.05e-10, 3)])
def test_one_place_is_a_tenth_of_a_billionth_wide(apart, regions):
    W, b = [[[1, 1]], [[1], [1]]], [[-0.5, -0.5 - apart], [0]]
    assert count_pieces_on_line(W, b, [0], [1]).regions == regions


def test_a_unit_whose_sum_counts_as_0_is_not_active():
    # Both sums lie within a billionth of 0 between the two switches, where the first unit is on.
    W, b = [[[1, 1]], [[1], [1]]], [[-0.5, -0.5 - 5e-10], [0]]
    found = count_pieces_on_line(W, b, [0], [1])
    assert (found.pieces, found.regions) == (2, 3)
    assert found.breakpoints.tolist() == [found.switches[1]]


@pytest.mark.parametrize(("start", "regions"), [(-1e-9, 1), (-1.01e-9, 2)])
def test_just_a_billionth_of_the_terms_counts_as_0(start, regions):
    # The terms are at most 1, at the end.
    assert count_pieces_on_line([[[1]], [[1]]], [[0], [0]], [start], [1]).regions == regions


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_a_later_unit_that_switches_where_an_earlier_one_does_cuts_nothing_new(seed, scale):
    # Where relu(z) and relu(-z) are 0, so is their weighted sum; rounding leaves it next to 0.
    rng = np.random.default_rng(seed)
    w, a, b, c = rng.normal(size=4)
    W = [scale * np.array([[w, -w]]), np.array([[a, -a], [-b, b]]), np.ones((2, 1))]
    found = count_pieces_on_line(W, [-W[0][0] * c, [0, 0], [0]], [c - 1.3], [c + 0.7])
    assert found.regions == 2
    np.testing.assert_allclose(found.switches, [0.65], rtol=1e-12)
    W[0] = np.vstack([W[0], W[0] * 0.37])
    corners = [[c - 2, c + 1], [-1.7, 0.9]]
    assert count_regions(W, [-W[0][0] * c, [0, 0], [0]], corners).regions == 2


def test_a_switch_at_the_end_that_rounding_moves_inside_does_not_count():
    assert 0.1 * 3 - 0.3 > 0
    assert count_pieces_on_line([[[0.1]], [[1]]], [[-0.3], [0]], [0], [3]).regions == 1


def test_the_unit_of_the_output_does_not_matter():
    for scale, pieces in [(1e-12, 2), (1, 2), (1e12, 2), (0, 1)]:
        found = count_pieces_on_line([[[1, -1]], [[scale], [scale]]], [[0, 0], [0]], [-1], [3])
        assert (found.pieces, found.regions) == (pieces, 2)


def test_a_later_layer_cuts_where_the_earlier_one_has_folded():
    # |x|, then relu(|x| - 1): kinks at -1 and 1 only, and a switch at 0.
    W, b = [[[1, -1]], [[1], [1]], [[1]]], [[0, 0], [-1], [0]]
    found = count_pieces_on_line(W, b, [-2], [2])
    assert (found.pieces, found.regions) == (3, 4)
    assert found.breakpoints.tolist() == [0.25, 0.75]
    assert found.switches.tolist() == [0.25, 0.5, 0.75]


@pytest.mark.parametrize("k", [1, 2, 3, 8, 12])
def test_tents_double_the_pieces(k):
    found = count_pieces_on_line(*tent_network(k), [0], [1])
    assert found.pieces == found.regions == 2**k
    assert found.breakpoints.tolist() == [i / 2**k for i in range(1, 2**k)]


def test_tents_along_a_shifted_and_stretched_line():
    found = count_pieces_on_line(*tent_network(4), [-1 / 3], [1.2])
    assert found.pieces == 18  # one constant piece on the left, one more beyond 1
    inside = (np.arange(17) / 16 + 1 / 3) / (1.2 + 1 / 3)
    np.testing.assert_allclose(found.breakpoints, inside, rtol=1e-12)


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.integers(1, 12), st.integers(1, 4))
def test_one_hidden_layer_makes_at_most_one_more_than_units(seed, m, D):
    W, b = network(seed, D, m, 2)
    found = count_pieces_on_line(W, b, np.full(D, -50), np.full(D, 50))
    d = np.full(D, 100) @ W[0]
    t = -(np.full(D, -50) @ W[0] + b[0]) / d
    expected = np.sort(t[(t > 0) & (t < 1)])
    np.testing.assert_allclose(found.breakpoints, expected, rtol=1e-9)
    assert found.pieces == found.regions <= m + 1


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([(1, 6, 3), (2, 5, 5, 1), (3, 4, 4, 4, 2)]))
def test_every_switch_is_found_and_no_other(seed, sizes):
    W, b = network(seed, *sizes)
    start, end = np.random.default_rng(seed + 1).normal(size=(2, sizes[0])) * 3
    found = count_pieces_on_line(W, b, start, end)
    t = np.concatenate([[0], found.switches, [1]])
    assert np.all(np.diff(t) > 0)
    # Between two switches all places see the same units active; on both sides of one they differ.
    share = np.array([1e-4, 0.3, 0.7, 1 - 1e-4])
    places = t[:-1, None] + np.diff(t)[:, None] * share
    outputs, active = run(W, b, start + places[..., None] * (end - start))
    assert np.all(active == active[:, :1])
    assert np.all(np.any(active[1:, 0] != active[:-1, 0], axis=1))
    assert len(t) - 1 == found.regions
    # The slope changes at the breakpoints only.
    slopes = (outputs[:, 2] - outputs[:, 1]) / (places[:, 2:3] - places[:, 1:2])
    bends = np.abs(np.diff(slopes, axis=0)).max(axis=1) > 1e-6
    assert found.breakpoints.tolist() == found.switches[bends].tolist()
    assert found.pieces == bends.sum() + 1


# In the plane


def test_lines_in_general_position_cut_the_plane_as_counted():
    for m in range(8):
        angle = np.arange(m) * np.pi / 8 + 0.1
        W, b = np.stack([np.cos(angle), np.sin(angle)]), np.sin(np.arange(m) * 7.0)
        found = count_regions([W, np.ones((m, 1))], [b, [0]], [[-99, 99], [-99, 99]]) if m else None
        assert (found.regions if m else 1) == region_bound(m, 2) == 1 + m + m * (m - 1) // 2


def test_lines_through_one_point_and_parallel_ones():
    through = [[1, 0, 1, 2], [0, 1, 1, -1]]
    assert count_regions([through, np.ones((4, 1))], [np.zeros(4), [0]], SQUARE).regions == 8
    shifted = np.array(through).T @ [0.1, 0.7]
    assert count_regions([through, np.ones((4, 1))], [-shifted, [0]], SQUARE).regions == 8
    parallel = [[1, 1, 1], [0.3, 0.3, 0.3]]
    assert count_regions([parallel, np.ones((3, 1))], [[0, 0.5, -0.5], [0]], SQUARE).regions == 4


def test_lines_outside_the_box_or_along_its_side_do_not_count():
    W = [[[1, 1, 1], [0, 0, 0]], np.ones((3, 1))]
    assert count_regions(W, [[-1, 1, 2], [0]], SQUARE).regions == 1
    assert count_regions(W, [[-1, 1, 0], [0]], SQUARE).regions == 2


@pytest.mark.parametrize(("b", "regions"), [(0, 3), (1e-10, 4)])
def test_a_new_corner_within_a_billionth_of_the_line_lies_on_it(b, regions):
    # The line of 2 x + 1 cuts the box at x = -1/2. There, at y = 0, the other unit has t + b, its
    # largest sum on the right, where it cuts nothing if that counts as 0. Its terms are at most 1.
    t = 1e-9
    W = [[[2, -2 * t], [0, 2 * t - 1]], np.ones((2, 1))]
    assert count_regions(W, [[1, b], [0]], [[-1, 1], [0, 1]]).regions == regions


def test_a_diagonal_cuts_a_square_into_triangles():
    found = count_regions([[[1], [-1]], [[1]]], [[0], [0]], [[0, 2], [0, 2]])
    assert found.regions == 2
    corners = [{tuple(c) for c in polygon.tolist()} for polygon in found.polygons]
    assert {(0, 0), (2, 2), (2, 0)} in corners
    assert {(0, 0), (2, 2), (0, 2)} in corners
    assert [len(p) for p in found.polygons] == [3, 3]
    assert [area(p) for p in found.polygons] == [2, 2]


def test_without_a_hidden_layer_the_box_is_one_region():
    found = count_regions([[[1.0], [1.0]]], [[0.0]], [[0, 3], [1, 2]])
    assert found.regions == 1
    assert found.polygons[0].tolist() == [[0, 1], [3, 1], [3, 2], [0, 2]]


def test_two_tents_fold_the_plane_into_a_grid():
    W, b = tent_network(3)
    both = [np.kron(np.eye(2), w) for w in W]
    found = count_regions(both, [np.tile(x, 2) for x in b], [[0, 1], [0, 1]])
    assert found.regions == 64
    np.testing.assert_allclose([area(p) for p in found.polygons], 1 / 64, rtol=1e-12)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([(2, 7, 1), (2, 4, 4, 1), (2, 3, 3, 3, 2)]))
def test_regions_tile_the_box_and_differ_in_their_units(seed, sizes):
    W, b = network(seed, *sizes)
    found = count_regions(W, b, [[-3, 2], [-1, 2]])
    assert found.regions == len(found.polygons) >= 1
    areas = [area(p) for p in found.polygons]
    assert min(areas) > 0
    assert sum(areas) == pytest.approx(15, rel=1e-9)
    # A net of convex combinations inside each polygon sees one pattern, its own.
    rng = np.random.default_rng(seed)
    patterns = []
    for polygon in found.polygons:
        inside = rng.dirichlet(np.ones(len(polygon)), 5) @ polygon
        _, active = run(W, b, inside)
        if area(polygon) > 1e-6:
            assert np.all(active == active[0])
            patterns.append(active[0].tolist())
    assert len({tuple(p) for p in patterns}) == len(patterns)
    # A grid cannot see more patterns than there are.
    x, y = np.meshgrid(np.linspace(-3, 2, 60), np.linspace(-1, 2, 60))
    _, active = run(W, b, np.stack([x.ravel(), y.ravel()], axis=1))
    assert len(np.unique(active, axis=0)) <= found.regions
    if len(sizes) == 3:
        assert found.regions <= region_bound(sizes[1], 2)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32))
def test_a_line_meets_no_more_regions_than_there_are(seed):
    W, b = network(seed, 2, 5, 4, 1)
    start, end = np.random.default_rng(seed).uniform(-1, 1, (2, 2))
    line = count_pieces_on_line(W, b, start, end)
    assert 1 <= line.pieces <= line.regions <= count_regions(W, b, SQUARE).regions


def test_a_line_along_the_box_sees_what_is_there():
    W, b = network(4, 2, 6, 6, 1)
    thin = count_regions(W, b, [[-3, 3], [0.5, 0.5 + 1e-7]])
    assert thin.regions == count_pieces_on_line(W, b, [-3, 0.5], [3, 0.5]).regions > 5


# The bound


def test_bound_is_a_sum_of_binomial_coefficients():
    assert [region_bound(m, 1) for m in range(4)] == [1, 2, 3, 4]
    assert region_bound(20, 3) == 1 + 20 + comb(20, 2) + comb(20, 3)
    assert region_bound(3, 7) == 8  # few hyperplanes in many dimensions: all combinations


@pytest.mark.parametrize(
    ("units", "dimension", "message"),
    [
        (-1, 1, "`units` must be at least 0. Received: -1"),
        (1, 0, "`dimension` must be at least 1. Received: 0"),
    ],
)
def test_bound_needs_counts(units, dimension, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        region_bound(units, dimension)
    assert str(caught.value) == message


# Arguments


def test_float32_is_computed_in_float64_and_arguments_are_left_alone():
    W, b = network(1, 2, 4, 1)
    W32, b32 = [w.astype(np.float32) for w in W], [x.astype(np.float32) for x in b]
    kept = [a.copy() for a in [*W32, *b32]]
    start, end = np.zeros(2, np.float32), np.ones(2, np.float32)
    found = count_pieces_on_line(W32, b32, start, end)
    assert found.breakpoints.dtype == np.float64
    expected = count_pieces_on_line(
        [w.astype(float) for w in W32], [x.astype(float) for x in b32], start, end
    )
    assert found.breakpoints.tolist() == expected.breakpoints.tolist()
    regions = count_regions(W32, b32, np.array(SQUARE, np.float32))
    assert all(p.dtype == np.float64 and p.shape[1] == 2 for p in regions.polygons)
    for before, after in zip(kept, [*W32, *b32], strict=True):
        np.testing.assert_array_equal(before, after)
    assert (start.tolist(), end.tolist()) == ([0, 0], [1, 1])


@pytest.mark.parametrize(
    ("weights", "biases", "error", "message"),
    [
        (
            [],
            [],
            ValueError,
            "`weights` and `biases` must hold one array for each layer. Received: 0 and 0",
        ),
        (
            [[[1], [1]]],
            [],
            ValueError,
            "`weights` and `biases` must hold one array for each layer. Received: 1 and 0",
        ),
        (
            [[[1, 1], [1, 1]], [[1]]],
            [[0, 0], [0]],
            ValueError,
            "`weights[1]` must have shape (2, D_out). Received: shape=(1, 1)",
        ),
        (
            [[[1, 1], [1, 1]]],
            [[0]],
            ValueError,
            "`biases[0]` must have shape (2,). Received: shape=(1,)",
        ),
        ([[[np.inf], [1]]], [[0]], ValueError, "`weights[0]` must be finite. Received: inf"),
        ([[[1], [1]]], [[np.inf]], ValueError, "`biases[0]` must be finite. Received: inf"),
        (
            [[["a"], ["b"]]],
            [[0]],
            TypeError,
            "`weights[0]` must be real numbers. Received: dtype=<U1",
        ),
        (
            [[[1e200], [1]], [[1e200]], [[1]]],
            [[0], [0], [0]],
            ValueError,
            "`weights` must be small enough for finite weighted sums. "
            "Received: 1e+200 in one layer",
        ),
        (
            [[[1e200, 1e200], [1, 1]], [[1e200], [-1e200]], [[1]]],
            [[0, 0], [0], [0]],
            ValueError,
            "`weights` must be small enough for finite weighted sums. "
            "Received: 1e+200 in one layer",
        ),
    ],
)
def test_unusable_networks(weights, biases, error, message):
    for function, arguments in [
        (count_pieces_on_line, ([0, 0], [1, 1])),
        (count_regions, (SQUARE,)),
    ]:
        with pytest.raises(error) as caught:
            function(weights, biases, *arguments)
        assert str(caught.value) == message


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        ([0], [1, 1], "`start` must have shape (2,). Received: shape=(1,)"),
        ([0, 0], [1], "`end` must have shape (2,). Received: shape=(1,)"),
        ([0, np.inf], [1, 1], "`start` must be finite. Received: inf"),
        ([0, 0], [1, -np.inf], "`end` must be finite. Received: -inf"),
        ([1, 2], [1, 2], "`end` must differ from `start`. Received: [1. 2.] for both"),
    ],
)
def test_unusable_segments(start, end, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        count_pieces_on_line(*network(0, 2, 3, 1), start, end)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("box", "message"),
    [
        ([0, 1], "`box` must have shape (2, 2). Received: shape=(2,)"),
        ([[0, np.inf], [0, 1]], "`box` must be finite. Received: inf"),
        (
            [[0, 0], [0, 1]],
            "`box` must go from lower to higher. Received: [[0.0, 0.0], [0.0, 1.0]]",
        ),
        (
            [[0, 1], [1, 0]],
            "`box` must go from lower to higher. Received: [[0.0, 1.0], [1.0, 0.0]]",
        ),
    ],
)
def test_unusable_boxes(box, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        count_regions(*network(0, 2, 3, 1), box)
    assert str(caught.value) == message


def test_regions_need_two_inputs():
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        count_regions(*network(0, 3, 2, 1), SQUARE)
    assert str(caught.value) == "`weights[0]` must have shape (2, D_out). Received: shape=(3, 2)"
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        count_pieces_on_line([[1.0]], [[1.0]], [0], [1])
    assert str(caught.value) == "`weights[0]` must have shape (D_in, D_out). Received: shape=(1,)"
