import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlnotes.gradient_check import numerical_gradient
from dlnotes.losses.categorical import categorical_crossentropy, categorical_crossentropy_gradient
from dlnotes.losses.sparse_categorical import (
    sparse_categorical_crossentropy,
    sparse_categorical_crossentropy_gradient,
)
from dlnotes.softmax import softmax

BOTH = [sparse_categorical_crossentropy, sparse_categorical_crossentropy_gradient]


def test_worked_example():
    y_true, y_pred = [1, 2, 0], [[0.25, 0.5, 0.25], [0.25, 0.5, 0.25], [1, 0, 0]]
    np.testing.assert_allclose(
        sparse_categorical_crossentropy(y_true, y_pred), [math.log(2), math.log(4), 0], rtol=1e-15
    )
    np.testing.assert_array_equal(
        sparse_categorical_crossentropy_gradient(y_true, y_pred),
        [[0, -2, 0], [0, 0, -4], [-1, 0, 0]],
    )


@pytest.mark.parametrize("shape", [(), (1,), (5,), (2, 4)])
@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_hot_labels_say_the_same(shape, from_logits, dtype):
    rng = np.random.default_rng(0)
    y_true, y_pred = rng.integers(3, size=shape), rng.normal(size=(*shape, 3)).astype(dtype)
    y_pred = y_pred if from_logits else softmax(y_pred)
    loss = sparse_categorical_crossentropy(y_true, y_pred, from_logits=from_logits)
    gradient = sparse_categorical_crossentropy_gradient(y_true, y_pred, from_logits=from_logits)
    one_hot = np.eye(3)[y_true], y_pred
    assert (loss.shape, loss.dtype) == (shape, dtype)
    assert (gradient.shape, gradient.dtype) == ((*shape, 3), dtype)
    np.testing.assert_array_equal(loss, categorical_crossentropy(*one_hot, from_logits=from_logits))
    np.testing.assert_array_equal(
        gradient, categorical_crossentropy_gradient(*one_hot, from_logits=from_logits)
    )


@given(z=arrays(np.float64, (2, 5), elements=st.floats(-50, 50)), y=st.integers(0, 4))
def test_laws_of_the_logits(z, y):
    labels = [y, 4 - y]
    assert (sparse_categorical_crossentropy(labels, z, from_logits=True) >= 0).all()
    gradient = sparse_categorical_crossentropy_gradient(labels, z, from_logits=True)
    np.testing.assert_allclose(gradient.sum(axis=-1), [0, 0], atol=1e-14)
    assert (gradient[[0, 1], labels] <= 0).all()


@pytest.mark.parametrize("from_logits", [False, True])
def test_gradient(from_logits):
    rng = np.random.default_rng(1)
    y_true, y_pred, dy = (
        rng.integers(3, size=(2, 4)),
        rng.normal(size=(2, 4, 3)),
        rng.normal(size=(2, 4)),
    )
    y_pred = y_pred if from_logits else softmax(y_pred)

    def f(y_pred):
        return sparse_categorical_crossentropy(y_true, y_pred, from_logits=from_logits)

    [expected] = numerical_gradient(f, dy, y_pred, step=3e-6)
    gradient = sparse_categorical_crossentropy_gradient(y_true, y_pred, from_logits=from_logits)
    np.testing.assert_allclose(dy[..., np.newaxis] * gradient, expected, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_extremes(dtype):
    z = np.array([[1e4, -1e4], [1e4, -1e4]], dtype)
    np.testing.assert_array_equal(
        sparse_categorical_crossentropy([0, 1], z, from_logits=True), [0, 2e4]
    )
    p = np.array([[1, 0], [1, 0]], dtype)
    np.testing.assert_array_equal(sparse_categorical_crossentropy([0, 1], p), [0, math.inf])
    np.testing.assert_array_equal(
        sparse_categorical_crossentropy_gradient([0, 1], p), [[-1, 0], [0, -math.inf]]
    )


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int32, np.uint64])
def test_any_integers_do(dtype):
    labels, z = np.array([2, 0], dtype), np.zeros((2, 3))
    loss = sparse_categorical_crossentropy(labels, z, from_logits=True)
    np.testing.assert_allclose(loss, np.log([3, 3]), rtol=1e-15)


@pytest.mark.parametrize("from_logits", [False, True])
def test_the_callers_arrays_stay(from_logits):
    y_true, y_pred = np.array([1]), np.array([[0.25, 0.75]])
    sparse_categorical_crossentropy(y_true, y_pred, from_logits=from_logits)
    gradient = sparse_categorical_crossentropy_gradient(y_true, y_pred, from_logits=from_logits)
    gradient += 1
    np.testing.assert_array_equal(y_true, [1])
    np.testing.assert_array_equal(y_pred, [[0.25, 0.75]])


@pytest.mark.parametrize("function", BOTH)
@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize(
    ("y_true", "y_pred", "error", "message"),
    [
        ([2], [[0.5, 0.5]], ValueError, "`y_true` must be at most 1. Received: 2"),
        ([-1], [[0.5, 0.5]], ValueError, "`y_true` must be at least 0. Received: -1"),
        ([[1]], [[0.5, 0.5]], ValueError, "`y_true` must have shape (1,). Received: shape=(1, 1)"),
        ([0, 1], [0.5, 0.5], ValueError, "`y_true` must have shape (). Received: shape=(2,)"),
        (0, 0.5, ValueError, "`y_pred` must have shape (..., K). Received: shape=()"),
        ([1.0], [[0.5, 0.5]], TypeError, "`y_true` must be integers. Received: dtype=float64"),
        ([0], [[math.nan, 0.5]], ValueError, "`y_pred` must not contain NaN. Received: 1 NaN"),
        ([0], [["a", "b"]], TypeError, "`y_pred` must be real numbers. Received: dtype=<U1"),
    ],
)
def test_errors(function, from_logits, y_true, y_pred, error, message):
    with pytest.raises(error) as caught:
        function(y_true, y_pred, from_logits=from_logits)
    assert str(caught.value) == message


@pytest.mark.parametrize("function", BOTH)
def test_scores_are_not_probabilities(function):
    with pytest.raises(ValueError, match=r"^`y_pred` must not be negative\. Received: -1\.0$"):
        function([1], [[-1.0, 2.0]])
