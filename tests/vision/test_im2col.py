import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlnotes.vision.im2col import col2im, im2col

CASES = st.fixed_dictionaries(
    {
        "n": st.integers(0, 2),
        "h": st.integers(1, 6),
        "w": st.integers(1, 6),
        "c": st.integers(1, 3),
        "kernel_size": st.tuples(st.integers(1, 4), st.integers(1, 4)),
        "strides": st.tuples(st.integers(1, 3), st.integers(1, 3)),
        "padding": st.sampled_from(["valid", "same"]),
        "seed": st.integers(0, 99),
    }
)


def prepare(case):
    """Return random images and the settings of their windows, which fit."""
    f_h, f_w = case["kernel_size"]
    h, w = (
        (case["h"], case["w"]) if case["padding"] == "same" else (f_h + case["h"], f_w + case["w"])
    )
    rng = np.random.default_rng(case["seed"])
    x = rng.normal(size=(case["n"], h, w, case["c"]))
    return rng, x, {k: case[k] for k in ("kernel_size", "strides", "padding")}


def by_hand(x, kernel_size, strides, padding):
    """Cut the windows out of the padded images, one at a time."""
    (f_h, f_w), (s_h, s_w) = kernel_size, strides
    n, h, w, c = x.shape
    if padding == "same":
        down = max((-(-h // s_h) - 1) * s_h + f_h - h, 0)
        right = max((-(-w // s_w) - 1) * s_w + f_w - w, 0)
        widths = [(down // 2, down - down // 2), (right // 2, right - right // 2)]
        x = np.pad(x, [(0, 0), *widths, (0, 0)])
    rows = [
        [
            x[:, i : i + f_h, j : j + f_w].reshape(n, f_h * f_w * c)
            for j in range(0, x.shape[2] - f_w + 1, s_w)
        ]
        for i in range(0, x.shape[1] - f_h + 1, s_h)
    ]
    return np.moveaxis(np.array(rows), 2, 0)


@settings(max_examples=100, deadline=None)
@given(CASES)
def test_every_row_is_a_window(case):
    _, x, windows = prepare(case)
    np.testing.assert_array_equal(im2col(x, **windows), by_hand(x, **windows))


@settings(max_examples=100, deadline=None)
@given(CASES)
def test_col2im_is_the_adjoint(case):
    rng, x, windows = prepare(case)
    cols = im2col(x, **windows)
    c = rng.normal(size=cols.shape)
    back = col2im(c, x.shape, **windows)
    assert back.shape == x.shape
    assert np.sum(cols * c) == pytest.approx(np.sum(x * back), rel=1e-12, abs=1e-12)


def test_defaults_are_valid_windows_at_every_pixel():
    x = np.random.default_rng(0).normal(size=(1, 4, 5, 2))
    cols = im2col(x, (2, 3))
    np.testing.assert_array_equal(cols, im2col(x, (2, 3), strides=1, padding="valid"))
    np.testing.assert_array_equal(
        col2im(cols, x.shape, (2, 3)), col2im(cols, x.shape, (2, 3), strides=1, padding="valid")
    )


def test_same_puts_an_odd_zero_at_the_end():
    x = np.array([1.0, 2.0, 3.0]).reshape(1, 1, 3, 1)
    cols = im2col(x, (1, 2), padding="same")
    np.testing.assert_array_equal(cols[0, 0], [[1, 2], [2, 3], [3, 0]])


def test_windows_side_by_side_make_it_the_inverse():
    x = np.random.default_rng(0).normal(size=(2, 4, 6, 3))
    cols = im2col(x, (2, 3), strides=(2, 3))
    np.testing.assert_array_equal(col2im(cols, x.shape, (2, 3), strides=(2, 3)), x)


def test_pixels_in_no_window_get_nothing():
    x = np.ones((1, 5, 5, 1))
    back = col2im(im2col(x, 2, strides=3), x.shape, 2, strides=3)[0, ..., 0]
    np.testing.assert_array_equal(back, np.outer([1, 1, 0, 1, 1], [1, 1, 0, 1, 1]))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_float_type_is_kept(dtype):
    x = np.ones((1, 3, 3, 1), dtype)
    cols = im2col(x, 2, padding="same")
    assert cols.dtype == col2im(cols, x.shape, 2, padding="same").dtype == dtype


def test_integers_become_float64():
    assert im2col(np.ones((1, 3, 3, 1), np.uint8), 2).dtype == np.float64
    assert col2im(np.ones((1, 2, 2, 4), int), (1, 3, 3, 1), 2).dtype == np.float64


def test_results_are_new_arrays():
    x = np.ones((2, 3, 3, 1))
    cols = im2col(x, 1)
    assert not np.shares_memory(cols, x)
    assert not np.shares_memory(col2im(cols, x.shape, 1), cols)
    np.testing.assert_array_equal(x, np.ones((2, 3, 3, 1)))
    np.testing.assert_array_equal(cols, np.ones((2, 3, 3, 1)))


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_it_takes_little_memory_beside_its_result(padding):
    x = np.ones((4, 16, 16, 8))
    tracemalloc.start()
    cols = im2col(x, 3, padding=padding)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert cols.nbytes <= peak < cols.nbytes + 2 * x.nbytes


def test_nan_is_copied_like_other_numbers():
    x = np.array([[np.nan, 1.0], [2.0, np.inf]]).reshape(1, 2, 2, 1)
    np.testing.assert_array_equal(im2col(x, 2).ravel(), [np.nan, 1, 2, np.inf])


X = np.ones((1, 3, 3, 2))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: im2col(np.ones((3, 3, 2)), 2),
            ValueError,
            "`x` must have shape (N, H, W, C). Received: shape=(3, 3, 2)",
        ),
        (
            lambda: im2col(X, (2, 4)),
            ValueError,
            "`x` must be at least 2 by 4 pixels. Received: 3 by 3",
        ),
        (lambda: im2col(X, 0), ValueError, "`kernel_size` must be at least 1. Received: 0"),
        (lambda: im2col(X, 2, strides=0), ValueError, "`strides` must be at least 1. Received: 0"),
        (
            lambda: im2col(X, 2, padding="full"),
            ValueError,
            "`padding` must be one of valid, same. Received: 'full'",
        ),
        (lambda: im2col("a", 2), TypeError, "`x` must be real numbers. Received: dtype=<U1"),
        (
            lambda: col2im(np.ones((1, 2, 2, 7)), X.shape, 2),
            ValueError,
            "`cols` must have shape (1, 2, 2, 8). Received: shape=(1, 2, 2, 7)",
        ),
        (
            lambda: col2im(X, (3, 3, 2), 2),
            ValueError,
            "`shape` must hold (N, H, W, C). Received: (3, 3, 2)",
        ),
        (
            lambda: col2im(X, (1, 3, -1, 2), 2),
            ValueError,
            "`shape` must be at least 0. Received: -1",
        ),
        (
            lambda: col2im(X, (1, 3, 3, 2), 4),
            ValueError,
            "`shape` must be at least 4 by 4 pixels. Received: 3 by 3",
        ),
        (
            lambda: col2im(X, X.shape, 0),
            ValueError,
            "`kernel_size` must be at least 1. Received: 0",
        ),
        (
            lambda: col2im(X, X.shape, 2, strides=0),
            ValueError,
            "`strides` must be at least 1. Received: 0",
        ),
        (
            lambda: col2im(X, X.shape, 2, padding="full"),
            ValueError,
            "`padding` must be one of valid, same. Received: 'full'",
        ),
        (
            lambda: col2im("a", X.shape, 2),
            TypeError,
            "`cols` must be real numbers. Received: dtype=<U1",
        ),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message
