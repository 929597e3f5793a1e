import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlnotes.calibration import calibration_error, fit_temperature, reliability
from dlnotes.softmax import log_softmax, softmax

P = np.array([[0.9, 0.1], [0.1, 0.9], [0.4, 0.6], [0.3, 0.7], [1.0, 0.0]])
Y = np.array([0, 0, 1, 0, 0])  # right, wrong, right, wrong, right


def test_worked_example():
    # Groups (0.5, 0.75] with 0.6 and 0.7, one of two right; (0.75, 1] with 0.9, 0.9, 1, two right.
    confidence, accuracy, size = reliability(Y, P, bins=4)
    np.testing.assert_allclose(confidence, [0.65, 2.8 / 3], rtol=1e-15)
    np.testing.assert_allclose(accuracy, [1 / 2, 2 / 3], rtol=1e-15)
    np.testing.assert_array_equal(size, [2, 3])
    expected = 2 / 5 * 0.15 + 3 / 5 * (2.8 - 2) / 3
    assert calibration_error(Y, P, bins=4) == pytest.approx(expected, rel=1e-14)


def test_upper_ends_belong_to_their_group():
    p = [[0.5, 0.5], [0.75, 0.25], [1.0, 0.0]]
    np.testing.assert_array_equal(reliability([0, 0, 0], p, bins=4).size, [1, 1, 1])
    np.testing.assert_array_equal(reliability([0, 0, 0], p, bins=2).size, [1, 2])
    np.testing.assert_array_equal(reliability([0, 0, 0], p, bins=1).size, [3])


def test_rounding_above_1_stays_in_the_last_group():
    p = np.float32([[1 + 1e-6, 0], [1, 0]])
    assert reliability([0, 0], p, bins=10).size == [2]


def test_default_is_15_groups():
    p = np.random.default_rng(0).dirichlet(np.ones(2), 400)
    assert len(reliability(np.zeros(400, int), p).size) == 15 - 15 // 2  # those from 1/2 to 1
    y = np.zeros(400, int)
    assert calibration_error(y, p) == calibration_error(y, p, bins=15)
    assert calibration_error(y, p) != calibration_error(y, p, bins=16)
    np.testing.assert_array_equal(
        reliability(y, p).confidence, reliability(y, p, bins=15).confidence
    )


def test_many_classes_and_float32():
    p = softmax(np.random.default_rng(1).normal(size=(300, 5)).astype(np.float32))
    y = p.argmax(axis=1)
    confidence, accuracy, size = reliability(y, p)
    assert (accuracy == 1).all()
    assert size.sum() == 300
    assert (confidence.dtype, accuracy.dtype) == (np.float64, np.float64)
    assert calibration_error(y, p) == pytest.approx(1 - p.max(axis=1).mean(), rel=1e-6)


def test_labels_drawn_from_the_probabilities_are_calibrated():
    rng = np.random.default_rng(2)
    p = rng.dirichlet(np.ones(3), 40_000)
    y = (rng.random((40_000, 1)) > p.cumsum(axis=1)).sum(axis=1)
    assert calibration_error(y, p) < 0.01
    assert calibration_error(y, softmax(3 * np.log(p))) > 0.1


@given(st.integers(1, 20), st.integers(0, 2**32 - 1))
def test_the_error_lies_between_0_and_1(bins, seed):
    rng = np.random.default_rng(seed)
    p, y = rng.dirichlet(np.full(4, 0.3), 20), rng.integers(4, size=20)
    result = reliability(y, p, bins=bins)
    assert result.size.sum() == 20
    assert 0 <= calibration_error(y, p, bins=bins) <= 1


