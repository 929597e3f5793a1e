import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from dlnotes.clipping import clip_by_global_norm, clip_by_norm, clip_by_value

shapes = array_shapes(min_dims=0, max_dims=3, max_side=4)
gradients = arrays(np.float64, shapes, elements=st.floats(-1e3, 1e3))
bounds = st.floats(1e-3, 1e3)


def test_by_value():
    assert clip_by_value([[-30, 0.5], [4, -1]], 1).tolist() == [[-1, 0.5], [1, -1]]


def test_by_norm():
    assert clip_by_norm([[3.0], [4.0]], 2.5).tolist() == [[1.5], [2]]
    assert clip_by_norm([3.0, 4.0], 5).tolist() == [3, 4]
    assert clip_by_norm(-8.0, 2).tolist() == -2


def test_by_global_norm():
    clipped, norm = clip_by_global_norm([[2.0, 4.0], [[4.0]]], 3)
    assert [g.tolist() for g in clipped] == [[1, 2], [[2]]]
    assert norm == 6
    clipped, norm = clip_by_global_norm([[2.0, 4.0], [[4.0]]], 6)
    assert [g.tolist() for g in clipped] == [[2, 4], [[4]]]
    assert norm == 6
    assert type(norm) is float


def test_nothing_stays_nothing():
    assert clip_by_value([0.0, 0.0], 1).tolist() == [0, 0]
    assert clip_by_norm([0.0, 0.0], 1).tolist() == [0, 0]
    [zero], norm = clip_by_global_norm([[0.0]], 1)
    assert (zero.tolist(), norm) == ([0], 0)


@given(g=gradients, c=bounds)
def test_by_value_bounds_each_number_and_moves_no_other(g, c):
    clipped = clip_by_value(g, c)
    assert np.abs(clipped).max() <= c
    np.testing.assert_array_equal(clipped[np.abs(g) <= c], g[np.abs(g) <= c])
    np.testing.assert_array_equal(np.sign(clipped), np.sign(g))


@given(g=gradients, c=bounds)
def test_by_norm_bounds_the_length_and_keeps_the_direction(g, c):
    clipped = clip_by_norm(g, c)
    length = np.linalg.norm(g)
    assert np.linalg.norm(clipped) == pytest.approx(min(length, c), rel=1e-12)
    np.testing.assert_allclose(clipped * length, g * np.linalg.norm(clipped), rtol=1e-9, atol=1e-9)


@given(gs=st.lists(gradients, min_size=1, max_size=4), c=bounds)
def test_by_global_norm_is_by_norm_of_all_in_one_vector(gs, c):
    clipped, norm = clip_by_global_norm(gs, c)
    together = np.concatenate([g.ravel() for g in gs])
    assert norm == pytest.approx(np.linalg.norm(together), rel=1e-12)
    as_one = clip_by_norm(together, c)
    np.testing.assert_allclose(np.concatenate([g.ravel() for g in clipped]), as_one, rtol=1e-13)
    assert [g.shape for g in clipped] == [g.shape for g in gs]


@given(g=gradients, c=bounds)
def test_clipping_twice_is_clipping_once(g, c):
    np.testing.assert_array_equal(clip_by_value(clip_by_value(g, c), c), clip_by_value(g, c))
    once = clip_by_norm(g, c)
    np.testing.assert_allclose(clip_by_norm(once, c), once, rtol=1e-14)


def test_what_is_not_too_long_is_not_touched():
    for seed in range(20):
        g = np.random.default_rng(seed).normal(size=5)
        _, norm = clip_by_global_norm([g], 1)
        np.testing.assert_array_equal(clip_by_norm(g, norm), g)


# Extremes


def test_lengths_whose_squares_overflow():
    np.testing.assert_allclose(clip_by_norm([3e200, 4e200], 5), [3, 4], rtol=1e-15)
    assert clip_by_global_norm([[3e200], [4e200]], 5)[1] == pytest.approx(5e200, rel=1e-15)
    big = np.array([3e30, 4e30], np.float32)
    np.testing.assert_allclose(clip_by_norm(big, 5), [3, 4], rtol=1e-6)
    assert clip_by_global_norm([big], 5)[1] == pytest.approx(5e30, rel=1e-6)
    assert clip_by_norm([3e200, 4e200], 1e201).tolist() == [3e200, 4e200]


