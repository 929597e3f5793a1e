import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlnotes.vision import edges
from dlnotes.vision.edges import (
    LAPLACE,
    PREWITT_X,
    PREWITT_Y,
    SOBEL_X,
    SOBEL_Y,
    convolve2d,
    cross_correlate2d,
    gradient_magnitude,
)


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def test_the_kernels():
    """Each is a smoothing in one direction times a difference in the other."""
    difference = np.array([-1, 0, 1])
    np.testing.assert_array_equal(PREWITT_X, np.outer([1, 1, 1], difference))
    np.testing.assert_array_equal(SOBEL_X, np.outer([1, 2, 1], difference))
    np.testing.assert_array_equal(PREWITT_Y, PREWITT_X.T)
    np.testing.assert_array_equal(SOBEL_Y, SOBEL_X.T)
    second = np.outer([0, 1, 0], [1, -2, 1])
    np.testing.assert_array_equal(LAPLACE, second + second.T)


@pytest.mark.parametrize("kernel", [PREWITT_X, PREWITT_Y, SOBEL_X, SOBEL_Y, LAPLACE])
def test_kernels_cannot_be_changed_and_do_not_see_flat_areas(kernel):
    assert kernel.sum() == 0
    assert kernel.dtype == np.int64
    with pytest.raises(ValueError, match="read-only"):
        kernel[0, 0] = 5
    np.testing.assert_array_equal(cross_correlate2d(np.full((4, 5), 7.0), kernel), np.zeros((2, 3)))


def test_what_kernels_are_made_of():
    kernel = edges._kernel([True, False], [False, True])
    assert kernel.tolist() == [[1, 0], [0, 1]]
    assert kernel.dtype == np.int64
    assert not kernel.flags.writeable


def test_every_response_is_a_dot_product(rng):
    x, w = rng.normal(size=(5, 6)), rng.normal(size=(2, 3))
    y, flipped = cross_correlate2d(x, w), convolve2d(x, w)
    assert y.shape == flipped.shape == (4, 4)
    for i, j in np.ndindex(4, 4):
        window = x[i : i + 2, j : j + 3]
        assert y[i, j] == pytest.approx((window * w).sum(), rel=1e-13)
        assert flipped[i, j] == pytest.approx((window * w[::-1, ::-1]).sum(), rel=1e-13)


def test_same_keeps_the_size():
    x = np.array([[1.0, 2], [3, 4]])
    np.testing.assert_array_equal(
        cross_correlate2d(x, [[1, 10], [100, 1000]], padding="same"), [[4321, 402], [43, 4]]
    )
    np.testing.assert_array_equal(
        convolve2d(x, [[1000, 100], [10, 1]], padding="same"), [[4321, 402], [43, 4]]
    )
    assert cross_correlate2d(x, SOBEL_X, padding="same").shape == (2, 2)


def test_valid_is_the_default(rng):
    x = rng.normal(size=(5, 6))
    for filtered in (
        lambda **s: cross_correlate2d(x, SOBEL_X, **s),
        lambda **s: convolve2d(x, SOBEL_X, **s),
        lambda **s: gradient_magnitude(x, **s),
    ):
        assert filtered(padding="same").shape == (5, 6)
        np.testing.assert_array_equal(filtered(), filtered(padding="valid"))
        assert filtered().shape == (3, 4)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 999), st.floats(-10, 10))
def test_laws_of_convolution(seed, a):
    rng = np.random.default_rng(seed)
    x, z = rng.normal(size=(2, 6, 7))
    u, v = rng.normal(size=(2, 3)), rng.normal(size=(3, 2))
    linear = a * cross_correlate2d(x, u) + cross_correlate2d(z, u)
    np.testing.assert_allclose(cross_correlate2d(a * x + z, u), linear, atol=1e-12)
    np.testing.assert_allclose(
        convolve2d(convolve2d(x, u), v), convolve2d(convolve2d(x, v), u), atol=1e-12
    )


def test_edges_and_their_direction():
    step = np.zeros((5, 8))
    step[:, 4:] = 1
    np.testing.assert_array_equal(cross_correlate2d(step, SOBEL_X), [[0, 0, 4, 4, 0, 0]] * 3)
    np.testing.assert_array_equal(convolve2d(step, SOBEL_X), [[0, 0, -4, -4, 0, 0]] * 3)
    np.testing.assert_array_equal(cross_correlate2d(step, SOBEL_Y), np.zeros((3, 6)))
    np.testing.assert_array_equal(cross_correlate2d(step.T, PREWITT_Y).T, [[0, 0, 3, 3, 0, 0]] * 3)
    np.testing.assert_array_equal(cross_correlate2d(step, LAPLACE), [[0, 0, 1, -1, 0, 0]] * 3)


