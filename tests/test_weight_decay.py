import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from dlnotes.gradient_check import numerical_gradient
from dlnotes.weight_decay import l2_penalty, l2_penalty_gradient, ridge, shrinkage

weights = arrays(np.float64, array_shapes(min_dims=0, max_dims=3, max_side=3),
                 elements=st.floats(-10, 10))  # fmt: skip
strengths = st.floats(1e-3, 1e3)


@pytest.fixture
def rng():
    return np.random.default_rng(3)


# Penalty


def test_penalty_by_hand():
    penalty = l2_penalty([[1, 2], [-3, 4]], 0.5)
    assert penalty == 15
    assert type(penalty) is float
    assert l2_penalty_gradient([[1, 2], [-3, 4]], 0.5).tolist() == [[1, 2], [-3, 4]]
    assert l2_penalty([5.0], 0) == 0
    assert l2_penalty_gradient([5.0], 0).tolist() == [0]


@given(W=weights, l2=st.floats(0, 10))
def test_the_gradient_is_that_of_the_penalty(W, l2):
    [expected] = numerical_gradient(lambda W: np.array(l2_penalty(W, l2)), 1.0, W)
    np.testing.assert_allclose(l2_penalty_gradient(W, l2), expected, rtol=1e-6, atol=1e-5)


@given(pair=st.tuples(*[arrays(np.float64, 3, elements=st.floats(-10, 10))] * 2), l2=strengths)
def test_the_penalty_is_convex(pair, l2):
    one, two = (l2_penalty(W, l2) for W in pair)
    assert l2_penalty(sum(pair) / 2, l2) <= (one + two) / 2 * (1 + 1e-12)


@pytest.mark.parametrize(
    ("dtype", "result"), [("float32", "float32"), ("float64", "float64"), ("int64", "float64")]
)
@pytest.mark.parametrize("shape", [(), (2, 3)])
def test_gradients_are_new_arrays_of_the_same_dtype(dtype, result, shape):
    W = np.full(shape, 3, dtype)
    gradient = l2_penalty_gradient(W, 0.5)
    assert isinstance(gradient, np.ndarray)
    assert (gradient.dtype, gradient.shape) == (result, shape)
    gradient[...] = 99
    assert (W == 3).all()


def test_penalties_beyond_the_largest_number():
    assert l2_penalty([1e200, 1.0], 1) == math.inf
    assert l2_penalty([1e200, 1.0], 1e-300) == pytest.approx(1e100)
    assert l2_penalty([1e200, 1.0], 0) == 0
    assert l2_penalty(np.array([1e30], np.float32), 1) == pytest.approx(1e60, rel=1e-6)
    assert l2_penalty_gradient([1e308], 10).tolist() == [math.inf]


@pytest.mark.parametrize("function", [l2_penalty, l2_penalty_gradient])
@pytest.mark.parametrize(
    ("W", "l2", "error", "message"),
    [
        ([], 1, ValueError, "`W` must not be empty. Received: shape=(0,)"),
        ([np.nan], 1, ValueError, "`W` must not contain NaN. Received: 1 NaN"),
        ([-np.inf], 1, ValueError, "`W` must be finite. Received: -inf"),
        ([1.0], -1, ValueError, "`l2` must be finite and at least 0. Received: -1"),
        ([1.0], "much", TypeError, "`l2` must be a real number. Received: 'much'"),
    ],
)
def test_bad_penalties(function, W, l2, error, message):
    with pytest.raises(error) as caught:
        function(W, l2)
    assert str(caught.value) == message


# Ridge


def test_ridge_by_hand():
    # Centred: x = -1, 0, 1, y = -4, 0, 4; w = 8 / (2 + l2).
    for l2, slope in [(0, 4), (2, 2), (6, 1)]:
        w, b = ridge([[0], [1], [2]], [1, 5, 9], l2)
        np.testing.assert_allclose(w, [slope], rtol=1e-14)
        assert float(b) == pytest.approx(5 - slope, rel=1e-14)
    # Not centred: w = (0 + 5 + 18) / (5 + l2).
    w, b = ridge([[0], [1], [2]], [1, 5, 9], 18, fit_intercept=False)
    np.testing.assert_allclose(w, [1], rtol=1e-14)
    assert b.tolist() == 0