def test_a_length_beyond_the_largest_number():
    g = np.full(4, 1.5e308)
    clipped, norm = clip_by_global_norm([g], 2)
    assert (clipped[0].tolist(), norm) == ([1, 1, 1, 1], math.inf)
    g32 = np.full(4, 3e38, np.float32)
    clipped, norm = clip_by_global_norm([g32], 2)
    assert (clipped[0].tolist(), norm) == ([1, 1, 1, 1], pytest.approx(6e38, rel=1e-6))


def test_lengths_whose_squares_underflow():
    np.testing.assert_allclose(clip_by_norm([3e-200, 4e-200], 5e-201), [3e-201, 4e-201], rtol=1e-14)
    assert clip_by_global_norm([[5e-324]], 1)[1] == 5e-324


def test_a_bound_beyond_float32():
    g = np.array([3e38, -3e38], np.float32)
    for clipped in (clip_by_value(g, 1e300), clip_by_norm(g, 1e300)):
        np.testing.assert_array_equal(clipped, g)
        assert clipped.dtype == np.float32


# Types


@pytest.mark.parametrize("c", [1.0, 1e3])
@pytest.mark.parametrize(
    ("dtype", "result"), [("float32", "float32"), ("float64", "float64"), ("int64", "float64")]
)
@pytest.mark.parametrize("shape", [(), (2, 3)])
def test_new_arrays_of_the_same_dtype(c, dtype, result, shape):
    g = np.full(shape, 30, dtype)
    for clipped in (clip_by_value(g, c), clip_by_norm(g, c), clip_by_global_norm([g], c)[0][0]):
        assert isinstance(clipped, np.ndarray)
        assert (clipped.dtype, clipped.shape) == (result, shape)
        clipped[...] = 99
        assert (g == 30).all()


def test_dtypes_of_a_list_are_kept_one_by_one():
    clipped, _ = clip_by_global_norm([np.ones(2, np.float32), np.ones(2)], 1)
    assert [g.dtype for g in clipped] == [np.float32, np.float64]


@pytest.mark.parametrize(
    ("clip", "name"),
    [
        (clip_by_value, "clipvalue"),
        (clip_by_norm, "clipnorm"),
        (clip_by_global_norm, "global_clipnorm"),
    ],
)
@pytest.mark.parametrize("c", [0, -1.0, np.inf, np.nan])
def test_the_bound_must_be_positive(clip, name, c):
    with pytest.raises(ValueError, match=name) as caught:
        clip([1.0], c)
    assert str(caught.value) == f"`{name}` must be finite and greater than 0. Received: {c}"


@pytest.mark.parametrize("clip", [clip_by_value, clip_by_norm])
@pytest.mark.parametrize(
    ("g", "error", "message"),
    [
        ([], ValueError, "`gradient` must not be empty. Received: shape=(0,)"),
        ([np.nan, 1], ValueError, "`gradient` must not contain NaN. Received: 1 NaN"),
        ([np.inf, 1], ValueError, "`gradient` must be finite. Received: inf"),
        (["one"], TypeError, "`gradient` must be real numbers. Received: dtype=<U3"),
    ],
)
def test_bad_gradient(clip, g, error, message):
    with pytest.raises(error) as caught:
        clip(g, 1)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("gs", "error", "message"),
    [
        ([], ValueError, "`gradients` must hold at least one array. Received: none"),
        (np.ones(3), TypeError, "`gradients` must be a list of arrays. Received: ndarray"),
        ([1.0, np.inf], ValueError, "`gradients[1]` must be finite. Received: inf"),
    ],
)
def test_bad_gradients(gs, error, message):
    with pytest.raises(error) as caught:
        clip_by_global_norm(gs, 1)
    assert str(caught.value) == message
