import numpy as np
import pytest
import sklearn.linear_model

from dlnotes.learners.perceptron import Perceptron


@pytest.mark.parametrize("seed", range(5))
def test_weights_are_those_of_scikit_learns_perceptron(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(60, 3))
    y = (x @ [1.0, -2.0, 0.5] + 0.3 + rng.normal(size=60) / 2 > 0).astype(int)
    y[0] = 1  # at a sum of 0, where both start, scikit-learn finds either label mistaken
    epochs = 7
    ours = Perceptron().fit(x, y, epochs=epochs)
    theirs = sklearn.linear_model.Perceptron(shuffle=False, max_iter=epochs, tol=None).fit(x, y)
    assert not ours.converged
    np.testing.assert_allclose(ours.w, theirs.coef_[0], rtol=1e-12)
    assert ours.b == pytest.approx(theirs.intercept_[0])


def test_both_agree_on_what_is_separable():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(80, 2))
    y = (x @ [1.0, -2.0] + 0.3 > 0).astype(int)
    ours = Perceptron().fit(x, y, epochs=1000)
    theirs = sklearn.linear_model.Perceptron(shuffle=False, max_iter=1000, tol=None).fit(x, y)
    assert ours.converged
    np.testing.assert_array_equal(ours.predict(x), y)
    np.testing.assert_array_equal(theirs.predict(x), y)
