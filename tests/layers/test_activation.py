import numpy as np
import pytest

from dlnotes.activations import ACTIVATIONS
from dlnotes.gradient_check import gradient_check
from dlnotes.layers import Activation


@pytest.fixture
def rng():
    return np.random.default_rng(2)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_applies_the_function_and_its_derivative(rng, name):
    layer, x, dy = Activation(name), rng.normal(size=(2, 3, 4)), rng.normal(size=(2, 3, 4))
    np.testing.assert_array_equal(layer.forward(x), ACTIVATIONS[name].value(x))
    np.testing.assert_array_equal(layer.backward(dy), dy * ACTIVATIONS[name].derivative(x))
    assert layer.parameters == []


@pytest.mark.parametrize("name", [n for n in ACTIVATIONS if n != "step"])
def test_gradient_equals_finite_differences_away_from_the_kink(rng, name):
    x = rng.uniform(0.1, 2, size=(3, 4)) * rng.choice([-1, 1], size=(3, 4))
    gradient_check(Activation(name), x, rng=rng)


def test_settings_reach_the_function():
    layer = Activation("leaky_relu", negative_slope=0.5)
    np.testing.assert_array_equal(layer.forward([-2.0, 2.0]), [-1, 2])
    np.testing.assert_array_equal(layer.backward([3.0, 3.0]), [1.5, 3])


def test_float32_stays_float32():
    layer = Activation("gelu")
    x = np.ones((2, 2), np.float32)
    assert layer.forward(x).dtype == np.float32
    assert layer.backward(np.ones((2, 2))).dtype == np.float32


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        (
            "softmax",
            {},
            "`name` must be one of step, sigmoid, tanh, relu, leaky_relu, elu, gelu, softplus. "
            "Received: 'softmax'",
        ),
        (
            "tanh",
            {"alpha": 2},
            "`settings` must be what tanh takes besides x. Received: {'alpha': 2}",
        ),
        ("elu", {"alpha": -2}, "`alpha` must be finite and at least 0. Received: -2"),
    ],
)
def test_wrong_name_or_settings(name, settings, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below
        Activation(name, **settings)
    assert str(caught.value) == message
    assert caught.value.__cause__ is None


def test_only_real_numbers():
    with pytest.raises(TypeError) as caught:
        Activation("relu").forward(["a"])
    assert str(caught.value) == "`x` must be real numbers. Received: dtype=<U1"
