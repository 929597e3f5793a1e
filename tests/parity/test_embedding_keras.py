"""Embedding against Keras with the same weights."""

import numpy as np
import pytest

from dlnotes.layers.embedding import Embedding

keras = pytest.importorskip("keras")
if keras.backend.backend() not in ("jax", "tensorflow", "torch"):
    pytest.skip("this Keras backend does not differentiate", allow_module_level=True)
# Keras asks JAX for float64 weights, gets float32, and float64 is put in their place below.
pytestmark = pytest.mark.filterwarnings("ignore:Explicitly requested dtype float64")


@pytest.mark.parametrize("shape", [(3, 5), (1, 1), (6, 40)])
def test_vectors_and_gradients(rng, dtype, same_as_keras, shape):
    ours = Embedding(7, 4, rng=rng)
    ours.W = ours.W.astype(dtype)
    theirs = keras.layers.Embedding(7, 4, dtype=dtype)
    x = rng.integers(0, 7, size=shape)

    def call(theirs, weights, counted, x):  # it knows no training
        return theirs.stateless_call(weights, counted, x)[0]

    same_as_keras(ours, theirs, x, rng=rng, training=True, call=call)


def test_starts_like_keras():
    keras.utils.set_random_seed(0)
    theirs = keras.layers.Embedding(300, 40)
    theirs.build()
    w = keras.ops.convert_to_numpy(theirs.embeddings.value)
    ours = Embedding(300, 40, rng=np.random.default_rng(0)).W
    assert ours.shape == w.shape
    assert np.abs(ours).max() == pytest.approx(np.abs(w).max(), rel=1e-3)
    assert ours.std() == pytest.approx(w.std(), rel=0.02)
