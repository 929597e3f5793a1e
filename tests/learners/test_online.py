import math

import numpy as np
import pytest

from dlnotes.learners.online import (
    BatchLogisticRegression,
    OnlineLogisticRegression,
    predict_then_learn,
)


def data(seed=0, N=200, D=3):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(N, D))
    p = 1 / (1 + np.exp(-(x @ np.arange(1, D + 1) - 0.5)))
    return x, (rng.random(N) < p).astype(int)


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


# One example at a time


def test_two_steps_by_hand():
    learner = OnlineLogisticRegression(2, learning_rate=0.5)
    assert (learner.w.tolist(), learner.b) == ([0, 0], 0)
    assert learner.learn_one([2.0, -4.0], 1) is learner
    assert (learner.w.tolist(), learner.b) == ([0.5, -1.0], 0.25)
    learner.learn_one([1.0, 1.0], 0)
    error = -sigmoid(0.5 - 1 + 0.25)
    np.testing.assert_allclose(learner.w, [0.5 + error / 2, -1 + error / 2], rtol=1e-14)
    assert learner.b == pytest.approx(0.25 + error / 2, rel=1e-14)
    assert type(learner.b) is float


def test_the_step_is_down_the_gradient_of_the_loss():
    learner = OnlineLogisticRegression(2, learning_rate=0.1)
    learner.w, learner.b = np.array([0.3, -0.8]), 0.4
    x, y, h = np.array([1.5, 0.7]), 1, 1e-6

    def loss(w, b):
        return math.log(1 + math.exp(x @ w + b)) - y * (x @ w + b)

    e = h * np.eye(2)
    slopes = [(loss(learner.w + d, 0.4) - loss(learner.w - d, 0.4)) / (2 * h) for d in e]
    slope_b = (loss(learner.w, 0.4 + h) - loss(learner.w, 0.4 - h)) / (2 * h)
    w = learner.w.copy()
    learner.learn_one(x, y)
    np.testing.assert_allclose(learner.w - w, -0.1 * np.array(slopes), rtol=1e-7)
    assert learner.b - 0.4 == pytest.approx(-0.1 * slope_b, rel=1e-7)


def test_the_order_matters_online():
    x, y = data()
    forth, back = (OnlineLogisticRegression(3, learning_rate=0.5) for _ in range(2))
    predict_then_learn(forth, x, y)
    predict_then_learn(back, x[::-1], y[::-1])
    assert np.abs(forth.w - back.w).max() > 0.01


def test_each_is_predicted_before_it_is_learned():
    learner = OnlineLogisticRegression(1, learning_rate=1)
    wrong = predict_then_learn(learner, [[1.0]] * 6, [1, 1, 1, 0, 0, 0])
    assert wrong.dtype == bool
    assert wrong.tolist() == [True, False, False, True, True, False]
    by_hand = OnlineLogisticRegression(1, learning_rate=1)
    for y in (1, 1, 1, 0, 0, 0):
        by_hand.learn_one([1.0], y)
    assert (learner.w.tolist(), learner.b) == (by_hand.w.tolist(), by_hand.b)


def test_online_follows_a_drift_and_the_other_does_not():
    rng = np.random.default_rng(0)
    angle = np.linspace(0, np.pi, 2000)
    x = rng.normal(size=(2000, 2))
    y = (x[:, 0] * np.cos(angle) + x[:, 1] * np.sin(angle) > 0).astype(int)
    once = BatchLogisticRegression().fit(x[:200], y[:200])
    online = predict_then_learn(OnlineLogisticRegression(2, learning_rate=0.5), x, y)
    assert online[200:].mean() < 0.1
    assert (once.predict(x[200:]) != y[200:]).mean() > 0.3


