"""Layers against Keras with the same weights: outputs, moving averages and gradients."""

import numpy as np
import pytest

from dlnotes.autodiff import vjp
from dlnotes.layers import BatchNormalization, Dense, ReLU

keras = pytest.importorskip("keras")
if keras.backend.backend() not in ("jax", "tensorflow", "torch"):
    pytest.skip("this Keras backend does not differentiate", allow_module_level=True)
# Keras asks JAX for float64 weights, gets float32, and float64 is put in their place below.
pytestmark = pytest.mark.filterwarnings("ignore:Explicitly requested dtype float64")

TOLERANCE = {"float32": 1e-5, "float64": 1e-13}
BATCHES = [(6, 3), (2, 3), (4, 5, 3), (2, 4, 3, 3)]
LEARNED, COUNTED = ("gamma", "beta"), ("moving_mean", "moving_variance")


@pytest.fixture(params=["float32", "float64"])
def dtype(request):
    return request.param


@pytest.fixture(params=[0, 1, 2])
def rng(request):
    return np.random.default_rng(request.param)


def value(f, shape, dtype, *arguments):
    """Run ``f`` inside ``vjp``, where float64 is float64 on every backend.

    The gradient of the sum of ``s * f(x)`` with respect to ``s`` is ``f(x)``.
    """
    ones = np.ones(shape, dtype)
    return vjp(lambda s, *arguments: s * f(*arguments), ones, ones, *arguments)[0]


def assert_agree(ours, theirs, dtype):
    """Allow rounding as numbers of the size of the largest one have it."""
    assert (ours.shape, ours.dtype, theirs.dtype) == (theirs.shape, dtype, dtype)
    scale = max(1.0, np.abs(theirs).max())
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=TOLERANCE[dtype] * scale)


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


@pytest.mark.parametrize(("n", "d_in", "d_out"), [(1, 1, 1), (5, 4, 3), (64, 7, 2)])
def test_dense(rng, dtype, n, d_in, d_out):
    ours, theirs = Dense(d_in, d_out, rng=rng), keras.layers.Dense(d_out, dtype=dtype)
    theirs.build((None, d_in))
    ours.W, ours.b = ours.W.astype(dtype), rng.normal(size=d_out).astype(dtype)
    x, dy = (rng.normal(size=(n, d)).astype(dtype) for d in (d_in, d_out))

    def forward(x, *weights):
        return theirs.stateless_call(weights, [], x)[0]

    y = ours.forward(x, training=True)
    assert_agree(y, value(forward, dy.shape, dtype, x, ours.W, ours.b), dtype)
    gradients = ours.backward(dy), ours.dW, ours.db
    for mine, keras_s in zip(gradients, vjp(forward, dy, x, ours.W, ours.b), strict=True):
        assert_agree(mine, keras_s, dtype)


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
def test_batch_normalization(rng, dtype, shape, training):
    ours, theirs = random_batch_normalization(rng, shape, dtype)
    x, dy = random_batch(rng, shape, dtype), rng.normal(size=shape).astype(dtype)
    learned = [getattr(ours, name) for name in LEARNED]
    counted = [getattr(ours, name) for name in COUNTED]

    def forward(x, *weights):
        return theirs.stateless_call(weights, counted, x, training=training)[0]

    y = ours.forward(x, training=training)
    assert_agree(y, value(forward, shape, dtype, x, *learned), dtype)
    gradients = ours.backward(dy), ours.dgamma, ours.dbeta
    for mine, keras_s in zip(gradients, vjp(forward, dy, x, *learned), strict=True):
        assert_agree(mine, keras_s, dtype)


@pytest.mark.parametrize("shape", [(6, 3), (2, 4, 3, 3)])
@pytest.mark.parametrize("settings", [{}, {"momentum": 0.8, "epsilon": 0.1}])
def test_moving_averages_after_several_batches(rng, dtype, shape, settings):
    ours, theirs = random_batch_normalization(rng, shape, dtype, **settings)
    learned = [getattr(ours, name) for name in LEARNED]
    counted = [getattr(ours, name) for name in COUNTED]
    for _ in range(3):
        x = random_batch(rng, shape, dtype)
        ours.forward(x, training=True)

        def updated(x, *counted):
            return keras.ops.stack(theirs.stateless_call(learned, counted, x, training=True)[1])

        counted = value(updated, (2, 3), dtype, x, *counted)
        for name, keras_s in zip(COUNTED, counted, strict=True):
            assert_agree(getattr(ours, name), keras_s, dtype)
    assert np.abs(ours.moving_mean).max() > 0.01


def test_batch_normalization_has_the_defaults_of_keras():
    ours, theirs = BatchNormalization(3), keras.layers.BatchNormalization()
    theirs.build((None, 3))
    assert (ours.momentum, ours.epsilon) == (theirs.momentum, theirs.epsilon)
    for name in LEARNED + COUNTED:
        start = keras.ops.convert_to_numpy(getattr(theirs, name).value)
        np.testing.assert_array_equal(getattr(ours, name), start)


def test_relu(rng, dtype):
    x, dy = (rng.normal(size=(4, 3)).astype(dtype) for _ in range(2))
    x[0, 0] = 0  # the kink, where there is no slope but a convention
    ours = ReLU()
    assert_agree(ours.forward(x), value(keras.layers.ReLU(dtype=dtype), x.shape, dtype, x), dtype)
    assert_agree(ours.backward(dy), vjp(keras.layers.ReLU(dtype=dtype), dy, x)[0], dtype)
