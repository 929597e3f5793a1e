import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlnotes.gradient_check import gradient_check
from dlnotes.layers.pooling import AveragePooling2D, MaxPooling2D

BOTH = pytest.mark.parametrize("pooling", [MaxPooling2D, AveragePooling2D])
SETTINGS = [
    {"pool_size": f, "strides": s, "padding": p}
    for f, s, p in itertools.product([1, 2, (3, 2)], [None, 1, (2, 3)], ["valid", "same"])
]


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def windows(h, w, pool_size, strides, padding):
    """Yield each place with the rows and columns that lie in its window."""
    (f_h, f_w), (s_h, s_w) = (
        (n, n) if isinstance(n, int) else n for n in (pool_size, strides or pool_size)
    )

    def along(n, f, s):
        if padding == "valid":
            return [range(start, start + f) for start in range(0, n - f + 1, s)]
        before = max((-(-n // s) - 1) * s + f - n, 0) // 2
        starts = range(-before, n - before, s)
        return [range(max(start, 0), min(start + f, n)) for start in starts]

    rows, columns = along(h, f_h, s_h), along(w, f_w, s_w)
    for (i, r), (j, c) in itertools.product(enumerate(rows), enumerate(columns)):
        yield (i, j), np.ix_(r, c)
    yield (len(rows), len(columns)), None


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize(
    ("pooling", "formula"), [(MaxPooling2D, np.max), (AveragePooling2D, np.mean)]
)
def test_each_output_is_that_of_its_window(rng, pooling, formula, settings):
    x = rng.normal(size=(2, 6, 7, 3))
    y = pooling(**settings).forward(x)
    *places, (shape, _) = windows(6, 7, **settings)
    assert y.shape == (2, *shape, 3)
    for n, c in np.ndindex(2, 3):
        for (i, j), window in places:
            by_hand = formula(x[n, :, :, c][window])
            assert y[n, i, j, c] == pytest.approx(by_hand, rel=1e-13, abs=1e-15)


@BOTH
@pytest.mark.parametrize("settings", SETTINGS)
def test_gradients(rng, pooling, settings):
    # The numbers lie well apart, so that finite differences do not change which is the greatest.
    x = rng.permutation(1.0 * np.arange(2 * 4 * 5 * 2)).reshape(2, 4, 5, 2)
    gradient_check(pooling(**settings), x, rng=rng)


@BOTH
def test_defaults_are_windows_of_two_by_two_side_by_side(pooling):
    layer = pooling()
    assert (layer.pool_size, layer.strides, layer.padding) == ((2, 2), (2, 2), "valid")
    layer = pooling((3, 2))
    assert (layer.pool_size, layer.strides) == ((3, 2), (3, 2))
    layer = pooling(3, strides=(1, 2), padding="same")
    assert (layer.pool_size, layer.strides, layer.padding) == ((3, 3), (1, 2), "same")


def test_the_gradient_goes_to_the_first_of_several_greatest():
    layer = MaxPooling2D((2, 3))
    layer.forward(np.array([[1.0, 5, 5], [5, 0, 5]]).reshape(1, 2, 3, 1))
    dx = layer.backward(np.full((1, 1, 1, 1), 7.0))
    np.testing.assert_array_equal(dx[0, ..., 0], [[0, 7, 0], [0, 0, 0]])


def test_each_window_has_its_own_greatest():
    layer = MaxPooling2D((1, 2), strides=1)
    y = layer.forward(np.array([3.0, 9, 2, 2]).reshape(1, 1, 4, 1))
    np.testing.assert_array_equal(y.ravel(), [9, 9, 2])
    dx = layer.backward(np.array([1.0, 10, 100]).reshape(1, 1, 3, 1))
    np.testing.assert_array_equal(dx.ravel(), [0, 11, 100, 0])


def test_same_average_does_not_count_the_padding():
    layer = AveragePooling2D((1, 2), strides=1, padding="same")
    y = layer.forward(np.array([2.0, 4, 8]).reshape(1, 1, 3, 1))
    np.testing.assert_array_equal(y.ravel(), [3, 6, 8])
    dx = layer.backward(np.array([2.0, 4, 8]).reshape(1, 1, 3, 1))
    np.testing.assert_array_equal(dx.ravel(), [1, 3, 10])


def test_same_maximum_of_negative_numbers_is_not_the_padding():
    y = MaxPooling2D(3, strides=1, padding="same").forward(np.full((1, 2, 2, 1), -5.0))
    np.testing.assert_array_equal(y, np.full((1, 2, 2, 1), -5))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 999), st.integers(1, 3), st.integers(1, 3))
def test_pooling_an_image_that_is_constant_in_each_window(seed, f_h, f_w):
    coarse = np.random.default_rng(seed).normal(size=(2, 3, 2, 2))
    fine = coarse.repeat(f_h, axis=1).repeat(f_w, axis=2)
    np.testing.assert_array_equal(MaxPooling2D((f_h, f_w)).forward(fine), coarse)
    y = AveragePooling2D((f_h, f_w)).forward(fine)
    np.testing.assert_allclose(y, coarse, rtol=1e-14)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 999), st.integers(1, 3), st.integers(1, 3))
