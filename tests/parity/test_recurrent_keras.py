"""Recurrent layers against Keras with the same weights: outputs, last states and gradients."""

import numpy as np
import pytest

from dlnotes.autodiff import vjp
from dlnotes.layers.gru import GRU
from dlnotes.layers.lstm import LSTM
from dlnotes.layers.simple_rnn import SimpleRNN

keras = pytest.importorskip("keras")
if keras.backend.backend() not in ("jax", "tensorflow", "torch"):
    pytest.skip("this Keras backend does not differentiate", allow_module_level=True)
# Keras asks JAX for float64 weights, gets float32, and float64 is put in their place below.
pytestmark = pytest.mark.filterwarnings("ignore:Explicitly requested dtype float64")

LAYERS = {
    SimpleRNN: keras.layers.SimpleRNN,
    GRU: keras.layers.GRU,
    LSTM: keras.layers.LSTM,
}
all_layers = pytest.mark.parametrize("kind", LAYERS)

# N, T, D, U
CASES = [
    (0, (3, 5, 4, 6), "float64", True),
    (1, (3, 5, 4, 6), "float64", False),
    (2, (2, 12, 1, 3), "float32", True),
    (3, (2, 12, 1, 3), "float32", False),
    (4, (1, 1, 1, 1), "float64", False),
]


def call(theirs, weights, x, **arguments):
    """Call Keras's layer with given weights; what it counts for its own dropout stays."""
    counted = [v.value for v in theirs.non_trainable_variables]
    return theirs.stateless_call(weights, counted, x, **arguments)[0]


@all_layers
@pytest.mark.parametrize(("seed", "sizes", "dtype", "return_sequences"), CASES)
def test_outputs_states_and_gradients(
    assert_agree, keras_value, kind, seed, sizes, dtype, return_sequences
):
    """The loss depends on the output and on the last state; gradients reach the initial state."""
    rng, (n, t, d, u) = np.random.default_rng(seed), sizes
    ours = kind(d, u, rng=rng, return_sequences=return_sequences)
    ours.parameters = [rng.normal(size=p.shape).astype(dtype) / 2 for p in ours.parameters]
    options = {"return_sequences": return_sequences, "return_state": True, "dtype": dtype}
    theirs = LAYERS[kind](u, **options)
    theirs.build((None, t, d))
    assert [tuple(w.shape) for w in theirs.weights] == [p.shape for p in ours.parameters]
    pair = (2,) if kind is LSTM else ()
    x, state = (rng.normal(size=s).astype(dtype) for s in [(n, t, d), (*pair, n, u)])

    def flat(arrays, ops):
        return ops.concatenate([ops.reshape(a, (-1,)) for a in arrays])

    def keras_s(x, state, *weights):
        initial = [state[0], state[1]] if pair else [state]
        return flat(call(theirs, list(weights), x, initial_state=initial), keras.ops)

    arguments = [x, state, *ours.parameters]
    y = ours.forward(x, initial_state=state)
    both = flat([y, ours.state], np)
    assert_agree(both, keras_value(keras_s, both.shape, dtype, *arguments), dtype)
    upstream = rng.normal(size=both.shape).astype(dtype)
    dy, dstate = upstream[: y.size].reshape(y.shape), upstream[y.size :].reshape(state.shape)
    dx = ours.backward(dy, final_dstate=dstate)
    gradients = vjp(keras_s, upstream, *arguments)
    for mine, autodiff_s in zip([dx, ours.dstate, *ours.gradients], gradients, strict=True):
        assert_agree(mine, autodiff_s, dtype)


@all_layers
def test_without_states_and_from_the_first_weights(dtype, same_as_keras, kind):
    rng = np.random.default_rng(5)
    same_as_keras(
        kind(4, 6, rng=rng),
        LAYERS[kind](6, dtype=dtype),
        rng.normal(size=(3, 5, 4)).astype(dtype),
        rng=rng,
        training=True,
        call=lambda theirs, weights, _, x: call(theirs, weights, x, training=True),
    )


# Keras's get_weights asks its variables for arrays in NumPy's old way.
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword")
@all_layers
def test_starts_like_keras_whose_weights_fit(kind):
    keras.utils.set_random_seed(0)
    theirs = LAYERS[kind](40, return_sequences=True)
    x = np.random.default_rng(0).normal(size=(2, 1000, 30)).astype(np.float32)
    expected = keras.ops.convert_to_numpy(theirs(x))
    W, U, b = theirs.get_weights()
    ours = kind(30, 40, rng=np.random.default_rng(0), return_sequences=True)
    assert np.abs(ours.W).max() == pytest.approx(np.abs(W).max(), rel=1e-2)
    assert ours.W.std() == pytest.approx(W.std(), rel=0.05)
    np.testing.assert_allclose(ours.U @ ours.U.T, U @ U.T, atol=1e-5)
    np.testing.assert_array_equal(ours.b, b)
    ours.weights = theirs.get_weights()
    np.testing.assert_allclose(ours.forward(x), expected, atol=1e-4)  # after 1000 steps too
    assert not kind(30, 40, rng=np.random.default_rng(0)).return_sequences
    assert not LAYERS[kind](40).return_sequences
