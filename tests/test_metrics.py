import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlnotes.metrics import accuracy, confusion_matrix, f1_score, precision, r2_score, recall

OF_LABELS = [accuracy, confusion_matrix, precision, recall, f1_score]
OF_POSITIVES = [precision, recall, f1_score]
LABELS = arrays(np.int64, (2, 12), elements=st.integers(0, 3))
SPAM = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
CAUGHT = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]  # 3 true positives, 2 false negatives, 1 false positive


def test_worked_example():
    assert accuracy(SPAM, CAUGHT) == 0.7
    assert precision(SPAM, CAUGHT) == 0.75
    assert recall(SPAM, CAUGHT) == 0.6
    assert f1_score(SPAM, CAUGHT) == 2 / 3
    np.testing.assert_array_equal(confusion_matrix(SPAM, CAUGHT), [[4, 1], [2, 3]])


def test_the_other_label_can_be_positive():
    assert precision(SPAM, CAUGHT, positive=0) == 4 / 6
    assert recall(SPAM, CAUGHT, positive=0) == 4 / 5
    assert f1_score(SPAM, CAUGHT, positive=0) == 8 / 11
    assert precision([-1, 1, 5], [-1, -1, 5], positive=-1) == 0.5
    assert recall(SPAM, CAUGHT, positive=False) == 4 / 5


def test_results_are_plain_floats():
    for metric in (accuracy, precision, recall, f1_score):
        assert type(metric(SPAM, CAUGHT)) is float
        assert type(metric([0], [0])) is float
    assert type(r2_score(SPAM, CAUGHT)) is float


@pytest.mark.parametrize("dtype", [np.bool, np.int8, np.uint64])
def test_any_integers_and_booleans_are_labels(dtype):
    true, predicted = np.array(SPAM, dtype), np.array(CAUGHT, dtype)
    assert accuracy(true, CAUGHT) == 0.7
    assert f1_score(SPAM, predicted) == 2 / 3
    np.testing.assert_array_equal(confusion_matrix(true, predicted), [[4, 1], [2, 3]])


def test_labels_of_any_one_shape():
    true, predicted = np.reshape(SPAM, (5, 2)), np.reshape(CAUGHT, (5, 2))
    for metric in OF_LABELS:
        np.testing.assert_array_equal(metric(true, predicted), metric(SPAM, CAUGHT))
    assert accuracy(3, 3) == 1


def test_nought_over_nought_is_nought():
    nothing, something = [0, 0], [1, 0]
    assert precision(something, nothing) == 0  # nothing was predicted
    assert recall(something, nothing) == 0
    assert recall(nothing, something) == 0  # nothing was there
    assert precision(nothing, something) == 0
    assert f1_score(something, nothing) == 0
    assert f1_score(nothing, something) == 0
    for metric in OF_POSITIVES:
        assert metric(nothing, nothing) == 0


@given(labels=LABELS)
def test_laws_of_the_confusion_matrix(labels):
    true, predicted = labels
    matrix = confusion_matrix(true, predicted, classes=4)
    assert (matrix.shape, matrix.dtype) == ((4, 4), np.int64)
    assert matrix.sum() == 12
    assert matrix.trace() / 12 == accuracy(true, predicted)
    np.testing.assert_array_equal(matrix.sum(axis=1), np.bincount(true, minlength=4))
    np.testing.assert_array_equal(matrix.sum(axis=0), np.bincount(predicted, minlength=4))
    np.testing.assert_array_equal(matrix.T, confusion_matrix(predicted, true, classes=4))


@given(labels=LABELS, positive=st.integers(0, 3))
def test_f1_is_the_harmonic_mean(labels, positive):
    p, r, f1 = (metric(*labels, positive=positive) for metric in OF_POSITIVES)
    assert f1 == pytest.approx(2 * p * r / (p + r) if p + r else 0, rel=1e-14)
    assert min(p, r) - 1e-15 <= f1 <= max(p, r) + 1e-15
    assert precision(*labels[::-1], positive=positive) == r


def test_classes_that_do_not_occur():
    np.testing.assert_array_equal(confusion_matrix([0, 0], [0, 2]), [[1, 0, 1], [0] * 3, [0] * 3])
    np.testing.assert_array_equal(confusion_matrix([2], [0]), [[0] * 3, [0] * 3, [1, 0, 0]])
    assert confusion_matrix([0], [0]).shape == (1, 1)
    assert confusion_matrix([0], [0], classes=1).shape == (1, 1)
    assert confusion_matrix([1], [0], classes=np.int8(3)).shape == (3, 3)


def test_r2_by_hand():
    y_true = np.array([1.0, 2.0, 4.0, 5.0])  # squared distances from the mean: 4 + 1 + 1 + 4
    assert r2_score(y_true, [1, 2, 4, 5]) == 1
    assert r2_score(y_true, [3, 3, 3, 3]) == 0
    assert r2_score(y_true, [2, 2, 4, 6]) == pytest.approx(0.8, rel=1e-15)
    assert r2_score(y_true, [5, 4, 2, 1]) == pytest.approx(-3, rel=1e-15)
    assert r2_score([0, 1], [0, 3]) == -7


@given(
    y=arrays(np.float64, (2, 5), elements=st.floats(-1e3, 1e3).map(lambda x: round(x, 3))),
    scale=st.floats(0.1, 10),
)
def test_laws_of_r2(y, scale):
    y_true, y_pred = y
    y_true[:2] = 0, 1  # it varies
    r2 = r2_score(y_true, y_pred)
    assert r2 <= 1
    assert r2_score(y_true, y_true) == 1
    assert r2_score(scale * y_true + 5, scale * y_pred + 5) == pytest.approx(r2, rel=1e-9, abs=1e-9)
    assert r2_score(y_true, np.full(5, y_true.mean())) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("size", [1e-300, 1e-10, 1e200, 1.7e308])
