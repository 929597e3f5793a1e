import numpy as np
import pytest

from dlnotes.learners.bag_of_words import bag_of_words, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("... !?", []),
        ("One, two;ONE", ["one", "two", "one"]),
        ("don't 'quote' dogs' o'clock's", ["don't", "quote", "dogs", "o'clock's"]),
        ("50% off, snake_case", ["50", "off", "snake_case"]),
        ("무료 쿠폰! ÄRGER", ["무료", "쿠폰", "ärger"]),
    ],
)
def test_words(text, expected):
    assert words(text) == expected


def test_counts_by_hand():
    counts, vocabulary = bag_of_words(["b a, b", "C!", ""])
    assert vocabulary == ["a", "b", "c"]
    assert counts.tolist() == [[1, 2, 0], [0, 0, 1], [0, 0, 0]]
    assert counts.dtype == np.int64


def test_a_given_vocabulary_keeps_its_order_and_nothing_else_is_counted():
    given = ("c", "a")
    counts, vocabulary = bag_of_words(["a b a", "c d"], given)
    assert vocabulary == ["c", "a"]
    assert counts.tolist() == [[0, 2], [1, 0]]
    own = ["x"]
    assert bag_of_words(["x"], own)[1] is not own


def test_order_is_lost():
    counts, _ = bag_of_words(["man bites dog", "dog bites man"])
    assert counts[0].tolist() == counts[1].tolist()


@pytest.mark.parametrize(
    ("texts", "vocabulary", "error", "message"),
    [
        ("a b", None, TypeError, "`texts` must be a sequence of strings. Received: one string"),
        (["a"], "a", TypeError, "`vocabulary` must be a sequence of strings. Received: one string"),
        ([], None, ValueError, "`texts` must not be empty. Received: none"),
        ([1], None, TypeError, "`text` must be a string. Received: 1"),
        (
            ["a"],
            ["a", "b", "a"],
            ValueError,
            "`vocabulary` must hold words that are all different. Received: 2 different of 3",
        ),
        (
            ["!"],
            None,
            ValueError,
            "`vocabulary` must hold words that are all different. Received: 0 different of 0",
        ),
        (
            ["a"],
            [],
            ValueError,
            "`vocabulary` must hold words that are all different. Received: 0 different of 0",
        ),
    ],
)
def test_what_cannot_be_counted(texts, vocabulary, error, message):
    with pytest.raises(error) as caught:
        bag_of_words(texts, vocabulary)
    assert str(caught.value) == message
