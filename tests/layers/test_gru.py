import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlnotes.layers.gru import GRU

# N, T, D, U
SIZES = [(2, 3, 4, 5), (1, 1, 1, 1), (3, 1, 2, 4), (1, 6, 2, 3)]


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def random_layer(rng, sizes, **options):
    """A layer of random parameters, inputs for it, and an initial state."""
    n, t, d, u = sizes
    layer = GRU(d, u, rng=rng, **options)
    layer.parameters = [rng.normal(size=p.shape) for p in layer.parameters]
    return layer, rng.normal(size=(n, t, d)), rng.normal(size=(n, u))


def logistic(a):
    return 1 / (1 + np.exp(-a))


def test_worked_example_without_any_weights(rng):
    """Both gates are 1/2, so the state halves the way to the candidate tanh(1 + 4/2)."""
    layer = GRU(1, 1, rng=rng, return_sequences=True)
    layer.weights = np.zeros((1, 3)), np.zeros((1, 3)), [[0, 0, 1], [0, 0, 4]]
    y = layer.forward(np.zeros((1, 3, 1)))
    np.testing.assert_allclose(
        y.ravel(), math.tanh(3) * np.array([1 / 2, 3 / 4, 7 / 8]), rtol=1e-15
    )
    np.testing.assert_array_equal(layer.state, y[:, -1])
    np.testing.assert_array_equal([layer.z, layer.r], np.full((2, 1, 3, 1), 0.5))
    layer.backward(np.zeros((1, 3, 1)), final_dstate=[[8]])
    np.testing.assert_array_equal(layer.dstate, [[1]])  # halved three times


@pytest.mark.parametrize("sizes", SIZES)
def test_equals_its_formula_step_by_step(rng, sizes):
    layer, x, h = random_layer(rng, sizes, return_sequences=True)
    y = layer.forward(x, initial_state=h)
    W, U, b = (np.split(p, 3, axis=-1) for p in layer.parameters)
    for t in range(sizes[1]):
        z, r = (logistic(x[:, t] @ W[k] + b[k][0] + h @ U[k] + b[k][1]) for k in range(2))
        g = np.tanh(x[:, t] @ W[2] + b[2][0] + r * (h @ U[2] + b[2][1]))
        h = z * h + (1 - z) * g
        np.testing.assert_allclose(y[:, t], h, rtol=1e-12, atol=1e-14)
        for name, gate in (("z", z), ("r", r)):
            np.testing.assert_allclose(getattr(layer, name)[:, t], gate, rtol=1e-12)
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


def test_biases_are_0_at_first(rng):
    np.testing.assert_array_equal(GRU(3, 2, rng=rng).b, np.zeros((2, 6)))


@given(seed=st.integers(0, 10_000), steps=st.integers(1, 20))
@settings(max_examples=25)
def test_state_and_its_gradient_stay_with_update_gate_1(seed, steps):
    rng = np.random.default_rng(seed)
    layer, x, h = random_layer(rng, (2, steps, 3, 4))
    layer.b[0, :4] = 1e4
    np.testing.assert_array_equal(layer.forward(x, initial_state=h), h)
    np.testing.assert_array_equal(layer.z, np.ones((2, steps, 4)))
    dy = rng.normal(size=(2, 4))
    assert not layer.backward(dy).any()
    np.testing.assert_array_equal(layer.dstate, dy)


@given(seed=st.integers(0, 10_000), steps=st.integers(1, 5))
@settings(max_examples=25)
def test_with_both_gates_0_it_has_no_past(seed, steps):
    rng = np.random.default_rng(seed)
    layer, x, h = random_layer(rng, (2, steps, 3, 4))
    layer.b[0, :8] = -1e4
    y = layer.forward(x, initial_state=h)
    expected = np.tanh(x[:, -1] @ layer.W[:, 8:] + layer.b[0, 8:])
    np.testing.assert_allclose(y, expected, rtol=1e-12)
    np.testing.assert_array_equal(layer.r, np.zeros((2, steps, 4)))
    dx = layer.backward(np.ones((2, 4)))
    assert not dx[:, :-1].any()
    assert not layer.dstate.any()


@given(seed=st.integers(0, 10_000), size=st.floats(1e-3, 1e3))
@settings(max_examples=25)
def test_gates_lie_between_0_and_1_and_states_are_bounded(seed, size):
    rng = np.random.default_rng(seed)
    layer, x, _ = random_layer(rng, (2, 7, 3, 4), return_sequences=True)
    y = layer.forward(size * x)
    for gate in (layer.z, layer.r):
        assert gate.shape == (2, 7, 4)
        assert (gate >= 0).all()
        assert (gate <= 1).all()
    assert (np.abs(y) <= 1).all()


def test_gates_are_read_only(rng):
    layer, x, _ = random_layer(rng, SIZES[0])
    layer.forward(x)
    for gate in (layer.z, layer.r):
        with pytest.raises(ValueError, match="read-only"):
            gate[0] = 0


def test_large_inputs_saturate_without_a_warning(rng):
    layer, x, h = random_layer(rng, SIZES[0], return_sequences=True)
    y = layer.forward(1e4 * np.sign(x), initial_state=1e4 * h)
    assert np.isfinite(y).all()
    assert np.isfinite(layer.backward(y)).all()
    layer.forward(1e300 * x, initial_state=1e300 * h)
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
    assert {a.dtype for a in (*results, layer.z, layer.r)} == {np.dtype(np.float32)}


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
