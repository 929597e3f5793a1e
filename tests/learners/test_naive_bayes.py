import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlnotes.learners.naive_bayes import NaiveBayes

X, Y = np.array([[2, 0, 0], [1, 0, 1], [0, 2, 0], [0, 1, 4]]), np.array([5, 5, 5, 9])


def state(model):
    return {k: np.array(v) for k, v in vars(model).items()}


def test_probabilities_by_hand():
    model = NaiveBayes()
    assert model.fit(X, Y) is model
    assert model.classes.tolist() == [5, 9]
    np.testing.assert_allclose(np.exp(model.log_prior), [3 / 4, 1 / 4], rtol=1e-14)
    # Class 5 has seen 3, 2 and 1 of the words, class 9 has seen 0, 1 and 4; one more of each.
    np.testing.assert_allclose(
        np.exp(model.log_likelihood), [[4 / 9, 3 / 9, 2 / 9], [1 / 8, 2 / 8, 5 / 8]], rtol=1e-14
    )
    joint = np.array([3 / 4 * (4 / 9) * (2 / 9) ** 2, 1 / 4 * (1 / 8) * (5 / 8) ** 2])
    p = model.predict_proba([[1, 0, 2]])
    np.testing.assert_allclose(p, [joint / joint.sum()], rtol=1e-13)
    np.testing.assert_allclose(model.predict_log_proba([[1, 0, 2]]), np.log(p), rtol=1e-13)
    assert model.predict([[1, 0, 0], [0, 0, 1], [0, 0, 9]]).tolist() == [5, 5, 9]


def test_alpha_is_added_to_every_count():
    model = NaiveBayes(alpha=0.5).fit([[3, 0]], [0])
    np.testing.assert_allclose(np.exp(model.log_likelihood), [[3.5 / 4, 0.5 / 4]], rtol=1e-14)
    assert NaiveBayes().alpha == 1


def test_without_words_the_prior_decides():
    np.testing.assert_allclose(NaiveBayes().fit(X, Y).predict_proba([[0, 0, 0]]), [[0.75, 0.25]])


def test_of_equally_probable_classes_the_first():
    model = NaiveBayes().fit([[1, 1], [1, 1]], [4, 2])
    predicted = model.predict([[3, 5]])
    assert predicted.tolist() == [2]
    assert predicted.dtype == np.int64


def test_long_texts_do_not_underflow():
    p = NaiveBayes().fit(X, Y).predict_proba([[100_000, 0, 0], [0, 0, 100_000]])
    np.testing.assert_allclose(p, [[1, 0], [0, 1]], atol=1e-300)


def test_one_class_is_certain():
    assert NaiveBayes().fit(X, [-3] * 4).predict_proba(X).tolist() == [[1]] * 4


@given(
    arrays(np.int64, st.tuples(st.integers(1, 8), st.integers(1, 5)), elements=st.integers(0, 50)),
    st.integers(0, 2**32),
    st.floats(1e-3, 10),
)
def test_probabilities_sum_to_one(x, seed, alpha):
    y = np.random.default_rng(seed).integers(0, 3, len(x))
    model = NaiveBayes(alpha=alpha).fit(x, y)
    np.testing.assert_allclose(model.predict_proba(x).sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(np.exp(model.log_likelihood).sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(np.exp(model.log_prior).sum(), 1, rtol=1e-12)
    best = model.classes[model.predict_proba(x).argmax(axis=1)]
    assert np.mean(best == model.predict(x)) == 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floats_keep_their_precision(dtype):
    x = X.astype(dtype)
    model = NaiveBayes().fit(x, Y)
    assert model.predict_proba(x).dtype == model.predict_log_proba(x).dtype == dtype
    assert model.predict_proba(X).dtype == model.log_likelihood.dtype == np.float64


def test_arguments_are_left_alone():
    x, y = X.copy(), Y.copy()
    model = NaiveBayes().fit(x, y)
    model.predict(x)
    assert (x.tolist(), y.tolist()) == (X.tolist(), Y.tolist())


@pytest.mark.parametrize(
    ("x", "y", "error", "message"),
    [
        ([1, 2], Y, ValueError, "`x` must have shape (N, V). Received: shape=(2,)"),
        (-X, Y, ValueError, "`x` must not be negative. Received: -4.0"),
        ([[np.inf]] * 4, Y, ValueError, "`x` must be finite. Received: inf"),
        ([[1e31]] * 4, Y, ValueError, "`x` must be at most 1e30. Received: 1e+31"),
        (X, Y[:2], ValueError, "`y` must have shape (4,). Received: shape=(2,)"),
        (X, Y / 2, TypeError, "`y` must be integers. Received: dtype=float64"),
    ],
)
def test_a_failed_fit_leaves_the_classifier_as_it_was(x, y, error, message):
    model = NaiveBayes().fit(X, Y)
    before = state(model)
    with pytest.raises(error) as caught:
        model.fit(x, y)
    assert str(caught.value) == message
    for name, value in state(model).items():
        np.testing.assert_array_equal(value, before[name])


def test_the_largest_counts():
    p = NaiveBayes().fit(np.full((4, 3), 1e30, np.float32), Y).predict_proba([[1e30, 0, 0]])
    assert np.isfinite(p).all()


def test_settings():
    with pytest.raises(
        ValueError, match=r"^`alpha` must be finite and greater than 0\. Received: 0$"
    ):
        NaiveBayes(alpha=0)


@pytest.mark.parametrize("method", ["predict", "predict_proba", "predict_log_proba"])
def test_predicting_needs_a_fit_and_fitting_counts(method):
    with pytest.raises(RuntimeError) as caught:
        getattr(NaiveBayes(), method)(X)
    assert str(caught.value) == "`predict` must come after `fit`. Received: no fit"
    model = NaiveBayes().fit(X, Y)
    with pytest.raises(
        ValueError, match=r"^`x` must have shape \(N, 3\)\. Received: shape=\(1, 2\)$"
    ):
        getattr(model, method)([[1, 2]])
    with pytest.raises(ValueError, match=r"^`x` must not be negative\. Received: -1\.0$"):
        getattr(model, method)([[1, 2, -1]])
