import copy

import numpy as np
import pytest

from dlnotes.gradient_check import gradient_check, numerical_gradient
from dlnotes.layers import BatchNormalization, Dense
from dlnotes.layers.layer import Layer


@pytest.fixture
def rng():
    return np.random.default_rng(5)


class Masked(Layer):
    """A layer with randomness and state: it keeps each number with probability 1/2."""

    def __init__(self, rng):
        self.rng, self.calls = rng, 0

    def forward(self, x, *, training=False):
        self.calls += 1
        self.mask = self.rng.random(x.shape) < 0.5 if training else np.ones(x.shape)
        return self.mask * x

    def backward(self, dy):
        return self.mask * dy


def test_gradient_of_a_product_in_closed_form(rng):
    a, b, dy = (rng.normal(size=(2, 3)) for _ in range(3))
    da, db = numerical_gradient(np.multiply, dy, a, b)
    np.testing.assert_allclose(da, dy * b, atol=1e-9)
    np.testing.assert_allclose(db, dy * a, atol=1e-9)


def test_error_falls_with_the_square_of_the_step():
    def error(step):
        [slope] = numerical_gradient(np.exp, 1.0, 0.0, step=step)
        return slope - 1

    assert error(1e-2) == pytest.approx(1e-4 / 6, rel=1e-4)
    assert error(1e-3) == pytest.approx(1e-6 / 6, rel=1e-4)


def test_arguments_stay_as_they_are(rng):
    x = rng.normal(size=3)
    before = x.copy()
    [gradient] = numerical_gradient(np.sin, np.ones(3), x)
    np.testing.assert_array_equal(x, before)
    assert gradient.shape == (3,)


def test_integers_and_float32_are_taken_as_float64():
    [gradient] = numerical_gradient(np.square, [1], [3])
    assert gradient == pytest.approx([6], abs=1e-9)
    [gradient] = numerical_gradient(np.square, np.float32(1), np.float32(3))
    assert gradient == pytest.approx(6, abs=1e-9)


def test_upstream_gradient_is_taken_as_float64():
    x = np.array([0.1, 0.2])
    [gradient] = numerical_gradient(np.sin, np.float32([1, 1]), x)
    np.testing.assert_allclose(gradient, np.cos(x), rtol=1e-8)
    third = np.float32(1) / 3
    [gradient] = numerical_gradient(lambda x: 3 * x, third, 1.0)
    assert gradient == pytest.approx(3 * float(third), rel=1e-10)


def test_losses_are_summed_in_float64():
    """Near 2 ** 24 a float32 can only be even: 1.5 more and 0.5 more would be 2 more and 0 more."""
    [gradient] = numerical_gradient(
        lambda x: np.array([2**24, x], np.float32), np.float32([1, 1]), 1.0, step=0.5
    )
    assert gradient == 1


def test_upstream_gradient_must_fit(rng):
    message = r"^`dy` must have the shape of f's output \(3,\)\. Received: \(2,\)$"
    with pytest.raises(ValueError, match=message):
        numerical_gradient(np.sin, np.ones(2), rng.normal(size=3))


def test_a_right_layer_passes_and_stays_as_it_was(rng):
    bn, x = BatchNormalization(3), rng.normal(size=(4, 3))
    gradient_check(bn, x, rng=rng)
    np.testing.assert_array_equal(bn.moving_mean, np.zeros(3))
    np.testing.assert_array_equal(bn.dgamma, np.zeros(3))
    gradient_check(bn, x, rng=rng, training=False)


def test_a_float32_layer_is_checked_in_float64(rng):
    layer = Dense(3, 2, rng=rng)
    layer.W, layer.b = layer.W.astype(np.float32), layer.b.astype(np.float32)
    gradient_check(layer, rng.normal(size=(4, 3)).astype(np.float32), rng=rng)
    assert layer.W.dtype == np.float32


def test_every_pass_sees_the_same_random_numbers(rng):
    layer = Masked(rng)
    gradient_check(layer, rng.normal(size=(4, 3)), rng=rng)
    assert layer.calls == 0


@pytest.mark.parametrize("forgotten", ["mean", "variance", "both"])
def test_a_path_left_out_is_found(rng, monkeypatch, forgotten):
    def backward(self, dy):
        x_hat, deviation, _, _ = self._cache
        self.dgamma, self.dbeta = (dy * x_hat).sum(axis=0), dy.sum(axis=0)
        if forgotten == "variance":
            dy = dy - dy.mean(axis=0)
        elif forgotten == "mean":
            dy = dy - x_hat * (dy * x_hat).mean(axis=0)
        return dy / deviation

    monkeypatch.setattr(BatchNormalization, "backward", backward)
    with pytest.raises(AssertionError, match=r"^the gradients for x differ by "):
        gradient_check(BatchNormalization(3), rng.normal(size=(4, 3)), rng=rng)


def test_failure_names_the_parameter_and_shows_both_gradients(rng, monkeypatch):
    right = Dense.backward

    def backward(self, dy):
        dx = right(self, dy)
        self.db = self.db + 0.5
        return dx

    monkeypatch.setattr(Dense, "backward", backward)
    layer = Dense(2, 2, rng=rng)
    with pytest.raises(AssertionError) as failure:
        gradient_check(layer, [[1.0, 2.0]], rng=np.random.default_rng(9))
    dy = np.random.default_rng(9).normal(size=(1, 2))
    assert str(failure.value).startswith("the gradients for b differ by 0.5, more than ")
    assert f"backward:\n{dy[0] + 0.5}\nfinite differences:\n{dy[0]}" in str(failure.value)


