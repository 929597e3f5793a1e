"""Dropout against Keras: the masks differ, but what they hold and how often does not."""

import math

import numpy as np
import pytest

from dlnotes.autodiff import vjp
from dlnotes.layers.dropout import Dropout

keras = pytest.importorskip("keras")
if keras.backend.backend() not in ("jax", "tensorflow", "torch"):
    pytest.skip("this Keras backend does not differentiate", allow_module_level=True)


@pytest.mark.parametrize("rate", [0.0, 0.2, 0.75])
def test_what_is_left_and_how_much(rate):
    ones, n = np.ones((200, 300), np.float32), 60_000
    theirs = keras.layers.Dropout(rate, seed=0)
    expected = keras.ops.convert_to_numpy(theirs(ones, training=True))
    y = Dropout(rate, rng=np.random.default_rng(0)).forward(ones, training=True)
    np.testing.assert_allclose(np.unique(y), np.unique(expected), rtol=1e-6)
    deviation = math.sqrt(2 * rate * (1 - rate) / n)
    assert abs((y == 0).mean() - (expected == 0).mean()) <= 4 * deviation


def test_gradient_with_the_mask_of_keras(rng, keras_value):
    x, dy = rng.normal(size=(2, 30, 4)).astype(np.float32)
    theirs = keras.layers.Dropout(0.4, seed=1)
    theirs.build(x.shape)
    seed = [v.value for v in theirs.non_trainable_variables]

    def keras_s(x):
        return theirs.stateless_call([], seed, x, training=True)[0]

    ours = Dropout(0.4, rng=rng)
    ours.forward(x, training=True)
    ours.mask = keras_value(keras_s, x.shape, "float32", np.ones_like(x))
    [expected] = vjp(keras_s, dy, x)
    np.testing.assert_allclose(ours.backward(dy), expected, rtol=1e-6)


def test_inference_is_the_identity(rng):
    x = rng.normal(size=(30, 4)).astype(np.float32)
    expected = keras.ops.convert_to_numpy(keras.layers.Dropout(0.4)(x))
    np.testing.assert_array_equal(Dropout(0.4, rng=rng).forward(x), expected)
