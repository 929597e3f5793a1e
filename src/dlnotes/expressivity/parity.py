"""Parity, computed by a wide network of depth two and by a narrow deep one.

The parity of n bits is 1 if the number of ones among them is odd. An OR of ANDs needs an AND for
every such input, a tree of XOR gates needs n - 1 gates.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import IntArray, as_integers
from dlnotes.expressivity.gates import ThresholdUnit, boolean_inputs

__all__ = ["isolated", "or_of_ands", "parity_terms", "parity_tree"]


def parity_terms(n: int) -> IntArray:
    """The inputs of ``n`` bits whose parity is 1, that is, with an odd number of ones.

    Parameters
    ----------
    n : int
        Number of bits.

    Returns
    -------
    numpy.ndarray
        Bits ``(2 ** (n - 1), n)``: half of all inputs.

    Raises
    ------
    ValueError, TypeError
        If ``n`` is less than 1, or no integer.

    Examples
    --------
    >>> parity_terms(3).tolist()
    [[0, 0, 1], [0, 1, 0], [1, 0, 0], [1, 1, 1]]
    """
    x = boolean_inputs(n)
    odd: IntArray = x[x.sum(axis=1) % 2 == 1]
    return odd


def isolated(terms: ArrayLike) -> bool:
    """Tell whether any two rows of bits differ in more than one place.

    If they do, an OR of ANDs needs one AND for each of them: an AND that leaves out one input is 1
    for two rows that differ in this place alone, and one of them should be 0.

    Parameters
    ----------
    terms : array_like
        Inputs ``(K, n)`` for which a function is 1, all different, such as :func:`parity_terms`.

    Returns
    -------
    bool
        True if no two of them are neighbours.

    Raises
    ------
    ValueError, TypeError
        If ``terms`` is no such array of integers 0 or 1, is empty, or holds a row twice.

    Examples
    --------
    OR is 1 for 01 and 11, which one AND can cover: the second input alone.

    >>> isolated(parity_terms(8)), isolated([[0, 1], [1, 0], [1, 1]])
    (True, False)
    """
    t = _terms(terms)
    differences = t @ (1 - t).T + (1 - t) @ t.T
    return bool(np.all(differences[~np.eye(len(t), dtype=bool)] > 1))


def or_of_ands(terms: ArrayLike, x: ArrayLike) -> IntArray:
    """Output of two layers of threshold units: one AND for each term, and one OR.

    Parameters
    ----------
    terms : array_like
        Inputs ``(K, n)`` for which the output shall be 1, all different.
    x : array_like
        Bits ``(..., n)``.

    Returns
    -------
    numpy.ndarray
        Bits of shape ``(...)``: 1 where the row of ``x`` is one of the terms.

    Raises
    ------
    ValueError, TypeError
        If ``terms`` or ``x`` is no such array of integers 0 or 1, is empty, or ``terms`` holds a
        row twice.

    Examples
    --------
    Any function can be computed in this way, if the layer may be wide enough.

    >>> or_of_ands([[0, 1], [1, 0]], boolean_inputs(2)).tolist()
    [0, 1, 1, 0]
    """
    t = _terms(terms)
    # An AND wants each of its inputs to be just so: +1 for a one, -1 for a zero.
    ands = [ThresholdUnit(tuple(2 * term - 1), 0.5 - term.sum()) for term in t]
    hidden = np.stack([unit(x) for unit in ands], axis=-1)
    return ThresholdUnit((1,) * len(t), -0.5)(hidden)


def parity_tree(x: ArrayLike) -> tuple[IntArray, int]:
    """Parity by XOR gates: of pairs of bits, then of pairs of the results, until one is left.

    Parameters
    ----------
    x : array_like
        Bits ``(..., n)``.

    Returns
    -------
    parity : numpy.ndarray
        Bits of shape ``(...)``: 1 where the number of ones is odd.
    gates : int
        Number of XOR gates, n - 1. Each is an OR of two ANDs of its own.

    Raises
    ------
    ValueError, TypeError
        If ``x`` is no such array of integers 0 or 1, or is empty.

    Examples
    --------
    Eight bits take 7 gates, where an OR of ANDs takes 128 ANDs.

    >>> parity, gates = parity_tree([0, 1, 1, 0, 1, 0, 0, 0])
    >>> int(parity), gates, len(parity_terms(8))
    (1, 7, 128)
    """
    x = as_integers("x", x, shape=("...", "n"), low=0, high=1)
    bits, gates = list(np.moveaxis(x, -1, 0)), 0
    while len(bits) > 1:
        left_over = bits[len(bits) // 2 * 2 :]
        pairs = [np.stack(pair, axis=-1) for pair in zip(bits[::2], bits[1::2], strict=False)]
        bits = [or_of_ands(parity_terms(2), pair) for pair in pairs] + left_over
        gates += len(pairs)
    return np.asarray(bits[0]), gates


def _terms(terms: ArrayLike) -> IntArray:
    t = as_integers("terms", terms, shape=("K", "n"), low=0, high=1)
    if len(different := np.unique(t, axis=0)) < len(t):
        raise ValueError(
            f"`terms` must all be different. Received: {len(different)} different of {len(t)}"
        )
    return t
