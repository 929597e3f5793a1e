"""Convolution, pooling and flattening against Keras: outputs and gradients."""

import numpy as np
import pytest

from dlnotes.layers.conv2d import Conv2D
from dlnotes.layers.flatten import Flatten
from dlnotes.layers.pooling import AveragePooling2D, MaxPooling2D

keras = pytest.importorskip("keras")
if keras.backend.backend() not in ("jax", "tensorflow", "torch"):
    pytest.skip("this Keras backend does not differentiate", allow_module_level=True)
# Keras asks JAX for float64 weights, gets float32, and float64 is put in their place below.
pytestmark = pytest.mark.filterwarnings("ignore:Explicitly requested dtype float64")

SIZE = (6, 7)  # even and odd
WINDOWS = [1, 2, 3, (5, 2)]
STRIDES = [1, 2, 3, (1, 2)]
if keras.backend.backend() != "jax":
    STRIDES.remove((1, 2))  # TensorFlow and PyTorch cannot do it for every padding
PADDINGS = ["valid", "same"]


@pytest.fixture(params=[0])
def rng(request):
    """One seed for each of the many combinations; a few of them get more."""
    return np.random.default_rng(request.param)


def call(theirs, learned, counted, x):
    """These layers of Keras take no ``training``."""
    return theirs.stateless_call(learned, counted, x)[0]


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("strides", STRIDES)
@pytest.mark.parametrize("kernel_size", WINDOWS)
def test_conv2d(rng, dtype, same_as_keras, kernel_size, strides, padding):
    settings = {"strides": strides, "padding": padding}
    ours = Conv2D(2, 3, kernel_size, rng=rng, **settings)
    ours.b = rng.normal(size=3)
    theirs = keras.layers.Conv2D(3, kernel_size, dtype=dtype, **settings)
    same_as_keras(ours, theirs, rng.normal(size=(3, *SIZE, 2)).astype(dtype), rng=rng, call=call)


@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("strides", STRIDES)
@pytest.mark.parametrize("pool_size", WINDOWS)
@pytest.mark.parametrize("name", ["MaxPooling2D", "AveragePooling2D"])
def test_pooling(rng, dtype, same_as_keras, name, pool_size, strides, padding):
    if (keras.backend.backend(), name, padding) == ("torch", "AveragePooling2D", "same"):
        pytest.skip("Keras on PyTorch pads with the edge here, and counts that")
    ours = {"MaxPooling2D": MaxPooling2D, "AveragePooling2D": AveragePooling2D}[name]
    settings = {"strides": strides, "padding": padding}
    theirs = getattr(keras.layers, name)(pool_size, dtype=dtype, **settings)
    x = rng.permutation(2 * 6 * 7 * 3).reshape(2, *SIZE, 3).astype(dtype)
    same_as_keras(ours(pool_size, **settings), theirs, x, rng=rng, call=call)


@pytest.mark.parametrize("rng", [1, 2], indirect=True)
@pytest.mark.parametrize(("kernel_size", "strides", "padding"), [(5, 1, "valid"), (4, 3, "same")])
def test_conv2d_with_other_seeds(rng, dtype, same_as_keras, kernel_size, strides, padding):
    settings = {"strides": strides, "padding": padding}
    ours = Conv2D(4, 5, kernel_size, rng=rng, **settings)
    ours.b = rng.normal(size=5)
    theirs = keras.layers.Conv2D(5, kernel_size, dtype=dtype, **settings)
    same_as_keras(ours, theirs, rng.normal(size=(4, 11, 8, 4)).astype(dtype), rng=rng, call=call)


def test_a_kernel_larger_than_the_image(rng, dtype, same_as_keras):
    ours = Conv2D(1, 2, (4, 7), padding="same", rng=rng)
    theirs = keras.layers.Conv2D(2, (4, 7), padding="same", dtype=dtype)
    same_as_keras(ours, theirs, rng.normal(size=(2, 2, 3, 1)).astype(dtype), rng=rng, call=call)


@pytest.mark.skipif(keras.backend.backend() != "jax", reason="who gets it, the backend decides")
@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize(("pool_size", "strides"), [(2, 2), (3, 1), ((2, 3), 2)])
@pytest.mark.parametrize("rng", [0, 1, 2], indirect=True)
def test_of_equal_numbers_the_first_gets_the_gradient(
    rng, dtype, same_as_keras, pool_size, strides, padding
):
    settings = {"strides": strides, "padding": padding}
    theirs = keras.layers.MaxPooling2D(pool_size, dtype=dtype, **settings)
    x = rng.integers(0, 3, size=(2, 6, 7, 2)).astype(dtype)
    same_as_keras(MaxPooling2D(pool_size, **settings), theirs, x, rng=rng, call=call)


@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (3, 4), (2, 1, 1, 3)])
def test_flatten(rng, dtype, same_as_keras, shape):
    x = rng.normal(size=shape).astype(dtype)
    same_as_keras(Flatten(), keras.layers.Flatten(dtype=dtype), x, rng=rng, call=call)


@pytest.mark.parametrize("name", ["MaxPooling2D", "AveragePooling2D"])
def test_pooling_has_the_defaults_of_keras(name):
    ours = {"MaxPooling2D": MaxPooling2D, "AveragePooling2D": AveragePooling2D}[name](3)
    theirs = getattr(keras.layers, name)(3)
    assert MaxPooling2D().pool_size == keras.layers.MaxPooling2D().pool_size
    for setting in ("pool_size", "strides", "padding"):
        assert getattr(ours, setting) == getattr(theirs, setting)


def test_conv2d_starts_like_keras():
    keras.utils.set_random_seed(0)
    theirs = keras.layers.Conv2D(64, 5)
    theirs.build((None, 9, 9, 32))
    w = keras.ops.convert_to_numpy(theirs.kernel.value)
    ours = Conv2D(32, 64, 5, rng=np.random.default_rng(0))
    assert np.abs(ours.W).max() == pytest.approx(np.abs(w).max(), rel=1e-3)
    assert ours.W.std() == pytest.approx(w.std(), rel=0.02)
    for setting in ("kernel_size", "strides", "padding"):
        assert getattr(ours, setting) == getattr(theirs, setting)
