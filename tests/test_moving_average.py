import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlnotes.moving_average import moving_average, moving_average_weights, moving_average_window

betas = st.floats(0, 0.999)
series = st.integers(1, 12).flatmap(lambda n: arrays(np.float64, n, elements=st.floats(-1e3, 1e3)))


def test_average_by_hand():
    assert moving_average([8, 16, 0], 0.5, bias_correction=False).tolist() == [4, 10, 5]
    np.testing.assert_allclose(moving_average([6, 12, 1], 0.5), [6, 10, 34 / 7], rtol=1e-15)


def test_weights_by_hand():
    assert moving_average_weights(3, 0.5, bias_correction=False).tolist() == [1 / 8, 1 / 4, 1 / 2]
    np.testing.assert_allclose(moving_average_weights(3, 0.5), np.array([1, 2, 4]) / 7, rtol=1e-15)
    np.testing.assert_allclose(
        moving_average_weights(2, 0.75, bias_correction=False), [3 / 16, 1 / 4], rtol=1e-15
    )


def test_window_by_hand():
    assert (moving_average_window(0), moving_average_window(0.75)) == (1, 4)
    assert moving_average_window(0.9) == pytest.approx(10, rel=1e-14)


def test_beta_0_has_no_memory():
    x = [3.0, -1.0, 4.0]
    assert moving_average(x, 0).tolist() == x
    assert moving_average(x, 0, bias_correction=False).tolist() == x
    assert moving_average_weights(3, 0).tolist() == [0, 0, 1]


@given(c=st.floats(-1e3, 1e3), beta=betas, n=st.integers(1, 20))
def test_a_constant_is_its_own_average_once_corrected(c, beta, n):
    np.testing.assert_allclose(moving_average([c] * n, beta), [c] * n, rtol=1e-13, atol=1e-300)
    raw = moving_average([c] * n, beta, bias_correction=False)
    expected = c * (1 - beta ** np.arange(1, n + 1))
    np.testing.assert_allclose(raw, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("beta", [1 - 1e-9, 1 - 1e-15])
def test_correction_keeps_its_digits_near_1(beta):
    np.testing.assert_allclose(moving_average([5.0] * 4, beta), [5.0] * 4, rtol=1e-15)


@given(n=st.integers(1, 200), beta=betas)
def test_weights_sum_to_1_after_the_correction(n, beta):
    assert moving_average_weights(n, beta).sum() == pytest.approx(1, rel=1e-14)
    raw = moving_average_weights(n, beta, bias_correction=False)
    assert raw.sum() == pytest.approx(1 - beta**n, rel=1e-10)
    assert (np.diff(raw) >= 0).all()  # the newest counts most


@given(x=series, beta=betas, corrected=st.booleans())
def test_the_average_is_what_the_weights_say(x, beta, corrected):
    average = moving_average(x, beta, bias_correction=corrected)
    for n in range(1, len(x) + 1):
        weights = moving_average_weights(n, beta, bias_correction=corrected)
        np.testing.assert_allclose(average[n - 1], weights @ x[:n], rtol=1e-9, atol=1e-9)


@given(x=series, beta=betas)
def test_the_corrected_average_lies_among_the_values(x, beta):
    average = moving_average(x, beta)
    low, high = np.minimum.accumulate(x), np.maximum.accumulate(x)
    slack = 1e-12 * np.abs(x).max() + 1e-300
    assert ((low - slack <= average) & (average <= high + slack)).all()


@given(beta=st.floats(0.5, 0.999))
def test_the_window_holds_about_two_thirds_of_the_weights(beta):
    window = moving_average_window(beta)
    assert 1 - 1 / math.e <= 1 - beta**window <= 0.75 + 1e-12


def test_each_column_is_a_series_of_its_own():
    x = np.random.default_rng(0).normal(size=(6, 2, 3))
    average = moving_average(x, 0.7)
    assert average.shape == (6, 2, 3)
    np.testing.assert_allclose(average[:, 1, 2], moving_average(x[:, 1, 2], 0.7), rtol=1e-15)


@pytest.mark.parametrize(
    ("dtype", "result"), [("float32", "float32"), ("float64", "float64"), ("int64", "float64")]
)
@pytest.mark.parametrize("shape", [(3,), (3, 2)])
@pytest.mark.parametrize("corrected", [True, False])
def test_dtype(dtype, result, shape, corrected):
    assert moving_average(np.ones(shape, dtype), 0.9, bias_correction=corrected).dtype == result
    assert moving_average_weights(3, np.float32(0.5)).dtype == np.float64


def test_arrays_of_the_caller_stay_as_they_are():
    x = np.array([1.0, 2.0])
    moving_average(x, 0)[:] = 99
    assert x.tolist() == [1, 2]


BETA = "`beta` must be at least 0 and less than 1. Received: "


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: moving_average([1.0], 1.0), ValueError, BETA + "1.0"),
        (lambda: moving_average([1.0], -0.1), ValueError, BETA + "-0.1"),
        (lambda: moving_average_weights(3, 1.0), ValueError, BETA + "1.0"),
        (lambda: moving_average_window(1.0), ValueError, BETA + "1.0"),
        (
            lambda: moving_average(3.0, 0.5),
            ValueError,
            "`x` must have shape (T, ...). Received: shape=()",
        ),
        (
            lambda: moving_average([], 0.5),
            ValueError,
            "`x` must not be empty. Received: shape=(0,)",
        ),
        (
            lambda: moving_average([1, np.nan], 0.5),
            ValueError,
            "`x` must not contain NaN. Received: 1 NaN",
        ),
        (lambda: moving_average([1, np.inf], 0.5), ValueError, "`x` must be finite. Received: inf"),
        (lambda: moving_average_weights(0, 0.5), ValueError, "`n` must be at least 1. Received: 0"),
        (
            lambda: moving_average_weights(2.0, 0.5),
            TypeError,
            "`n` must be an integer. Received: 2.0",
        ),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message