def test_averages_side_by_side_keep_the_mean(seed, f_h, f_w):
    x = np.random.default_rng(seed).normal(size=(1, 2 * f_h, 3 * f_w, 1))
    y = AveragePooling2D((f_h, f_w)).forward(x)
    assert y.mean() == pytest.approx(x.mean(), rel=1e-12, abs=1e-14)
    assert x.min() <= y.min() <= y.max() <= x.max()


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 999), st.integers(1, 3), st.integers(1, 3), st.sampled_from(["valid", "same"])
)
def test_no_gradient_is_lost(seed, f, s, padding):
    """Also where numbers are equal, minus infinity or NaN."""
    rng = np.random.default_rng(seed)
    x = rng.choice([0.0, 1.0, -np.inf, np.nan], size=(1, 5, 4, 2))
    for pooling in (MaxPooling2D, AveragePooling2D):
        layer = pooling(f, strides=s, padding=padding)
        dy = rng.integers(1, 9, size=layer.forward(x).shape) * 36.0
        assert layer.backward(dy).sum() == pytest.approx(dy.sum(), rel=1e-14)


@BOTH
def test_nan_and_infinity(pooling):
    x = np.zeros((1, 2, 6, 1))
    x[0, 1, 0], x[0, 0, 2], x[0, :, 4:] = np.nan, np.inf, -np.inf
    y = pooling(2).forward(x)
    np.testing.assert_array_equal(y.ravel(), [np.nan, np.inf, -np.inf])


@BOTH
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_float_type_is_kept(pooling, dtype):
    layer = pooling(2, padding="same")
    y = layer.forward(np.ones((1, 3, 3, 2), dtype))
    assert y.dtype == layer.backward(np.ones((1, 2, 2, 2))).dtype == dtype


@BOTH
def test_integers_become_float64(pooling):
    layer = pooling(2)
    assert layer.forward(np.ones((1, 2, 2, 1), np.uint8)).dtype == np.float64
    assert layer.backward(np.ones((1, 1, 1, 1), int)).dtype == np.float64


@BOTH
def test_an_empty_batch(pooling):
    layer = pooling(2)
    assert layer.forward(np.ones((0, 4, 5, 3))).shape == (0, 2, 2, 3)
    assert layer.backward(np.ones((0, 2, 2, 3))).shape == (0, 4, 5, 3)


@BOTH
def test_arrays_stay_as_they_are(rng, pooling):
    layer, x = pooling(1), rng.normal(size=(1, 2, 2, 1))
    before = x.copy()
    y = layer.forward(x, training=True)
    dy = y.copy()
    y[:] = 99  # what the caller does with the output changes no gradient
    dx = layer.backward(dy)
    np.testing.assert_array_equal(dx, before)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(layer.backward(dy), dx)
    np.testing.assert_array_equal(dy, before)


@BOTH
@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"pool_size": 0}, ValueError, "`pool_size` must be at least 1. Received: 0"),
        ({"pool_size": 1.5}, TypeError, "`pool_size` must be an integer. Received: 1.5"),
        (
            {"pool_size": (1, 2, 3)},
            ValueError,
            "`pool_size` must be an integer or a pair of integers. Received: (1, 2, 3)",
        ),
        ({"strides": 0}, ValueError, "`strides` must be at least 1. Received: 0"),
        (
            {"padding": "full"},
            ValueError,
            "`padding` must be one of valid, same. Received: 'full'",
        ),
    ],
)
def test_settings_that_cannot_be(pooling, settings, error, message):
    with pytest.raises(error) as caught:
        pooling(**settings)
    assert str(caught.value) == message


@BOTH
def test_bad_input(pooling):
    layer = pooling((2, 3))
    for x, message in [
        (np.ones((4, 4, 1)), "`x` must have shape (N, H, W, C). Received: shape=(4, 4, 1)"),
        (np.ones((1, 4, 2, 1)), "`x` must be at least 2 by 3 pixels. Received: 4 by 2"),
    ]:
        with pytest.raises(ValueError, match="x") as caught:
            layer.forward(x)
        assert str(caught.value) == message
    with pytest.raises(RuntimeError) as caught:
        layer.backward(np.ones((1, 1, 1, 1)))
    assert str(caught.value) == "`backward` must come after `forward`. Received: no forward"
    layer.forward(np.ones((1, 2, 3, 1)))
    with pytest.raises(ValueError, match="dy") as caught:
        layer.backward(np.ones((1, 2, 1, 1)))
    assert str(caught.value) == "`dy` must have shape (1, 1, 1, 1). Received: shape=(1, 2, 1, 1)"
