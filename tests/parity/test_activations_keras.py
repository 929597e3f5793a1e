import numpy as np
import pytest
from scipy import special, stats

from dlnotes import activations
from dlnotes.activations import ACTIVATIONS
from dlnotes.layers import Activation

keras = pytest.importorskip("keras")
SMOOTH = [name for name in ACTIVATIONS if name != "step"]
EXACT = {"gelu": {"approximate": False}, "leaky_relu": {"negative_slope": 0.2}}


def keras_layer(name, dtype, **settings):
    f = keras.activations.get(name)
    return keras.layers.Lambda(lambda x: f(x, **{**EXACT.get(name, {}), **settings}), dtype=dtype)


@pytest.fixture
def dtype(dtype, request):
    """TensorFlow rounds the constants of these to float32."""
    rounded = {"gelu", "leaky_relu"} & {request.node.callspec.params.get("name")}
    if rounded and dtype == "float64" and keras.backend.backend() == "tensorflow":
        pytest.skip("TensorFlow rounds a constant to float32")
    return dtype


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("shape", [(5,), (4, 3), (2, 3, 4, 2)])
def test_activation(rng, dtype, same_as_keras, name, shape):
    x = (3 * rng.normal(size=shape)).astype(dtype)
    same_as_keras(Activation(name), keras_layer(name, dtype), x, rng=rng)


@pytest.mark.parametrize(
    ("name", "settings"), [("leaky_relu", {"negative_slope": 0.01}), ("elu", {"alpha": 0.5})]
)
def test_settings(rng, dtype, same_as_keras, name, settings):
    x = rng.normal(size=(4, 3)).astype(dtype)
    ours = Activation(name, **settings)
    same_as_keras(ours, keras_layer(name, dtype, **settings), x, rng=rng)


@pytest.mark.parametrize("name", ["relu", "elu"])
def test_the_kink_is_taken_as_keras_takes_it(name, same_as_keras, rng):
    """For leaky_relu the engines of Keras do not agree."""
    x = np.zeros((2, 2))
    same_as_keras(Activation(name), keras_layer(name, "float64"), x, rng=rng)


@pytest.mark.parametrize("name", SMOOTH)
def test_extremes(name):
    x = np.float32([-1e4, -100, -20, 20, 100, 1e4])
    theirs = keras.ops.convert_to_numpy(keras.activations.get(name)(x, **EXACT.get(name, {})))
    np.testing.assert_allclose(ACTIVATIONS[name].value(x), theirs, rtol=1e-6, atol=1e-30)


def test_scipy():
    x = np.concatenate([np.linspace(-700, 700, 801), np.linspace(-3, 3, 101)])
    np.testing.assert_allclose(activations.sigmoid(x), special.expit(x), rtol=4e-15)
    np.testing.assert_allclose(activations.softplus(x), special.log1p(np.exp(x)), rtol=4e-15)
    np.testing.assert_allclose(activations.gelu(x), x * stats.norm.cdf(x), rtol=1e-11, atol=1e-300)
    np.testing.assert_allclose(
        activations.gelu_derivative(x), stats.norm.cdf(x) + x * stats.norm.pdf(x), atol=1e-14
    )