def test_a_step_too_large_leaves_the_learner_as_it_was():
    learner = OnlineLogisticRegression(1, learning_rate=1e10).learn_one([1.0], 1)
    w, b = learner.w.copy(), learner.b
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        OnlineLogisticRegression(1, learning_rate=1e10).learn_one([1e300], 1)
    assert str(caught.value) == "`x` must be small enough for finite weights. Received: 1e+300"
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        learner.learn_one([-1e300], 1)
    message = "`x` must be small enough for finite weighted sums. Received: 1e+300"
    assert str(caught.value) == message
    assert (learner.w.tolist(), learner.b) == (w.tolist(), b)


@pytest.mark.parametrize(
    ("x", "y", "error", "message"),
    [
        ([1.0], 1, ValueError, "`x` must have shape (2,). Received: shape=(1,)"),
        ([1.0, np.inf], 1, ValueError, "`x` must be finite. Received: inf"),
        ([1.0, 1.0], 2, ValueError, "`y` must be at most 1. Received: 2"),
        ([1.0, 1.0], -1, ValueError, "`y` must be at least 0. Received: -1"),
        ([1.0, 1.0], [1], ValueError, "`y` must have shape (). Received: shape=(1,)"),
        ([1.0, 1.0], 1.0, TypeError, "`y` must be integers. Received: dtype=float64"),
    ],
)
def test_unusable_examples(x, y, error, message):
    learner = OnlineLogisticRegression(2, learning_rate=1)
    with pytest.raises(error) as caught:
        learner.learn_one(x, y)
    assert str(caught.value) == message
    assert (learner.w.tolist(), learner.b) == ([0, 0], 0)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([1.0, 1.0], [1], "`x` must have shape (N, 2). Received: shape=(2,)"),
        ([[1.0, 1.0], [1.0, np.inf]], [1, 1], "`x` must be finite. Received: inf"),
        ([[1.0, 1.0]], [1, 0], "`y` must have shape (1,). Received: shape=(2,)"),
        ([[1.0, 1.0]] * 2, [1, 2], "`y` must be at most 1. Received: 2"),
        ([[1.0, 1.0]] * 2, [1, -1], "`y` must be at least 0. Received: -1"),
    ],
)
def test_all_examples_are_checked_before_the_first(x, y, message):
    learner = OnlineLogisticRegression(2, learning_rate=1)
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        predict_then_learn(learner, x, y)
    assert str(caught.value) == message
    assert (learner.w.tolist(), learner.b) == ([0, 0], 0)


def test_settings():
    with pytest.raises(ValueError, match=r"^`in_features` must be at least 1\. Received: 0$"):
        OnlineLogisticRegression(0, learning_rate=1)
    message = r"^`learning_rate` must be finite and greater than 0\. Received: 0$"
    with pytest.raises(ValueError, match=message):
        OnlineLogisticRegression(1, learning_rate=0)
    with pytest.raises(ValueError, match=r"^`l2` must be finite and greater than 0\. Received: 0$"):
        BatchLogisticRegression(l2=0)
    assert BatchLogisticRegression().l2 == 1e-3


# All at once


@pytest.mark.parametrize("l2", [1e-8, 1e-3, 10.0])
def test_the_gradient_is_zero_at_the_minimum(l2):
    x, y = data()
    model = BatchLogisticRegression(l2=l2)
    assert model.fit(x, y) is model
    error = 1 / (1 + np.exp(-(x @ model.w + model.b))) - y
    np.testing.assert_allclose(x.T @ error / len(x) + l2 * model.w, 0, atol=1e-14)
    assert error.mean() == pytest.approx(0, abs=1e-14)  # the bias is not penalised
    assert type(model.b) is float


def test_the_order_does_not_matter_to_the_batch():
    x, y = data()
    first = BatchLogisticRegression().fit(x, y)
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(x))
        other = BatchLogisticRegression().fit(x[order], y[order])
        np.testing.assert_allclose(other.w, first.w, rtol=1e-12)
        assert other.b == pytest.approx(first.b, rel=1e-12)


