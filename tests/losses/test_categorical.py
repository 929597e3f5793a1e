import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlnotes.gradient_check import numerical_gradient
from dlnotes.information import cross_entropy, entropy
from dlnotes.losses.categorical import categorical_crossentropy, categorical_crossentropy_gradient
from dlnotes.softmax import softmax

scores = arrays(np.float64, (3, 4), elements=st.floats(-50, 50))
seeds = st.integers(0, 2**32 - 1)


def soft_labels(seed):
    return np.random.default_rng(seed).dirichlet(np.ones(4), size=3)


def test_a_hard_label_costs_the_surprise_of_its_class():
    y_true, y_pred = [[0, 1, 0], [0, 0, 1]], [[0.25, 0.5, 0.25], [0.25, 0.5, 0.25]]
    np.testing.assert_allclose(
        categorical_crossentropy(y_true, y_pred), [math.log(2), math.log(4)], rtol=1e-15
    )
    np.testing.assert_array_equal(
        categorical_crossentropy_gradient(y_true, y_pred), [[0, -2, 0], [0, 0, -4]]
    )


@pytest.mark.parametrize("k", [2, 3, 10])
def test_equal_scores_cost_log_k(k):
    y_true, z = np.eye(k), np.full((k, k), 5.0)
    loss = categorical_crossentropy(y_true, z, from_logits=True)
    np.testing.assert_allclose(loss, np.full(k, math.log(k)), rtol=1e-15)
    gradient = categorical_crossentropy_gradient(y_true, z, from_logits=True)
    np.testing.assert_allclose(gradient, 1 / k - y_true, rtol=1e-15)


def test_soft_labels_cost_at_least_their_entropy():
    y = np.array([0.7, 0.2, 0.1])
    assert categorical_crossentropy(y, y) == entropy(y)
    assert categorical_crossentropy(y, np.log(y), from_logits=True) == pytest.approx(entropy(y))
    gradient = categorical_crossentropy_gradient(y, np.log(y), from_logits=True)
    np.testing.assert_allclose(gradient, np.zeros(3), atol=1e-15)


@given(z=scores, seed=seeds)
def test_both_ways_agree(z, seed):
    y_true = soft_labels(seed)
    by_scores = categorical_crossentropy(y_true, z, from_logits=True)
    np.testing.assert_allclose(by_scores, cross_entropy(y_true, softmax(z)), rtol=1e-12)
    np.testing.assert_allclose(by_scores, categorical_crossentropy(y_true, softmax(z)), rtol=1e-12)


@given(z=scores, seed=seeds, shift=st.floats(-50, 50))
def test_laws_of_the_logits(z, seed, shift):
    y_true = soft_labels(seed)
    loss = categorical_crossentropy(y_true, z, from_logits=True)
    gradient = categorical_crossentropy_gradient(y_true, z, from_logits=True)
    assert (loss >= entropy(y_true) * (1 - 1e-12)).all()
    np.testing.assert_allclose(gradient.sum(axis=-1), np.zeros(3), atol=1e-14)
    shifted = categorical_crossentropy(y_true, z + shift, from_logits=True)
    np.testing.assert_allclose(loss, shifted, rtol=1e-11, atol=1e-12)


@given(a=scores, b=scores, seed=seeds, share=st.floats(0, 1))
def test_convex_in_the_logits(a, b, seed, share):
    y_true = soft_labels(seed)
    between, at_a, at_b = (
        categorical_crossentropy(y_true, z, from_logits=True)
        for z in (share * a + (1 - share) * b, a, b)
    )
    assert (between <= share * at_a + (1 - share) * at_b + 1e-11).all()


@pytest.mark.parametrize(("shape", "axis"), [((4,), -1), ((5, 3), -1), ((3, 5), 0), ((2, 3, 4), 1)])
@pytest.mark.parametrize("from_logits", [False, True])
def test_gradient(shape, axis, from_logits):
    rng = np.random.default_rng(2)
    y_true, y_pred = softmax(rng.normal(size=(2, *shape)), axis=axis % len(shape) + 1)
    y_pred = np.log(y_pred) + 3 if from_logits else y_pred

    def f(y_pred):
        return categorical_crossentropy(y_true, y_pred, from_logits=from_logits, axis=axis)

    dy = rng.normal(size=f(y_pred).shape)
    # The step is small enough for probabilities to go on summing to 1, as far as it is checked.
    [expected] = numerical_gradient(f, dy, y_pred, step=3e-6)
    gradient = categorical_crossentropy_gradient(y_true, y_pred, from_logits=from_logits, axis=axis)
    gradient *= np.expand_dims(dy, axis)
    np.testing.assert_allclose(gradient, expected, rtol=1e-7, atol=1e-8)


def test_confident_and_wrong():
    assert categorical_crossentropy([0, 1], [1e4, 0.0], from_logits=True) == 1e4
    assert categorical_crossentropy([0, 1], [1, 0]) == math.inf
    np.testing.assert_array_equal(
        categorical_crossentropy_gradient([0, 0.5, 0.5], [0, 0, 1]), [0, -math.inf, -0.5]
    )


