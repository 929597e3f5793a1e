import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlnotes.gradient_check import numerical_gradient
from dlnotes.information import cross_entropy
from dlnotes.losses.binary import binary_crossentropy, binary_crossentropy_gradient
from dlnotes.losses.categorical import categorical_crossentropy

scores = arrays(np.float64, (2, 3), elements=st.floats(-30, 30))
labels = arrays(np.float64, (2, 3), elements=st.floats(0, 1))


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def test_worked_example():
    y_true, y_pred = [[1, 0], [0.5, 1]], [[0.5, 0.75], [0.25, 1]]
    losses = [math.log(2) / 2 + math.log(4) / 2, (math.log(4) + math.log(4 / 3)) / 4]
    np.testing.assert_allclose(binary_crossentropy(y_true, y_pred), losses, rtol=1e-15)
    np.testing.assert_allclose(
        binary_crossentropy_gradient(y_true, y_pred), [[-1, 2], [-2 / 3, -0.5]], rtol=1e-15
    )


def test_worked_example_from_logits():
    y_true, z = [[1, 0], [0.5, 1]], [[0, math.log(3)], [-math.log(3), 0]]
    losses = [
        math.log(2) / 2 + math.log(4) / 2,
        (math.log(4) + math.log(4 / 3)) / 4 + math.log(2) / 2,
    ]
    np.testing.assert_allclose(binary_crossentropy(y_true, z, from_logits=True), losses, rtol=1e-15)
    np.testing.assert_allclose(
        binary_crossentropy_gradient(y_true, z, from_logits=True),
        [[-0.25, 0.375], [-0.125, -0.25]],
        rtol=1e-15,
    )


def test_two_classes_in_one_number():
    rng = np.random.default_rng(0)
    y, p = rng.uniform(size=(2, 50))
    two = np.stack([1 - y, y], axis=1), np.stack([1 - p, p], axis=1)
    np.testing.assert_allclose(
        binary_crossentropy(y[:, np.newaxis], p[:, np.newaxis]), cross_entropy(*two), rtol=1e-13
    )
    z = np.log(p / (1 - p))
    np.testing.assert_allclose(
        binary_crossentropy(y[:, np.newaxis], z[:, np.newaxis], from_logits=True),
        categorical_crossentropy(two[0], np.stack([0 * z, z], axis=1), from_logits=True),
        rtol=1e-13,
    )


@given(y=labels, z=scores)
def test_both_ways_agree(y, z):
    loss = binary_crossentropy(y, z, from_logits=True)
    np.testing.assert_allclose(loss, binary_crossentropy(y, sigmoid(z)), rtol=1e-3, atol=1e-12)


@given(y=labels, z=scores)
def test_never_below_the_entropy_of_the_label(y, z):
    loss = binary_crossentropy(y, z, from_logits=True)
    assert (loss >= binary_crossentropy(y, y) * (1 - 1e-12)).all()
    assert (binary_crossentropy(y, y) >= 0).all()


@given(y=labels, a=scores, b=scores, share=st.floats(0, 1))
def test_convex_in_the_logits(y, a, b, share):
    between, at_a, at_b = (
        binary_crossentropy(y, z, from_logits=True) for z in (share * a + (1 - share) * b, a, b)
    )
    assert (between <= share * at_a + (1 - share) * at_b + 1e-12).all()


@given(y=labels, z=scores)
def test_yes_and_no_are_alike(y, z):
    np.testing.assert_allclose(
        binary_crossentropy(y, z, from_logits=True),
        binary_crossentropy(1 - y, -z, from_logits=True),
        rtol=1e-12,
    )


@pytest.mark.parametrize("shape", [(1,), (5, 1), (4, 3), (2, 2, 3)])
@pytest.mark.parametrize("from_logits", [False, True])
def test_gradient(shape, from_logits):
    rng = np.random.default_rng(1)
    y_true, dy = rng.uniform(size=shape), rng.normal(size=shape[:-1])
    y_true.flat[0] = 1
    y_pred = rng.normal(size=shape) if from_logits else rng.uniform(0.1, 0.9, size=shape)

    def f(y_pred):
        return binary_crossentropy(y_true, y_pred, from_logits=from_logits)

    [expected] = numerical_gradient(f, dy, y_pred)
    gradient = binary_crossentropy_gradient(y_true, y_pred, from_logits=from_logits)
    np.testing.assert_allclose(dy[..., np.newaxis] * gradient, expected, rtol=1e-7, atol=1e-8)


def test_nothing_is_clipped():
    y_true, y_pred = [[1], [0], [0.5], [0.5]], [[0], [1], [0], [1]]
    np.testing.assert_array_equal(binary_crossentropy(y_true, y_pred), np.full(4, math.inf))
    np.testing.assert_array_equal(
        binary_crossentropy_gradient(y_true, y_pred), [[-math.inf], [math.inf]] * 2
    )