@pytest.mark.parametrize("shape", [(9, 4), (4, 9), (5, 5)])
@pytest.mark.parametrize("outputs", [(), (2,)])
def test_ridge_solves_the_normal_equations(rng, shape, outputs):
    x, y = rng.normal(2, 1, size=shape), rng.normal(3, 1, size=(shape[0], *outputs))
    w, b = ridge(x, y, 0.7, fit_intercept=False)
    np.testing.assert_allclose(x.T @ (x @ w) + 0.7 * w, x.T @ y, rtol=1e-10, atol=1e-10)
    assert (w.shape, b.tolist()) == ((shape[1], *outputs), np.zeros(outputs).tolist())
    w, b = ridge(x, y, 0.7)
    error = x @ w + b - y
    np.testing.assert_allclose(x.T @ error + 0.7 * w, 0 * w, atol=1e-9)
    np.testing.assert_allclose(error.sum(axis=0), np.zeros(outputs), atol=1e-9)
    assert b.shape == outputs


def test_where_there_are_many_solutions_the_smallest_is_taken(rng):
    x, y = rng.normal(size=(3, 5)), rng.normal(size=3)
    w, _ = ridge(x, y, 0, fit_intercept=False)
    np.testing.assert_allclose(w, np.linalg.lstsq(x, y)[0], rtol=1e-10)
    twice = np.column_stack([x[:, :2], x[:, :2]])
    w, _ = ridge(twice, y, 0, fit_intercept=False)
    np.testing.assert_allclose(w[:2], w[2:], rtol=1e-10)
    np.testing.assert_allclose(w[:2] * 2, np.linalg.lstsq(x[:, :2], y)[0], rtol=1e-10)


def test_one_example_and_constant_inputs_leave_the_mean():
    w, b = ridge([[3.0, 4.0]], [7.0], 0)
    assert (w.tolist(), b.tolist()) == ([0, 0], 7)
    w, b = ridge([[3.0], [3.0]], [7.0, 9.0], 1)
    assert (w.tolist(), b.tolist()) == ([0], 8)


def test_the_intercept_is_not_penalised(rng):
    x, y = rng.normal(size=(8, 3)), rng.normal(size=8)
    one, moved = ridge(x, y, 5), ridge(x, y + 100, 5)
    np.testing.assert_allclose(moved.w, one.w, rtol=1e-9)
    assert float(moved.b) == pytest.approx(float(one.b) + 100, rel=1e-12)
    y = rng.integers(-9, 10, size=8)  # no rounding: the mean of y is a multiple of 1/8
    one, moved = ridge(x, y, 5), ridge(x, y + 2**40, 5)
    np.testing.assert_allclose(moved.w, one.w, rtol=1e-12)


@given(l2=st.lists(strengths, min_size=2, max_size=4).map(sorted), seed=st.integers(0, 99))
def test_weights_shrink_as_the_penalty_grows(l2, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(6, 3)), rng.normal(size=6)
    lengths = [np.linalg.norm(ridge(x, y, strength).w) for strength in l2]
    assert (np.diff(lengths) <= 1e-12).all()


# Shrinkage


def test_shrinkage_by_hand():
    x = [[0, 3, 0], [1, 0, 0]]
    np.testing.assert_allclose(shrinkage(x, 1), [0.9, 0.5], rtol=1e-14)
    np.testing.assert_allclose(shrinkage(x, 3), [0.75, 0.25], rtol=1e-14)
    np.testing.assert_allclose(shrinkage(x, 0), [1, 1], rtol=1e-14)
    assert shrinkage([[1, 1], [1, 1]], 0).round(14).tolist() == [1, 0]
    assert shrinkage([[0, 0]], 0).tolist() == [0]


@given(l2=strengths, seed=st.integers(0, 99), shape=st.sampled_from([(6, 3), (3, 6)]))
def test_ridge_shrinks_each_singular_direction_by_that(l2, seed, shape):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=shape), rng.normal(size=shape[0])
    _, _, Vt = np.linalg.svd(x, full_matrices=False)
    plain = Vt @ ridge(x, y, 0, fit_intercept=False).w
    shrunk = Vt @ ridge(x, y, l2, fit_intercept=False).w
    np.testing.assert_allclose(shrunk, shrinkage(x, l2) * plain, rtol=1e-9, atol=1e-9)


