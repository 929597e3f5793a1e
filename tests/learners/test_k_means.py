import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlnotes.learners.k_means import KMeans, assign, cost, first_centers, update

X = np.array([[0.0, 0.0], [0.0, 2.0], [10.0, 0.0], [10.0, 2.0]])


def state(model):
    return {k: np.array(v) for k, v in vars(model).items() if k != "rng"}


def rng(seed=0):
    return np.random.default_rng(seed)


def test_one_step_by_hand():
    centers = [[0.0, 0.0], [9.0, 0.0]]
    labels = assign(X, centers)
    assert labels.tolist() == [0, 0, 1, 1]
    assert labels.dtype == np.int64
    assert cost(X, labels, centers) == 0 + 4 + 1 + 5
    assert type(cost(X, labels, centers)) is float
    moved = update(X, labels, centers)
    assert moved.tolist() == [[0, 1], [10, 1]]
    assert cost(X, labels, moved) == 4


def test_the_first_of_equally_near_centres():
    assert assign([[0.0]], [[1.0], [-1.0]]).tolist() == [0]


def test_a_centre_without_points_stays():
    assert update([[1.0], [3.0]], [1, 1], [[9.0], [0.0], [7.0]]).tolist() == [[9], [2], [7]]
    model = KMeans(3, rng=rng()).fit([[0.0], [1.0], [2.0]], centers=[[0.5], [50.0], [2.0]])
    assert model.centers.tolist() == [[0.5], [50], [2]]


def test_fit_takes_turns_until_nothing_changes():
    model = KMeans(2, rng=rng())
    assert model.fit(X, centers=[[0.0, 0.0], [1.0, 0.0]]) is model
    # 0 and 2 join first; the second centre moves to the right, and everything to its place.
    assert model.centers.tolist() == [[0, 1], [10, 1]]
    assert model.labels.tolist() == [0, 0, 1, 1]
    assert model.costs.tolist() == [0 + 4 + 81 + 85, 4, 4]
    assert model.converged is True
    assert model.predict([[3.0, 9.0], [6.0, -9.0]]).tolist() == [0, 1]


def test_costs_by_hand_where_a_point_changes_sides():
    model = KMeans(2, rng=rng()).fit([[0.0], [4.0], [5.0], [6.0]], centers=[[0.0], [9.0]])
    # 0 and 4 against 5 and 6; then 0 against 4, 5 and 6.
    assert model.costs.tolist() == [0 + 16 + 16 + 9, 8.5, 0.25 + 0.25 + 4 + 2.25, 2, 2]


def test_a_limit_of_steps():
    x, centers = [[0.0], [4.0], [5.0], [6.0]], [[0.0], [9.0]]
    model = KMeans(2, max_steps=1, rng=rng()).fit(x, centers=centers)
    assert model.converged is False
    assert (len(model.costs), model.centers.tolist()) == (3, [[2], [5.5]])
    assert model.labels.tolist() == [0, 1, 1, 1]
    model = KMeans(2, max_steps=2, rng=rng()).fit(x, centers=centers)
    assert (model.converged, len(model.costs)) == (True, 5)


def test_three_hundred_steps_by_default():
    assert KMeans(1, rng=rng()).max_steps == 300


points = arrays(
    np.float64, st.tuples(st.integers(1, 20), st.integers(1, 3)), elements=st.floats(-100, 100)
)


@given(points, st.integers(1, 5), st.integers(0, 2**32))
def test_no_half_of_a_step_raises_the_cost(x, K, seed):
    K = min(K, len(x))
    start = rng(seed).choice(x, K, replace=False)
    model = KMeans(K, rng=rng()).fit(x, centers=start)
    assert np.all(np.diff(model.costs) <= 1e-9 * (1 + model.costs[0]))
    assert model.costs[-1] == cost(x, model.labels, model.centers)
    np.testing.assert_array_equal(model.labels, model.predict(x))
    if model.converged:
        for k in np.unique(model.labels):
            mean = x[model.labels == k].mean(axis=0)
            np.testing.assert_allclose(model.centers[k], mean, rtol=1e-12, atol=1e-12)


