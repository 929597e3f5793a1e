import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB

from dlnotes.learners.bag_of_words import bag_of_words
from dlnotes.learners.naive_bayes import NaiveBayes


@pytest.mark.parametrize("alpha", [0.01, 1.0, 7.5])
def test_scikit_learn_agrees(alpha):
    rng = np.random.default_rng(0)
    x, y = rng.poisson(2, (40, 12)), rng.integers(0, 4, 40) * 3
    ours, theirs = NaiveBayes(alpha=alpha).fit(x, y), MultinomialNB(alpha=alpha).fit(x, y)
    np.testing.assert_allclose(ours.log_likelihood, theirs.feature_log_prob_, rtol=1e-12)
    np.testing.assert_allclose(ours.log_prior, theirs.class_log_prior_, rtol=1e-12)
    new = rng.poisson(2, (30, 12))
    np.testing.assert_allclose(
        ours.predict_log_proba(new), theirs.predict_log_proba(new), rtol=1e-9, atol=1e-12
    )
    np.testing.assert_array_equal(ours.predict(new), theirs.predict(new))
    np.testing.assert_array_equal(ours.classes, theirs.classes_)


def test_words_are_counted_alike():
    texts = ["Free money, free prizes!", "Lunch on Monday?", "money on monday"]
    counts, vocabulary = bag_of_words(texts)
    theirs = CountVectorizer()
    np.testing.assert_array_equal(counts, theirs.fit_transform(texts).toarray())
    assert vocabulary == theirs.get_feature_names_out().tolist()
