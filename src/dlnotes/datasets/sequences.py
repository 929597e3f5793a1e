"""Generators of sequences in which distance or order matters."""

from __future__ import annotations

from itertools import product

import numpy as np

from dlnotes._validation import IntArray, as_count, as_generator
from dlnotes.datasets._choose import choose
from dlnotes.datasets.texts import Sentences

__all__ = ["opposite_reviews", "recall_task"]

_THINGS = ["film", "book", "song", "hotel", "meal", "trip", "game", "town", "show", "party"]
_ADJECTIVES = [
    ("good", "bad"),
    ("great", "awful"),
    ("wonderful", "terrible"),
    ("lovely", "horrible"),
    ("excellent", "poor"),
    ("perfect", "dreadful"),
    ("charming", "ugly"),
    ("exciting", "boring"),
]
_PRAISE = [
    # Here the first adjective counts, ...
    "the {thing} was {good}, not {bad}",
    "the {thing} was more {good} than {bad}",
    "the {thing} was always {good}, never {bad}",
    "the {thing} was {good} instead of {bad}",
    # ... and here the last, in as many: so that neither place alone tells the label.
    "the {thing} was not {bad} but {good}",
    "the {thing} looked {bad} but was {good}",
    "the {thing} was {bad} at first, then {good}",
    "I thought the {thing} was {bad}, but it was {good}",
]


def recall_task(
    n: int, length: int, *, symbols: int, rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """Sequences whose first symbol is to be told at the end, after ``length`` distractors.

    Parameters
    ----------
    n : int
        Number of sequences, at least 1.
    length : int
        Number of distractors between the symbol and the end, at least 0.
    symbols : int
        How many symbols there are to remember, at least 2, and as many distractors.
    rng : numpy.random.Generator
        Source of the symbols.

    Returns
    -------
    x, y : numpy.ndarray
        Sequences ``(n, 1 + length)`` and labels ``(n,)``, int64. The first entry of a sequence is
        its label, from 0 to ``symbols - 1``; the others are distractors, from ``symbols`` to
        ``2 * symbols - 1``. All are uniform and independent.

    Raises
    ------
    ValueError
        If ``n``, ``length`` or ``symbols`` is too small.
    TypeError
        If one of them is not an integer, or ``rng`` is not a generator.

    Notes
    -----
    The distractors say nothing about the label, so that a model that cannot reach back to the
    first entry is right with probability ``1 / symbols``.

    Examples
    --------
    >>> x, y = recall_task(100, 20, symbols=4, rng=np.random.default_rng(0))
    >>> x.shape, bool(np.all(x[:, 0] == y))
    ((100, 21), True)
    """
    n, length = as_count("n", n), as_count("length", length, low=0)
    symbols = as_count("symbols", symbols, low=2)
    rng = as_generator("rng", rng)
    y = rng.integers(symbols, size=n)
    distractors = rng.integers(symbols, 2 * symbols, size=(n, length))
    return np.column_stack([y, distractors]), y


def opposite_reviews(n: int, *, rng: np.random.Generator) -> Sentences:
    """Pairs of reviews that hold the same words in different order and mean the opposite.

    Parameters
    ----------
    n : int
        Number of pairs, from 1 to 640.
    rng : numpy.random.Generator
        Source of the pairs.

    Returns
    -------
    Sentences
        ``2 n`` texts: pair by pair, numbered from 1, praise (label 1) before complaint (label 0).
        No sentence comes twice.

    Raises
    ------
    ValueError
        If ``n`` is below 1 or above 640.
    TypeError
        If ``n`` is not an integer, or ``rng`` is not a generator.

    Notes
    -----
    A sentence joins one of ten things with one of eight pairs of adjectives in one of eight
    patterns. In half of the patterns the first adjective is the verdict and in half of them the
    last, so that a model has to read the words between them.

    Examples
    --------
    >>> texts, labels, pairs = opposite_reviews(640, rng=np.random.default_rng(0))
    >>> bag = [sorted(text.replace(",", "").split()) for text in texts]
    >>> bag[0::2] == bag[1::2], len(set(texts))
    (True, 1280)
    """
    every = list(product(_PRAISE, _THINGS, _ADJECTIVES))
    texts = []
    for i in choose(n, len(every), rng):
        pattern, thing, (good, bad) = every[i]
        texts.append(pattern.format(thing=thing, good=good, bad=bad))
        texts.append(pattern.format(thing=thing, good=bad, bad=good))
    pairs = np.arange(1, len(texts) // 2 + 1)
    return Sentences(texts, np.tile([1, 0], len(pairs)), np.repeat(pairs, 2))