def test_first_centers_prefer_what_is_far():
    # Squared distances from the point that is drawn first, 0: 1 to 9 against 81 in all of 82.
    counts = {1.0: 0, 9.0: 0}
    x, draw, trials = np.array([[0.0], [1.0], [9.0]]), rng(), 0
    for _ in range(6000):
        first, second = first_centers(x, 2, rng=draw)[:, 0]
        if first == 0:
            counts[second] += 1
            trials += 1
    assert trials == pytest.approx(2000, abs=150)
    assert counts[9.0] / trials == pytest.approx(81 / 82, abs=0.01)
    assert counts[1.0] > 0


def test_first_centers_are_drawn_from_the_nearest():
    # With 0 and 9 taken, 8 is near 9, so that 5 is drawn 16 times in 17.
    x, draw = np.array([[0.0], [9.0], [8.0], [5.0]]), rng()
    third = [
        c[2]
        for c in (first_centers(x, 3, rng=draw)[:, 0] for _ in range(4000))
        if {c[0], c[1]} == {0, 9}
    ]
    assert np.mean(np.array(third) == 5) == pytest.approx(16 / 17, abs=0.03)


def test_first_centers_are_different_points():
    x = [[0.0], [0.0], [5.0], [5.0], [7.0]]
    centers = first_centers(x, 3, rng=rng())
    assert sorted(centers[:, 0].tolist()) == [0, 5, 7]
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        first_centers(x, 4, rng=rng())
    message = "`x` must hold at least n_clusters=4 different points. Received: 3"
    assert str(caught.value) == message


def test_the_generator_draws_the_start():
    x = rng(1).normal(size=(50, 2))
    one, same = (KMeans(4, rng=rng(7)).fit(x) for _ in range(2))
    np.testing.assert_array_equal(one.centers, same.centers)
    start = first_centers(x, 4, rng=rng(7))
    np.testing.assert_array_equal(KMeans(4, rng=rng()).fit(x, centers=start).centers, one.centers)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floats_keep_their_precision(dtype):
    x = X.astype(dtype)
    model = KMeans(2, rng=rng()).fit(x)
    assert model.centers.dtype == first_centers(x, 2, rng=rng()).dtype == dtype
    assert update(x, [0, 0, 1, 1], X[:2]).dtype == np.float64
    assert update(X, [0, 0, 1, 1], x[:2]).dtype == np.float64
    assert KMeans(2, rng=rng()).fit(X.astype(int)).centers.dtype == np.float64


def test_float32_means_and_costs_are_summed_in_float64():
    x = np.full((300_001, 1), 0.1, np.float32)
    x[0] = 2**24
    centers = np.zeros((1, 1), np.float32)
    labels = np.zeros(len(x), int)
    assert update(x, labels, centers)[0, 0] == np.float32(x.mean(dtype=np.float64))
    x[0] = 0.1
    expected = 300_001 * float(np.float32(0.1) ** 2)
    assert cost(x, labels, centers) == pytest.approx(expected, rel=1e-12)


def test_arguments_are_left_alone_and_no_result_is_a_view():
    x, centers, labels = X.copy(), X[:2].copy(), np.array([0, 0, 1, 1])
    assign(x, centers), cost(x, labels, centers), update(x, labels, centers)[:]
    model = KMeans(2, rng=rng()).fit(x, centers=centers)
    model.centers[:] = 9
    first_centers(x, 2, rng=rng())[:] = 9
    update(x, labels, centers)[:] = 9
    assert (x.tolist(), centers.tolist(), labels.tolist()) == (
        X.tolist(),
        X[:2].tolist(),
        [0, 0, 1, 1],
    )


@pytest.mark.parametrize(
    ("x", "options", "error", "message"),
    [
        ([1.0], {}, ValueError, "`x` must have shape (N, D). Received: shape=(1,)"),
        (
            [1.0, 2.0],
            {"centers": [[1.0], [2.0]]},
            ValueError,
            "`x` must have shape (N, D). Received: shape=(2,)",
        ),
        ([[np.inf]], {}, ValueError, "`x` must be finite. Received: inf"),
        (
            [[1.0]],
            {},
            ValueError,
            "`x` must hold at least n_clusters=2 different points. Received: 1",
        ),
        (
            X,
            {"centers": X},
            ValueError,
            "`centers` must have shape (2, 2). Received: shape=(4, 2)",
        ),
        (
            X,
            {"centers": [[0, 0], [0, np.inf]]},
            ValueError,
            "`centers` must be finite. Received: inf",
        ),
        (
            [[1e200], [0]],
            {"centers": [[0], [1]]},
            ValueError,
            "`x` and `centers` must be small enough for finite sums of squares. "
            "Received: numbers up to 1e+200",
        ),
    ],
)
def test_a_failed_fit_leaves_the_model_as_it_was(x, options, error, message):
    model = KMeans(2, rng=rng()).fit(X)
    before = state(model)
    with pytest.raises(error) as caught:
        model.fit(x, **options)
    assert str(caught.value) == message
    for name, value in state(model).items():
        np.testing.assert_array_equal(value, before[name])


