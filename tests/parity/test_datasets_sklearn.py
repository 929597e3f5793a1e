"""Generated points against scikit-learn's, and what the README of the texts says was measured."""

import re

import numpy as np
import pytest
from sklearn.datasets import make_moons
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, recall_score
from sklearn.naive_bayes import MultinomialNB

from dlnotes.datasets import load_messages, load_tagged_sentences, moons


def test_moons_lie_on_scikit_learns_curves():
    x, y = moons(300, noise=0, rng=np.random.default_rng(0))
    curve, label = make_moons((10_001, 10_001), shuffle=False)
    for k in (0, 1):
        points, line = x[y == k], curve[label == k]
        distance = np.linalg.norm(points[:, None] - line, axis=-1)
        assert distance.min(axis=1).max() <= np.pi / 10_000 / 2 + 1e-12
        # And back: they reach everywhere on the curve.
        assert distance[:, ::100].min(axis=0).max() < 0.15


def naive_bayes(texts, labels, new):
    counts = CountVectorizer(analyzer=lambda text: re.findall(r"[a-z']+", text.lower()))
    model = MultinomialNB().fit(counts.fit_transform(texts), labels)
    return model.predict(counts.transform(new))


def rules(texts):
    found = re.compile(r"\b(free|win|winner|won|prize|cash|claim|urgent|offer|congratulations)\b")
    return np.array([bool(found.search(text.lower())) for text in texts])


def test_the_learned_filter_beats_the_rules_and_recovers():
    x, y = (np.array(a) for a in load_messages("first"))
    x_later, y_later = (np.array(a) for a in load_messages("later"))
    scores = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        order, later = rng.permutation(len(x)), rng.permutation(len(x_later))
        train, test = order[: 2 * len(x) // 3], order[2 * len(x) // 3 :]
        more, new = later[: len(later) // 2], later[len(later) // 2 :]
        both = np.concatenate([x, x_later[more]]), np.concatenate([y, y_later[more]])
        answers = [
            (y[test], rules(x[test])),
            (y[test], naive_bayes(x[train], y[train], x[test])),
            (y_later[new], rules(x_later[new])),
            (y_later[new], naive_bayes(x[train], y[train], x_later[new])),
            (y_later[new], naive_bayes(*both, x_later[new])),
        ]
        scores.append([(recall_score(*pair), f1_score(*pair)) for pair in answers])
    scores = np.array(scores)
    expected = [[0.38, 0.51], [0.92, 0.89], [0.02, 0.04], [0.48, 0.61], [0.73, 0.78]]
    np.testing.assert_allclose(scores.mean(axis=0), expected, rtol=0, atol=0.01)
    assert (scores[:, 1, 1] > scores[:, 0, 1] + 0.2).all()  # learned beats rules
    assert (scores[:, 2, 0] < scores[:, 0, 0] - 0.25).all()  # rules are brittle
    assert (scores[:, 4, 0] > scores[:, 3, 0] + 0.05).all()  # retraining recovers


def tagged_words(sentences, neighbours):
    """The words in lower case, with or without those beside them, and their tags."""
    words = []
    for tokens in sentences.tokens:
        padded = ["<", *(token.lower() for token in tokens), ">"]
        for left, word, right in zip(padded, padded[1:], padded[2:], strict=False):
            words.append({"word": word} | ({"left": left, "right": right} if neighbours else {}))
    return words, np.array([tag for tags in sentences.tags for tag in tags])


@pytest.mark.parametrize(
    ("neighbours", "share", "of_names"), [(False, 0.86, 0.06), (True, 0.92, 0.50)]
)
def test_names_show_in_the_words_beside_them(neighbours, share, of_names):
    (words, tags), (new_words, new_tags) = (
        tagged_words(part, neighbours) for part in load_tagged_sentences()
    )
    code = DictVectorizer()
    model = LogisticRegression(C=10, max_iter=2000).fit(code.fit_transform(words), tags)
    right = model.predict(code.transform(new_words)) == new_tags
    assert right.mean() == pytest.approx(share, abs=0.01)
    assert right[new_tags != "O"].mean() == pytest.approx(of_names, abs=0.02)
    assert (new_tags == "O").mean() == pytest.approx(0.85, abs=0.005)
