"""Short English texts that were written for this book, where no real ones could be shipped.

They are small and made up, and no sample of anything: what a model scores on them says how it
compares with another model here, not how well it would do outside. The file README.md beside the
data says how they were written.
"""

from __future__ import annotations

from importlib.resources import files
from typing import NamedTuple

import numpy as np

from dlnotes._validation import IntArray

__all__ = [
    "Messages",
    "Sentences",
    "TaggedSentences",
    "load_messages",
    "load_tagged_sentences",
]


class Messages(NamedTuple):
    """N messages, each spam or not."""

    texts: list[str]
    """N messages."""
    labels: IntArray
    """1 for spam and 0 for the others, shape ``(N,)``."""


class Sentences(NamedTuple):
    """N sentences that praise or complain, in pairs."""

    texts: list[str]
    """N sentences."""
    labels: IntArray
    """1 for praise and 0 for complaint, shape ``(N,)``."""
    pairs: IntArray
    """Numbers ``(N,)``. Two sentences with the same number, from 1 on, hold the same words in
    different order and have opposite labels."""


class TaggedSentences(NamedTuple):
    """N sentences, each a list of tokens with a list of tags of the same length."""

    tokens: list[list[str]]
    """Words and punctuation marks, as they stand in the sentence."""
    tags: list[list[str]]
    """For each token ``"PER"`` (a name of a person), ``"LOC"`` (of a place) or ``"O"`` (other)."""


def load_messages(group: str = "first") -> Messages:
    """Short messages, about half of them spam, of a first and of a later year.

    Parameters
    ----------
    group : {"first", "later"}
        The first year: 263 messages, 128 of them spam, with the prizes, loans and pills that
        everybody knows. The later year: 220 messages, 110 of them spam, in which the senders have
        found other stories (parcels, wallets, remote jobs) and hardly use the old words, while
        other people write about parcels and wallets too.

    Returns
    -------
    Messages
        Texts and labels, in an order without meaning.

    Raises
    ------
    ValueError
        If ``group`` is neither "first" nor "later".

    Examples
    --------
    Three telling words catch every fourth spam of the first year and none of the later one. (They
    also catch invitations to dinner.)

    >>> def caught(text):
    ...     return any(word in text.lower() for word in ("free", "winner", "prize"))
    >>> for group in ("first", "later"):
    ...     texts, labels = load_messages(group)
    ...     of_spam = [caught(text) for text, label in zip(texts, labels) if label == 1]
    ...     print(sum(of_spam), "of", len(of_spam))
    33 of 128
    0 of 110
    """
    if group not in ("first", "later"):
        raise ValueError(f"`group` must be 'first' or 'later'. Received: {group!r}")
    rows = _rows(f"messages-{group}.tsv")
    return Messages([text for _, text in rows], np.array([int(kind == "spam") for kind, _ in rows]))


def load_tagged_sentences() -> tuple[TaggedSentences, TaggedSentences]:
    """Sentences in which the names of people and places are tagged, for training and for testing.

    Returns
    -------
    train, test : tuple of TaggedSentences
        142 and 64 sentences. Most names of the test sentences occur in no training sentence, and
        many words are a name in one place and none in another ("Rose rose early"), so that a list
        of names does not get far.

    Notes
    -----
    A capital letter gives a name away, except at the beginning of a sentence. Who writes all
    tokens in lower case takes this help away and leaves only the neighbours of a word.

    Examples
    --------
    >>> train, test = load_tagged_sentences()
    >>> list(zip(train.tokens[0], train.tags[0]))
    [('Rose', 'PER'), ('rose', 'O'), ('early', 'O'), ('.', 'O')]
    """
    return _tagged("train"), _tagged("test")


def _read(name: str) -> str:
    return files("dlnotes.datasets").joinpath("data", name).read_text(encoding="utf-8")


def _rows(name: str) -> list[list[str]]:
    """Fields of every line of a table but the first, which holds the names of the columns."""
    return [line.split("\t") for line in _read(name).splitlines()[1:]]


def _tagged(part: str) -> TaggedSentences:
    tokens, tags = [], []
    for block in _read(f"tagged-{part}.tsv").strip().split("\n\n"):
        rows = [line.split() for line in block.splitlines()]
        tokens.append([token for token, _ in rows])
        tags.append([tag for _, tag in rows])
    return TaggedSentences(tokens, tags)
