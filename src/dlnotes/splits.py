"""Splits: which examples to train on, which to test on, and which to take in one step.

All of them return indices, so that inputs and labels, and whatever else belongs to the examples,
are split in the same way: ``x[train], y[train]``.
"""

from __future__ import annotations

from typing import SupportsIndex

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import IntArray, as_count, as_generator, as_integers

__all__ = ["k_fold", "minibatches", "stratified_k_fold", "train_test_indices"]


def train_test_indices(
    n: SupportsIndex, *, test_size: SupportsIndex, rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """Hold out a random part of the examples for testing.

    Parameters
    ----------
    n : int
        Number of examples, at least 2.
    test_size : int
        How many of them to hold out, at least 1 and fewer than ``n``. It is a count, because a
        share would have to be rounded.
    rng : numpy.random.Generator
        Draws the examples.

    Returns
    -------
    train, test : tuple of numpy.ndarray
        Indices from 0 to n - 1, each in one of the two, in random order: ``n - test_size`` to train
        on, ``test_size`` to test on.

    Raises
    ------
    ValueError
        If ``n`` is less than 2, or ``test_size`` less than 1 or not less than ``n``.
    TypeError
        If a number is not an integer, or ``rng`` is no generator.

    Examples
    --------
    >>> train, test = train_test_indices(5, test_size=2, rng=np.random.default_rng(0))
    >>> len(train), len(test), sorted([*train.tolist(), *test.tolist()])
    (3, 2, [0, 1, 2, 3, 4])
    """
    n, test_size = as_count("n", n, low=2), as_count("test_size", test_size)
    if test_size >= n:
        raise ValueError(f"`test_size` must be less than `n`. Received: {test_size}, n={n}")
    order = as_generator("rng", rng).permutation(n)
    return order[test_size:], order[:test_size]


def k_fold(
    n: SupportsIndex, k: SupportsIndex, *, rng: np.random.Generator | None = None
) -> list[tuple[IntArray, IntArray]]:
    """Divide the examples into k folds and hold out each of them once: k-fold cross-validation.

    Parameters
    ----------
    n : int
        Number of examples, at least 2.
    k : int
        Number of folds, from 2 to ``n``.
    rng : numpy.random.Generator, optional
        Shuffles the examples first. Without it a fold is a stretch of the data as they are stored.

    Returns
    -------
    list of tuple of numpy.ndarray
        Pairs ``(train, test)`` of indices, k of them. Each example is in one test fold, and in the
        training set of the other pairs. The sizes of the folds differ by 1 at most, larger ones
        first.

    Raises
    ------
    ValueError
        If ``n`` is less than 2, or ``k`` less than 2 or more than ``n``.
    TypeError
        If a number is not an integer, or ``rng`` is no generator.

    References
    ----------
    Stone, M. (1974). Cross-Validatory Choice and Assessment of Statistical Predictions. *Journal of
    the Royal Statistical Society, Series B* 36(2), 111-147.
    https://doi.org/10.1111/j.2517-6161.1974.tb00994.x

    Examples
    --------
    >>> for train, test in k_fold(5, 2):
    ...     print(train, test)
    [3 4] [0 1 2]
    [0 1 2] [3 4]
    """
    n = as_count("n", n, low=2)
    k = as_count("k", k, low=2)
    if k > n:
        raise ValueError(f"`k` must be at most `n`. Received: {k}, n={n}")
    return _hold_out_each(np.array_split(_order(n, rng), k))


def stratified_k_fold(
    y: ArrayLike, k: SupportsIndex, *, rng: np.random.Generator
) -> list[tuple[IntArray, IntArray]]:
    """Divide the examples into k folds, each with the same share of every class.

    Parameters
    ----------
    y : array_like
        Class of each example, integers of shape (N,). Every class has at least k examples.
    k : int
        Number of folds, at least 2.
    rng : numpy.random.Generator
        Deals the examples out to the folds.

    Returns
    -------
    list of tuple of numpy.ndarray
        Pairs ``(train, test)`` of indices, as from :func:`k_fold`. How many examples of a class
        are in a fold differs by 1 at most between the folds, and so do the sizes of the folds. The
        first pair alone is a stratified division into training and test set.

    Raises
    ------
    ValueError
        If ``y`` is empty or not of shape (N,), ``k`` is less than 2, or a class has fewer than k
        examples.
    TypeError
        If ``y`` does not hold integers, ``k`` is none, or ``rng`` is no generator.

    References
    ----------
    Kohavi, R. (1995). A Study of Cross-Validation and Bootstrap for Accuracy Estimation and Model
    Selection. *Proceedings of the 14th International Joint Conference on Artificial Intelligence*
    2, 1137-1143. https://www.ijcai.org/Proceedings/95-2/Papers/016.pdf

    Examples
    --------
    One example in three is of class 1, in each fold too.

    >>> y = np.array([1, 0, 0] * 4)
    >>> for train, test in stratified_k_fold(y, 2, rng=np.random.default_rng(0)):
    ...     print(np.bincount(y[train]), np.bincount(y[test]))
    [4 2] [4 2]
    [4 2] [4 2]
    """
    y = as_integers("y", y, shape=("N",))
    k = as_count("k", k, low=2)
    labels, counts = np.unique(y, return_counts=True)
    if counts.min() < k:
        rare = counts.argmin()
        raise ValueError(
            "`y` must hold at least `k` examples of each class. "
            f"Received: {counts[rare]} of class {labels[rare]}, k={k}"
        )
    order = as_generator("rng", rng).permutation(len(y))
    by_class = order[y[order].argsort(kind="stable")]
    # Dealt out like cards, class by class, then shuffled so that a fold is not sorted by class.
    return _hold_out_each([rng.permutation(by_class[i::k]) for i in range(k)])


def minibatches(
    n: SupportsIndex, batch_size: SupportsIndex, *, rng: np.random.Generator | None = None
) -> list[IntArray]:
    """Divide the examples into mini-batches for one epoch.

    Parameters
    ----------
    n : int
        Number of examples, at least 1.
    batch_size : int
        Number of examples in a mini-batch, at least 1.
    rng : numpy.random.Generator, optional
        Shuffles the examples first, anew in every call. Without it they come in the order in which
        they are stored.

    Returns
    -------
    list of numpy.ndarray
        ``ceil(n / batch_size)`` arrays of indices, each example in one of them. The last one holds
        what is left over, and may be smaller.

    Raises
    ------
    ValueError
        If a number is less than 1.
    TypeError
        If a number is not an integer, or ``rng`` is no generator.

    Examples
    --------
    >>> minibatches(5, 2)
    [array([0, 1]), array([2, 3]), array([4])]
    """
    n, batch_size = as_count("n", n), as_count("batch_size", batch_size)
    order = _order(n, rng)
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]


def _order(n: int, rng: np.random.Generator | None) -> IntArray:
    return np.arange(n) if rng is None else as_generator("rng", rng).permutation(n)


def _hold_out_each(folds: list[IntArray]) -> list[tuple[IntArray, IntArray]]:
    return [(np.concatenate(folds[:i] + folds[i + 1 :]), test) for i, test in enumerate(folds)]