def test_separable_classes_have_finite_weights():
    x, y = [[-2.0], [-1.0], [1.0], [2.0]], [0, 0, 1, 1]
    weights = [BatchLogisticRegression(l2=l2).fit(x, y).w[0] for l2 in (1e-1, 1e-3, 1e-6)]
    assert 0 < weights[0] < weights[1] < weights[2] < 20


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_features_in_any_unit(scale):
    x, y = data()
    plain = BatchLogisticRegression(l2=1e-12).fit(x, y)
    scaled = BatchLogisticRegression(l2=1e-12 * scale**2).fit(x * scale, y)
    np.testing.assert_allclose(scaled.w * scale, plain.w, rtol=1e-8)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([[-5, -4], [0, 0], [-936, 1210], [-90, 12], [-33, 98]], [1, 1, 0, 0, 1]),
        ([[120, -22], [-4, 13], [0, 0], [-446, 176], [0, 0]], [0, 0, 1, 0, 1]),
        ([[-23, -22], [10, 86], [0, 0], [2, -9]], [0, 0, 0, 1]),
        ([[0, 0], [1, 1], [-2, 0], [10, -3], [0, 0]], [0, 1, 1, 1, 0]),
    ],
)
def test_a_step_that_overshoots_is_halved(x, y):
    # Newton's full steps lead up here, and in the end to where the function is all but flat.
    x, y = np.array(x), np.array(y)
    model = BatchLogisticRegression().fit(x, y)
    error = 1 / (1 + np.exp(-(x @ model.w + model.b))) - y
    np.testing.assert_allclose(x.T @ error / len(x) + 1e-3 * model.w, 0, atol=1e-12)


def newton_steps(l2):
    """Count the steps from w = 0 to the minimum for the examples below."""
    w, step, n = 0.0, 1.0, 0
    while abs(step) > 1e-9:
        p = 1 / (1 + math.exp(w))
        step = (p - l2 * w) / (p * (1 - p) + l2)
        w, n = w + step, n + 1
    return n


def test_two_hundred_steps_are_enough_or_it_fails():
    enough, too_small = 5e-88, 1.5e-88
    assert (newton_steps(enough), newton_steps(too_small)) == (200, 201)
    assert BatchLogisticRegression(l2=enough).fit([[-1.0], [1.0]], [0, 1]).w[0] > 190
    with pytest.raises(ValueError, match=r"^`l2` must be large enough to converge\."):
        BatchLogisticRegression(l2=too_small).fit([[-1.0], [1.0]], [0, 1])


@pytest.mark.parametrize("l2", [1e-9, 1e-30, 1e-60])
def test_the_smallest_penalties(l2):
    # x = -1, 1 with labels 0, 1: there w solves sigmoid(-w) = l2 * w, and b is 0.
    model = BatchLogisticRegression(l2=l2).fit([[-1.0], [1.0]], [0, 1])
    w = float(model.w[0])
    assert 1 / (1 + math.exp(w)) == pytest.approx(l2 * w, rel=1e-7)
    assert model.b == pytest.approx(0, abs=1e-7)


def test_predictions_by_hand():
    for model in (OnlineLogisticRegression(2, learning_rate=1), BatchLogisticRegression()):
        model.w, model.b = np.array([1.0, -2.0]), 0.5
        x = [[0.5, 0.5], [1.5, 1.0], [3.0, 0.0], [0.0, 9.0]]
        np.testing.assert_allclose(
            model.predict_proba(x), [0.5, 0.5, sigmoid(3.5), sigmoid(-17.5)], rtol=1e-14
        )
        assert model.predict(x).tolist() == [0, 0, 1, 0]
        assert model.predict(x).dtype == np.int64


def test_predictions_keep_the_precision_and_the_arguments():
    x, y = data()
    x32 = x.astype(np.float32)
    model = BatchLogisticRegression().fit(x32, y)
    assert model.w.dtype == np.float64
    assert model.predict_proba(x32).dtype == np.float32
    assert model.predict_proba(x).dtype == np.float64
    kept, labels = x.copy(), y.copy()
    BatchLogisticRegression().fit(x, y)
    learner = OnlineLogisticRegression(3, learning_rate=1)
    predict_then_learn(learner, x, y)
    learner.learn_one(x32[0], 1)
    assert learner.w.dtype == np.float64
    np.testing.assert_array_equal(x, kept)
    np.testing.assert_array_equal(y, labels)


