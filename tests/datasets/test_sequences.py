import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlnotes.datasets import opposite_reviews, recall_task


def new_rng(seed=0):
    return np.random.default_rng(seed)


# Recall


@given(
    n=st.integers(1, 20),
    length=st.integers(0, 20),
    symbols=st.integers(2, 9),
    seed=st.integers(0, 99),
)
def test_the_first_symbol_is_the_label_and_the_rest_are_distractors(n, length, symbols, seed):
    x, y = recall_task(n, length, symbols=symbols, rng=new_rng(seed))
    assert x.shape == (n, 1 + length)
    assert y.shape == (n,)
    assert x.dtype == y.dtype == np.int64
    np.testing.assert_array_equal(x[:, 0], y)
    assert ((y >= 0) & (y < symbols)).all()
    assert ((x[:, 1:] >= symbols) & (x[:, 1:] < 2 * symbols)).all()


def test_all_symbols_are_equally_likely_and_distractors_say_nothing():
    x, y = recall_task(20_000, 3, symbols=4, rng=new_rng())
    np.testing.assert_allclose(np.bincount(y) / len(y), 1 / 4, atol=0.015)
    for t in (1, 2, 3):
        together = np.zeros((4, 4))
        np.add.at(together, (y, x[:, t] - 4), 1 / len(y))
        np.testing.assert_allclose(together, 1 / 16, atol=0.01)


def test_labels_may_be_changed_without_changing_the_sequences():
    x, y = recall_task(5, 2, symbols=2, rng=new_rng())
    y[:] = -1
    assert (x >= 0).all()


def test_recall_depends_on_the_seed_alone():
    a, b, c = (recall_task(9, 9, symbols=3, rng=new_rng(seed))[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(a, b)
    assert not np.array_equal(a, c)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((0, 1, 2), ValueError, "`n` must be at least 1. Received: 0"),
        ((1, -1, 2), ValueError, "`length` must be at least 0. Received: -1"),
        ((1, 1, 1), ValueError, "`symbols` must be at least 2. Received: 1"),
        ((1.0, 1, 2), TypeError, "`n` must be an integer. Received: 1.0"),
        ((1, "1", 2), TypeError, "`length` must be an integer. Received: '1'"),
        ((1, 1, None), TypeError, "`symbols` must be an integer. Received: None"),
    ],
)
def test_recall_with_unusable_settings(arguments, error, message):
    n, length, symbols = arguments
    with pytest.raises(error) as caught:
        recall_task(n, length, symbols=symbols, rng=new_rng())
    assert str(caught.value) == message


# Opposite reviews


def words(text):
    return re.findall(r"[A-Za-z]+", text)


def test_pairs_hold_the_same_words_and_opposite_labels():
    texts, labels, pairs = opposite_reviews(640, rng=new_rng())
    assert len(texts) == len(set(texts)) == 1280
    assert labels.tolist() == [1, 0] * 640
    assert pairs.tolist() == [1 + i // 2 for i in range(1280)]
    assert labels.dtype == pairs.dtype == np.int64
    for praise, complaint in zip(texts[::2], texts[1::2], strict=True):
        assert Counter(words(praise)) == Counter(words(complaint))


GOOD = {"good", "great", "wonderful", "lovely", "excellent", "perfect", "charming", "exciting"}
VERDICT = {  # what stands around the two adjectives, and which of them is meant
    "the _ was _, not _": 0,
    "the _ was more _ than _": 0,
    "the _ was always _, never _": 0,
    "the _ was _ instead of _": 0,
    "the _ was not _ but _": 1,
    "the _ looked _ but was _": 1,
    "the _ was _ at first, then _": 1,
    "I thought the _ was _, but it was _": 1,
}


def test_the_label_is_what_the_sentence_means():
    texts, labels, _ = opposite_reviews(640, rng=new_rng())
    things, adjectives, patterns = Counter(), Counter(), Counter()
    fixed = {w for pattern in VERDICT for w in words(pattern)}
    for text, label in zip(texts, labels, strict=True):
        thing, *pair = [w for w in words(text) if w not in fixed]
        pattern = re.sub(rf"\b({thing}|{'|'.join(pair)})\b", "_", text)
        assert (pair[VERDICT[pattern]] in GOOD) == label
        things[thing] += 1
        adjectives.update(pair)
        patterns[pattern] += 1
    assert set(things.values()) == {128}
    assert len(things) == 10
    assert set(adjectives.values()) == {160}
    assert len(adjectives) == 16
    assert set(patterns.values()) == {160}


def test_opposites_are_opposites():
    texts, _, _ = opposite_reviews(640, rng=new_rng())
    found = {
        tuple(match.groups())
        for text in texts[::2]
        if (match := re.fullmatch(r"the film was more (\w+) than (\w+)", text))
    }
    assert found == {
        ("good", "bad"),
        ("great", "awful"),
        ("wonderful", "terrible"),
        ("lovely", "horrible"),
        ("excellent", "poor"),
        ("perfect", "dreadful"),
        ("charming", "ugly"),
        ("exciting", "boring"),
    }


def test_reviews_depend_on_the_seed_alone():
    a, b, c = (opposite_reviews(20, rng=new_rng(seed)).texts for seed in (1, 1, 2))
    assert a == b != c
    assert len(a) == 40


@pytest.mark.parametrize(
    ("n", "message"),
    [
        (0, "`n` must be at least 1. Received: 0"),
        (641, "`n` must be at most 640. Received: 641"),
    ],
)
def test_there_are_640_pairs(n, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        opposite_reviews(n, rng=new_rng())
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "draw", [lambda r: recall_task(1, 1, symbols=2, rng=r), lambda r: opposite_reviews(1, rng=r)]
)
def test_a_seed_is_no_generator(draw):
    with pytest.raises(TypeError) as caught:
        draw(3)
    assert str(caught.value) == "`rng` must be a numpy.random.Generator. Received: 3"