def test_singular_values_count_from_rounding_on():
    """The limit is max(N, D) times the rounding of the largest one."""
    limit = 5 * np.finfo(float).eps
    x = np.zeros((5, 2))
    x[0, 0] = 1
    for size, kept in [(0.9 * limit, 0), (1.1 * limit, 1)]:
        x[1, 1] = size
        assert shrinkage(x, 0).tolist() == pytest.approx([1, kept], rel=1e-14)
        assert shrinkage(x.T, 0).tolist() == pytest.approx([1, kept], rel=1e-14)
        w, _ = ridge(x, [1, size, 0, 0, 0], 0, fit_intercept=False)
        np.testing.assert_allclose(w, [1, kept], rtol=1e-14)
    x = x.astype(np.float32)
    x[1, 1] = 5e-7
    assert shrinkage(x, 0).tolist() == [1, 0]


def test_extremes():
    x = np.diag([1e200, 1e190])
    np.testing.assert_allclose(shrinkage(x, 1e300), [1, 1], rtol=1e-14)
    w, _ = ridge(x, [1e200, 1e190], 1, fit_intercept=False)
    np.testing.assert_allclose(w, [1, 1], rtol=1e-14)
    assert shrinkage([[1e-200]], 1e300).tolist() == [0]  # l2 / s overflows, and rightly so


@pytest.mark.parametrize(
    ("x_type", "y_type", "result"),
    [
        ("float32", "float32", "float32"),
        ("float32", "float64", "float64"),
        ("float64", "float32", "float64"),
        ("int64", "int64", "float64"),
    ],
)
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("outputs", [(), (2,)])
def test_dtypes(x_type, y_type, result, fit_intercept, outputs):
    x, y = np.eye(3, dtype=x_type), np.ones((3, *outputs), y_type)
    w, b = ridge(x, y, 0.5, fit_intercept=fit_intercept)
    assert {w.dtype, b.dtype} == {np.dtype(result)}
    assert isinstance(b, np.ndarray)
    assert shrinkage(x, 0.5).dtype == (x_type if x_type == "float32" else "float64")


def test_arrays_of_the_caller_stay_as_they_are():
    x, y = np.array([[1.0], [2.0]]), np.array([3.0, 5.0])
    w, b = ridge(x, y, 1)
    w[...] = b[...] = 99
    shrinkage(x, 1)
    assert (x.tolist(), y.tolist()) == ([[1], [2]], [3, 5])


L2 = "`l2` must be finite and at least 0. Received: -1"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: ridge([1.0, 2.0], [1.0, 2.0], 1),
            "`x` must have shape (N, D). Received: shape=(2,)",
        ),
        (lambda: ridge([[np.nan]], [1.0], 1), "`x` must not contain NaN. Received: 1 NaN"),
        (lambda: ridge([[np.inf]], [1.0], 1), "`x` must be finite. Received: inf"),
        (lambda: ridge([[1.0]], [np.inf], 1), "`y` must be finite. Received: inf"),
        (lambda: ridge([[1.0]], [1.0, 2.0], 1), "`y` must have shape (1,). Received: shape=(2,)"),
        (lambda: ridge([[1.0]], 1.0, 1), "`y` must have shape (1,). Received: shape=()"),
        (
            lambda: ridge([[1.0]], [[1.0], [2.0]], 1),
            "`y` must have shape (1, K). Received: shape=(2, 1)",
        ),
        (
            lambda: ridge([[1.0]], [[[1.0]]], 1),
            "`y` must have shape (1, K). Received: shape=(1, 1, 1)",
        ),
        (lambda: ridge([[1.0]], [1.0], -1), L2),
        (lambda: shrinkage([1.0], 1), "`x` must have shape (N, D). Received: shape=(1,)"),
        (lambda: shrinkage([[np.inf]], 1), "`x` must be finite. Received: inf"),
        (lambda: shrinkage([[1.0]], -1), L2),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match="`") as caught:
        call()
    assert str(caught.value) == message
