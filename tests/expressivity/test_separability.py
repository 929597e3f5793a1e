import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlnotes.expressivity import separability
from dlnotes.expressivity.gates import boolean_inputs
from dlnotes.expressivity.separability import (
    boolean_functions,
    linearly_separable,
    separating_hyperplane,
)

INPUTS = boolean_inputs(2)


def separates(x, y, plane):
    return np.all((np.asarray(x) @ plane.w + plane.b) * (2 * np.asarray(y) - 1) >= 1 - 1e-6)


def test_fourteen_of_the_sixteen_functions_of_two_inputs():
    separable = [y for y in boolean_functions(2) if linearly_separable(INPUTS, y)]
    assert len(separable) == 14
    assert {(0, 1, 1, 0), (1, 0, 0, 1)} == set(boolean_functions(2)) - set(separable)
    for y in separable:
        assert separates(INPUTS, y, separating_hyperplane(INPUTS, y))


def test_104_of_the_256_functions_of_three_inputs():
    assert sum(linearly_separable(boolean_inputs(3), y) for y in boolean_functions(3)) == 104


def test_tables_come_once_each_in_binary_order():
    assert list(boolean_functions(1)) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    tables = list(boolean_functions(2))
    assert tables[6] == (0, 1, 1, 0)
    assert len(set(tables)) == len(tables) == 16
    assert next(boolean_functions(6)) == (0,) * 64


def test_the_nearest_example_has_one_or_minus_one():
    x, y = [[0.0, 0], [2, 0], [5, 7]], [0, 1, 1]
    plane = separating_hyperplane(x, y)
    sums = np.array(x) @ plane.w + plane.b
    assert np.abs(sums).min() == pytest.approx(1, abs=1e-6)
    assert (sums > 0).tolist() == [False, True, True]
    assert plane.w.shape == (2,)
    assert plane.w.dtype == np.float64
    assert type(plane.b) is float


def test_a_line_on_the_number_line_is_known():
    plane = separating_hyperplane([[1.0], [4.0]], [0, 1])
    assert plane.w == pytest.approx([2 / 3])
    assert plane.b == pytest.approx(-5 / 3)


def test_a_bias_alone_does_for_one_class():
    for label in (0, 1):
        x = [[1.0, 2.0], [3.0, 2.0]]
        assert separates(x, [label] * 2, separating_hyperplane(x, [label] * 2))
    assert linearly_separable([[1.0]], [0])


def test_equal_examples_with_different_labels():
    assert not linearly_separable([[1.0, 2.0], [1.0, 2.0]], [0, 1])
    assert separating_hyperplane([[1.0, 2.0], [1.0, 2.0]], [0, 1]) is None


def test_a_class_that_touches_the_border_of_the_other():
    # The middle one lies on the segment between the others.
    assert not linearly_separable([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]], [0, 1, 0])
    assert linearly_separable([[0.0, 0.0], [1.0, 1.01], [2.0, 2.0]], [0, 1, 0])


def test_a_thin_gap_is_found():
    x = [[0.0, 0.0], [1.0, 1 + 1e-5], [2.0, 2.0]]
    assert separates(x, [0, 1, 0], separating_hyperplane(x, [0, 1, 0]))


@pytest.mark.parametrize("scale", [1e-150, 1e-9, 1.0, 1e9, 1e150])
@pytest.mark.parametrize("shift", [0.0, 1.0, -1000.0])
def test_units_do_not_matter(scale, shift):
    x = (INPUTS + shift) * scale
    assert linearly_separable(x, [0, 1, 1, 1])
    assert not linearly_separable(x, [0, 1, 1, 0])
    assert separates(x, [0, 0, 0, 1], separating_hyperplane(x, [0, 0, 0, 1]))


def test_each_feature_has_its_own_unit():
    x = INPUTS * [1e-8, 1e8]
    assert separates(x, [0, 0, 0, 1], separating_hyperplane(x, [0, 0, 0, 1]))


def test_the_largest_numbers_do_not_overflow():
    assert linearly_separable([[-1.7e308], [1.7e308]], [0, 1])
    assert not linearly_separable([[-1.7e308], [0.0], [1.7e308]], [0, 1, 0])