def test_gradient_of_another_shape_is_found(rng, monkeypatch):
    monkeypatch.setattr(Dense, "backward", lambda self, dy: dy.sum(axis=0) @ self.W.T)
    with pytest.raises(
        AssertionError, match=r"^the gradient for x has shape \(3,\), not \(4, 3\)$"
    ):
        gradient_check(Dense(3, 2, rng=rng), rng.normal(size=(4, 3)), rng=rng)


def test_nan_does_not_pass(rng, monkeypatch):
    monkeypatch.setattr(Dense, "backward", lambda self, dy: np.nan * dy @ self.W.T)
    with pytest.raises(AssertionError, match=r"^the gradients for x differ by nan"):
        gradient_check(Dense(3, 2, rng=rng), rng.normal(size=(4, 3)), rng=rng)


class Lookup(Layer):
    """Rows of W by their number: integers go in, and have no gradient."""

    parameter_names = ("W",)

    def __init__(self):
        self._learn(W=np.arange(6.0).reshape(3, 2))

    def forward(self, x, *, training=False):  # noqa: ARG002 - no mode
        self._x = x
        return self._output(self.W[x])

    def backward(self, dy):
        self.dW = np.zeros_like(self.W)
        np.add.at(self.dW, self._x, dy)
        return np.zeros(self._x.shape)


def test_parameters_are_float64_for_integers_too(rng):
    seen = set()

    class Spy(Lookup):
        def backward(self, dy):
            seen.add(self.W.dtype)
            return super().backward(dy)

    layer = Spy()
    layer.W = layer.W.astype(np.float32)
    gradient_check(layer, [[0, 2]], rng=rng)
    assert seen == {np.dtype(np.float64)}


def test_a_constant_may_be_off_by_nothing(rng):
    class Silent(Layer):
        def forward(self, x, *, training=False):  # noqa: ARG002 - no mode
            return np.zeros_like(x)

        backward = forward

    gradient_check(Silent(), [1.0, 2.0], rng=rng, atol=0)


def test_integers_stay_integers_and_only_parameters_are_checked(rng, monkeypatch):
    gradient_check(Lookup(), [[0, 2], [2, 2]], rng=rng)
    monkeypatch.setattr(
        Lookup, "backward", lambda self, dy: setattr(self, "dW", 0 * self.W + dy.sum())
    )
    with pytest.raises(AssertionError, match=r"^the gradients for W differ by "):
        gradient_check(Lookup(), [[0, 2], [2, 2]], rng=rng)


class Stack:
    """A network without names for its parameters."""

    def __init__(self, layer):
        self.layer = layer
        self.forward, self.backward = layer.forward, layer.backward

    def __deepcopy__(self, memo):
        return Stack(copy.deepcopy(self.layer, memo))

    @property
    def parameters(self):
        return self.layer.parameters

    @parameters.setter
    def parameters(self, values):
        self.layer.parameters = values

    @property
    def gradients(self):
        return [gradient + 1 for gradient in self.layer.gradients]


def test_parameters_without_names_are_counted(rng):
    with pytest.raises(AssertionError, match=r"^the gradients for parameter 0 differ by 1, "):
        gradient_check(Stack(Dense(2, 2, rng=rng)), [[1.0, 2.0]], rng=rng)


def test_the_largest_number_of_the_gradient_sets_the_tolerance(rng, monkeypatch):
    right = Dense.backward
    layer, x = Dense(2, 2, rng=rng), 1e4 * rng.normal(size=(3, 2))
    gradient_check(layer, x, rng=rng, rtol=1e-6, atol=0)
    error = 0.0

    def backward(self, dy):
        dx = right(self, dy)
        self.dW = self.dW + error * np.abs(self.dW).max()
        return dx

    monkeypatch.setattr(Dense, "backward", backward)
    error = 5e-7
    gradient_check(layer, x, rng=rng, rtol=1e-6, atol=0)
    error = 2e-6
    with pytest.raises(AssertionError, match=r"^the gradients for W differ by "):
        gradient_check(layer, x, rng=rng, rtol=1e-6, atol=0)


def test_parameters_of_low_precision_are_checked_in_float64(rng):
    layer = Dense(2, 2, rng=rng)
    layer.W, layer.b = layer.W.astype(np.float32), np.array([1, 2], np.float32)
    gradient_check(layer, rng.normal(size=(3, 2)), rng=rng, rtol=1e-9)


@pytest.mark.parametrize("step", [0, -1.0, np.nan, np.inf])
def test_step_must_be_positive(step):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below
        numerical_gradient(np.sin, np.ones(2), np.ones(2), step=step)
    assert str(caught.value) == f"`step` must be finite and greater than 0. Received: {step}"


def test_only_real_numbers_and_a_generator(rng):
    with pytest.raises(TypeError, match=r"^`xs` must be real numbers\. Rec.*: dtype=complex128$"):
        numerical_gradient(np.sin, np.ones(1), [1j])
    with pytest.raises(TypeError, match=r"^`dy` must be real numbers\. Rec.*: dtype=complex128$"):
        numerical_gradient(np.sin, [1j], np.ones(1))
    with pytest.raises(TypeError, match=r"^`rng` must be a numpy\.random\.Generator\. Rec.*: 0$"):
        gradient_check(Dense(3, 2, rng=rng), np.ones((2, 3)), rng=0)