@pytest.mark.parametrize(
    ("x", "y", "error", "message"),
    [
        ([1.0, 2.0], [0, 1], ValueError, "`x` must have shape (N, D). Received: shape=(2,)"),
        ([[np.inf], [1]], [0, 1], ValueError, "`x` must be finite. Received: inf"),
        ([[0.0], [1]], [0], ValueError, "`y` must have shape (2,). Received: shape=(1,)"),
        ([[0.0], [1]], [0, 2], ValueError, "`y` must be at most 1. Received: 2"),
        ([[0.0], [1]], [0, -1], ValueError, "`y` must be at least 0. Received: -1"),
        ([[0.0], [1]], [0.0, 1.0], TypeError, "`y` must be integers. Received: dtype=float64"),
        ([[0.0], [1]], [1, 1], ValueError, "`y` must hold both labels. Received: only 1"),
        ([[0.0]], [0], ValueError, "`y` must hold both labels. Received: only 0"),
        (
            [[0], [-2e100]],
            [0, 1],
            ValueError,
            "`x` must be at most 1e100 in size. Received: 2e+100",
        ),
    ],
)
def test_a_failed_fit_leaves_the_learner_as_it_was(x, y, error, message):
    model = BatchLogisticRegression().fit(*data(D=1))
    w, b = model.w.copy(), model.b
    with pytest.raises(error) as caught:
        model.fit(x, y)
    assert str(caught.value) == message
    assert (model.w.tolist(), model.b) == (w.tolist(), b)


def test_the_largest_examples():
    # With u = 1e100 w, sigmoid(-u) = u, as for x = -1, 1 and a penalty of 1.
    model = BatchLogisticRegression(l2=1e200).fit([[-1e100], [1e100]], [0, 1])
    u = float(model.w[0]) * 1e100
    assert 1 / (1 + math.exp(u)) == pytest.approx(u, rel=1e-9)


def test_a_penalty_too_small_to_tell_directions_apart():
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        BatchLogisticRegression(l2=1e-300).fit([[1.0], [1.0], [-3.0]], [1, 0, 0])
    assert str(caught.value) == "`l2` must be large enough to converge. Received: 1e-300"


def test_too_small_a_penalty():
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        BatchLogisticRegression(l2=1e-200).fit([[-1.0], [1.0]], [0, 1])
    assert str(caught.value) == "`l2` must be large enough to converge. Received: 1e-200"


def test_sums_that_overflow_both_ways_are_refused():
    # Infinity minus infinity has a warning of its own, which short sums do not always raise.
    learner = OnlineLogisticRegression(100, learning_rate=1)
    learner.w = np.tile([2.0, -2.0], 50)
    with pytest.raises(ValueError, match=r"^`x` must be small enough for finite weighted sums"):
        learner.predict([[1.5e308] * 100])


def test_predicting_needs_a_fit_and_fitting_examples():
    for method in ("predict", "predict_proba"):
        with pytest.raises(RuntimeError) as caught:
            getattr(BatchLogisticRegression(), method)([[1.0]])
        assert str(caught.value) == "`predict_proba` must come after `fit`. Received: no fit"
    learner = OnlineLogisticRegression(2, learning_rate=1)
    with pytest.raises(
        ValueError, match=r"^`x` must have shape \(N, 2\)\. Received: shape=\(1, 1\)$"
    ):
        learner.predict([[1.0]])
    with pytest.raises(ValueError, match=r"^`x` must be finite\. Received: inf$"):
        learner.predict_proba([[1.0, np.inf]])
    learner.w = np.array([1e10, -1e10])
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        learner.predict([[1e300, 1e300]])
    message = "`x` must be small enough for finite weighted sums. Received: 1e+300"
    assert str(caught.value) == message
