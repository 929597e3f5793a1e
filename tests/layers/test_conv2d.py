import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlnotes.gradient_check import gradient_check
from dlnotes.initializers import he_normal
from dlnotes.layers.conv2d import Conv2D


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def test_every_output_is_a_weighted_sum_of_a_window_plus_bias(rng):
    layer = Conv2D(2, 3, (3, 2), strides=(2, 1), rng=rng)
    layer.b = rng.normal(size=3)
    x = rng.normal(size=(2, 7, 4, 2))
    y = layer.forward(x)
    assert y.shape == (2, 3, 3, 3)
    for n, i, j, f in np.ndindex(y.shape):
        by_hand = layer.b[f] + sum(
            x[n, 2 * i + a, j + b, c] * layer.W[a, b, c, f] for a, b, c in np.ndindex(3, 2, 2)
        )
        assert y[n, i, j, f] == pytest.approx(by_hand, rel=1e-13)


def test_the_kernel_is_not_flipped(rng):
    layer = Conv2D(1, 1, (1, 2), rng=rng)
    layer.W = np.array([-1.0, 1.0]).reshape(1, 2, 1, 1)
    y = layer.forward(np.array([0.0, 0, 5, 5]).reshape(1, 1, 4, 1))
    np.testing.assert_array_equal(y.ravel(), [0, 5, 0])


def test_same_puts_an_odd_row_and_column_of_zeros_at_the_end(rng):
    layer = Conv2D(1, 1, 2, padding="same", rng=rng)
    layer.W = np.array([[1.0, 10], [100, 1000]]).reshape(2, 2, 1, 1)
    y = layer.forward(np.array([[1.0, 2], [3, 4]]).reshape(1, 2, 2, 1))
    np.testing.assert_array_equal(y[0, ..., 0], [[4321, 402], [43, 4]])
    layer = Conv2D(1, 1, 2, strides=2, padding="same", rng=rng)
    assert layer.forward(np.ones((1, 5, 4, 1))).shape == (1, 3, 2, 1)


def test_worked_example_of_the_gradients(rng):
    layer = Conv2D(1, 1, (1, 2), rng=rng)
    layer.W, layer.b = np.array([2.0, -3.0]).reshape(1, 2, 1, 1), np.array([0.5])
    x = np.array([1.0, 4.0, 5.0]).reshape(1, 1, 3, 1)
    np.testing.assert_array_equal(layer.forward(x).ravel(), [-9.5, -6.5])
    dx = layer.backward(np.array([1.0, 10.0]).reshape(1, 1, 2, 1))
    np.testing.assert_array_equal(dx.ravel(), [2, -3 + 20, -30])
    np.testing.assert_array_equal(layer.dW.ravel(), [1 + 40, 4 + 50])
    np.testing.assert_array_equal(layer.db, [11])


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("strides", [1, 2, (3, 1)])
@pytest.mark.parametrize("kernel_size", [1, 2, (3, 2), (1, 4)])
def test_gradients(rng, kernel_size, strides, padding):
    layer = Conv2D(2, 2, kernel_size, strides=strides, padding=padding, rng=rng)
    layer.b = rng.normal(size=2)
    gradient_check(layer, rng.normal(size=(2, 3, 5, 2)), rng=rng)


def test_gradients_of_a_kernel_larger_than_the_image(rng):
    layer = Conv2D(1, 2, (4, 7), padding="same", rng=rng)
    gradient_check(layer, rng.normal(size=(1, 2, 3, 1)), rng=rng)


def test_a_stride_takes_every_second_output(rng):
    near, far = Conv2D(2, 3, 3, rng=rng), Conv2D(2, 3, 3, strides=2, rng=rng)
    far.W = near.W
    x = rng.normal(size=(2, 8, 9, 2))
    np.testing.assert_allclose(far.forward(x), near.forward(x)[:, ::2, ::2], rtol=1e-13, atol=1e-15)


SEEDS = st.integers(0, 1000)
MODES = st.sampled_from(["valid", "same"])


@settings(max_examples=25, deadline=None)
@given(SEEDS, MODES, st.floats(-10, 10))
def test_it_is_linear_without_bias(seed, padding, a):
    rng = np.random.default_rng(seed)
    layer = Conv2D(2, 3, (2, 3), padding=padding, strides=(1, 2), rng=rng)
    x, z = rng.normal(size=(2, 1, 5, 6, 2))
    both = layer.forward(a * x + z)
    np.testing.assert_allclose(both, a * layer.forward(x) + layer.forward(z), atol=1e-12)


