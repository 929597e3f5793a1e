import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlnotes.information import cross_entropy, entropy
from dlnotes.losses import categorical_crossentropy
from dlnotes.softmax import softmax


def test_a_hard_label_costs_the_surprise_of_its_class():
    y_true, y_pred = [[0, 1, 0], [0, 0, 1]], [[0.25, 0.5, 0.25], [0.25, 0.5, 0.25]]
    np.testing.assert_allclose(
        categorical_crossentropy(y_true, y_pred), [math.log(2), math.log(4)], rtol=1e-15
    )


@pytest.mark.parametrize("k", [2, 3, 10])
def test_equal_scores_cost_log_k(k):
    y_true, z = np.eye(k), np.full((k, k), 5.0)
    loss = categorical_crossentropy(y_true, z, from_logits=True)
    np.testing.assert_allclose(loss, np.full(k, math.log(k)), rtol=1e-15)


def test_soft_labels_cost_at_least_their_entropy():
    y = np.array([0.7, 0.2, 0.1])
    assert categorical_crossentropy(y, y) == entropy(y)
    assert categorical_crossentropy(y, np.log(y), from_logits=True) == pytest.approx(entropy(y))


@given(z=arrays(np.float64, (3, 4), elements=st.floats(-50, 50)), seed=st.integers(0, 2**32 - 1))
def test_both_ways_agree(z, seed):
    y_true = np.random.default_rng(seed).dirichlet(np.ones(4), size=3)
    by_scores = categorical_crossentropy(y_true, z, from_logits=True)
    np.testing.assert_allclose(by_scores, cross_entropy(y_true, softmax(z)), rtol=1e-12)
    np.testing.assert_allclose(by_scores, categorical_crossentropy(y_true, softmax(z)), rtol=1e-12)


def test_confident_and_wrong():
    assert categorical_crossentropy([0, 1], [1e4, 0.0], from_logits=True) == 1e4
    assert categorical_crossentropy([0, 1], [1, 0]) == math.inf


def test_confident_and_right_costs_plus_zero():
    for loss in (
        categorical_crossentropy([1, 0], [1, 0]),
        categorical_crossentropy([1, 0], [1e4, 0.0], from_logits=True),
    ):
        assert loss == 0
        assert not np.signbit(loss)


@pytest.mark.parametrize("from_logits", [False, True])
def test_axis_and_dtype(from_logits):
    rng = np.random.default_rng(0)
    y_true, y_pred = rng.dirichlet(np.ones(3), size=(2, 5)).astype(np.float32)
    last = categorical_crossentropy(y_true, y_pred, from_logits=from_logits)
    first = categorical_crossentropy(y_true.T, y_pred.T, from_logits=from_logits, axis=0)
    assert last.shape == (5,)
    assert last.dtype == np.float32
    np.testing.assert_allclose(first, last, rtol=1e-6)


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize(
    ("y_true", "y_pred", "error", "message"),
    [
        ([1, 1], [0.5, 0.5], ValueError, "`y_true` must sum to 1 along `axis`. Received: sum=2"),
        (
            2,
            [0.5, 0.5],
            ValueError,
            "`y_true` must have at least one axis. Received: the scalar 2.0",
        ),
        (
            [0, 1],
            [[0.5, 0.5]],
            ValueError,
            "`y_pred` must have the shape of `y_true`. "
            "Received: y_true.shape=(2,), y_pred.shape=(1, 2)",
        ),
        ([0, 1], [math.nan, 1], ValueError, "`y_pred` must not contain NaN. Received: 1 NaN"),
        ([0, 1], ["a", "b"], TypeError, "`y_pred` must be real numbers. Received: dtype=<U1"),
    ],
)
def test_errors(from_logits, y_true, y_pred, error, message):
    with pytest.raises(error) as caught:
        categorical_crossentropy(y_true, y_pred, from_logits=from_logits)
    assert str(caught.value) == message


def test_scores_are_not_probabilities():
    with pytest.raises(ValueError, match=r"^`y_pred` must not be negative\. Received: -1\.0$"):
        categorical_crossentropy([0, 1], [-1.0, 2.0])
    with pytest.raises(ValueError, match=r"^`y_pred` must sum to 1 along `axis`\. Rec.*: sum=3$"):
        categorical_crossentropy([0, 1], [1.0, 2.0])
    with pytest.raises(ValueError, match=r"^`y_pred` must be finite\. Received: inf$"):
        categorical_crossentropy([0, 1], [math.inf, 2.0], from_logits=True)