@pytest.mark.parametrize("function", [update, cost])
@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        ([0, 1], ValueError, "`labels` must have shape (4,). Received: shape=(2,)"),
        ([0, 0, 0, 2], ValueError, "`labels` must be at most 1. Received: 2"),
        ([0, 0, 0, -1], ValueError, "`labels` must be at least 0. Received: -1"),
        ([0.0, 0, 0, 1], TypeError, "`labels` must be integers. Received: dtype=float64"),
    ],
)
def test_unusable_labels(function, labels, error, message):
    with pytest.raises(error) as caught:
        function(X, labels, X[:2])
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("x", "centers", "message"),
    [
        (np.ones((4, 1, 1)), X, "`x` must have shape (N, D). Received: shape=(4, 1, 1)"),
        (X, [[1.0]], "`centers` must have shape (K, 2). Received: shape=(1, 1)"),
        ([[np.inf, 0]] * 4, X, "`x` must be finite. Received: inf"),
        (X, [[0, np.inf]] * 2, "`centers` must be finite. Received: inf"),
        (
            X,
            [[0, -1e154]] * 2,
            "`x` and `centers` must be small enough for finite sums of squares. "
            "Received: numbers up to 1e+154",
        ),
    ],
)
def test_unusable_points(x, centers, message):
    for call in (
        lambda: assign(x, centers),
        lambda: update(x, [0, 0, 1, 1], centers),
        lambda: cost(x, [0, 0, 1, 1], centers),
    ):
        with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
            call()
        assert str(caught.value) == message


def test_just_below_the_limit_nothing_overflows():
    limit = np.sqrt(np.finfo(float).max / 32)  # 8 numbers
    x = np.full((4, 2), limit)
    assert np.isfinite(cost(x, [0] * 4, [[-limit, -limit]]))
    assert np.isfinite(update(x, [0] * 4, [[-limit, -limit]])).all()
    with pytest.raises(ValueError, match="small enough"):
        assign(x * (1 + 1e-12), [[-limit, -limit]])


def test_the_limit_is_that_of_the_more_precise():
    low, high = np.array([[1e20], [0]], np.float32), np.array([[1e20], [0.0]])
    assert assign(low, high).tolist() == assign(high, low).tolist() == [0, 1]
    with pytest.raises(ValueError, match=r"^`x` and `centers` must be small enough"):
        assign(low, low)


def test_settings():
    with pytest.raises(ValueError, match=r"^`n_clusters` must be at least 1\. Received: 0$"):
        KMeans(0, rng=rng())
    with pytest.raises(ValueError, match=r"^`max_steps` must be at least 1\. Received: 0$"):
        KMeans(1, max_steps=0, rng=rng())
    with pytest.raises(TypeError, match=r"^`rng` must be a numpy.random.Generator\. Received: 0$"):
        KMeans(1, rng=0)
    with pytest.raises(ValueError, match=r"^`n_clusters` must be at least 1\. Received: 0$"):
        first_centers(X, 0, rng=rng())
    with pytest.raises(TypeError, match=r"^`rng` must be a numpy.random.Generator\. Received: 1$"):
        first_centers(X, 1, rng=1)
    with pytest.raises(
        ValueError, match=r"^`x` must have shape \(N, D\)\. Received: shape=\(2,\)$"
    ):
        first_centers([1, 2], 1, rng=rng())
    with pytest.raises(ValueError, match=r"^`x` must be finite\. Received: inf$"):
        first_centers([[np.inf]], 1, rng=rng())


def test_predict_needs_a_fit():
    with pytest.raises(RuntimeError) as caught:
        KMeans(1, rng=rng()).predict(X)
    assert str(caught.value) == "`predict` must come after `fit`. Received: no fit"
