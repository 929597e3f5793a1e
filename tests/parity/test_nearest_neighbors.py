import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

from dlnotes.learners.nearest_neighbors import KNearestNeighbors, squared_distances


def test_distances_are_scipys():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(30, 5)), rng.normal(size=(20, 5))
    np.testing.assert_allclose(squared_distances(a, b), cdist(a, b, "sqeuclidean"), rtol=1e-12)


@pytest.mark.parametrize("k", [1, 2, 5, 30])
def test_scikit_learn_predicts_the_same(k):
    rng = np.random.default_rng(k)
    x, y, new = rng.normal(size=(150, 4)), rng.integers(0, 5, 150), rng.normal(size=(100, 4))
    theirs = KNeighborsClassifier(k, algorithm="brute").fit(x, y)
    np.testing.assert_array_equal(KNearestNeighbors(k).fit(x, y).predict(new), theirs.predict(new))


def test_on_handwritten_digits():
    x, y = load_digits(return_X_y=True)
    ours = KNearestNeighbors(1).fit(x[:1000], y[:1000]).predict(x[1000:])
    theirs = KNeighborsClassifier(1).fit(x[:1000], y[:1000]).predict(x[1000:])
    assert np.mean(ours == theirs) > 0.998  # distances between whole numbers may tie
