import numpy as np
import pytest
from scipy import optimize, special, stats
from scipy.spatial import distance
from sklearn.calibration import calibration_curve

from dlnotes.calibration import fit_temperature, reliability
from dlnotes.information import cross_entropy, entropy, jensen_shannon_divergence, kl_divergence
from dlnotes.softmax import log_softmax, softmax


@pytest.fixture(params=[0.05, 1.0, 20.0], ids=["spiky", "any", "flat"])
def pq(request):
    rng = np.random.default_rng(0)
    p, q = rng.dirichlet(np.full(6, request.param), size=(2, 50))
    return np.maximum(p, 1e-290), np.maximum(q, 1e-290)


@pytest.mark.parametrize("base", [2, np.e, 10])
def test_entropy(pq, base):
    p, _ = pq
    np.testing.assert_allclose(
        entropy(p, base=base), stats.entropy(p, base=base, axis=-1), rtol=1e-13, atol=2e-16
    )


@pytest.mark.parametrize("base", [2, np.e, 10])
def test_kl_divergence(pq, base):
    p, q = pq
    np.testing.assert_allclose(
        kl_divergence(p, q, base=base), stats.entropy(p, q, base=base, axis=-1), rtol=1e-11
    )
    np.testing.assert_allclose(kl_divergence(p, q), special.rel_entr(p, q).sum(axis=-1), rtol=1e-11)


def test_cross_entropy(pq):
    p, q = pq
    expected = (special.entr(p) + special.rel_entr(p, q)).sum(axis=-1)
    np.testing.assert_allclose(cross_entropy(p, q), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("p", "q"), [([1, 0], [0.5, 0.5]), ([0.5, 0.5], [1, 0]), ([0, 1], [0, 1]), ([0, 1], [1, 0])]
)
def test_zeros(p, q):
    assert entropy(p) == stats.entropy(p)
    assert kl_divergence(p, q) == stats.entropy(p, q)
    assert cross_entropy(p, q) == -special.xlogy(p, q).sum()


@pytest.mark.parametrize("scale", [1, 100, 1e4])
def test_softmax(scale):
    z = np.random.default_rng(0).normal(scale=scale, size=(50, 6))
    np.testing.assert_allclose(softmax(z), special.softmax(z, axis=-1), rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(log_softmax(z), special.log_softmax(z, axis=-1), rtol=1e-13)


@pytest.mark.parametrize("base", [2, np.e])
def test_jensen_shannon_divergence(pq, base):
    p, q = pq
    theirs = distance.jensenshannon(p, q, base=base, axis=-1) ** 2
    np.testing.assert_allclose(
        jensen_shannon_divergence(p, q, base=base), theirs, rtol=1e-10, atol=1e-14
    )


def test_fitted_temperature_is_the_minimum_that_scipy_finds():
    rng = np.random.default_rng(1)
    z, y = 3 * rng.normal(size=(200, 4)), rng.integers(4, size=200)
    z[np.arange(200), y] += 2

    def cost(T):
        return -special.log_softmax(z / T, axis=1)[np.arange(200), y].mean()

    theirs = optimize.minimize_scalar(cost, bounds=(0.1, 20), options={"xatol": 1e-9}).x
    assert fit_temperature(y, z) == pytest.approx(theirs, rel=1e-6)


def test_confidence_and_accuracy_are_those_of_scikit_learn():
    rng = np.random.default_rng(2)
    p = rng.random(500)
    y = (rng.random(500) < p).astype(int)
    # Its curve is about one class, ours about the one predicted: compare where p > 1/2.
    p, y = p[p > 0.5], y[p > 0.5]
    ours = reliability(1 - y, np.stack([p, 1 - p], axis=1), bins=10)
    accuracy, confidence = calibration_curve(y, p, n_bins=10)
    np.testing.assert_allclose(ours.confidence, confidence, rtol=1e-12)
    np.testing.assert_allclose(ours.accuracy, accuracy, rtol=1e-12)
