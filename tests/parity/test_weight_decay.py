"""Weight decay against Keras's regularizer and scikit-learn's ridge regression."""

import numpy as np
import pytest

from dlnotes.weight_decay import l2_penalty, l2_penalty_gradient, ridge


@pytest.mark.parametrize("l2", [0.01, 2.0])
def test_penalty_and_gradient_of_keras(l2):
    keras = pytest.importorskip("keras")
    from dlnotes.autodiff import vjp

    W = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    theirs = keras.regularizers.L2(l2)
    assert l2_penalty(W, l2) == pytest.approx(float(theirs(W)), rel=1e-6)
    [gradient] = vjp(theirs, np.float32(1), W)
    np.testing.assert_allclose(l2_penalty_gradient(W, l2), gradient, rtol=1e-6)


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("outputs", [(), (2,)])
@pytest.mark.parametrize("l2", [1e-3, 1.0, 100.0])
@pytest.mark.parametrize("shape", [(20, 4), (4, 20), (1, 3)])
def test_ridge_of_scikit_learn(shape, l2, outputs, fit_intercept):
    linear_model = pytest.importorskip("sklearn.linear_model")
    rng = np.random.default_rng(0)
    x, y = rng.normal(3, 1, size=shape), rng.normal(5, 1, size=(shape[0], *outputs))
    ours = ridge(x, y, l2, fit_intercept=fit_intercept)
    theirs = linear_model.Ridge(l2, fit_intercept=fit_intercept, solver="svd").fit(x, y)
    assert (ours.w.shape, ours.b.shape) == ((shape[1], *outputs), outputs)
    np.testing.assert_allclose(ours.w.T, theirs.coef_, rtol=1e-9, atol=1e-12)
    intercept = theirs.intercept_ if fit_intercept else np.zeros(outputs)
    np.testing.assert_allclose(ours.b, intercept, rtol=1e-9)