@settings(max_examples=25, deadline=None)
@given(SEEDS, MODES, st.integers(0, 3), st.integers(0, 3))
def test_a_shifted_image_gives_a_shifted_output_inside(seed, padding, down, right):
    rng = np.random.default_rng(seed)
    layer = Conv2D(1, 2, 3, padding=padding, rng=rng)
    x = rng.normal(size=(1, 10, 10, 1))
    y = layer.forward(x)
    shifted = layer.forward(np.roll(x, (down, right), axis=(1, 2)))
    h = y.shape[1]
    inside = slice(1, h - 1 - down), slice(1, h - 1 - right)
    target = slice(1 + down, h - 1), slice(1 + right, h - 1)
    np.testing.assert_allclose(shifted[:, *target], y[:, *inside], rtol=1e-13, atol=1e-14)


def test_first_weights(rng):
    layer = Conv2D(6, 16, (5, 3), rng=rng)
    limit = np.sqrt(6 / (5 * 3 * (6 + 16)))
    assert layer.W.shape == (5, 3, 6, 16)
    assert 0.99 * limit < np.abs(layer.W).max() <= limit
    np.testing.assert_array_equal(layer.b, np.zeros(16))
    np.testing.assert_array_equal(layer.dW, np.zeros_like(layer.W))
    np.testing.assert_array_equal(layer.db, np.zeros(16))
    other = Conv2D(6, 16, 5, rng=np.random.default_rng(3), kernel_initializer=he_normal)
    expected = he_normal((5, 5, 6, 16), rng=np.random.default_rng(3))
    np.testing.assert_array_equal(other.W, expected)
    one = Conv2D(1, 1, 3, rng=np.random.default_rng(3))
    np.testing.assert_array_equal(one.W, Conv2D(1, 1, 3, rng=np.random.default_rng(3)).W)


def test_settings_can_be_read_back(rng):
    layer = Conv2D(1, 2, 3, rng=rng)
    assert (layer.kernel_size, layer.strides, layer.padding) == ((3, 3), (1, 1), "valid")
    layer = Conv2D(1, 2, [3, 2], strides=(2, 1), padding="same", rng=rng)
    assert (layer.kernel_size, layer.strides, layer.padding) == ((3, 2), (2, 1), "same")


def test_training_makes_no_difference(rng):
    layer, x = Conv2D(2, 3, 2, rng=rng), rng.normal(size=(1, 3, 3, 2))
    np.testing.assert_array_equal(layer.forward(x, training=True), layer.forward(x))


def test_backward_sets_gradients_anew(rng):
    layer = Conv2D(2, 3, 2, rng=rng)
    dy = layer.forward(rng.normal(size=(1, 3, 3, 2)))
    dx = layer.backward(dy)
    dW, db = layer.dW, layer.db
    np.testing.assert_array_equal(layer.backward(dy), dx)
    np.testing.assert_array_equal(layer.dW, dW)
    np.testing.assert_array_equal(layer.db, db)
    assert layer.dW is not dW


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_float_type_is_kept(rng, dtype):
    layer = Conv2D(2, 3, 2, padding="same", rng=rng)
    y = layer.forward(rng.normal(size=(4, 3, 3, 2)).astype(dtype))
    dx = layer.backward(y.astype(np.float64))
    assert {a.dtype for a in (y, dx, layer.dW, layer.db)} == {np.dtype(dtype)}


def test_integers_become_float64(rng):
    layer = Conv2D(1, 1, 2, rng=rng)
    assert layer.forward(np.ones((1, 2, 2, 1), np.uint8)).dtype == np.float64
    assert layer.backward(np.ones((1, 1, 1, 1), int)).dtype == np.float64


def test_an_empty_batch_gives_an_empty_output_and_zero_gradients(rng):
    layer = Conv2D(2, 3, 2, rng=rng)
    assert layer.forward(np.ones((0, 4, 5, 2))).shape == (0, 3, 4, 3)
    assert layer.backward(np.ones((0, 3, 4, 3))).shape == (0, 4, 5, 2)
    np.testing.assert_array_equal(layer.dW, np.zeros((2, 2, 2, 3)))


def test_nan_reaches_what_looks_at_it(rng):
    x = np.zeros((2, 4, 4, 1))
    x[0, 0, 0] = np.nan
    y = Conv2D(1, 1, 2, rng=rng).forward(x)
    assert np.isnan(y[0, 0, 0, 0])
    assert np.isnan(y).sum() == 1


