import numpy as np
import pytest

from dlnotes.learners import k_means
from dlnotes.learners.anomaly import AnomalyDetector

# Two squares of corners, the second twice as large; every corner lies one spread from the middle.
SMALL = np.array([[0.0, 0.0], [0.0, 2.0], [2.0, 0.0], [2.0, 2.0]])
LARGE = 2 * SMALL + [100.0, 0.0]
X = np.concatenate([SMALL, LARGE])


def detector(quantile=1.0, seed=0, K=2, x=X):
    return AnomalyDetector(K, quantile=quantile, rng=np.random.default_rng(seed)).fit(x)


def state(model):
    return {k: np.array(v) for k, v in vars(model).items() if k != "rng"}


def test_groups_by_hand():
    model = detector()
    order = np.argsort(model.centers[:, 0])
    assert model.centers[order].tolist() == [[1, 1], [102, 2]]
    np.testing.assert_allclose(model.spreads[order], [2**0.5, 8**0.5], rtol=1e-14)
    assert model.threshold == pytest.approx(1, rel=1e-14)
    assert type(model.threshold) is float


def test_scores_count_spreads_of_the_group():
    model = detector()
    new = [[1.0, 1.0], [1.0, 1 + 3 * 2**0.5], [102.0, 2 + 3 * 8**0.5], [102.0, 2.0]]
    np.testing.assert_allclose(model.scores(new), [0, 3, 3, 0], rtol=1e-12)
    assert model.predict(new).tolist() == [0, 1, 1, 0]
    assert model.predict(new).dtype == np.int64


def test_a_wide_group_reaches_further():
    # Nearer to the first centre, but fewer spreads from the second.
    x = np.concatenate([SMALL, 20 * SMALL + [100.0, 0.0]])
    place = [[45.0, 10.0]]
    assert detector(x=x).scores(place)[0] == pytest.approx(
        np.hypot(120 - 45, 20 - 10) / (20 * 2**0.5)
    )


def test_spread_is_the_root_of_the_mean_square():
    model = detector(K=1, x=[[0.0], [0.0], [0.0], [8.0]])
    assert (model.centers.tolist(), model.spreads[0]) == ([[2]], pytest.approx((48 / 4) ** 0.5))


def test_threshold_is_a_quantile_of_the_training_scores():
    x = np.random.default_rng(0).normal(size=(1001, 3))
    model = detector(0.9, K=1, x=x)
    assert model.predict(x).sum() == 100
    assert detector(0.5, K=1, x=x).predict(x).sum() == 500
    assert detector(1, K=1, x=x).predict(x).sum() == 0
    rng = np.random.default_rng(0)
    assert AnomalyDetector(1, rng=rng).fit(x).predict(x).sum() == 10


def test_faults_are_found_without_labels():
    rng = np.random.default_rng(2)
    modes = np.array([[0.0, 0.0], [15.0, 0.0], [0.0, 15.0]])
    normal = [modes[rng.integers(0, 3, 600)] + rng.normal(size=(600, 2)) for _ in range(2)]
    faults = rng.uniform(4, 11, size=(100, 2))
    model = AnomalyDetector(3, quantile=0.99, rng=rng).fit(normal[0])
    assert model.predict(faults).mean() > 0.95
    assert model.predict(normal[1]).mean() < 0.03


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_scores_keep_the_precision(dtype):
    model = detector(x=X.astype(dtype))
    assert model.scores(X.astype(dtype)).dtype == model.spreads.dtype == dtype


def test_arguments_are_left_alone_and_fit_returns_the_detector():
    x = X.copy()
    model = AnomalyDetector(2, rng=np.random.default_rng(0))
    assert model.fit(x) is model
    model.scores(x), model.predict(x)
    np.testing.assert_array_equal(x, X)


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        ([1.0], ValueError, "`x` must have shape (N, D). Received: shape=(1,)"),
        ([[np.inf, 1]], ValueError, "`x` must be finite. Received: inf"),
        ([["a"]], TypeError, "`x` must be real numbers. Received: dtype=<U1"),
        (
            [[1.0, 1.0]] * 3,
            ValueError,
            "`x` must hold at least n_clusters=2 different points. Received: 1",
        ),
        (
            [[0.0, 0], [0.0, 1], [50.0, 50]],
            ValueError,
            "`x` must form groups that each have some spread; try fewer groups. "
            "Received: a group of size 1 without",
        ),
        (
            [[0.0, 0], [0.0, 1], [50.0, 50], [50, 50]],
            ValueError,
            "`x` must form groups that each have some spread; try fewer groups. "
            "Received: a group of size 2 without",
        ),
    ],
)
def test_a_failed_fit_leaves_the_detector_as_it_was(x, error, message):
    model = detector()
    before = state(model)
    with pytest.raises(error) as caught:
        model.fit(x)
    assert str(caught.value) == message
    for name, value in state(model).items():
        np.testing.assert_array_equal(value, before[name])


def test_a_group_without_points_has_no_spread(monkeypatch):
    start = np.array([[0.0], [10.0], [1000.0]])
    monkeypatch.setattr(k_means, "first_centers", lambda *_, **__: start)
    with pytest.raises(ValueError, match=r"Received: a group of size 0 without$"):
        detector(K=3, x=[[-1.0], [1.0], [9.0], [11.0]])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"n_clusters": 0}, ValueError, "`n_clusters` must be at least 1. Received: 0"),
        ({"quantile": 1.1}, ValueError, "`quantile` must lie between 0 and 1. Received: 1.1"),
        ({"rng": 3}, TypeError, "`rng` must be a numpy.random.Generator. Received: 3"),
    ],
)
def test_settings(arguments, error, message):
    with pytest.raises(error) as caught:
        AnomalyDetector(**({"n_clusters": 1, "rng": np.random.default_rng(0)} | arguments))
    assert str(caught.value) == message


def test_scores_need_a_fit_and_fitting_points():
    for method in ("scores", "predict"):
        with pytest.raises(RuntimeError) as caught:
            getattr(AnomalyDetector(1, rng=np.random.default_rng(0)), method)(X)
        assert str(caught.value) == "`scores` must come after `fit`. Received: no fit"
    with pytest.raises(
        ValueError, match=r"^`x` must have shape \(M, 2\)\. Received: shape=\(1, 1\)$"
    ):
        detector().scores([[1.0]])
    with pytest.raises(ValueError, match=r"^`x` must be finite\. Received: -inf$"):
        detector().predict([[1.0, -np.inf]])
