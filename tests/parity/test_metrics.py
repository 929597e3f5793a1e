"""Metrics against scikit-learn and Keras."""

import numpy as np
import pytest

from dlnotes.metrics import accuracy, confusion_matrix, f1_score, precision, r2_score, recall

sklearn = pytest.importorskip("sklearn.metrics")


@pytest.fixture(params=[0, 1, 2])
def rng(request):
    return np.random.default_rng(request.param)


@pytest.fixture
def labels(rng):
    """True labels of four classes, and predictions of which about half are right."""
    y_true = rng.integers(4, size=200)
    return y_true, np.where(rng.uniform(size=200) < 0.5, y_true, rng.integers(4, size=200))


def test_scikit_learn_counts_the_same(labels):
    assert accuracy(*labels) == sklearn.accuracy_score(*labels)
    np.testing.assert_array_equal(confusion_matrix(*labels), sklearn.confusion_matrix(*labels))
    np.testing.assert_array_equal(
        confusion_matrix(*labels, classes=6), sklearn.confusion_matrix(*labels, labels=range(6))
    )


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (precision, sklearn.precision_score),
        (recall, sklearn.recall_score),
        (f1_score, sklearn.f1_score),
    ],
)
def test_scikit_learn_agrees_on_positives(labels, ours, theirs):
    y_true, y_pred = (y > 1 for y in labels)
    assert ours(y_true, y_pred) == pytest.approx(theirs(y_true, y_pred), rel=1e-15)
    by_class = [ours(*labels, positive=k) for k in range(4)]
    np.testing.assert_allclose(by_class, theirs(*labels, average=None), rtol=1e-15)
    assert np.mean(by_class) == pytest.approx(theirs(*labels, average="macro"), rel=1e-15)
    for pair in ([[0, 0], [0, 0]], [[0, 0], [1, 0]], [[1, 0], [0, 0]]):
        assert ours(*pair) == theirs(*pair, zero_division=0)


def test_scikit_learn_warns_where_it_divides_by_zero():
    with pytest.warns(UserWarning, match="ill-defined"):
        assert sklearn.precision_score([1, 0], [0, 0]) == precision([1, 0], [0, 0]) == 0


@pytest.mark.parametrize("offset", [0, 1e6])
def test_scikit_learn_agrees_on_r2(rng, offset):
    y_true = offset + rng.normal(size=100)
    for noise in (0.1, 1, 10):
        y_pred = y_true + noise * rng.normal(size=100)
        expected = sklearn.r2_score(y_true, y_pred)
        assert r2_score(y_true, y_pred) == pytest.approx(expected, rel=1e-8 if offset else 1e-13)


def test_keras_agrees(rng, labels):
    keras = pytest.importorskip("keras")
    y_true, y_pred = labels
    metrics = keras.metrics
    scores = np.eye(4)[y_pred]
    for metric, ours, pair in (
        (metrics.SparseCategoricalAccuracy(), accuracy(*labels), (y_true, scores)),
        (metrics.Precision(), precision(y_true > 1, y_pred > 1), (y_true > 1, y_pred > 1)),
        (metrics.Recall(), recall(y_true > 1, y_pred > 1), (y_true > 1, y_pred > 1)),
    ):
        metric.update_state(*pair)
        assert ours == pytest.approx(float(metric.result()), rel=1e-6)
    f1 = metrics.F1Score()
    f1.update_state(np.eye(4)[y_true], scores)
    theirs = keras.ops.convert_to_numpy(f1.result())
    np.testing.assert_allclose([f1_score(*labels, positive=k) for k in range(4)], theirs, rtol=1e-6)
    r2 = metrics.R2Score()
    y_true, y_pred = rng.normal(size=(2, 50)).astype("f")
    r2.update_state(y_true[:, np.newaxis], y_pred[:, np.newaxis])
    assert r2_score(y_true, y_pred) == pytest.approx(float(r2.result()), rel=1e-5)
