import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlnotes.information import entropy
from dlnotes.softmax import log_softmax, naive_softmax, softmax

ALL = [naive_softmax, softmax, log_softmax]


def scores(limit, dtype=np.float64):
    width = 32 if dtype == np.float32 else 64
    return arrays(
        dtype, st.integers(1, 8), elements=st.floats(-limit, limit, width=width, allow_nan=False)
    )


def test_closed_forms():
    z = np.log([1.0, 2.0, 5.0])
    for function in (naive_softmax, softmax):
        np.testing.assert_allclose(function(z), [0.125, 0.25, 0.625], rtol=1e-15)
    np.testing.assert_allclose(log_softmax(z), np.log([0.125, 0.25, 0.625]), rtol=1e-15)


@pytest.mark.parametrize("z", [-3.0, 0.0, 0.5, 30.0])
def test_softmax_of_two_is_the_sigmoid_of_the_difference(z):
    assert softmax([z, 0.0])[0] == pytest.approx(1 / (1 + math.exp(-z)), rel=1e-15)


def test_equal_scores_share_equally():
    assert softmax([7, 7, 7, 7]).tolist() == [0.25] * 4


@given(z=scores(600.0))
def test_plain_and_stable_formula_agree(z):
    np.testing.assert_allclose(softmax(z), naive_softmax(z), rtol=1e-12, atol=1e-300)


@given(z=scores(1e308))
def test_any_finite_scores_give_a_distribution(z):
    p = softmax(z)
    assert np.all((p >= 0) & (p <= 1))
    assert p.sum() == pytest.approx(1, rel=1e-14)


@given(z=scores(2.0**100, np.float32))
def test_any_finite_float32_scores_give_a_distribution(z):
    p = softmax(z)
    assert p.dtype == np.float32
    assert p.sum() == pytest.approx(1, rel=1e-6)


@given(z=scores(1e3), shift=st.integers(-(10**6), 10**6))
def test_shifting_all_scores_changes_nothing(z, shift):
    z = np.round(z * 1024) / 1024  # so that z + shift is exact
    np.testing.assert_array_equal(softmax(z + shift), softmax(z))
    np.testing.assert_array_equal(log_softmax(z + shift), log_softmax(z))


@given(z=scores(700.0))
def test_log_softmax_is_its_name(z):
    np.testing.assert_allclose(np.exp(log_softmax(z)), softmax(z), rtol=1e-12, atol=1e-300)


@given(z=scores(1e300))
def test_softmax_keeps_the_order(z):
    assert np.all(np.diff(softmax(z)[np.argsort(z)]) >= 0)


def test_log_softmax_stays_right_where_softmax_is_rounded_to_zero():
    z = [0.0, 1e4]
    assert softmax(z)[0] == 0
    assert log_softmax(z).tolist() == [-1e4, 0]


def test_scores_further_apart_than_the_largest_float():
    assert softmax([1.7e308, -1.7e308]).tolist() == [1, 0]


def test_the_plain_formula_overflows():
    with pytest.warns(RuntimeWarning, match="overflow"), np.errstate(invalid="ignore"):
        assert np.isnan(naive_softmax([1000.0, 0.0])[0])
    with np.errstate(over="ignore", invalid="ignore"):
        assert np.isnan(naive_softmax(np.array([89, 0], np.float32))[0])
        assert not np.isnan(naive_softmax(np.array([88, 0], np.float32))[0])


@pytest.mark.parametrize("function", ALL)
def test_axis_counts_the_classes(function):
    z = np.random.default_rng(0).normal(size=(4, 5, 3))
    last = function(z)
    assert last.shape == z.shape
    np.testing.assert_array_equal(function(np.moveaxis(z, -1, 0), axis=0), np.moveaxis(last, -1, 0))
    np.testing.assert_array_equal(function(z[1, 2]), last[1, 2])


@pytest.mark.parametrize("function", ALL)
def test_dtype(function):
    assert function(np.zeros(2, np.float32)).dtype == np.float32
    assert function([0, 1]).dtype == np.float64


@pytest.mark.parametrize("function", ALL)
@pytest.mark.parametrize(
    ("z", "error", "message"),
    [
        ([], ValueError, "`logits` must not be empty. Received: shape=(0,)"),
        (1.0, ValueError, "`logits` must have at least one axis. Received: the scalar 1.0"),
        ([math.nan, 1], ValueError, "`logits` must not contain NaN. Received: 1 NaN"),
        ([1, -math.inf], ValueError, "`logits` must be finite. Received: -inf"),
        (["x"], TypeError, "`logits` must be real numbers. Received: dtype=<U1"),
    ],
)
def test_errors(function, z, error, message):
    with pytest.raises(error) as caught:
        function(z)
    assert str(caught.value) == message


@pytest.mark.parametrize("function", ALL)
def test_axis_must_exist(function):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        function([1.0], axis=1)
    assert str(caught.value) == "`axis` must be an axis of `logits`. Received: 1, shape=(1,)"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_temperature_divides_the_scores(dtype):
    z = np.array([[1.0, 2.0, 4.0], [0.0, 0.0, -8.0]], dtype)
    for f in (softmax, log_softmax):
        warm = f(z, temperature=2.0)
        np.testing.assert_array_equal(warm, f(z / 2))
        assert warm.dtype == dtype
        np.testing.assert_array_equal(f(z, temperature=1), f(z))
        np.testing.assert_array_equal(f(z.T, temperature=2, axis=0), f(z / 2).T)


def test_extreme_temperatures():
    z = [3.0, 1.0, 3.0]
    np.testing.assert_array_equal(softmax(z, temperature=1e-320), [0.5, 0, 0.5])
    np.testing.assert_allclose(softmax(z, temperature=1e300), np.full(3, 1 / 3), rtol=1e-15)


@given(st.floats(0.01, 100), st.floats(1.01, 10))
def test_heat_makes_less_certain_and_keeps_the_order(temperature, more):
    z = np.array([0.3, -1.2, 2.0, 0.31])
    cold, warm = softmax(z, temperature=temperature), softmax(z, temperature=more * temperature)
    assert entropy(warm) >= entropy(cold)
    assert (np.argsort(warm, kind="stable") == np.argsort(z)).all()


@pytest.mark.parametrize("f", [softmax, log_softmax])
@pytest.mark.parametrize("temperature", [0, -1.0, math.inf, math.nan])
def test_temperature_must_be_positive(f, temperature):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below
        f([1.0], temperature=temperature)
    message = f"`temperature` must be finite and greater than 0. Received: {temperature}"
    assert str(caught.value) == message


@pytest.mark.parametrize(("temperature", "received"), [(1e-50, "0.0"), (1e50, "inf")])
def test_temperature_must_be_one_in_the_precision_of_the_scores(temperature, received):
    z = np.float32([1, 2])
    for f in (softmax, log_softmax):
        with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below
            f(z, temperature=temperature)
        message = f"`temperature` must be finite and greater than 0. Received: {received}"
        assert str(caught.value) == message