def test_r2_of_numbers_of_any_size(size):
    y_true = size * np.array([0.2, 0.4, 0.8, 1])
    y_pred = size * np.array([0.4, 0.4, 0.8, 1])
    assert r2_score(y_true, y_pred) == pytest.approx(1 - 0.04 / 0.4, rel=1e-14)
    assert r2_score(-y_true, -y_pred) == pytest.approx(1 - 0.04 / 0.4, rel=1e-14)


def test_r2_of_a_prediction_that_is_far_too_large():
    assert r2_score([0, 1], [0, 1e200]) == -math.inf
    assert r2_score([0, 1e-200], [0, 1e200]) == -math.inf


def test_r2_is_computed_in_float64():
    y_true = np.array([1000.0, 1000.25, 1000.5], np.float32)
    y_pred = np.array([1000.0, 1000.25, 1000.25], np.float32)
    assert r2_score(y_true, y_pred) == pytest.approx(0.5, rel=1e-9)


def test_the_callers_arrays_stay():
    true, predicted = np.array(SPAM), np.array(CAUGHT)
    for metric in (*OF_LABELS, r2_score):
        metric(true, predicted)
    np.testing.assert_array_equal(true, SPAM)
    np.testing.assert_array_equal(predicted, CAUGHT)
    y_true, y_pred = np.array([1.0, 2.0]), np.array([1.5, 2.5])
    r2_score(y_true, y_pred)
    np.testing.assert_array_equal([y_true, y_pred], [[1, 2], [1.5, 2.5]])


@pytest.mark.parametrize("metric", OF_LABELS)
@pytest.mark.parametrize(
    ("y_true", "y_pred", "error", "message"),
    [
        (
            [1, 0],
            [[1], [0]],
            ValueError,
            "`y_pred` must have the shape of `y_true`. "
            "Received: y_true.shape=(2,), y_pred.shape=(2, 1)",
        ),
        ([1.0], [1], TypeError, "`y_true` must be integers. Received: dtype=float64"),
        ([1], [0.9], TypeError, "`y_pred` must be integers. Received: dtype=float64"),
        (
            np.zeros(0, int),
            np.zeros(0, int),
            ValueError,
            "`y_true` must not be empty. Received: shape=(0,)",
        ),
    ],
)
def test_errors(metric, y_true, y_pred, error, message):
    with pytest.raises(error) as caught:
        metric(y_true, y_pred)
    assert str(caught.value) == message


@pytest.mark.parametrize("metric", OF_POSITIVES)
def test_positive_must_be_one_label(metric):
    for positive, error, message in (
        ("spam", TypeError, "`positive` must be integers. Received: dtype=<U4"),
        (1.0, TypeError, "`positive` must be integers. Received: dtype=float64"),
        ([1, 0], ValueError, "`positive` must have shape (). Received: shape=(2,)"),
    ):
        with pytest.raises(error) as caught:
            metric([1, 0], [1, 0], positive=positive)
        assert str(caught.value) == message


@pytest.mark.parametrize(
    ("y_true", "y_pred", "classes", "error", "message"),
    [
        ([-1], [0], None, ValueError, "`y_true` must be at least 0. Received: -1"),
        ([0], [-1], None, ValueError, "`y_pred` must be at least 0. Received: -1"),
        ([3], [0], 3, ValueError, "`y_true` must be at most 2. Received: 3"),
        ([0], [3], 3, ValueError, "`y_pred` must be at most 2. Received: 3"),
        ([0], [0], 0, ValueError, "`classes` must be at least 1. Received: 0"),
        ([0], [0], 2.0, TypeError, "`classes` must be an integer. Received: 2.0"),
    ],
)
def test_errors_of_the_confusion_matrix(y_true, y_pred, classes, error, message):
    with pytest.raises(error) as caught:
        confusion_matrix(y_true, y_pred, classes=classes)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("y_true", "y_pred", "error", "message"),
    [
        ([2, 2, 2], [1, 2, 3], ValueError, "`y_true` must not be constant. Received: 3 times 2.0"),
        ([0.1] * 3, [1, 2, 3], ValueError, "`y_true` must not be constant. Received: 3 times 0.1"),
        ([5.0], [5.0], ValueError, "`y_true` must not be constant. Received: 1 times 5.0"),
        ([[1.0]], [[1.0]], ValueError, "`y_true` must have shape (N,). Received: shape=(1, 1)"),
        ([1, 2], [[1], [2]], ValueError, "`y_pred` must have shape (N,). Received: shape=(2, 1)"),
        (
            [1, 2],
            [1],
            ValueError,
            "`y_pred` must have the shape of `y_true`. "
            "Received: y_true.shape=(2,), y_pred.shape=(1,)",
        ),
        ([1, math.inf], [1, 2], ValueError, "`y_true` must be finite. Received: inf"),
        ([1, 2], [1, -math.inf], ValueError, "`y_pred` must be finite. Received: -inf"),
        ([1, math.nan], [1, 2], ValueError, "`y_true` must not contain NaN. Received: 1 NaN"),
        ([1, 2], ["a", "b"], TypeError, "`y_pred` must be real numbers. Received: dtype=<U1"),
    ],
)
def test_errors_of_r2(y_true, y_pred, error, message):
    with pytest.raises(error) as caught:
        r2_score(y_true, y_pred)
    assert str(caught.value) == message
