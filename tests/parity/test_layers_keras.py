"""Layers against Keras with the same weights: outputs, moving averages and gradients."""

import numpy as np
import pytest

from dlnotes.layers import BatchNormalization, Dense

keras = pytest.importorskip("keras")
if keras.backend.backend() not in ("jax", "tensorflow", "torch"):
    pytest.skip("this Keras backend does not differentiate", allow_module_level=True)
# Keras asks JAX for float64 weights, gets float32, and float64 is put in their place below.
pytestmark = pytest.mark.filterwarnings("ignore:Explicitly requested dtype float64")

BATCHES = [(6, 3), (2, 3), (4, 5, 3), (2, 4, 3, 3)]
LEARNED, COUNTED = ("gamma", "beta"), ("moving_mean", "moving_variance")


def random_batch(rng, shape, dtype):
    """Features of different place and spread, as activations have them."""
    spread, place = rng.uniform(0.5, 3, shape[-1]), rng.normal(size=shape[-1])
    return (spread * rng.normal(size=shape) + place).astype(dtype)


def random_batch_normalization(rng, shape, dtype, **settings):
    """Make the same layer twice: ours, and Keras's with our weights."""
    ours = BatchNormalization(3, **settings)
    for name in LEARNED + COUNTED:
        low = 0.5 if name in ("gamma", "moving_variance") else -1
        setattr(ours, name, rng.uniform(low, 2, 3).astype(dtype))
    theirs = keras.layers.BatchNormalization(dtype=dtype, **settings)
    theirs.build((None, *shape[1:]))
    assert tuple(w.name for w in theirs.weights) == LEARNED + COUNTED
    return ours, theirs


@pytest.mark.parametrize(
    ("shape", "units"), [((1, 1), 1), ((5, 4), 3), ((64, 7), 2), ((2, 5, 4), 3)]
)
def test_dense(rng, dtype, same_as_keras, shape, units):
    ours = Dense(shape[-1], units, rng=rng)
    ours.b = rng.normal(size=units)
    x = rng.normal(size=shape).astype(dtype)
    same_as_keras(ours, keras.layers.Dense(units, dtype=dtype), x, rng=rng, training=True)


def test_dense_starts_like_keras():
    keras.utils.set_random_seed(0)
    theirs = keras.layers.Dense(300)
    theirs.build((None, 200))
    w = keras.ops.convert_to_numpy(theirs.kernel.value)
    ours = Dense(200, 300, rng=np.random.default_rng(0)).W
    assert np.abs(ours).max() == pytest.approx(np.abs(w).max(), rel=1e-3)
    assert ours.std() == pytest.approx(w.std(), rel=0.02)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("shape", BATCHES)
def test_batch_normalization(rng, dtype, same_as_keras, shape, training):
    ours, theirs = random_batch_normalization(rng, shape, dtype)
    same_as_keras(ours, theirs, random_batch(rng, shape, dtype), rng=rng, training=training)


@pytest.mark.parametrize("shape", [(6, 3), (2, 4, 3, 3)])
@pytest.mark.parametrize("settings", [{}, {"momentum": 0.8, "epsilon": 0.1}])
def test_moving_averages_after_several_batches(rng, dtype, keras_value, shape, settings):
    ours, theirs = random_batch_normalization(rng, shape, dtype, **settings)
    learned = [getattr(ours, name) for name in LEARNED]
    counted = [getattr(ours, name) for name in COUNTED]
    for _ in range(3):
        x = random_batch(rng, shape, dtype)
        ours.forward(x, training=True)

        def updated(x, *counted):
            return keras.ops.stack(theirs.stateless_call(learned, counted, x, training=True)[1])

        counted = keras_value(updated, (2, 3), dtype, x, *counted)
        for name, keras_s in zip(COUNTED, counted, strict=True):
            rtol = 1e-5 if dtype == "float32" else 1e-13
            np.testing.assert_allclose(getattr(ours, name), keras_s, rtol=rtol, atol=rtol)
    assert np.abs(ours.moving_mean).max() > 0.01


def test_batch_normalization_has_the_defaults_of_keras():
    ours, theirs = BatchNormalization(3), keras.layers.BatchNormalization()
    theirs.build((None, 3))
    assert (ours.momentum, ours.epsilon) == (theirs.momentum, theirs.epsilon)
    for name in LEARNED + COUNTED:
        start = keras.ops.convert_to_numpy(getattr(theirs, name).value)
        np.testing.assert_array_equal(getattr(ours, name), start)
