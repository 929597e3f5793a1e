import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlnotes.layers.lstm import LSTM

# N, T, D, U
SIZES = [(2, 3, 4, 5), (1, 1, 1, 1), (3, 1, 2, 4), (1, 6, 2, 3)]


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def random_layer(rng, sizes, **options):
    """A layer of random parameters, inputs for it, and an initial state."""
    n, t, d, u = sizes
    layer = LSTM(d, u, rng=rng, **options)
    layer.parameters = [rng.normal(size=p.shape) for p in layer.parameters]
    return layer, rng.normal(size=(n, t, d)), rng.normal(size=(2, n, u))


def logistic(a):
    return 1 / (1 + np.exp(-a))


def test_worked_example_without_any_weights(rng):
    """All gates are 1/2 and the candidate is tanh(1), so the memory halves the way to tanh(1)."""
    layer = LSTM(1, 1, rng=rng, return_sequences=True)
    layer.weights = np.zeros((1, 4)), np.zeros((1, 4)), [0, 0, 1, 0]
    y = layer.forward(np.zeros((1, 3, 1)))
    c = math.tanh(1) * np.array([1 / 2, 3 / 4, 7 / 8])
    np.testing.assert_allclose(y.ravel(), np.tanh(c) / 2, rtol=1e-15)
    np.testing.assert_allclose(layer.state.ravel(), [y[0, -1, 0], c[-1]], rtol=1e-15)
    np.testing.assert_array_equal([layer.i, layer.f, layer.o], np.full((3, 1, 3, 1), 0.5))
    layer.backward(np.zeros((1, 3, 1)), final_dstate=[[[0]], [[8]]])
    np.testing.assert_array_equal(layer.dstate.ravel(), [0, 1])  # halved three times


@pytest.mark.parametrize("sizes", SIZES)
def test_equals_its_formula_step_by_step(rng, sizes):
    layer, x, (h, c) = random_layer(rng, sizes, return_sequences=True)
    y = layer.forward(x, initial_state=(h, c))
    W, U, b = (np.split(p, 4, axis=-1) for p in layer.parameters)
    for t in range(sizes[1]):
        i, f, g, o = (x[:, t] @ W[k] + h @ U[k] + b[k] for k in range(4))
        i, f, o = logistic(i), logistic(f), logistic(o)
        c = f * c + i * np.tanh(g)
        h = o * np.tanh(c)
        np.testing.assert_allclose(y[:, t], h, rtol=1e-12, atol=1e-14)
        for name, gate in (("i", i), ("f", f), ("o", o)):
            np.testing.assert_allclose(getattr(layer, name)[:, t], gate, rtol=1e-12)
    np.testing.assert_allclose(layer.state, [h, c], rtol=1e-12, atol=1e-14)


def test_the_initial_state_is_0_unless_given(rng):
    layer, x, state = random_layer(rng, SIZES[0])
    np.testing.assert_array_equal(
        layer.forward(x), layer.forward(x, initial_state=np.zeros_like(state))
    )


@pytest.mark.parametrize("return_sequences", [True, False])
@pytest.mark.parametrize("sizes", SIZES)
def test_gradients_equal_finite_differences(rng, check_recurrent, sizes, return_sequences):
    layer, x, state = random_layer(rng, sizes, return_sequences=return_sequences)
    check_recurrent(layer, state, x, rng=rng, training=return_sequences)


def test_biases_are_0_at_first_but_1_for_the_forget_gate(rng):
    layer = LSTM(3, 2, rng=rng)
    np.testing.assert_array_equal(layer.b, [0, 0, 1, 1, 0, 0, 0, 0])
    layer.forward(np.zeros((1, 1, 3)))
    np.testing.assert_allclose(layer.f, 1 / (1 + math.exp(-1)), rtol=1e-15)
    np.testing.assert_array_equal([layer.i, layer.o], np.full((2, 1, 1, 2), 0.5))