def test_a_feature_with_the_smallest_extent_still_tells_classes_apart():
    e = separability.SMALLEST_EXTENT
    assert linearly_separable([[-e], [e]], [0, 1])
    assert not linearly_separable([[-e], [0.99 * e]], [0, 1])


def test_the_smallest_margin_is_enough(monkeypatch):
    # One example is the middle of the data, so that its weighted sum is b, which is at most 1.
    for smallest, enough in [(1.0, True), (1 + 1e-9, False)]:
        monkeypatch.setattr(separability, "SMALLEST_MARGIN", smallest)
        assert linearly_separable([[5.0]], [1]) is enough


def test_constant_features_do_not_matter():
    x = np.column_stack([INPUTS, np.full(4, 1e6)])
    assert linearly_separable(x, [1, 1, 1, 0])
    assert not linearly_separable(x, [1, 0, 0, 1])
    assert separating_hyperplane(x, [1, 1, 1, 0]).w[2] == 0


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("mirror", [(-1, -1), (-1, 1), (1, -1)])
def test_no_side_and_no_label_is_preferred(seed, mirror):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(9, 2))
    y = (x @ [1.0, 0.8] > 0.2).astype(int)
    plane = separating_hyperplane(x, y)
    mirrored = separating_hyperplane(x * mirror, y)
    np.testing.assert_allclose(mirrored.w, plane.w * mirror, rtol=1e-6)
    assert mirrored.b == pytest.approx(plane.b, rel=1e-6)
    opposite = separating_hyperplane(x * mirror, 1 - y)
    np.testing.assert_allclose(opposite.w, -plane.w * mirror, rtol=1e-6)
    assert opposite.b == pytest.approx(-plane.b, rel=1e-6)


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.integers(1, 3), st.integers(1, 15))
def test_what_a_hyperplane_labels_is_separable(seed, D, N):
    rng = np.random.default_rng(seed)
    x, w, b = rng.normal(size=(N, D)), rng.normal(size=D), rng.normal()
    y = (x @ w + b > 0).astype(int)
    if np.abs(x @ w + b).min() > 1e-4:
        assert separates(x, y, separating_hyperplane(x, y))


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.integers(1, 3))
def test_crossed_segments_are_not_separable(seed, D):
    """Both classes share a point of their hulls."""
    rng = np.random.default_rng(seed)
    centre, a, b = rng.normal(size=(3, D))
    assert not linearly_separable([centre - a, centre + a, centre - b, centre + b], [0, 0, 1, 1])


def test_arguments_are_left_alone():
    x, y = INPUTS.astype(float), np.array([0, 0, 0, 1])
    separating_hyperplane(x, y)
    np.testing.assert_array_equal(x, INPUTS)
    assert y.tolist() == [0, 0, 0, 1]


def test_float32_examples():
    plane = separating_hyperplane(INPUTS.astype(np.float32), [0, 0, 0, 1])
    assert plane.w.dtype == np.float64
    assert separates(INPUTS, [0, 0, 0, 1], plane)


@pytest.mark.parametrize(
    ("x", "y", "error", "message"),
    [
        ([1, 2], [0, 1], ValueError, "`x` must have shape (N, D). Received: shape=(2,)"),
        ([[np.inf]], [0], ValueError, "`x` must be finite. Received: inf"),
        ([[1.0]], [0, 1], ValueError, "`y` must have shape (1,). Received: shape=(2,)"),
        ([[1.0]], [2], ValueError, "`y` must be at most 1. Received: 2"),
        ([[1.0]], [-1], ValueError, "`y` must be at least 0. Received: -1"),
        ([[1.0]], [True], TypeError, "`y` must be integers. Received: dtype=bool"),
    ],
)
def test_unusable_examples(x, y, error, message):
    for function in (linearly_separable, separating_hyperplane):
        with pytest.raises(error) as caught:
            function(x, y)
        assert str(caught.value) == message


def test_number_of_inputs():
    with pytest.raises(ValueError, match=r"^`n` must be at least 1\. Received: 0$"):
        boolean_functions(0)
    with pytest.raises(TypeError, match=r"^`n` must be an integer\. Received: 2\.0$"):
        boolean_functions(2.0)


def test_without_scipy_there_is_an_import_error(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    with pytest.raises(ImportError):
        linearly_separable(INPUTS, [0, 0, 0, 1])
