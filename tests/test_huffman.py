import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlnotes.huffman import huffman_code, mean_length
from dlnotes.information import cross_entropy, entropy


@st.composite
def odds(draw, count=1):
    size = draw(st.integers(1, 12))
    rows = draw(arrays(np.float64, (count, size), elements=st.floats(1e-6, 1.0)))
    rows /= rows.sum(axis=1, keepdims=True)
    return rows[0] if count == 1 else tuple(rows)


@st.composite
def dyadic(draw):
    """Powers of 1/2 that sum to 1: split some outcome in two, again and again."""
    exponents = [0]
    for _ in range(draw(st.integers(0, 8))):
        e = exponents.pop(draw(st.integers(0, len(exponents) - 1)))
        exponents += [e + 1, e + 1]
    return np.array([0.5**e for e in exponents])


def decode(message, words):
    """Cut off the one word that the message begins with, again and again."""
    found = []
    while message:
        (i,) = [i for i, word in enumerate(words) if message.startswith(word)]
        found.append(i)
        message = message[len(words[i]) :]
    return found


def test_words_by_hand():
    assert huffman_code([0.5, 0.25, 0.125, 0.125]) == ["0", "10", "110", "111"]
    assert huffman_code([0.125, 0.125, 0.25, 0.5]) == ["000", "001", "01", "1"]
    assert huffman_code([0.25] * 4) == ["00", "01", "10", "11"]
    assert huffman_code([0.6, 0.4]) == ["0", "1"]
    # The group of the first and the last outcome ties with the second, and comes earlier.
    assert huffman_code([0.125, 0.25, 0.5, 0.125]) == ["000", "01", "1", "001"]


def test_a_sure_outcome_needs_no_letter():
    assert huffman_code([1]) == [""]
    assert mean_length([1], [""]) == 0


def test_single_precision_will_do():
    assert huffman_code(np.array([0.6, 0.3, 0.1], np.float32)) == ["0", "10", "11"]


def test_mean_length_weighs_by_the_truth():
    assert mean_length([0.5, 0.25, 0.25], ["0", "10", "11"]) == 1.5
    assert mean_length([0.25, 0.25, 0.5], ["0", "10", "11"]) == 1.75


def test_mean_length_allows_outcomes_that_never_happen():
    assert mean_length([0, 1, 0], ["0", "10", "11"]) == 2


@given(p=odds())
def test_mean_length_lies_within_one_bit_of_the_entropy(p):
    length, bound = mean_length(p, huffman_code(p)), entropy(p, base=2)
    assert bound - 1e-12 <= length < bound + 1


@given(p=dyadic())
def test_dyadic_odds_reach_the_entropy(p):
    words = huffman_code(p)
    assert [len(word) for word in words] == [-math.log2(x) for x in p]
    assert mean_length(p, words) == pytest.approx(entropy(p, base=2), rel=1e-14)


@given(q=dyadic(), seed=st.integers(0, 2**32 - 1))
def test_a_code_for_dyadic_beliefs_sends_the_cross_entropy(q, seed):
    p = np.random.default_rng(seed).dirichlet(np.ones(len(q)))
    sent = mean_length(p, huffman_code(q))
    assert sent == pytest.approx(cross_entropy(p, q, base=2), rel=1e-12)


@given(p=odds())
def test_no_word_begins_another_and_no_letter_is_wasted(p):
    words = huffman_code(p)
    for a, b in itertools.permutations(words, 2):
        assert not b.startswith(a)
    assert sum(0.5 ** len(word) for word in words) == 1


@given(p=odds(), data=st.data())
def test_a_row_of_words_can_be_read_without_commas(p, data):
    words = huffman_code(np.append(p / 2, 0.5))
    outcomes = data.draw(st.lists(st.integers(0, len(words) - 1), max_size=20))
    assert decode("".join(words[i] for i in outcomes), words) == outcomes


@given(p=odds())
def test_the_likelier_outcome_never_has_the_longer_word(p):
    lengths = [len(word) for word in huffman_code(p)]
    for i, j in itertools.permutations(range(len(p)), 2):
        assert p[i] <= p[j] or lengths[i] <= lengths[j]


@pytest.mark.parametrize("seed", range(20))
def test_no_prefix_code_is_shorter(seed):
    """Brute force over all lengths that satisfy Kraft's inequality."""
    p = np.random.default_rng(seed).dirichlet(np.ones(5))
    shortest = min(
        p @ lengths
        for lengths in itertools.product(range(1, 5), repeat=5)
        if sum(0.5**n for n in lengths) <= 1
    )
    assert mean_length(p, huffman_code(p)) == pytest.approx(shortest, rel=1e-12)


@pytest.mark.parametrize(
    ("p", "error", "message"),
    [
        ([0.5, 0.5, 0], ValueError, "`p` must be greater than 0 everywhere. Received: 0.0"),
        ([0.5, 0.4], ValueError, "`p` must sum to 1 along `axis`. Received: sum=0.9"),
        ([[0.5, 0.5]], ValueError, "`p` must have shape (K,). Received: shape=(1, 2)"),
        ([], ValueError, "`p` must not be empty. Received: shape=(0,)"),
        ([math.nan], ValueError, "`p` must not contain NaN. Received: 1 NaN"),
        (["x"], TypeError, "`p` must be real numbers. Received: dtype=<U1"),
    ],
)
def test_errors_of_the_code(p, error, message):
    with pytest.raises(error) as caught:
        huffman_code(p)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("p", "words", "message"),
    [
        ([0.5, 0.5], ["0"], "`words` must hold one word for each outcome. Received: 1 for 2"),
        ([[1.0]], [""], "`p` must have shape (K,). Received: shape=(1, 1)"),
        ([-1, 2], ["0", "1"], "`p` must not be negative. Received: -1.0"),
    ],
)
def test_errors_of_the_mean_length(p, words, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        mean_length(p, words)
    assert str(caught.value) == message


def test_one_word_is_no_list_of_words():
    with pytest.raises(TypeError) as caught:
        mean_length([0.5, 0.5], "01")
    assert str(caught.value) == "`words` must be a list of words. Received: '01'"
