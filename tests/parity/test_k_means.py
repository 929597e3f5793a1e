import numpy as np
import pytest
import sklearn.cluster

from dlnotes.learners.k_means import KMeans, assign, cost


@pytest.mark.parametrize("seed", range(5))
def test_the_same_start_leads_to_the_same_groups(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(200, 3)) + 3 * rng.integers(0, 3, (200, 1))
    start = x[rng.choice(200, 4, replace=False)]
    ours = KMeans(4, rng=rng).fit(x, centers=start)
    theirs = sklearn.cluster.KMeans(4, init=start, n_init=1, tol=0, algorithm="lloyd").fit(x)
    np.testing.assert_allclose(ours.centers, theirs.cluster_centers_, rtol=1e-9)
    np.testing.assert_array_equal(ours.labels, theirs.labels_)
    assert ours.costs[-1] == pytest.approx(theirs.inertia_, rel=1e-9)
    new = rng.normal(size=(50, 3)) * 5
    np.testing.assert_array_equal(ours.predict(new), theirs.predict(new))


def test_our_start_is_as_good_as_theirs():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 2)) + 8 * rng.integers(0, 3, (300, 2))
    ours = [KMeans(9, rng=rng).fit(x).costs[-1] for _ in range(40)]
    theirs = [
        sklearn.cluster.KMeans(9, init="k-means++", n_init=1, random_state=s).fit(x).inertia_
        for s in range(40)
    ]
    # Theirs draws several candidates for each centre and keeps the best.
    assert np.min(ours) == pytest.approx(np.min(theirs), rel=1e-6)
    uniform = [
        KMeans(9, rng=rng).fit(x, centers=rng.choice(x, 9, replace=False)).costs[-1]
        for _ in range(40)
    ]
    assert np.mean(ours) < np.mean(uniform)


def test_cost_is_the_inertia_of_the_first_assignment():
    x = np.random.default_rng(1).normal(size=(30, 2))
    theirs = sklearn.cluster.KMeans(3, random_state=0).fit(x)
    centers = theirs.cluster_centers_
    assert cost(x, assign(x, centers), centers) == pytest.approx(theirs.inertia_)