def test_temperature_recovers_the_one_that_made_the_labels():
    rng = np.random.default_rng(3)
    z = 2 * rng.normal(size=(50_000, 4))
    p = softmax(z, temperature=2.5)
    y = (rng.random((len(z), 1)) > p.cumsum(axis=1)).sum(axis=1)
    assert fit_temperature(y, z) == pytest.approx(2.5, rel=0.03)
    assert fit_temperature(y, z / 25) == pytest.approx(0.1, rel=0.03)
    assert fit_temperature(y, z + rng.normal(size=(len(z), 1))) == pytest.approx(
        fit_temperature(y, z), rel=1e-12
    )


@given(st.integers(0, 2**32 - 1))
def test_no_other_temperature_makes_the_labels_likelier(seed):
    rng = np.random.default_rng(seed)
    z, y = rng.normal(size=(30, 3)), rng.integers(3, size=30)
    z[np.arange(30), y] += 1
    z[0, y[0]] = z[0].min() - 1  # a mistake

    def cost(T):
        return -log_softmax(z, temperature=T)[np.arange(30), y].mean()

    T = fit_temperature(y, z)
    assert min(cost(0.9 * T), cost(1.1 * T)) > cost(T)


def test_temperature_of_extreme_logits_and_float32():
    z = np.float32([[1e4, 0]] * 4)
    assert fit_temperature([0, 0, 0, 1], z) == pytest.approx(1e4 / math.log(3), rel=1e-12)
    assert fit_temperature([0, 0, 0, 1], z / 1e8) == pytest.approx(1e-4 / math.log(3), rel=1e-6)
    np.testing.assert_array_equal(z, [[1e4, 0]] * 4)
    # 999 of 1000 are right where exp(g / T) is 999. Here 1 / T is close to the largest number.
    g = 2.0**-1020
    z = [[g, 0]] * 1000
    assert fit_temperature([0] * 999 + [1], z) == pytest.approx(g / math.log(999), rel=1e-12, abs=0)


@pytest.mark.parametrize("f", [reliability, calibration_error])
@pytest.mark.parametrize(
    ("y", "p", "settings", "error", "message"),
    [
        ([0], [1.0], {}, ValueError, "`y_pred` must have shape (N, K). Received: shape=(1,)"),
        ([0], [[0.5, 0.6]], {}, ValueError, "`y_pred` must sum to 1 along `axis`. "
         "Received: sum=1.1"),
        ([0, 1], [[0.5, 0.5]], {}, ValueError, "`y_true` must have shape (1,). "
         "Received: shape=(2,)"),
        ([2], [[0.5, 0.5]], {}, ValueError, "`y_true` must be at most 1. Received: 2"),
        ([-1], [[0.5, 0.5]], {}, ValueError, "`y_true` must be at least 0. Received: -1"),
        ([0.0], [[0.5, 0.5]], {}, TypeError, "`y_true` must be integers. Received: dtype=float64"),
        ([0], [[0.5, 0.5]], {"bins": 0}, ValueError, "`bins` must be at least 1. Received: 0"),
    ],
)  # fmt: skip
def test_errors(f, y, p, settings, error, message):
    with pytest.raises(error) as caught:
        f(y, p, **settings)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("y", "z", "message"),
    [
        ([0], [1.0], "`logits` must have shape (N, K). Received: shape=(1,)"),
        ([0], [[1.0, math.inf]], "`logits` must be finite. Received: inf"),
        ([0, 0], [[1.0, 2.0]], "`y_true` must have shape (1,). Received: shape=(2,)"),
        ([-1], [[1.0, 2.0]], "`y_true` must be at least 0. Received: -1"),
        ([2], [[1.0, 2.0]], "`y_true` must be at most 1. Received: 2"),
        ([0, 1], [[3.0, 1.0], [1.0, 1.0]],
         "`logits` must hold a mistake. Received: the highest score is always true"),
        ([0, 1], [[3.0, 1.0], [3.0, 1.0]],
         "`logits` must favour the true class. Received: no better than the mean"),
    ],
)  # fmt: skip
def test_temperature_errors(y, z, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below
        fit_temperature(y, z)
    assert str(caught.value) == message
