"""What holds for all recurrent layers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlnotes.initializers import glorot_uniform, lecun_normal, orthogonal
from dlnotes.layers.gru import GRU
from dlnotes.layers.lstm import LSTM
from dlnotes.layers.simple_rnn import SimpleRNN

LAYERS = {SimpleRNN: 1, GRU: 3, LSTM: 4}  # and how many columns they have for each unit
STATE = {SimpleRNN: (), GRU: (), LSTM: (2,)}  # what the shape of the state begins with

all_layers = pytest.mark.parametrize("kind", LAYERS)
with_and_without_sequences = pytest.mark.parametrize("return_sequences", [True, False])


@pytest.fixture
def rng():
    return np.random.default_rng(2)


def random_layer(kind, rng, *sizes, **options):
    layer = kind(*sizes, rng=rng, **options)
    layer.parameters = [rng.normal(size=p.shape) / 2 for p in layer.parameters]
    return layer


@all_layers
def test_first_weights_are_glorot_s_and_orthogonal_in_this_order(kind):
    layer, same = kind(5, 3, rng=np.random.default_rng(0)), np.random.default_rng(0)
    columns = 3 * LAYERS[kind]
    np.testing.assert_array_equal(layer.W, glorot_uniform((5, columns), rng=same))
    np.testing.assert_array_equal(layer.U, orthogonal((3, columns), rng=same))
    np.testing.assert_allclose(layer.U @ layer.U.T, np.eye(3), atol=1e-14)
    for gradient, parameter in zip(layer.gradients, layer.parameters, strict=True):
        np.testing.assert_array_equal(gradient, np.zeros_like(parameter))


@all_layers
def test_another_initializer_draws_the_weights_of_the_input(kind):
    layer = kind(5, 3, rng=np.random.default_rng(0), kernel_initializer=lecun_normal)
    expected = lecun_normal((5, 3 * LAYERS[kind]), rng=np.random.default_rng(0))
    np.testing.assert_array_equal(layer.W, expected)


@all_layers
@with_and_without_sequences
@pytest.mark.parametrize(("n", "t"), [(2, 5), (1, 1), (3, 1), (1, 7), (2, 0), (0, 3), (0, 0)])
def test_shapes(kind, rng, return_sequences, n, t):
    layer = random_layer(kind, rng, 3, 4, return_sequences=return_sequences)
    y = layer.forward(np.ones((n, t, 3)))
    assert y.shape == ((n, t, 4) if return_sequences else (n, 4))
    assert layer.backward(np.ones_like(y)).shape == (n, t, 3)
    assert layer.state.shape == layer.dstate.shape == (*STATE[kind], n, 4)
    assert [g.shape for g in layer.gradients] == [p.shape for p in layer.parameters]


@all_layers
def test_no_steps_leave_the_state_and_its_gradient(kind, rng):
    layer = random_layer(kind, rng, 3, 4)
    state, dstate = rng.normal(size=(2, *STATE[kind], 2, 4))
    y = layer.forward(np.ones((2, 0, 3)), initial_state=state)
    np.testing.assert_array_equal(layer.state, state)
    np.testing.assert_array_equal(y, state if kind is not LSTM else state[0])
    layer.backward(np.zeros_like(y), final_dstate=dstate)
    np.testing.assert_array_equal(layer.dstate, dstate)
    layer.backward(np.full_like(y, 5))
    np.testing.assert_array_equal(
        layer.dstate,
        5 * np.eye(2)[0].reshape(2, 1, 1) * np.ones((2, 4))
        if kind is LSTM
        else np.full((2, 4), 5.0),
    )
    assert not any(g.any() for g in layer.gradients)


@all_layers
def test_number_of_parameters_does_not_depend_on_the_length(kind, rng):
    layer = kind(3, 4, rng=rng)
    columns = 4 * LAYERS[kind]
    for t in (1, 10, 100):
        layer.forward(rng.normal(size=(2, t, 3)))
        biases = columns * (2 if kind is GRU else 1)
        assert sum(p.size for p in layer.parameters) == 3 * columns + 4 * columns + biases


@all_layers
def test_last_state_is_the_last_of_all_states(kind, rng):
    last, all_states = (
        random_layer(kind, np.random.default_rng(3), 3, 4, return_sequences=return_sequences)
        for return_sequences in (False, True)
    )
    x, dy = rng.normal(size=(2, 5, 3)), rng.normal(size=(2, 4))
    np.testing.assert_array_equal(last.forward(x), all_states.forward(x)[:, -1])
    dy_all = np.zeros((2, 5, 4))
    dy_all[:, -1] = dy
    np.testing.assert_array_equal(last.backward(dy), all_states.backward(dy_all))


@all_layers
@given(cuts=st.sets(st.integers(1, 5)), seed=st.integers(0, 1000))
@settings(max_examples=15)
def test_a_sequence_in_parts_gives_the_same(kind, cuts, seed):
    """Forward hands the state on to the next part, and backward its gradient to the one before."""
    rng = np.random.default_rng(seed)
    layer = random_layer(kind, rng, 3, 4, return_sequences=True)
    x, dy = rng.normal(size=(2, 6, 3)), rng.normal(size=(2, 6, 4))
    y, dx = layer.forward(x), layer.backward(dy)
    whole = [*layer.gradients, layer.dstate]

    parts = np.split(np.arange(6), sorted(cuts))
    ys, states = [], [None]
    for part in parts:
        ys.append(layer.forward(x[:, part], initial_state=states[-1]))
        states.append(layer.state)
    np.testing.assert_allclose(np.concatenate(ys, axis=1), y, atol=1e-14)
    dxs, total, dstate = [], [np.zeros_like(g) for g in layer.gradients], None
    for part, state in zip(reversed(parts), states[-2::-1], strict=True):
        layer.forward(x[:, part], initial_state=state)
        dxs.insert(0, layer.backward(dy[:, part], final_dstate=dstate))
        total, dstate = [a + g for a, g in zip(total, layer.gradients, strict=True)], layer.dstate
    np.testing.assert_allclose(np.concatenate(dxs, axis=1), dx, atol=1e-12)
    for a, b in zip([*total, dstate], whole, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)


@all_layers
def test_truncation_cuts_the_gradient_off(kind, rng):
    layer, x = random_layer(kind, rng, 3, 4), rng.normal(size=(1, 6, 3))
    layer.forward(x)
    full = layer.backward(np.ones((1, 4)))
    assert np.abs(full[:, :3]).max() > 1e-6
    layer.forward(x[:, :3])
    layer.forward(x[:, 3:], initial_state=layer.state)
    np.testing.assert_allclose(layer.backward(np.ones((1, 4))), full[:, 3:], atol=1e-14)
    whole = layer.dU
    layer.forward(x)
    layer.backward(np.ones((1, 4)))
    assert np.abs(layer.dU - whole).max() > 1e-6


@all_layers
def test_examples_do_not_meet(kind, rng):
    layer, x = random_layer(kind, rng, 3, 4), rng.normal(size=(3, 5, 3))
    one_by_one = [layer.forward(example[None])[0] for example in x]
    np.testing.assert_allclose(layer.forward(x), one_by_one, rtol=1e-12)


@all_layers
def test_training_makes_no_difference(kind, rng):
    layer, x = random_layer(kind, rng, 3, 4), rng.normal(size=(2, 5, 3))
    np.testing.assert_array_equal(layer.forward(x, training=True), layer.forward(x))


@all_layers
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float_type_is_that_of_the_input(kind, rng, dtype):
    layer = kind(3, 4, rng=rng, return_sequences=True)  # parameters are float64
    state = np.zeros((*STATE[kind], 2, 4))
    y = layer.forward(np.ones((2, 5, 3), dtype), initial_state=state)
    dx = layer.backward(np.ones((2, 5, 4)), final_dstate=state)
    arrays = [y, dx, layer.state, layer.dstate, *layer.gradients]
    assert {a.dtype for a in arrays} == {np.dtype(dtype)}
    layer.forward(np.ones((2, 5, 3), dtype))
    layer.backward(np.ones((2, 5, 4)))
    assert (layer.state.dtype, layer.dstate.dtype) == (dtype, dtype)


@all_layers
def test_integers_become_float64(kind, rng):
    layer = kind(1, 4, rng=rng)
    state = np.zeros((*STATE[kind], 1, 4), int)
    assert layer.forward([[[1], [2]]], initial_state=state).dtype == np.float64
    assert layer.backward([[1, 2, 3, 4]], final_dstate=state).dtype == np.float64


@all_layers
def test_a_thousand_steps_stay_finite(kind, rng):
    layer = kind(3, 4, rng=rng, return_sequences=True)
    x = rng.normal(size=(1, 1000, 3)).astype(np.float32)
    y = layer.forward(x)
    dx = layer.backward(np.ones_like(y))
    for a in (y, dx, layer.dstate, *layer.gradients):
        assert np.isfinite(a).all()
    assert np.abs(y).max() <= 1


@all_layers
def test_nan_spoils_its_own_example_from_its_step_on(kind, rng):
    layer = random_layer(kind, rng, 3, 4, return_sequences=True)
    x = rng.normal(size=(2, 5, 3))
    x[0, 2, 1] = np.nan
    y = layer.forward(x)
    assert np.isnan(y[0, 2:]).all()
    assert np.isfinite(y[0, :2]).all()
    assert np.isfinite(y[1]).all()
    assert np.isnan(layer.state[..., 0, :]).all()
    dx = layer.backward(np.ones_like(y))
    assert np.isnan(dx[0, 2]).all()
    assert np.isfinite(dx[1]).all()


@all_layers
def test_gradients_are_set_not_added_to(kind, rng):
    layer = random_layer(kind, rng, 3, 4)
    layer.forward(rng.normal(size=(2, 5, 3)))
    dy = rng.normal(size=(2, 4))
    layer.backward(dy)
    once = [*layer.gradients, layer.dstate]
    layer.backward(dy)
    for first, second in zip(once, [*layer.gradients, layer.dstate], strict=True):
        np.testing.assert_array_equal(first, second)


@all_layers
@with_and_without_sequences
@pytest.mark.parametrize("sizes", [(2, 5), (1, 1), (1, 0)])
def test_callers_arrays_stay_as_they_are_and_results_are_new(kind, rng, return_sequences, sizes):
    layer = random_layer(kind, rng, 3, 4, return_sequences=return_sequences)
    x, state = rng.normal(size=(*sizes, 3)), rng.normal(size=(*STATE[kind], sizes[0], 4))
    dy, dstate = np.ones(layer.forward(x).shape), np.ones_like(state)
    given = (x, state, dy, dstate)
    before = [a.copy() for a in given]

    layer.forward(x, initial_state=state)
    expected = layer.backward(dy, final_dstate=dstate)
    expected = [expected, *layer.gradients, layer.dstate]
    for now, then in zip(given, before, strict=True):
        np.testing.assert_array_equal(now, then)

    # What a caller does to its arrays and to the results between the passes makes no difference.
    y = layer.forward(x, initial_state=state)
    assert not np.shares_memory(y, layer.state)
    for a in (x, state, y, layer.state):
        a[...] = 99
    dx = layer.backward(dy, final_dstate=dstate)
    for got, wanted in zip([dx, *layer.gradients, layer.dstate], expected, strict=True):
        np.testing.assert_array_equal(got, wanted)
        assert not any(np.shares_memory(got, a) for a in given)


@all_layers
def test_a_refused_pass_leaves_the_last_one(kind, rng):
    layer, x = random_layer(kind, rng, 3, 4), rng.normal(size=(2, 5, 3))
    dy = layer.forward(x)
    dx, gradients = layer.backward(dy), layer.gradients
    for bad in (np.ones((2, 5, 1)), np.ones((1, 2, 3))):
        with pytest.raises(ValueError, match="must have shape"):
            layer.forward(bad, initial_state=np.ones((7, 7)))
    with pytest.raises(ValueError, match="must have shape"):
        layer.backward(5 * dy, final_dstate=np.ones((7, 7)))
    for now, then in zip(layer.gradients, gradients, strict=True):
        assert now is then
    np.testing.assert_array_equal(layer.backward(dy), dx)


@all_layers
@pytest.mark.parametrize(
    ("shape", "text"),
    [((5, 3), "(5, 3)"), ((2, 5, 4), "(2, 5, 4)"), ((1, 2, 5, 3), "(1, 2, 5, 3)")],
)
def test_input_of_another_shape_is_refused(kind, rng, shape, text):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below
        kind(3, 4, rng=rng).forward(np.ones(shape))
    assert str(caught.value) == f"`x` must have shape (N, T, 3). Received: shape={text}"


@all_layers
@pytest.mark.parametrize(("return_sequences", "text"), [(True, "(2, 5, 4)"), (False, "(2, 4)")])
def test_upstream_gradient_of_another_shape_is_refused(kind, rng, return_sequences, text):
    layer = kind(3, 4, rng=rng, return_sequences=return_sequences)
    layer.forward(np.ones((2, 5, 3)))
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below
        layer.backward(np.ones((2, 5, 3)))
    assert str(caught.value) == f"`dy` must have shape {text}. Received: shape=(2, 5, 3)"


@all_layers
def test_states_of_another_shape_are_refused(kind, rng):
    layer, bad = kind(3, 4, rng=rng), np.ones((7, 7))
    text = f"must have shape {(*STATE[kind], 2, 4)}. Received: shape=(7, 7)"
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below
        layer.forward(np.ones((2, 5, 3)), initial_state=bad)
    assert str(caught.value) == f"`initial_state` {text}"
    layer.forward(np.ones((2, 5, 3)))
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below
        layer.backward(np.ones((2, 4)), final_dstate=bad)
    assert str(caught.value) == f"`final_dstate` {text}"


@all_layers
def test_backward_needs_a_forward(kind, rng):
    with pytest.raises(RuntimeError) as caught:
        kind(3, 4, rng=rng).backward(np.ones((2, 4)))
    assert str(caught.value) == "`backward` must come after `forward`. Received: no forward"


@all_layers
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((0, 3), ValueError, "`in_features` must be at least 1. Received: 0"),
        ((4, -2), ValueError, "`units` must be at least 1. Received: -2"),
        ((4, 2.0), TypeError, "`units` must be an integer. Received: 2.0"),
        ((4, 3, 7), TypeError, "`rng` must be a numpy.random.Generator. Received: 7"),
    ],
)
def test_unusable_settings_are_refused(kind, rng, arguments, error, message):
    in_features, units, generator = (*arguments, rng)[:3]
    with pytest.raises(error) as caught:
        kind(in_features, units, rng=generator)
    assert str(caught.value) == message
