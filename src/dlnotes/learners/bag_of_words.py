"""Texts as counts of their words, whatever their order."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from dlnotes._validation import IntArray

__all__ = ["bag_of_words", "words"]


def words(text: str) -> list[str]:
    """Words of a text in small letters, without punctuation.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    list of str
        Runs of letters, digits and underscores; an apostrophe between them belongs to the word.

    Raises
    ------
    TypeError
        If ``text`` is no string.

    Examples
    --------
    >>> words("Don't wait: WIN 100 euros!")
    ["don't", 'wait', 'win', '100', 'euros']
    """
    if not isinstance(text, str):
        raise TypeError(f"`text` must be a string. Received: {text!r}")
    return re.findall(r"\w+(?:'\w+)*", text.lower())


def bag_of_words(
    texts: Sequence[str], vocabulary: Sequence[str] | None = None
) -> tuple[IntArray, list[str]]:
    """Count how often each word of a vocabulary occurs in each text.

    Parameters
    ----------
    texts : sequence of str
        N texts.
    vocabulary : sequence of str, optional
        V words in small letters, all different. Other words are not counted. By default all words
        of the texts, in alphabetical order; give that of the training texts for new ones.

    Returns
    -------
    counts : numpy.ndarray
        Integers ``(N, V)``.
    vocabulary : list of str
        The V words.

    Raises
    ------
    ValueError
        If there is no text, or the vocabulary is empty or holds a word twice.
    TypeError
        If ``texts`` or ``vocabulary`` is one string, or a text is none.

    Examples
    --------
    >>> counts, vocabulary = bag_of_words(["Man bites dog.", "Dog bites man!"])
    >>> vocabulary, counts.tolist()
    (['bites', 'dog', 'man'], [[1, 1, 1], [1, 1, 1]])
    >>> bag_of_words(["A cat bites a cat"], vocabulary)[0].tolist()
    [[1, 0, 0]]
    """
    if isinstance(texts, str) or isinstance(vocabulary, str):
        name = "texts" if isinstance(texts, str) else "vocabulary"
        raise TypeError(f"`{name}` must be a sequence of strings. Received: one string")
    if len(texts) == 0:
        raise ValueError("`texts` must not be empty. Received: none")
    found = [words(text) for text in texts]
    known = sorted(set().union(*found)) if vocabulary is None else list(vocabulary)
    column = {word: i for i, word in enumerate(known)}
    if not known or len(column) < len(known):
        raise ValueError(
            "`vocabulary` must hold words that are all different. "
            f"Received: {len(column)} different of {len(known)}"
        )
    counts = np.zeros((len(texts), len(known)), np.int64)
    for row, text in zip(counts, found, strict=True):
        for word in text:
            if word in column:
                row[column[word]] += 1
    return counts, known
