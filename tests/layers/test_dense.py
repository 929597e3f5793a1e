import numpy as np
import pytest

from dlnotes.gradient_check import gradient_check
from dlnotes.layers import Dense


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def test_every_output_is_a_weighted_sum_plus_bias(rng):
    layer = Dense(3, 2, rng=rng)
    layer.b = rng.normal(size=2)
    x = rng.normal(size=(4, 3))
    for n in range(4):
        for j in range(2):
            by_hand = sum(x[n, i] * layer.W[i, j] for i in range(3)) + layer.b[j]
            assert layer.forward(x)[n, j] == pytest.approx(by_hand, rel=1e-14)


def test_training_makes_no_difference(rng):
    layer, x = Dense(3, 2, rng=rng), rng.normal(size=(4, 3))
    np.testing.assert_array_equal(layer.forward(x, training=True), layer.forward(x))


def test_first_weights_fill_the_glorot_range_and_biases_are_zero(rng):
    layer = Dense(60, 40, rng=rng)
    limit = np.sqrt(6 / 100)
    assert np.abs(layer.W).max() <= limit
    assert np.abs(layer.W).max() > 0.99 * limit
    assert layer.W.var() == pytest.approx(limit**2 / 3, rel=0.05)
    np.testing.assert_array_equal(layer.b, np.zeros(40))
    np.testing.assert_array_equal(layer.dW, np.zeros((60, 40)))
    np.testing.assert_array_equal(layer.db, np.zeros(40))


def test_same_rng_same_weights():
    one, two = (Dense(5, 4, rng=np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one.W, two.W)


def test_worked_example_of_the_gradients(rng):
    layer = Dense(2, 1, rng=rng)
    layer.W, layer.b = np.array([[2.0], [-3.0]]), np.array([0.5])
    y = layer.forward([[1.0, 4.0], [5.0, 6.0]])
    np.testing.assert_array_equal(y, [[-9.5], [-7.5]])
    dx = layer.backward([[1.0], [10.0]])
    np.testing.assert_array_equal(dx, [[2, -3], [20, -30]])
    np.testing.assert_array_equal(layer.dW, [[51], [64]])
    np.testing.assert_array_equal(layer.db, [11])


@pytest.mark.parametrize("shape", [(5, 3), (1, 3), (2, 4, 3), (2, 3, 2, 3)])
def test_gradients_equal_finite_differences(rng, shape):
    gradient_check(Dense(3, 2, rng=rng), rng.normal(size=shape), rng=rng)


def test_only_the_last_axis_is_mixed(rng):
    layer, x, dy = Dense(3, 2, rng=rng), rng.normal(size=(4, 5, 3)), rng.normal(size=(4, 5, 2))
    y, dx = layer.forward(x), layer.backward(dy)
    dW, db = layer.dW, layer.db
    np.testing.assert_allclose(layer.forward(x.reshape(20, 3)).reshape(4, 5, 2), y, rtol=1e-14)
    np.testing.assert_allclose(layer.backward(dy.reshape(20, 2)).reshape(4, 5, 3), dx, rtol=1e-14)
    np.testing.assert_allclose(layer.dW, dW, rtol=1e-13)
    np.testing.assert_allclose(layer.db, db, rtol=1e-13)
    assert layer.db.shape == (2,)


def test_no_examples_give_no_gradient(rng):
    layer = Dense(3, 2, rng=rng)
    assert layer.forward(np.ones((0, 3))).shape == (0, 2)
    assert layer.backward(np.ones((0, 2))).shape == (0, 3)
    np.testing.assert_array_equal(layer.db, [0, 0])


def test_backward_sets_gradients_anew(rng):
    layer = Dense(3, 2, rng=rng)
    layer.forward(rng.normal(size=(4, 3)))
    dy = rng.normal(size=(4, 2))
    layer.backward(dy)
    once = layer.dW
    layer.backward(dy)
    np.testing.assert_array_equal(layer.dW, once)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float_type_is_kept(rng, dtype):
    layer = Dense(3, 2, rng=rng)
    layer.W, layer.b = layer.W.astype(dtype), layer.b.astype(dtype)
    y = layer.forward(rng.normal(size=(4, 3)).astype(dtype))
    dx = layer.backward(y)
    assert {a.dtype for a in (y, dx, layer.dW, layer.db)} == {np.dtype(dtype)}


def test_integers_become_float64(rng):
    layer = Dense(3, 2, rng=rng)
    assert layer.forward([[1, 2, 3]]).dtype == np.float64
    assert layer.backward([[1, 2]]).dtype == np.float64


def test_nan_in_gives_nan_out(rng):
    y = Dense(2, 3, rng=rng).forward([[np.nan, 1.0], [1.0, 1.0]])
    assert np.isnan(y[0]).all()
    assert np.isfinite(y[1]).all()


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((0, 2), "`in_features` must be at least 1. Received: 0"),
        ((3, -1), "`units` must be at least 1. Received: -1"),
    ],
)
def test_sizes_must_be_positive(rng, sizes, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        Dense(*sizes, rng=rng)


@pytest.mark.parametrize("shape", [(3,), (4, 2), (2, 3, 4)])
def test_input_of_another_shape_is_refused(rng, shape):
    with pytest.raises(
        ValueError, match=r"^`x` must have shape \(N, \.\.\., 3\)\. Received: shape="
    ):
        Dense(3, 2, rng=rng).forward(np.ones(shape))


def test_upstream_gradient_of_another_shape_is_refused(rng):
    layer = Dense(3, 2, rng=rng)
    layer.forward(np.ones((4, 3)))
    message = r"^`dy` must have shape \(4, 2\)\. Received: shape=\(4, 1\)$"
    with pytest.raises(ValueError, match=message):
        layer.backward(np.ones((4, 1)))


def test_backward_needs_a_forward(rng):
    message = r"^`backward` must come after `forward`\. Received: no forward$"
    with pytest.raises(RuntimeError, match=message):
        Dense(3, 2, rng=rng).backward(np.ones((4, 2)))
