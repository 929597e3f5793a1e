import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlnotes.layers.simple_rnn import SimpleRNN

# N, T, D, U
SIZES = [(2, 3, 4, 5), (1, 1, 1, 1), (3, 1, 2, 4), (1, 6, 2, 3)]


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def random_layer(rng, sizes, **options):
    """A layer of random parameters, inputs for it, and an initial state."""
    n, t, d, u = sizes
    layer = SimpleRNN(d, u, rng=rng, **options)
    layer.parameters = [rng.normal(size=p.shape) for p in layer.parameters]
    return layer, rng.normal(size=(n, t, d)), rng.normal(size=(n, u))


def test_worked_example(rng):
    layer = SimpleRNN(1, 1, rng=rng)
    layer.weights = [[0.5]], [[-0.75]], [0.25]
    y = layer.forward([[[1.0], [2.0]]], initial_state=[[-1.0]])
    first = math.tanh(0.5 * 1 - 0.75 * -1 + 0.25)
    second = math.tanh(0.5 * 2 - 0.75 * first + 0.25)
    np.testing.assert_allclose(y, [[second]], rtol=1e-14)
    np.testing.assert_array_equal(layer.state, y)
    dx = layer.backward([[10.0]])
    da_2 = 10 * (1 - second**2)
    da_1 = da_2 * -0.75 * (1 - first**2)
    np.testing.assert_allclose(dx, [[[0.5 * da_1], [0.5 * da_2]]], rtol=1e-13)
    np.testing.assert_allclose(layer.dW, [[1 * da_1 + 2 * da_2]], rtol=1e-13)
    np.testing.assert_allclose(layer.dU, [[-1 * da_1 + first * da_2]], rtol=1e-13)
    np.testing.assert_allclose(layer.db, [da_1 + da_2], rtol=1e-13)
    np.testing.assert_allclose(layer.dstate, [[-0.75 * da_1]], rtol=1e-13)


@pytest.mark.parametrize("sizes", SIZES)
def test_equals_the_nested_formula(rng, sizes):
    layer, x, h = random_layer(rng, sizes, return_sequences=True)
    y = layer.forward(x, initial_state=h)
    assert y.shape == (*sizes[:2], sizes[3])
    for t in range(sizes[1]):
        h = np.tanh(x[:, t] @ layer.W + h @ layer.U + layer.b)
        np.testing.assert_allclose(y[:, t], h, rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(layer.state, y[:, -1])


def test_the_initial_state_is_0_unless_given(rng):
    layer, x, h = random_layer(rng, SIZES[0])
    np.testing.assert_array_equal(
        layer.forward(x), layer.forward(x, initial_state=np.zeros_like(h))
    )


@pytest.mark.parametrize("return_sequences", [True, False])
@pytest.mark.parametrize("sizes", SIZES)
def test_gradients_equal_finite_differences(rng, check_recurrent, sizes, return_sequences):
    layer, x, h = random_layer(rng, sizes, return_sequences=return_sequences)
    check_recurrent(layer, h, x, rng=rng, training=return_sequences)


def test_gradient_goes_back_as_a_product_of_matrices(rng):
    """From y to the first state: the slopes of tanh and the recurrent weights, step by step."""
    layer, x, h = random_layer(rng, (1, 4, 2, 3))
    dy = rng.normal(size=(1, 3))
    layer.forward(x, initial_state=h)
    layer.backward(dy)
    jacobian = np.eye(3)
    for t in range(4):
        h = np.tanh(x[:, t] @ layer.W + h @ layer.U + layer.b)
        jacobian = np.diag(1 - h[0] ** 2) @ layer.U.T @ jacobian
    np.testing.assert_allclose(layer.dstate, dy @ jacobian, rtol=1e-11)


@given(seed=st.integers(0, 10_000), steps=st.integers(1, 5))
@settings(max_examples=25)
def test_without_recurrent_weights_it_has_no_past(seed, steps):
    rng = np.random.default_rng(seed)
    layer, x, h = random_layer(rng, (2, steps, 3, 4))
    layer.U = np.zeros((4, 4))
    y = layer.forward(x, initial_state=h)
    np.testing.assert_allclose(y, np.tanh(x[:, -1] @ layer.W + layer.b), rtol=1e-13)
    dx = layer.backward(np.ones((2, 4)))
    assert not dx[:, :-1].any()
    assert dx[:, -1].any()
    assert not layer.dstate.any()


def test_biases_are_0_at_first(rng):
    np.testing.assert_array_equal(SimpleRNN(3, 5, rng=rng).b, np.zeros(5))


def test_large_inputs_saturate_without_a_warning(rng):
    layer, x, h = random_layer(rng, (2, 3, 4, 5), return_sequences=True)
    y = layer.forward(1e300 * np.sign(x), initial_state=1e300 * h)
    assert np.isin(np.abs(y[~np.isnan(y)]), 1).all()
    layer.backward(1e300 * y)


def test_no_steps_leave_the_state_and_its_gradient(rng):
    layer, x, h = random_layer(rng, (2, 0, 4, 5))
    np.testing.assert_array_equal(layer.forward(x, initial_state=h), h)
    np.testing.assert_array_equal(layer.state, h)
    dx = layer.backward(np.zeros((2, 5)), final_dstate=2 * h)
    np.testing.assert_array_equal(layer.dstate, 2 * h)
    assert dx.shape == (2, 0, 4)


def test_float32_stays_float32(rng):
    layer, x, h = random_layer(rng, SIZES[0], return_sequences=True)
    y = layer.forward(x.astype(np.float32), initial_state=h)
    results = [y, layer.backward(y), layer.state, layer.dstate, *layer.gradients]
    assert {a.dtype for a in results} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("shape", "text"), [((5,), "(5,)"), ((1, 5), "(1, 5)"), ((2, 4), "(2, 4)")]
)
def test_states_of_another_shape_are_refused(rng, shape, text):
    layer, x, _ = random_layer(rng, SIZES[0])
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below
        layer.forward(x, initial_state=np.ones(shape))
    assert str(caught.value) == f"`initial_state` must have shape (2, 5). Received: shape={text}"
    y = layer.forward(x)
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below
        layer.backward(y, final_dstate=np.ones(shape))
    assert str(caught.value) == f"`final_dstate` must have shape (2, 5). Received: shape={text}"
