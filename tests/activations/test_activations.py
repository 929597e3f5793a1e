import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlnotes import activations
from dlnotes.activations import ACTIVATIONS
from dlnotes.gradient_check import numerical_gradient

NAMES = list(ACTIVATIONS)
SMOOTH = [n for n in NAMES if n != "step"]
NUMBERS = np.array([-30.0, -3.0, -1.0, -0.25, 0.5, 1.0, 2.0, 30.0])
numbers = st.floats(-1e4, 1e4)


def test_names():
    assert NAMES == ["step", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "softplus"]
    for name, (value, derivative) in ACTIVATIONS.items():
        assert value is getattr(activations, name)
        assert derivative is getattr(activations, f"{name}_derivative")


@pytest.mark.parametrize(
    ("name", "value", "slope"),
    [
        ("step", [0, 0, 1, 1], [0, 0, 0, 0]),
        (
            "sigmoid",
            [1 / (1 + math.e), 0.5, math.e / (1 + math.e), math.e**2 / (1 + math.e**2)],
            [math.e / (1 + math.e) ** 2, 1 / 4, 0.1966119332414819, 0.1049935854035065],
        ),
        (
            "tanh",
            [-math.tanh(1), 0, math.tanh(1), math.tanh(2)],
            [1 - math.tanh(1) ** 2, 1, 1 - math.tanh(1) ** 2, 1 - math.tanh(2) ** 2],
        ),
        ("relu", [0, 0, 1, 2], [0, 0, 1, 1]),
        ("leaky_relu", [-0.2, 0, 1, 2], [0.2, 0.2, 1, 1]),
        ("elu", [1 / math.e - 1, 0, 1, 2], [1 / math.e, 1, 1, 1]),
        (
            "gelu",
            [-0.15865525393145707, 0, 0.8413447460685429, 1.9544997361036416],
            [-0.0833154705876863, 0.5, 1.0833154705876863, 1.0852318010781969],
        ),
        (
            "softplus",
            [math.log(1 + 1 / math.e), math.log(2), math.log(1 + math.e), math.log(1 + math.e**2)],
            [1 / (1 + math.e), 0.5, math.e / (1 + math.e), 1 / (1 + math.exp(-2))],
        ),
    ],
)
def test_worked_values(name, value, slope):
    x = [-1, 0, 1, 2]
    np.testing.assert_allclose(ACTIVATIONS[name].value(x), value, rtol=2e-15, atol=0)
    np.testing.assert_allclose(ACTIVATIONS[name].derivative(x), slope, rtol=4e-15, atol=0)


@pytest.mark.parametrize(
    ("name", "settings", "value", "slope"),
    [
        ("leaky_relu", {"negative_slope": 0.5}, [-1, 0, 2], [0.5, 0.5, 1]),
        ("leaky_relu", {"negative_slope": 3}, [-6, 0, 2], [3, 3, 1]),
        ("elu", {"alpha": 2.0}, [2 * math.expm1(-2), 0, 2], [2 * math.exp(-2), 2, 1]),
        ("elu", {"alpha": 0}, [0, 0, 2], [0, 0, 1]),
        ("elu", {"x": [0.5, 1], "alpha": 4}, [0.5, 1], [1, 1]),
    ],
)
def test_settings(name, settings, value, slope):
    settings = dict(settings)
    x = settings.pop("x", [-2, 0, 2])
    np.testing.assert_allclose(ACTIVATIONS[name].value(x, **settings), value, rtol=1e-15)
    np.testing.assert_allclose(ACTIVATIONS[name].derivative(x, **settings), slope, rtol=1e-15)


@pytest.mark.parametrize("name", SMOOTH)
def test_derivative_equals_finite_differences(name):
    value, derivative = ACTIVATIONS[name]
    x = NUMBERS[np.abs(NUMBERS) < 10]
    [slope] = numerical_gradient(value, np.ones_like(x), x)
    np.testing.assert_allclose(derivative(x), slope, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("name", "low", "high", "slope_low"),
    [
        ("step", 0, 1, 0),
        ("sigmoid", 0, 1, 0),
        ("tanh", -1, 1, 0),
        ("relu", 0, math.inf, 0),
        ("leaky_relu", -math.inf, math.inf, 0.2),
        ("elu", -1, math.inf, 0),
        ("gelu", 0, math.inf, 0),
        ("softplus", 0, math.inf, 0),
    ],
)
def test_extremes_and_infinities(name, low, high, slope_low, dtype):
    x = np.array([-math.inf, -1e30, -1e4, 1e4, 1e30, math.inf], dtype)
    y, slope = ACTIVATIONS[name].value(x), ACTIVATIONS[name].derivative(x)
    assert (y.dtype, slope.dtype) == (dtype, dtype)
    below, above = x[:3].astype(dtype), x[3:]
    wide = dtype(0.2) * below if low == -math.inf else np.full(3, low)
    np.testing.assert_allclose(y[:3], wide, rtol=1e-6)
    np.testing.assert_array_equal(y[3:], above if high == math.inf else np.full(3, high))
    np.testing.assert_array_equal(slope[:3], np.full(3, slope_low, dtype))
    np.testing.assert_array_equal(slope[3:], np.full(3, high == math.inf))


