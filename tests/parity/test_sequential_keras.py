"""A stack of layers against keras.Sequential with the same weights."""

import numpy as np
import pytest

from dlnotes.layers import Activation, BatchNormalization, Dense
from dlnotes.sequential import Sequential

keras = pytest.importorskip("keras")
if keras.backend.backend() not in ("jax", "tensorflow", "torch"):
    pytest.skip("this Keras backend does not differentiate", allow_module_level=True)
pytestmark = [
    pytest.mark.filterwarnings("ignore:Explicitly requested dtype float64"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]
layers = keras.layers


def keras_model(dtype):
    model = keras.Sequential(
        [
            keras.Input((4,), dtype=dtype),
            layers.Dense(5, dtype=dtype),
            layers.BatchNormalization(dtype=dtype),
            layers.ReLU(dtype=dtype),
            layers.Dense(5, dtype=dtype),
            layers.BatchNormalization(dtype=dtype),
            layers.Dense(2, dtype=dtype),
        ]
    )
    rng = np.random.default_rng(5)
    model.set_weights([rng.uniform(0.5, 1.5, w.shape) for w in model.weights])
    return model


def our_model():
    rng = np.random.default_rng(0)
    return Sequential(
        [
            Dense(4, 5, rng=rng),
            BatchNormalization(5),
            Sequential([Activation("relu"), Dense(5, 5, rng=rng)]),
            BatchNormalization(5),
            Dense(5, 2, rng=rng),
        ]
    )


def test_weights_have_the_order_of_keras():
    ours, theirs = our_model(), keras_model("float32")
    ours.weights = theirs.get_weights()
    assert [w.shape for w in ours.weights] == [w.shape for w in theirs.get_weights()]
    names = [w.name for w in theirs.weights]
    assert names[:6] == ["kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance"]
    for mine, keras_s in zip(ours.weights, theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, keras_s)
    theirs.set_weights([2 * w for w in ours.weights])
    np.testing.assert_array_equal(theirs.get_weights()[-1], 2 * ours.weights[-1])


@pytest.mark.parametrize("training", [True, False])
def test_output_and_gradients(rng, dtype, assert_agree, keras_value, training):
    from dlnotes.autodiff import vjp

    ours, theirs = our_model(), keras_model(dtype)
    weights = [w.astype(dtype) for w in theirs.get_weights()]
    ours.weights = weights
    learned = [w.astype(dtype) for w in ours.parameters]
    counted = [weights[i] for i, w in enumerate(theirs.weights) if not w.trainable]
    x = rng.normal(size=(7, 4)).astype(dtype)

    def forward(x, *learned):
        return theirs.stateless_call(list(learned), counted, x, training=training)[0]

    y = ours.forward(x, training=training)
    assert_agree(y, keras_value(forward, y.shape, dtype, x, *learned), dtype)
    dy = rng.normal(size=y.shape).astype(dtype)
    mine = [ours.backward(dy), *ours.gradients]
    for m, keras_s in zip(mine, vjp(forward, dy, x, *learned), strict=True):
        assert_agree(m, keras_s, dtype)