def test_confident_and_right_costs_plus_zero():
    for loss in (
        categorical_crossentropy([1, 0], [1, 0]),
        categorical_crossentropy([1], [1]),
        categorical_crossentropy([1, 0], [1e4, 0.0], from_logits=True),
    ):
        assert loss == 0
        assert not np.signbit(loss)
    np.testing.assert_array_equal(categorical_crossentropy_gradient([1, 0], [1, 0]), [-1, 0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extreme_logits(dtype):
    z = np.array([[1e4, -1e4, 0], [-1e4, 1e4, 0], [1e4, -1e4, 0]], dtype)
    y_true = [[0, 1, 0], [0, 1, 0], [0.5, 0.25, 0.25]]
    loss = categorical_crossentropy(y_true, z, from_logits=True)
    np.testing.assert_array_equal(loss, [2e4, 0, 7500])
    gradient = categorical_crossentropy_gradient(y_true, z, from_logits=True)
    np.testing.assert_array_equal(gradient, [[1, -1, 0], [0, 0, 0], [0.5, -0.25, -0.25]])


def test_what_is_too_large_is_infinite_without_a_warning():
    far_apart = [[1.7e308, -1.7e308], [1.7e308, -1.7e308]]
    loss = categorical_crossentropy([[1, 0], [0, 1]], far_apart, from_logits=True)
    np.testing.assert_array_equal(loss, [0, math.inf])
    np.testing.assert_array_equal(
        categorical_crossentropy_gradient([1, 0], [1e-310, 1]), [-math.inf, 0]
    )


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("label_dtype", [np.float32, np.float64])
def test_axis_and_dtype(from_logits, dtype, label_dtype):
    rng = np.random.default_rng(0)
    y_true, y_pred = rng.dirichlet(np.ones(3), size=(2, 5))
    y_true, y_pred = y_true.astype(label_dtype), y_pred.astype(dtype)
    for function, shape in (
        (categorical_crossentropy, (5,)),
        (categorical_crossentropy_gradient, (5, 3)),
    ):
        last = function(y_true, y_pred, from_logits=from_logits)
        first = function(y_true.T, y_pred.T, from_logits=from_logits, axis=0)
        assert last.shape == shape
        assert last.dtype == dtype
        np.testing.assert_allclose(first.T, last, rtol=1e-6)


@pytest.mark.parametrize("from_logits", [False, True])
def test_integers_and_booleans_count_as_float64(from_logits):
    y_true, y_pred = np.eye(2, dtype=bool), np.eye(2, dtype=int)
    assert categorical_crossentropy(y_true, y_pred, from_logits=from_logits).dtype == np.float64


@pytest.mark.parametrize("from_logits", [False, True])
def test_the_callers_arrays_stay(from_logits):
    y_true, y_pred = np.array([[1.0, 0.0]]), np.array([[0.25, 0.75]])
    categorical_crossentropy(y_true, y_pred, from_logits=from_logits)
    gradient = categorical_crossentropy_gradient(y_true, y_pred, from_logits=from_logits)
    gradient += 1
    np.testing.assert_array_equal(y_true, [[1, 0]])
    np.testing.assert_array_equal(y_pred, [[0.25, 0.75]])


@pytest.mark.parametrize("function", [categorical_crossentropy, categorical_crossentropy_gradient])
@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize(
    ("y_true", "y_pred", "error", "message"),
    [
        ([1, 1], [0.5, 0.5], ValueError, "`y_true` must sum to 1 along `axis`. Received: sum=2"),
        (
            2,
            [0.5, 0.5],
            ValueError,
            "`y_true` must have at least one axis. Received: the scalar 2.0",
        ),
        (
            [0, 1],
            [[0.5, 0.5]],
            ValueError,
            "`y_pred` must have the shape of `y_true`. "
            "Received: y_true.shape=(2,), y_pred.shape=(1, 2)",
        ),
        ([0, 1], [math.nan, 1], ValueError, "`y_pred` must not contain NaN. Received: 1 NaN"),
        ([0, 1], ["a", "b"], TypeError, "`y_pred` must be real numbers. Received: dtype=<U1"),
    ],
)
def test_errors(function, from_logits, y_true, y_pred, error, message):
    with pytest.raises(error) as caught:
        function(y_true, y_pred, from_logits=from_logits)
    assert str(caught.value) == message


@pytest.mark.parametrize("function", [categorical_crossentropy, categorical_crossentropy_gradient])
def test_scores_are_not_probabilities(function):
    with pytest.raises(ValueError, match=r"^`y_pred` must not be negative\. Received: -1\.0$"):
        function([0, 1], [-1.0, 2.0])
    with pytest.raises(ValueError, match=r"^`y_pred` must sum to 1 along `axis`\. Rec.*: sum=3$"):
        function([0, 1], [1.0, 2.0])
    with pytest.raises(ValueError, match=r"^`y_pred` must be finite\. Received: inf$"):
        function([0, 1], [math.inf, 2.0], from_logits=True)
    with pytest.raises(ValueError, match=r"^`axis` must be an axis of `y_true`\. Received: 1, "):
        function([0, 1], [0.5, 0.5], axis=1)
