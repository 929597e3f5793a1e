import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlnotes.learners import nearest_neighbors
from dlnotes.learners.nearest_neighbors import KNearestNeighbors, squared_distances

X, Y = np.array([[0.0], [1.0], [2.0], [10.0]]), np.array([3, 3, 5, 5])


def test_distances_by_hand():
    a, b = [[0, 0], [3, 4]], [[0, 0], [0, 4], [-1, -1]]
    assert squared_distances(a, b).tolist() == [[0, 16, 2], [25, 9, 41]]


def test_distances_far_from_the_origin_are_exact():
    a = np.array([[1e8], [1e8 + 1]])
    assert squared_distances(a, a).tolist() == [[0, 1], [1, 0]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_distances_keep_the_precision(dtype):
    a = np.ones((2, 3), dtype)
    assert squared_distances(a, a).dtype == dtype
    assert squared_distances(a, np.ones((2, 3))).dtype == np.float64
    assert squared_distances(np.ones((2, 3)), a).dtype == np.float64
    assert squared_distances([[1]], [[2]]).dtype == np.float64


def test_the_nearest_votes_alone():
    model = KNearestNeighbors(1).fit(X, Y)
    predicted = model.predict([[0.4], [1.6], [7.0], [-100.0]])
    assert predicted.tolist() == [3, 5, 5, 3]
    assert predicted.dtype == np.int64


def test_most_votes_win():
    assert KNearestNeighbors(3).fit(X, Y).predict([[0.4], [1.6], [7.0]]).tolist() == [3, 3, 5]
    # All vote, wherever the point is: three against two.
    model = KNearestNeighbors(5).fit([[0], [0], [9], [9], [9]], [1, 1, 0, 0, 0])
    assert model.predict([[0], [9], [-50]]).tolist() == [0, 0, 0]


def test_of_equally_far_examples_the_earlier_counts():
    assert KNearestNeighbors(1).fit([[1], [-1]], [1, 0]).predict([[0]]).tolist() == [1]
    assert KNearestNeighbors(1).fit([[-1], [1]], [0, 1]).predict([[0]]).tolist() == [0]
    assert KNearestNeighbors(2).fit([[1], [-1], [1]], [7, 8, 8]).predict([[0.0]]).tolist() == [7]


def test_of_very_many_equally_far_examples_the_earliest_count():
    x = np.tile([[3.0], [1.0], [-2.0], [-1.0]], (100, 1))
    y = np.zeros(400, int)
    y[[1, 3, 5, 7, 9, 11]] = 1
    assert KNearestNeighbors(6).fit(x, y).predict([[0.0]] * 3).tolist() == [1] * 3
    assert KNearestNeighbors(11).fit(x, y).predict([[0.0]]).tolist() == [1]
    assert KNearestNeighbors(13).fit(x, y).predict([[0.0]]).tolist() == [0]


def test_of_labels_with_equal_votes_the_smallest_wins():
    model = KNearestNeighbors(2).fit([[0], [1]], [9, 4])
    assert model.predict([[0], [1]]).tolist() == [4, 4]


def test_unit_of_distance_is_euclidean():
    # (3, 3) is nearer than (0, 4.5) for Euclid, and further for the sum of differences.
    model = KNearestNeighbors(1).fit([[0, 4.5], [3, 3]], [0, 1])
    assert model.predict([[0, 0]]).tolist() == [1]


@given(
    arrays(
        np.float64, st.tuples(st.integers(1, 12), st.integers(1, 3)), elements=st.integers(-9, 9)
    ),
    st.integers(0, 2**32),
)
def test_distinct_points_recover_their_labels(x, seed):
    x = np.unique(x, axis=0)
    y = np.random.default_rng(seed).integers(0, 3, len(x))
    np.testing.assert_array_equal(KNearestNeighbors(1).fit(x, y).predict(x), y)


@pytest.mark.parametrize("at_once", [1, 20, 39, 40, 41, 10**9])
def test_chunks_change_nothing(monkeypatch, at_once):
    rng = np.random.default_rng(0)
    x, y, new = rng.normal(size=(20, 3)), rng.integers(0, 4, 20), rng.normal(size=(7, 3))
    sizes = []
    monkeypatch.setattr(nearest_neighbors, "DISTANCES_AT_ONCE", at_once)

    def watched(a, b):
        sizes.append(len(a) * len(b))
        return squared_distances(a, b)

    monkeypatch.setattr(nearest_neighbors, "squared_distances", watched)
    predicted = KNearestNeighbors(3).fit(x, y).predict(new)
    nearest = np.argsort(((new[:, None] - x) ** 2).sum(axis=2), axis=1)[:, :3]
    expected = [np.bincount(y[row]).argmax() for row in nearest]
    assert predicted.tolist() == expected
    assert max(sizes) == max(20, min(at_once // 20, 7) * 20)
    assert sum(sizes) == 140


def test_memory_is_bounded():
    assert nearest_neighbors.DISTANCES_AT_ONCE == 2_000_000


def test_the_examples_are_copied():
    x, y = X.copy(), Y.copy()
    model = KNearestNeighbors(1)
    assert model.fit(x, y) is model
    x[:], y[:] = 0, 0
    assert model.predict([[10.0]]).tolist() == [5]
    new = np.array([[3.0]])
    model.predict(new)
    assert new.tolist() == [[3]]


@pytest.mark.parametrize(
    ("x", "y", "error", "message"),
    [
        ([1, 2], [0, 1], ValueError, "`x` must have shape (N, D). Received: shape=(2,)"),
        ([[np.inf], [1]], [0, 1], ValueError, "`x` must be finite. Received: inf"),
        ([[0], [1]], [0], ValueError, "`y` must have shape (2,). Received: shape=(1,)"),
        ([[0], [1]], [0, -1], ValueError, "`y` must be at least 0. Received: -1"),
        ([[0], [1]], [0.0, 1.0], TypeError, "`y` must be integers. Received: dtype=float64"),
        ([[0]], [0], ValueError, "`x` must hold at least k=2 examples. Received: 1"),
    ],
)
def test_a_failed_fit_leaves_the_classifier_as_it_was(x, y, error, message):
    model = KNearestNeighbors(2).fit(X, Y)
    with pytest.raises(error) as caught:
        model.fit(x, y)
    assert str(caught.value) == message
    assert (model.x.tolist(), model.y.tolist()) == (X.tolist(), Y.tolist())


def test_as_many_examples_as_neighbours_are_enough():
    assert KNearestNeighbors(4).fit(X, Y).predict([[0.0]]).tolist() == [3]


def test_number_of_neighbours():
    with pytest.raises(ValueError, match=r"^`k` must be at least 1\. Received: 0$"):
        KNearestNeighbors(0)


def test_predict_needs_a_fit_and_fitting_points():
    with pytest.raises(RuntimeError) as caught:
        KNearestNeighbors(1).predict([[1]])
    assert str(caught.value) == "`predict` must come after `fit`. Received: no fit"
    model = KNearestNeighbors(1).fit(X, Y)
    with pytest.raises(
        ValueError, match=r"^`x` must have shape \(M, 1\)\. Received: shape=\(1, 2\)$"
    ):
        model.predict([[1, 2]])
    with pytest.raises(ValueError, match=r"^`x` must be finite\. Received: inf$"):
        model.predict([[np.inf]])


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        ([1], [[1]], "`a` must have shape (N, D). Received: shape=(1,)"),
        ([[1, 2]], [[1]], "`b` must have shape (M, 2). Received: shape=(1, 1)"),
        ([[np.inf]], [[1]], "`a` must be finite. Received: inf"),
        ([[1]], [[-np.inf]], "`b` must be finite. Received: -inf"),
        (
            [[1e200]],
            [[-1]],
            "`a` and `b` must be small enough for finite squared distances. "
            "Received: numbers up to 1e+200",
        ),
        (
            [[1]],
            [[-1e200]],
            "`a` and `b` must be small enough for finite squared distances. "
            "Received: numbers up to 1e+200",
        ),
    ],
)
def test_unusable_points(a, b, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        squared_distances(a, b)
    assert str(caught.value) == message


@pytest.mark.parametrize("D", [1, 5])
def test_just_below_the_limit_nothing_overflows(D):
    limit = np.sqrt(np.finfo(float).max / (4 * D))
    a = np.full((1, D), limit)
    assert squared_distances(a, -a)[0, 0] == pytest.approx(np.finfo(float).max, rel=1e-12)
    with pytest.raises(ValueError, match="small enough"):
        squared_distances(a * (1 + 1e-12), -a)