@given(seed=st.integers(0, 10_000), steps=st.integers(1, 20))
@settings(max_examples=25)
def test_memory_and_its_gradient_stay_with_forget_gate_1_and_input_gate_0(seed, steps):
    rng = np.random.default_rng(seed)
    layer, x, state = random_layer(rng, (2, steps, 3, 4))
    layer.b = np.repeat([-1e4, 1e4, 0, 0], 4) + layer.b
    layer.forward(x, initial_state=state)
    np.testing.assert_array_equal(layer.state[1], state[1])
    np.testing.assert_array_equal(layer.f, np.ones((2, steps, 4)))
    np.testing.assert_array_equal(layer.i, np.zeros((2, steps, 4)))
    dc = rng.normal(size=(2, 4))
    layer.backward(np.zeros((2, 4)), final_dstate=(np.zeros((2, 4)), dc))
    np.testing.assert_array_equal(layer.dstate[1], dc)


@given(seed=st.integers(0, 10_000), size=st.floats(1e-3, 1e3))
@settings(max_examples=25)
def test_gates_lie_between_0_and_1_and_states_are_bounded(seed, size):
    rng = np.random.default_rng(seed)
    layer, x, _ = random_layer(rng, (2, 7, 3, 4), return_sequences=True)
    y = layer.forward(size * x)
    for gate in (layer.i, layer.f, layer.o):
        assert gate.shape == (2, 7, 4)
        assert (gate >= 0).all()
        assert (gate <= 1).all()
    assert (np.abs(y) <= 1).all()
    assert (np.abs(layer.state[1]) <= 7).all()  # each step adds at most 1


def test_gates_are_read_only(rng):
    layer, x, _ = random_layer(rng, SIZES[0])
    layer.forward(x)
    for gate in (layer.i, layer.f, layer.o):
        with pytest.raises(ValueError, match="read-only"):
            gate[0] = 0


def test_large_inputs_saturate_without_a_warning(rng):
    layer, x, state = random_layer(rng, SIZES[0], return_sequences=True)
    y = layer.forward(1e4 * np.sign(x), initial_state=1e4 * state)
    assert np.isfinite(y).all()
    assert np.isfinite(layer.backward(y)).all()
    layer.forward(1e300 * x, initial_state=1e300 * state)
    layer.backward(1e300 * y)


def test_no_steps_leave_the_state_and_its_gradient(rng):
    layer, x, state = random_layer(rng, (2, 0, 4, 5))
    np.testing.assert_array_equal(layer.forward(x, initial_state=state), state[0])
    np.testing.assert_array_equal(layer.state, state)
    dx = layer.backward(np.zeros((2, 5)), final_dstate=2 * state)
    np.testing.assert_array_equal(layer.dstate, 2 * state)
    assert dx.shape == (2, 0, 4)


def test_float32_stays_float32(rng):
    layer, x, state = random_layer(rng, SIZES[0], return_sequences=True)
    y = layer.forward(x.astype(np.float32), initial_state=state)
    results = [y, layer.backward(y), layer.state, layer.dstate, *layer.gradients]
    assert {a.dtype for a in (*results, layer.i, layer.f, layer.o)} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (np.ones((2, 5)), "must have shape (2, 2, 5). Received: shape=(2, 5)"),
        (np.ones((3, 2, 5)), "must have shape (2, 2, 5). Received: shape=(3, 2, 5)"),
        (
            (np.ones((2, 4)), np.ones((2, 4))),
            "must have shape (2, 2, 5). Received: shape=(2, 2, 4)",
        ),
        (([[1]], [1]), "must be a rectangular array. Received: ([[1]], [1])"),
    ],
)
def test_states_of_another_shape_are_refused(rng, state, message):
    layer, x, _ = random_layer(rng, SIZES[0])
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below
        layer.forward(x, initial_state=state)
    assert str(caught.value) == f"`initial_state` {message}"
    y = layer.forward(x)
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below
        layer.backward(y, final_dstate=state)
    assert str(caught.value) == f"`final_dstate` {message}"