def test_overflow_is_infinity_without_a_warning(rng):
    layer = Conv2D(1, 1, 2, rng=rng)
    layer.W = np.full((2, 2, 1, 1), 1e200)
    assert layer.forward(np.full((1, 2, 2, 1), 1e200)).item() == np.inf
    assert (layer.backward(np.full((1, 1, 1, 1), 1e200)) == np.inf).all()


def test_callers_arrays_stay_as_they_are(rng):
    layer = Conv2D(2, 3, 1, rng=rng)
    W, b = layer.W.copy(), layer.b.copy()
    x, dy = rng.normal(size=(1, 3, 3, 2)), rng.normal(size=(1, 3, 3, 3))
    x_before, dy_before = x.copy(), dy.copy()
    y, dx = layer.forward(x), layer.backward(dy)
    for array, before in [(x, x_before), (dy, dy_before), (layer.W, W), (layer.b, b)]:
        np.testing.assert_array_equal(array, before)
        assert not any(np.shares_memory(array, result) for result in (y, dx, layer.dW, layer.db))


@pytest.mark.parametrize(
    ("size", "channels", "filters", "kernel_size", "strides", "padding"),
    [
        (32, 1, 6, 5, 1, "valid"),
        (14, 6, 16, 5, 1, "valid"),
        (16, 8, 8, 3, 1, "same"),
        (17, 4, 8, 3, 2, "same"),
        (16, 8, 8, 1, 1, "valid"),
    ],
)
def test_memory_stays_under_twice_the_matrix_of_windows(
    rng, size, channels, filters, kernel_size, strides, padding
):
    layer = Conv2D(channels, filters, kernel_size, strides=strides, padding=padding, rng=rng)
    x = rng.normal(size=(16, size, size, channels)).astype(np.float32)
    dy = layer.forward(x)
    matrix = dy[..., 0].size * kernel_size**2 * channels * x.itemsize
    for run, argument in [(layer.forward, x), (layer.backward, dy)]:
        tracemalloc.start()
        run(argument)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert matrix <= peak < 2 * matrix + 20_000


@pytest.mark.parametrize(
    ("arguments", "settings", "error", "message"),
    [
        ((0, 1, 1), {}, ValueError, "`in_channels` must be at least 1. Received: 0"),
        ((1, 0, 1), {}, ValueError, "`filters` must be at least 1. Received: 0"),
        ((1, 1, 0), {}, ValueError, "`kernel_size` must be at least 1. Received: 0"),
        ((1, 1, 2.0), {}, TypeError, "`kernel_size` must be an integer. Received: 2.0"),
        (
            (1, 1, (1, 2, 3)),
            {},
            ValueError,
            "`kernel_size` must be an integer or a pair of integers. Received: (1, 2, 3)",
        ),
        ((1, 1, 1), {"strides": 0}, ValueError, "`strides` must be at least 1. Received: 0"),
        (
            (1, 1, 1),
            {"padding": "full"},
            ValueError,
            "`padding` must be one of valid, same. Received: 'full'",
        ),
        (
            (1, 1, 1),
            {"rng": 3},
            TypeError,
            "`rng` must be a numpy.random.Generator. Received: 3",
        ),
    ],
)
def test_settings_that_cannot_be(rng, arguments, settings, error, message):
    with pytest.raises(error) as caught:
        Conv2D(*arguments, **{"rng": rng} | settings)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((4, 4, 2), "`x` must have shape (N, H, W, 2). Received: shape=(4, 4, 2)"),
        ((1, 4, 4, 3), "`x` must have shape (N, H, W, 2). Received: shape=(1, 4, 4, 3)"),
        ((1, 2, 9, 2), "`x` must be at least 3 by 3 pixels. Received: 2 by 9"),
    ],
)
def test_images_that_do_not_fit(rng, shape, message):
    with pytest.raises(ValueError, match="must") as caught:
        Conv2D(2, 1, 3, rng=rng).forward(np.ones(shape))
    assert str(caught.value) == message


def test_backward_wants_the_gradient_of_the_last_output(rng):
    layer = Conv2D(2, 1, 3, rng=rng)
    with pytest.raises(RuntimeError) as caught:
        layer.backward(np.ones((1, 2, 2, 1)))
    assert str(caught.value) == "`backward` must come after `forward`. Received: no forward"
    layer.forward(np.ones((1, 4, 4, 2)))
    with pytest.raises(ValueError, match="dy") as caught:
        layer.backward(np.ones((1, 2, 2, 2)))
    assert str(caught.value) == "`dy` must have shape (1, 2, 2, 1). Received: shape=(1, 2, 2, 2)"