def test_sure_and_right_costs_plus_zero():
    y_true, y_pred = np.array([[1.0], [0.0]]), np.array([[1.0], [0.0]])
    for loss in (
        binary_crossentropy(y_true, y_pred),
        binary_crossentropy(y_true, 2e4 * y_pred - 1e4, from_logits=True),
    ):
        np.testing.assert_array_equal(loss, [0, 0])
        assert not np.signbit(loss).any()
    np.testing.assert_array_equal(binary_crossentropy_gradient(y_true, y_pred), [[-1], [1]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1e4, 1e38])
def test_extreme_logits(dtype, size):
    z = np.array([[size], [-size], [size], [-size], [size], [-size]], dtype)
    y_true = [[0], [1], [1], [0], [0.25], [0.25]]
    loss = binary_crossentropy(y_true, z, from_logits=True)
    np.testing.assert_array_equal(
        loss, (z[0, 0] * np.array([1, 1, 0, 0, 0.75, 0.25])).astype(dtype)
    )
    np.testing.assert_array_equal(
        binary_crossentropy_gradient(y_true, z, from_logits=True),
        [[1], [-1], [0], [0], [0.75], [-0.25]],
    )


def test_tiny_probabilities_keep_their_digits():
    assert binary_crossentropy([0], [1e-20]) == 1e-20
    assert binary_crossentropy([0], [-50.0], from_logits=True) == pytest.approx(math.exp(-50))
    gradient = binary_crossentropy_gradient([0], [-50.0], from_logits=True)
    np.testing.assert_allclose(gradient, [math.exp(-50)], rtol=1e-12)


def test_what_is_too_large_is_infinite_without_a_warning():
    largest = np.finfo(np.float64).max
    assert binary_crossentropy([0, 0], [largest, largest], from_logits=True) == math.inf
    np.testing.assert_array_equal(binary_crossentropy_gradient([1], [1e-310]), [-math.inf])


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("label_dtype", [np.float32, np.float64, np.int64, np.bool])
def test_results_have_the_shape_and_dtype_of_the_prediction(label_dtype, dtype, from_logits):
    y_true, y_pred = np.ones((2, 4, 3), label_dtype), np.full((2, 4, 3), 0.5, dtype)
    loss = binary_crossentropy(y_true, y_pred, from_logits=from_logits)
    gradient = binary_crossentropy_gradient(y_true, y_pred, from_logits=from_logits)
    assert (loss.shape, loss.dtype) == ((2, 4), dtype)
    assert (gradient.shape, gradient.dtype) == ((2, 4, 3), dtype)


@pytest.mark.parametrize("from_logits", [False, True])
def test_the_callers_arrays_stay(from_logits):
    y_true, y_pred = np.array([[1.0, 0.0]]), np.array([[0.3, 0.6]])
    binary_crossentropy(y_true, y_pred, from_logits=from_logits)
    gradient = binary_crossentropy_gradient(y_true, y_pred, from_logits=from_logits)
    gradient += 1
    np.testing.assert_array_equal(y_true, [[1, 0]])
    np.testing.assert_array_equal(y_pred, [[0.3, 0.6]])


@pytest.mark.parametrize("function", [binary_crossentropy, binary_crossentropy_gradient])
@pytest.mark.parametrize(
    ("y_true", "y_pred", "error", "message"),
    [
        ([0, 2], [0.5, 0.5], ValueError, "`y_true` must lie between 0 and 1. Received: 2.0"),
        ([-1, 1], [0.5, 0.5], ValueError, "`y_true` must lie between 0 and 1. Received: -1.0"),
        (
            [1, 0],
            [[1], [0]],
            ValueError,
            "`y_pred` must have the shape of `y_true`. "
            "Received: y_true.shape=(2,), y_pred.shape=(2, 1)",
        ),
        ([1], [math.inf], ValueError, "`y_pred` must be finite. Received: inf"),
        (["yes"], [1], TypeError, "`y_true` must be real numbers. Received: dtype=<U3"),
    ],
)
@pytest.mark.parametrize("from_logits", [False, True])
def test_errors(function, from_logits, y_true, y_pred, error, message):
    with pytest.raises(error) as caught:
        function(y_true, y_pred, from_logits=from_logits)
    assert str(caught.value) == message


@pytest.mark.parametrize("function", [binary_crossentropy, binary_crossentropy_gradient])
def test_scores_are_no_probabilities_unless_said_so(function):
    for y_pred, worst in (([0.5, 1.5], 1.5), ([-0.5, 0.5], -0.5)):
        with pytest.raises(ValueError, match="between") as caught:
            function([0, 1], y_pred)
        assert str(caught.value) == f"`y_pred` must lie between 0 and 1. Received: {worst}"