def test_strength_of_an_edge(rng):
    row, column = np.mgrid[:4, :5]
    np.testing.assert_allclose(gradient_magnitude(5 * column - 12 * row), np.full((2, 3), 8 * 13))
    by_prewitt = gradient_magnitude(5 * column - 12 * row, kernel_x=PREWITT_X, kernel_y=PREWITT_Y)
    np.testing.assert_allclose(by_prewitt, np.full((2, 3), 6 * 13))
    x = rng.normal(size=(6, 7))
    g_x, g_y = cross_correlate2d(x, SOBEL_X), cross_correlate2d(x, SOBEL_Y)
    np.testing.assert_allclose(gradient_magnitude(x), np.sqrt(g_x**2 + g_y**2), rtol=1e-14)
    np.testing.assert_allclose(gradient_magnitude(x.T).T, gradient_magnitude(x), rtol=1e-14)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_float_type_of_the_image_is_kept(dtype):
    image = np.ones((4, 4), dtype)
    for result in (
        cross_correlate2d(image, SOBEL_X),
        convolve2d(image, np.full((2, 2), 0.1)),
        gradient_magnitude(image),
    ):
        assert result.dtype == dtype


def test_integers_become_float64():
    image = np.array([[0, 255]], np.uint8)
    result = cross_correlate2d(image, np.array([[1, -1]], np.int8))
    assert (result.dtype, result.item()) == (np.float64, -255)


def test_extremes_give_no_warning():
    image = np.full((3, 3), 1e308)
    assert cross_correlate2d(image, np.full((2, 2), 2.0)).tolist() == [[np.inf] * 2] * 2
    assert np.isnan(cross_correlate2d(image, np.array([[2.0, -2.0]]))).all()
    single = np.array([[1e-30, 1]], np.float32)
    response = cross_correlate2d(single, [[1e40]])  # more than a float32 holds
    np.testing.assert_allclose(response, [[1e10, np.inf]], rtol=1e-6)
    assert response.dtype == np.float32
    assert gradient_magnitude([[1.5e308]], kernel_x=[[1]], kernel_y=[[1]]).tolist() == [[np.inf]]


def test_arrays_stay_as_they_are(rng):
    x, w = rng.normal(size=(3, 3)), np.ones((1, 1))
    before = x.copy()
    y = cross_correlate2d(x, w)
    y[:] = 5
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(w, [[1]])


@pytest.mark.parametrize("slide", [cross_correlate2d, convolve2d])
@pytest.mark.parametrize(
    ("image", "kernel", "padding", "error", "message"),
    [
        (
            np.ones(3),
            SOBEL_X,
            "valid",
            ValueError,
            "`image` must have shape (H, W). Received: shape=(3,)",
        ),
        (
            np.ones((3, 3)),
            [1.0],
            "valid",
            ValueError,
            "`kernel` must have shape (f_h, f_w). Received: shape=(1,)",
        ),
        (
            np.ones((2, 5)),
            SOBEL_X,
            "valid",
            ValueError,
            "`image` must be at least 3 by 3 pixels. Received: 2 by 5",
        ),
        ([[np.nan]], [[1]], "valid", ValueError, "`image` must not contain NaN. Received: 1 NaN"),
        ([[np.inf]], [[1]], "valid", ValueError, "`image` must be finite. Received: inf"),
        ([[1]], [[-np.inf]], "valid", ValueError, "`kernel` must be finite. Received: -inf"),
        (
            [[1]],
            [[1]],
            "full",
            ValueError,
            "`padding` must be one of valid, same. Received: 'full'",
        ),
        ([["a"]], [[1]], "valid", TypeError, "`image` must be real numbers. Received: dtype=<U1"),
        (
            [[1]],
            [[1j]],
            "valid",
            TypeError,
            "`kernel` must be real numbers. Received: dtype=complex128",
        ),
    ],
)
def test_bad_input(slide, image, kernel, padding, error, message):
    with pytest.raises(error) as caught:
        slide(image, kernel, padding=padding)
    assert str(caught.value) == message


def test_kernels_of_two_shapes():
    with pytest.raises(ValueError, match="kernel_y") as caught:
        gradient_magnitude(np.ones((4, 4)), kernel_y=[[1, -1]])
    assert str(caught.value) == (
        "`kernel_y` must have the shape of `kernel_x`. "
        "Received: kernel_x.shape=(3, 3), kernel_y.shape=(1, 2)"
    )
