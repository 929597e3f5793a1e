import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from dlnotes.gradient_check import gradient_check
from dlnotes.layers.embedding import Embedding


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def test_worked_example(rng):
    layer = Embedding(3, 2, rng=rng)
    layer.W = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    np.testing.assert_array_equal(
        layer.forward([[2, 0], [2, 2]]), [[[5, 6], [1, 2]], [[5, 6], [5, 6]]]
    )
    dx = layer.backward([[[1.0, 10.0], [2.0, 20.0]], [[4.0, 40.0], [8.0, 80.0]]])
    np.testing.assert_array_equal(layer.dW, [[2, 20], [0, 0], [1 + 4 + 8, 130]])
    np.testing.assert_array_equal(dx, [[0, 0], [0, 0]])


@given(data=st.data())
@settings(max_examples=40)
def test_is_a_dense_layer_for_one_hot_vectors(data):
    x = data.draw(
        arrays(np.int64, array_shapes(max_dims=3, max_side=4), elements=st.integers(0, 6))
    )
    rng = np.random.default_rng(0)
    layer, one_hot = Embedding(7, 3, rng=rng), np.eye(7)[x]
    y = layer.forward(x)
    np.testing.assert_array_equal(y, one_hot @ layer.W)
    dy = rng.normal(size=y.shape)
    np.testing.assert_array_equal(layer.backward(dy), np.zeros(x.shape))
    by_dense = one_hot.reshape(-1, 7).T @ dy.reshape(-1, 3)
    np.testing.assert_allclose(layer.dW, by_dense, atol=1e-14)


def test_a_word_that_comes_a_thousand_times_counts_a_thousand_times(rng):
    layer = Embedding(2, 1, rng=rng)
    layer.forward(np.ones((10, 100), int))
    layer.backward(np.ones((10, 100, 1)))
    np.testing.assert_array_equal(layer.dW, [[0], [1000]])


def test_gradients_are_set_not_added_to(rng):
    layer = Embedding(2, 1, rng=rng)
    layer.forward([[0, 1, 1]])
    for _ in range(2):
        layer.backward(np.ones((1, 3, 1)))
    np.testing.assert_array_equal(layer.dW, [[1], [2]])


@pytest.mark.parametrize("shape", [(3,), (2, 3), (1, 1), (2, 3, 2)])
def test_gradient_of_the_vectors_equals_finite_differences(rng, shape):
    gradient_check(Embedding(4, 3, rng=rng), rng.integers(0, 4, size=shape), rng=rng)


def test_first_vectors_are_even_from_minus_to_plus_a_twentieth(rng):
    W = Embedding(300, 40, rng=rng).W
    assert W.shape == (300, 40)
    assert -0.05 <= W.min() < -0.0499
    assert 0.0499 < W.max() < 0.05
    assert W.var() == pytest.approx(0.1**2 / 12, rel=0.03)


def test_same_rng_same_vectors_and_gradients_start_at_0():
    one, two = (Embedding(5, 4, rng=np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one.W, two.W)
    np.testing.assert_array_equal(one.gradients, np.zeros((1, 5, 4)))


def test_training_makes_no_difference(rng):
    layer, x = Embedding(4, 3, rng=rng), [[0, 3]]
    np.testing.assert_array_equal(layer.forward(x, training=True), layer.forward(x))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_results_have_the_type_of_the_vectors(rng, dtype):
    layer = Embedding(4, 3, rng=rng)
    layer.W = layer.W.astype(dtype)
    y = layer.forward(np.array([[0, 3]], np.uint8))
    dx = layer.backward(np.ones((1, 2, 3)))
    assert {a.dtype for a in (y, dx, layer.dW)} == {np.dtype(dtype)}


def test_callers_arrays_stay_as_they_are_and_results_are_new(rng):
    layer, x, dy = Embedding(4, 3, rng=rng), np.array([[0, 3]]), np.ones((1, 2, 3))
    y = layer.forward(x)
    y[:] = 99  # neither the vectors nor the gradient notice
    x[:] = 1
    layer.backward(dy)
    assert layer.W.max() < 1
    np.testing.assert_array_equal(layer.dW, np.array([[1], [0], [0], [1]]) * np.ones(3))
    np.testing.assert_array_equal(dy, np.ones((1, 2, 3)))


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        ([[0, 4]], ValueError, "`x` must be at most 3. Received: 4"),
        ([[0, -1]], ValueError, "`x` must be at least 0. Received: -1"),
        ([[0.0, 1.0]], TypeError, "`x` must be integers. Received: dtype=float64"),
        ([[True]], TypeError, "`x` must be integers. Received: dtype=bool"),
        (2, ValueError, "`x` must have shape (N, ...). Received: shape=()"),
        (np.ones((3, 0), int), ValueError, "`x` must not be empty. Received: shape=(3, 0)"),
    ],
)
def test_what_is_no_word_is_refused(rng, x, error, message):
    with pytest.raises(error) as caught:
        Embedding(4, 3, rng=rng).forward(x)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((0, 3), ValueError, "`input_dim` must be at least 1. Received: 0"),
        ((4, -2), ValueError, "`output_dim` must be at least 1. Received: -2"),
        ((4.0, 3), TypeError, "`input_dim` must be an integer. Received: 4.0"),
        ((4, 3, 7), TypeError, "`rng` must be a numpy.random.Generator. Received: 7"),
    ],
)
def test_unusable_settings_are_refused(rng, arguments, error, message):
    input_dim, output_dim, generator = (*arguments, rng)[:3]
    with pytest.raises(error) as caught:
        Embedding(input_dim, output_dim, rng=generator)
    assert str(caught.value) == message


def test_upstream_gradient_of_another_shape_is_refused(rng):
    layer = Embedding(4, 3, rng=rng)
    layer.forward([[0, 1]])
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below
        layer.backward(np.ones((1, 2)))
    assert str(caught.value) == "`dy` must have shape (1, 2, 3). Received: shape=(1, 2)"


def test_backward_needs_a_forward(rng):
    with pytest.raises(RuntimeError) as caught:
        Embedding(4, 3, rng=rng).backward(np.ones((1, 2, 3)))
    assert str(caught.value) == "`backward` must come after `forward`. Received: no forward"
