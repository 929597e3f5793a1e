"""Sizes and counts against what Keras makes, what XLA counts, and what gradients reach."""

import itertools

import numpy as np
import pytest

from dlnotes.counting import (
    conv2d_parameters,
    dense_parameters,
    gru_parameters,
    lstm_parameters,
    simple_rnn_parameters,
    steps_per_epoch,
)
from dlnotes.geometry import output_size, receptive_field
from dlnotes.layers.conv2d import Conv2D
from dlnotes.multiply_adds import conv2d_multiply_adds, dense_multiply_adds

keras = pytest.importorskip("keras")


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("strides", [1, 2, 3])
@pytest.mark.parametrize("kernel_size", [1, 2, 3, 5])
def test_output_size(kernel_size, strides, padding):
    layers = [keras.layers.Conv2D, keras.layers.MaxPooling2D, keras.layers.AveragePooling2D]
    for n in range(kernel_size if padding == "valid" else 1, 14):
        expected = output_size(n, kernel_size=kernel_size, strides=strides, padding=padding)
        for layer in layers:
            filters = (1,) if layer is keras.layers.Conv2D else ()
            theirs = layer(*filters, kernel_size, strides=strides, padding=padding)
            shape = theirs.compute_output_shape((None, n, 20, 1))
            assert shape[1] == expected


@pytest.mark.parametrize("p", [0, 1, 2, 5])
def test_output_size_with_any_padding(p):
    for n, f, s in itertools.product(range(1, 13), range(1, 6), range(1, 4)):
        if f <= n + 2 * p:
            padded = keras.layers.ZeroPadding2D(p).compute_output_shape((None, n, 20, 1))
            theirs = keras.layers.Conv2D(1, f, strides=s).compute_output_shape(padded)
            assert theirs[1] == output_size(n, kernel_size=f, strides=s, padding=p)


@pytest.mark.parametrize("d", [1, 3])
@pytest.mark.parametrize("u", [1, 4])
def test_parameters(d, u):
    keras_s, steps = keras.layers, (None, None, d)
    for layer, shape, ours in [
        (keras_s.Dense(u), (None, d), dense_parameters(d, u)),
        (keras_s.Conv2D(u, (3, 2)), (None, 9, 9, d), conv2d_parameters(d, u, (3, 2))),
        (keras_s.SimpleRNN(u), steps, simple_rnn_parameters(d, u)),
        (keras_s.LSTM(u), steps, lstm_parameters(d, u)),
        (keras_s.GRU(u), steps, gru_parameters(d, u)),
        (keras_s.GRU(u, reset_after=False), steps, gru_parameters(d, u, reset_after=False)),
    ]:
        layer.build(shape)
        assert layer.count_params() == ours


class Counter(keras.callbacks.Callback):
    steps = 0

    def on_predict_batch_end(self, batch, logs=None):  # noqa: ARG002 - Keras hands them over
        self.steps += 1


def test_steps_per_epoch():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Flatten()])
    for n, batch_size in [(10, 5), (11, 5), (3, 7), (1797, 64)]:
        counter = Counter()
        model.predict(np.zeros((n, 1)), batch_size=batch_size, verbose=0, callbacks=[counter])
        assert counter.steps == steps_per_epoch(n, batch_size)


def xla_s_flops(f, *arguments):
    jax = pytest.importorskip("jax")
    cost = jax.jit(f).lower(*arguments).cost_analysis()
    return (cost[0] if isinstance(cost, list) else cost)["flops"]


def test_multiply_adds_of_dense_layers():
    jax = pytest.importorskip("jax")
    x, w, dy = np.ones((5, 30)), np.ones((30, 20)), np.ones((5, 20))
    ours = dense_multiply_adds(30, 20, batch_size=5)
    assert xla_s_flops(lambda x, w: x @ w, x, w) == 2 * ours.forward

    def backward(x, w, dy):
        return jax.vjp(lambda x, w: x @ w, x, w)[1](dy)

    assert xla_s_flops(backward, x, w, dy) == 2 * ours.backward


@pytest.mark.parametrize(("kernel_size", "strides"), [(3, 1), (5, 1), (2, 2)])
def test_multiply_adds_of_convolutions(kernel_size, strides):
    jax = pytest.importorskip("jax")
    x, w = np.ones((4, 12, 12, 3)), np.ones((kernel_size, kernel_size, 3, 6))
    numbers = ("NHWC", "HWIO", "NHWC")

    def forward(x, w):
        return jax.lax.conv_general_dilated(
            x, w, (strides, strides), "VALID", dimension_numbers=numbers
        )

    ours = conv2d_multiply_adds(12, 3, 6, kernel_size, strides=strides, batch_size=4)
    assert xla_s_flops(forward, x, w) == 2 * ours.forward
    dy = np.ones(jax.eval_shape(forward, x, w).shape)
    backward = xla_s_flops(lambda x, w, dy: jax.vjp(forward, x, w)[1](dy), x, w, dy)
    assert backward == 2 * ours.backward


@pytest.mark.parametrize(
    "stack",
    [
        [(3, 1)],
        [(3, 1), (3, 1), (3, 1)],
        [(5, 1), (2, 2), (5, 1), (2, 2)],
        [(2, 2), (3, 1), (2, 2)],
        [(1, 3), (3, 2)],
    ],
)
def test_receptive_field_is_where_the_gradient_is_not_zero(stack):
    rng = np.random.default_rng(0)
    layers = [Conv2D(1, 1, (f, 1), strides=(s, 1), rng=rng) for f, s in stack]
    y = rng.normal(size=(1, 60, 1, 1))
    for layer in layers:
        y = layer.forward(y)
    dy = np.zeros_like(y)
    dy[0, 2] = 1
    for layer in reversed(layers):
        dy = layer.backward(dy)
    [reached] = np.nonzero(dy.ravel())
    assert reached[-1] - reached[0] + 1 == receptive_field(stack)


@pytest.mark.parametrize("dilations", [(1, 2, 4), (3,), (2, 2)])
def test_receptive_field_with_dilation(dilations):
    from dlnotes.autodiff import vjp

    model = keras.Sequential(
        [keras.layers.Conv1D(1, 3, dilation_rate=d, kernel_initializer="ones") for d in dilations]
    )
    x = np.ones((1, 40, 1), "float32")
    dy = np.zeros(model(x).shape, "float32")
    dy[0, 3] = 1
    [reached] = np.nonzero(vjp(model, dy, x)[0].ravel())
    expected = receptive_field([(3, 1, d) for d in dilations])
    assert reached[-1] - reached[0] + 1 == expected
