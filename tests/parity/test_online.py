import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, SGDClassifier

from dlnotes.learners.online import (
    BatchLogisticRegression,
    OnlineLogisticRegression,
    predict_then_learn,
)

rng = np.random.default_rng(0)
X = rng.normal(size=(200, 4))
Y = (X @ [1.0, -2.0, 0.5, 0.0] + 0.4 + rng.logistic(size=200) > 0).astype(int)


@pytest.mark.parametrize("l2", [1e-4, 1e-2, 1.0])
def test_all_at_once_is_scikit_learns_logistic_regression(l2):
    ours = BatchLogisticRegression(l2=l2).fit(X, Y)
    theirs = LogisticRegression(C=1 / (l2 * len(X)), tol=1e-10, max_iter=10_000).fit(X, Y)
    np.testing.assert_allclose(ours.w, theirs.coef_[0], rtol=1e-5)
    assert ours.b == pytest.approx(theirs.intercept_[0], rel=1e-5)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X)[:, 1], rtol=1e-5)


def test_one_at_a_time_is_scikit_learns_stochastic_gradient_descent():
    ours = OnlineLogisticRegression(4, learning_rate=0.1)
    predict_then_learn(ours, X, Y)
    theirs = SGDClassifier(
        loss="log_loss", alpha=0, learning_rate="constant", eta0=0.1, shuffle=False
    )
    theirs.partial_fit(X, Y, classes=[0, 1])
    np.testing.assert_allclose(ours.w, theirs.coef_[0], rtol=1e-9)
    assert ours.b == pytest.approx(theirs.intercept_[0], rel=1e-9)
