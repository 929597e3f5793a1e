"""A deep narrow network that makes as many linear pieces as only a very wide shallow one could."""

from __future__ import annotations

import numpy as np

from dlnotes._validation import FloatArray, as_count

__all__ = ["tent_network"]


def tent_network(k: int) -> tuple[list[FloatArray], list[FloatArray]]:
    r"""Network of ``k`` hidden layers of two units that folds the interval from 0 to 1 ``k`` times.

    .. math:: T(x) = 2 \max(0, x) - 4 \max(0, x - \tfrac12), \qquad y = T(T(\cdots T(x)))

    A tent climbs from 0 to 1 and back. What comes after it happens twice, forwards and backwards,
    so that k tents make :math:`2^k` pieces out of 2k units.

    Parameters
    ----------
    k : int
        Number of tents.

    Returns
    -------
    weights, biases : list of numpy.ndarray
        The network of one input and one output. Between 0 and 1 it is exact: all its numbers are
        sums of few powers of 2.

    Raises
    ------
    ValueError, TypeError
        If ``k`` is less than 1, or no integer.

    References
    ----------
    Telgarsky, M. (2016). Benefits of depth in neural networks. *Proceedings of Machine Learning
    Research* 49, 1517-1539. https://proceedings.mlr.press/v49/telgarsky16.html

    Examples
    --------
    >>> from dlnotes.expressivity.linear_regions import count_pieces_on_line
    >>> [count_pieces_on_line(*tent_network(k), [0], [1]).pieces for k in (1, 2, 3, 10)]
    [2, 4, 8, 1024]
    """
    k = as_count("k", k)
    first, last = np.array([[1.0, 1.0]]), np.array([[2.0], [-4.0]])
    weights = [first, *(last @ first for _ in range(k - 1)), last]
    return weights, [*(np.array([0.0, -0.5]) for _ in range(k)), np.zeros(1)]
