"""Filters against SciPy."""

import numpy as np
import pytest

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

signal = pytest.importorskip("scipy.signal")
ndimage = pytest.importorskip("scipy.ndimage")


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (2, 3), (5, 1), (4, 4)])
def test_valid(rng, dtype, shape):
    x, w = rng.normal(size=(7, 6)).astype(dtype), rng.normal(size=shape).astype(dtype)
    tolerance = (
        {"rtol": 1e-4, "atol": 1e-5} if dtype == "float32" else {"rtol": 1e-12, "atol": 1e-13}
    )
    for ours, theirs in [
        (cross_correlate2d, signal.correlate2d),
        (convolve2d, signal.convolve2d),
    ]:
        y, expected = ours(x, w), theirs(x, w, mode="valid")
        assert y.dtype == expected.dtype
        np.testing.assert_allclose(y, expected, **tolerance)


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (1, 5), (3, 1)])
def test_same_for_odd_kernels(rng, shape):
    x, w = rng.normal(size=(7, 6)), rng.normal(size=shape)
    for ours, theirs in [
        (cross_correlate2d, signal.correlate2d),
        (convolve2d, signal.convolve2d),
    ]:
        y = ours(x, w, padding="same")
        np.testing.assert_allclose(y, theirs(x, w, mode="same"), rtol=1e-12, atol=1e-13)


def test_kernels(rng):
    x = rng.normal(size=(8, 9))
    for kernel, theirs in [
        (SOBEL_X, ndimage.sobel(x, axis=1)),
        (SOBEL_Y, ndimage.sobel(x, axis=0)),
        (PREWITT_X, ndimage.prewitt(x, axis=1)),
        (PREWITT_Y, ndimage.prewitt(x, axis=0)),
        (LAPLACE, ndimage.laplace(x)),
    ]:
        inside = theirs[1:-1, 1:-1]
        np.testing.assert_allclose(cross_correlate2d(x, kernel), inside, rtol=1e-12, atol=1e-13)
    expected = np.hypot(ndimage.sobel(x, axis=0), ndimage.sobel(x, axis=1))[1:-1, 1:-1]
    np.testing.assert_allclose(gradient_magnitude(x), expected, rtol=1e-12)
