"""First weights have the moments and the range of those that Keras draws."""

import math

import numpy as np
import pytest
from scipy import stats

from dlnotes import initializers

keras = pytest.importorskip("keras")
NAMES = [f"{n}_{d}" for n in ("glorot", "he", "lecun") for d in ("uniform", "normal")]
SHAPES = [(150, 250), (5, 3, 40, 60)]


def draw(name, shape):
    theirs = keras.initializers.get(name)
    theirs.seed = 3
    ours = getattr(initializers, name)(shape, rng=np.random.default_rng(3))
    return ours.ravel(), keras.ops.convert_to_numpy(theirs(shape)).ravel().astype(np.float64)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", NAMES)
def test_moments(name, shape):
    ours, theirs = draw(name, shape)
    n = ours.size
    assert abs(ours.mean() - theirs.mean()) < 5 * ours.std() * math.sqrt(2 / n)
    assert ours.var() == pytest.approx(theirs.var(), rel=5 * math.sqrt(4 / n))
    assert np.abs(ours).max() == pytest.approx(np.abs(theirs).max(), rel=5e-3)
    assert stats.ks_2samp(ours, theirs).pvalue > 1e-4


def test_orthogonal():
    theirs = keras.ops.convert_to_numpy(keras.initializers.Orthogonal(seed=0)((6, 4)))
    ours = initializers.orthogonal((6, 4), rng=np.random.default_rng(0))
    for W in (ours, theirs):
        np.testing.assert_allclose(W.T @ W, np.eye(4), atol=1e-6)


def test_orthogonal_is_as_scipy_draws_it():
    ours = np.array(
        [initializers.orthogonal((3, 3), rng=np.random.default_rng(s)).ravel() for s in range(500)]
    )
    theirs = stats.ortho_group(3, seed=0).rvs(500).reshape(500, 9)
    for i in range(9):
        assert stats.ks_2samp(ours[:, i], theirs[:, i]).pvalue > 1e-4
