"""A Huffman code: short code words for likely outcomes, long ones for rare outcomes."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_distribution

__all__ = ["huffman_code", "mean_length"]


def huffman_code(p: ArrayLike) -> list[str]:
    """Code words, one for each outcome, whose mean length no other prefix code undercuts.

    Join the two least likely outcomes to one, write a 1 in front of the words of the less likely
    and a 0 in front of those of the other, and go on until one is left. No word begins another
    word, so a row of words needs no commas.

    Parameters
    ----------
    p : array_like
        Probabilities of shape (K,), each greater than 0, with sum 1.

    Returns
    -------
    list of str
        K words of the letters 0 and 1. A sure outcome (K = 1) gets the empty word: there is
        nothing to say.

    Raises
    ------
    ValueError
        If ``p`` does not have shape (K,), is empty, contains NaN, or holds a number that is not
        greater than 0, or its sum is not 1 (within 1e-5). An outcome that never happens needs no
        word: leave it out.
    TypeError
        If ``p`` does not hold real numbers.

    Notes
    -----
    The mean length lies in :math:`[H(p), H(p) + 1)` with the entropy in bits, and equals it if
    every probability is a power of 1/2. Ties are broken in favour of earlier outcomes.

    References
    ----------
    Huffman, D. A. (1952). A Method for the Construction of Minimum-Redundancy Codes. *Proceedings
    of the IRE* 40(9), 1098-1101. https://doi.org/10.1109/JRPROC.1952.273898

    Examples
    --------
    >>> p = [0.5, 0.25, 0.125, 0.125]
    >>> huffman_code(p)
    ['0', '10', '110', '111']
    >>> mean_length(p, huffman_code(p))
    1.75
    """
    p = _outcomes(p)
    if p.min() <= 0:
        raise ValueError(f"`p` must be greater than 0 everywhere. Received: {p.min()}")
    words = [""] * len(p)
    # Of equally likely groups the one whose first outcome comes last counts as the rarest.
    heap = [(float(x), -i, [i]) for i, x in enumerate(p)]
    heapq.heapify(heap)
    while len(heap) > 1:
        rarest, _, ones = heapq.heappop(heap)
        next_rarest, _, zeros = heapq.heappop(heap)
        for i in ones:
            words[i] = "1" + words[i]
        for i in zeros:
            words[i] = "0" + words[i]
        joined = sorted(zeros + ones)
        heapq.heappush(heap, (rarest + next_rarest, -joined[0], joined))
    return words


def mean_length(p: ArrayLike, words: Sequence[str]) -> float:
    r"""Mean length of the words sent, in letters: :math:`\sum_x p(x) \, |w(x)|`.

    Parameters
    ----------
    p : array_like
        Probabilities of shape (K,) with which the outcomes really come, with sum 1. They need not
        be those for which the code was made.
    words : sequence of str
        K code words.

    Returns
    -------
    float
        Mean length; in bits, if the words consist of the letters 0 and 1.

    Raises
    ------
    ValueError
        If ``p`` is not a distribution of shape (K,), or there are not K words.
    TypeError
        If ``p`` does not hold real numbers, or ``words`` is a single word.

    Examples
    --------
    A code made for the wrong odds sends more than it has to.

    >>> code = huffman_code([0.25, 0.25, 0.5])
    >>> mean_length([0.5, 0.25, 0.25], code), mean_length([0.25, 0.25, 0.5], code)
    (1.75, 1.5)
    """
    p = _outcomes(p)
    if isinstance(words, str):
        raise TypeError(f"`words` must be a list of words. Received: {words!r}")
    if len(words) != len(p):
        raise ValueError(
            f"`words` must hold one word for each outcome. Received: {len(words)} for {len(p)}"
        )
    return float(p @ [len(word) for word in words])


def _outcomes(p: ArrayLike) -> FloatArray:
    p = as_distribution("p", p)
    if p.ndim != 1:
        raise ValueError(f"`p` must have shape (K,). Received: shape={p.shape}")
    return p