@pytest.mark.parametrize("name", NAMES)
def test_nan_stays_nan_and_nothing_stays_nothing(name):
    x = np.array([math.nan, 1.0])
    for f in ACTIVATIONS[name]:
        y = f(x)
        np.testing.assert_array_equal(np.isnan(y), [True, False])
        assert f(np.ones((0, 3))).shape == (0, 3)
    np.testing.assert_array_equal(x, [math.nan, 1.0])


@pytest.mark.parametrize("name", NAMES)
def test_any_shape_integers_and_the_callers_array(name):
    x = np.array([[[-2, 0, 3]], [[5, -7, 1]]])
    for f in ACTIVATIONS[name]:
        y = f(x)
        assert (y.shape, y.dtype) == (x.shape, np.float64)
        assert np.ndim(f(0.5)) == 0
        z = x.astype(np.float32)
        assert f(z).dtype == np.float32
        assert not np.shares_memory(f(z), z)
    np.testing.assert_array_equal(x, [[[-2, 0, 3]], [[5, -7, 1]]])


def test_tails_keep_their_precision():
    np.testing.assert_allclose(activations.sigmoid(-700.0), math.exp(-700), rtol=1e-14)
    np.testing.assert_allclose(activations.sigmoid_derivative(700.0), math.exp(-700), rtol=1e-14)
    np.testing.assert_allclose(activations.tanh_derivative(300.0), 4 * math.exp(-600), rtol=1e-12)
    np.testing.assert_allclose(activations.elu(-1e-10), -1e-10, rtol=1e-9)
    np.testing.assert_allclose(activations.softplus(-700.0), math.exp(-700), rtol=1e-14)
    np.testing.assert_allclose(
        activations.gelu(-10.0), -10 * math.erfc(10 / math.sqrt(2)) / 2, rtol=1e-14
    )
    density = math.exp(-800) / math.sqrt(2 * math.pi)
    np.testing.assert_allclose(activations.gelu_derivative(-39.99), 0, atol=density)
    assert activations.gelu_derivative(-37.0) < 0
    assert activations.gelu(-37.0) < 0


@given(x=numbers)
def test_what_is_not_on_one_side_is_on_the_other(x):
    s = activations.sigmoid
    np.testing.assert_allclose(s(x) + s(-x), 1, rtol=1e-15)
    np.testing.assert_allclose(activations.tanh(x), 2 * s(2 * x) - 1, rtol=1e-15, atol=3e-16)
    np.testing.assert_allclose(activations.tanh(-x), -activations.tanh(x), rtol=1e-15)
    np.testing.assert_allclose(
        activations.softplus(x) - activations.softplus(-x), x, rtol=1e-15, atol=3e-16
    )
    np.testing.assert_allclose(
        activations.gelu(x) - activations.gelu(-x), x, rtol=1e-15, atol=1e-300
    )


@given(x=numbers)
def test_steepest_slopes(x):
    assert 0 <= activations.sigmoid_derivative(x) <= 1 / 4
    assert 0 <= activations.tanh_derivative(x) <= 1
    assert 0 <= activations.softplus_derivative(x) <= 1
    assert 0 <= activations.elu_derivative(x) <= 1


@given(x=numbers, more=st.floats(0, 1e4))
def test_all_but_gelu_never_fall(x, more):
    for name in set(NAMES) - {"gelu"}:
        value = ACTIVATIONS[name].value
        assert value(x + more) >= value(x)


@pytest.mark.parametrize("name", NAMES)
def test_only_real_numbers(name):
    for f in ACTIVATIONS[name]:
        with pytest.raises(TypeError) as caught:
            f(["a"])
        assert str(caught.value) == "`x` must be real numbers. Received: dtype=<U1"


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        (
            "leaky_relu",
            {"negative_slope": 0},
            "`negative_slope` must be finite and greater than 0. Received: 0",
        ),
        ("elu", {"alpha": -1}, "`alpha` must be finite and at least 0. Received: -1"),
    ],
)
def test_wrong_settings(name, settings, message):
    for f in ACTIVATIONS[name]:
        with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below
            f(1.0, **settings)
        assert str(caught.value) == message


def test_a_steep_leaky_relu_overflows_below_0_only():
    x = [1e308, -1e300]
    np.testing.assert_array_equal(activations.leaky_relu(x, negative_slope=2.0), [1e308, -2e300])
