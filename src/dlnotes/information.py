"""Surprise, entropy, cross-entropy and divergences of discrete distributions.

The unit depends on the base of the logarithm: ``base=2`` counts bits, the default
``base=math.e`` counts nats.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, Real, as_distribution, as_number, as_probabilities

__all__ = ["cross_entropy", "entropy", "jensen_shannon_divergence", "kl_divergence", "surprise"]


def surprise(p: ArrayLike, *, base: float = math.e) -> Real:
    r"""Surprise of an event that has probability ``p``: :math:`-\log p`.

    Parameters
    ----------
    p : array_like
        Probabilities of any shape, each from 0 to 1. They need not sum to 1.
    base : float, default e
        Base of the logarithm, greater than 1: 2 for bits, e for nats.

    Returns
    -------
    numpy.floating or numpy.ndarray
        Surprise in the shape of ``p``: 0 for a sure event, infinite for an impossible one.

    Raises
    ------
    ValueError
        If ``p`` is empty, contains NaN or a number outside 0 to 1, or ``base`` is unusable.
    TypeError
        If ``p`` does not hold real numbers.

    Examples
    --------
    The surprises of independent events add up: a six with a die, then heads with a coin.

    >>> round(float(surprise(1 / 6 * 1 / 2, base=2)), 6)
    3.584963
    >>> round(float(surprise(1 / 6, base=2) + surprise(1 / 2, base=2)), 6)
    3.584963
    """
    return _surprise(as_probabilities("p", p), base)


def entropy(p: ArrayLike, *, base: float = math.e, axis: int = -1) -> Real:
    r"""Entropy of ``p``, its mean surprise: :math:`H(p) = -\sum_x p(x) \log p(x)`.

    Parameters
    ----------
    p : array_like
        Probabilities that sum to 1 along ``axis``, for example of shape (K,) or (N, K).
    base : float, default e
        Base of the logarithm, greater than 1: 2 for bits, e for nats.
    axis : int, default -1
        The axis that counts the outcomes.

    Returns
    -------
    numpy.floating or numpy.ndarray
        Entropy in the shape of ``p`` without ``axis``, of the dtype of ``p``.

    Raises
    ------
    ValueError
        If ``p`` is empty, contains NaN or a negative number, or does not sum to 1 (within 1e-5,
        which leaves room for float32), or if ``axis`` or ``base`` is unusable.
    TypeError
        If ``p`` does not hold real numbers.

    Notes
    -----
    An outcome of probability 0 contributes nothing, because :math:`x \log x \to 0` as
    :math:`x \to 0`.

    References
    ----------
    Shannon, C. E. (1948). A Mathematical Theory of Communication. *Bell System Technical Journal*
    27(3), 379-423. https://doi.org/10.1002/j.1538-7305.1948.tb01338.x

    Examples
    --------
    >>> float(entropy([0.5, 0.25, 0.125, 0.125], base=2))
    1.75
    >>> float(entropy([1, 0]))
    0.0
    """
    p = as_distribution("p", p, axis=axis)
    return _mean(p, _surprise(p, base), axis)


def cross_entropy(p: ArrayLike, q: ArrayLike, *, base: float = math.e, axis: int = -1) -> Real:
    r"""Mean surprise of one who believes ``q`` when ``p`` is true.

    .. math:: H(p, q) = -\sum_x p(x) \log q(x)

    Parameters
    ----------
    p, q : array_like
        True and believed probabilities, of the same shape, both summing to 1 along ``axis``.
    base : float, default e
        Base of the logarithm, greater than 1: 2 for bits, e for nats.
    axis : int, default -1
        The axis that counts the outcomes.

    Returns
    -------
    numpy.floating or numpy.ndarray
        Cross-entropy in the shape of ``p`` without ``axis``; infinite where ``q`` is 0 and ``p``
        is not.

    Raises
    ------
    ValueError
        If ``p`` and ``q`` differ in shape, or as in :func:`entropy`.
    TypeError
        If ``p`` or ``q`` does not hold real numbers.

    Examples
    --------
    The price of believing the wrong odds is the entropy plus the divergence.

    >>> p, q = [0.5, 0.25, 0.25], [0.25, 0.25, 0.5]
    >>> float(cross_entropy(p, q, base=2))
    1.75
    >>> float(entropy(p, base=2) + kl_divergence(p, q, base=2))
    1.75
    """
    p, q = _pair(p, q, axis)
    return _mean(p, _surprise(q, base), axis)


def kl_divergence(p: ArrayLike, q: ArrayLike, *, base: float = math.e, axis: int = -1) -> Real:
    r"""Kullback-Leibler divergence: what believing ``q`` costs on top of the entropy of ``p``.

    .. math:: D_{\mathrm{KL}}(p \,\|\, q) = \sum_x p(x) \log \frac{p(x)}{q(x)}

    Parameters
    ----------
    p, q : array_like
        True and believed probabilities, of the same shape, both summing to 1 along ``axis``.
    base : float, default e
        Base of the logarithm, greater than 1: 2 for bits, e for nats.
    axis : int, default -1
        The axis that counts the outcomes.

    Returns
    -------
    numpy.floating or numpy.ndarray
        Divergence in the shape of ``p`` without ``axis``; infinite where ``q`` is 0 and ``p`` is
        not.

    Raises
    ------
    ValueError
        If ``p`` and ``q`` differ in shape, or as in :func:`entropy`.
    TypeError
        If ``p`` or ``q`` does not hold real numbers.

    Notes
    -----
    It is not symmetric, and no distance. For distributions that nearly agree the true value can
    be smaller than the rounding of the sum, which may then come out as a tiny negative number.

    References
    ----------
    Kullback, S. and Leibler, R. A. (1951). On Information and Sufficiency. *The Annals of
    Mathematical Statistics* 22(1), 79-86. https://doi.org/10.1214/aoms/1177729694

    Examples
    --------
    >>> float(kl_divergence([0.5, 0.25, 0.25], [0.25, 0.25, 0.5], base=2))
    0.25
    >>> float(kl_divergence([0.5, 0.5], [1, 0]))
    inf
    """
    p, q = _pair(p, q, axis)
    with np.errstate(invalid="ignore"):  # inf - inf, where p and q are both 0
        extra = _surprise(q, base) - _surprise(p, base)
    return _mean(p, extra, axis)


def jensen_shannon_divergence(
    p: ArrayLike, q: ArrayLike, *, base: float = math.e, axis: int = -1
) -> Real:
    r"""Jensen-Shannon divergence: how far ``p`` and ``q`` are from what lies in their middle.

    .. math::

        \mathrm{JS}(p, q) = \frac{D_{\mathrm{KL}}(p \,\|\, m) + D_{\mathrm{KL}}(q \,\|\, m)}{2},
        \qquad m = \frac{p + q}{2}

    Parameters
    ----------
    p, q : array_like
        Probabilities of the same shape, both summing to 1 along ``axis``.
    base : float, default e
        Base of the logarithm, greater than 1: 2 for bits, e for nats.
    axis : int, default -1
        The axis that counts the outcomes.

    Returns
    -------
    numpy.floating or numpy.ndarray
        Divergence in the shape of ``p`` without ``axis``: 0 if ``p`` and ``q`` agree, one bit if
        they share no outcome, always in between. Rounding can make it a tiny negative number.

    Raises
    ------
    ValueError, TypeError
        As :func:`kl_divergence`.

    Notes
    -----
    Unlike the Kullback-Leibler divergence it is symmetric and always finite. Its square root is a
    distance.

    References
    ----------
    Lin, J. (1991). Divergence measures based on the Shannon entropy. *IEEE Transactions on
    Information Theory* 37(1), 145-151. https://doi.org/10.1109/18.61115

    Examples
    --------
    >>> float(jensen_shannon_divergence([1, 0], [0, 1], base=2))
    1.0
    >>> float(jensen_shannon_divergence([0.5, 0.5], [0.5, 0.5]))
    0.0
    """
    p, q = _pair(p, q, axis)
    # The surprise of m, from p + q: half of the smallest float would be 0.
    of_m = _surprise(p + q, base) + math.log(2) / math.log(base)
    with np.errstate(invalid="ignore"):  # inf - inf, where p and q are both 0
        from_p = _mean(p, of_m - _surprise(p, base), axis)
        from_q = _mean(q, of_m - _surprise(q, base), axis)
    return (from_p + from_q) / 2


def _pair(p: ArrayLike, q: ArrayLike, axis: int) -> tuple[FloatArray, FloatArray]:
    p, q = as_distribution("p", p, axis=axis), as_distribution("q", q, axis=axis)
    if p.shape != q.shape:
        raise ValueError(
            f"`q` must have the shape of `p`. Received: p.shape={p.shape}, q.shape={q.shape}"
        )
    return p, q


def _surprise(p: FloatArray, base: float) -> FloatArray:
    if not 1 < as_number("base", base) < math.inf:
        raise ValueError(f"`base` must be finite and greater than 1. Received: {base}")
    with np.errstate(divide="ignore"):  # an impossible event: infinite surprise, no warning
        nats = 0 - np.log(p)  # 0 - x, because -x would give a sure event the surprise -0.0
    return nats / math.log(base)


def _mean(p: FloatArray, x: FloatArray, axis: int) -> Real:
    """Mean of ``x`` when its values come with probabilities ``p``, counting 0 times inf as 0."""
    terms = np.zeros(p.shape, np.result_type(p, x))
    np.multiply(p, x, out=terms, where=p > 0)
    mean: Real = terms.sum(axis=axis)
    return mean
