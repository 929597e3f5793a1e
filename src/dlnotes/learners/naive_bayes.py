"""Naive Bayes: classify texts by their words, as if each word came independently of the others."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, IntArray, as_floats, as_integers, as_positive
from dlnotes.softmax import log_softmax

__all__ = ["NaiveBayes"]


class NaiveBayes:
    r"""Multinomial naive Bayes classifier of word counts.

    A text of class c is taken for a row of words, each drawn with the probabilities of its class.
    By Bayes's rule

    .. math::

        \log P(c \mid x) = \log P(c) + \sum_v x_v \log P(v \mid c) + \text{constant}, \qquad
        P(v \mid c) = \frac{n_{cv} + \alpha}{\sum_u (n_{cu} + \alpha)}

    with the count :math:`n_{cv}` of word v in all training texts of class c.

    Parameters
    ----------
    alpha : float, default 1
        What is added to every count, greater than 0. Without it one word that a class has never
        seen would make the class impossible. 1 is Laplace's rule.

    Attributes
    ----------
    classes : numpy.ndarray
        The C labels in training, in order.
    log_prior : numpy.ndarray
        Logarithm, base e, of the share of each class in training, ``(C,)``.
    log_likelihood : numpy.ndarray
        Logarithm, base e, of the probability of each word in each class, ``(C, V)``.

    Raises
    ------
    ValueError, TypeError
        If ``alpha`` is no number greater than 0.

    Notes
    -----
    Logarithms are added where probabilities would be multiplied: the product of the probabilities
    of a few hundred words is too small for the computer.

    Examples
    --------
    Two texts of class 0 and one of class 1, over two words.

    >>> model = NaiveBayes().fit([[2, 0], [1, 0], [0, 2]], [0, 0, 1])
    >>> np.exp(model.log_likelihood).round(12).tolist()
    [[0.8, 0.2], [0.25, 0.75]]
    >>> model.predict([[1, 0], [0, 3]]).tolist()
    [0, 1]
    """

    classes: IntArray
    log_prior: FloatArray
    log_likelihood: FloatArray

    def __init__(self, *, alpha: float = 1.0) -> None:
        self.alpha = as_positive("alpha", alpha)

    def fit(self, x: ArrayLike, y: ArrayLike) -> NaiveBayes:
        """Count the words of each class.

        Parameters
        ----------
        x : array_like
            Counts ``(N, V)``, at least 0: how often each of V words occurs in each of N texts.
        y : array_like
            Labels ``(N,)``, integers.

        Returns
        -------
        NaiveBayes
            The classifier itself.

        Raises
        ------
        ValueError
            If the shapes do not fit, or a count is negative or above 1e30. The classifier is left
            as it was.
        TypeError
            If ``x`` does not hold real numbers, or ``y`` no integers.
        """
        x = _counts(x, "V").astype(np.float64)
        y = as_integers("y", y, shape=(len(x),))
        classes, index = np.unique(y, return_inverse=True)
        member = (index == np.arange(len(classes))[:, None]).astype(np.float64)  # (C, N)
        seen = member @ x + self.alpha
        self.log_likelihood = np.log(seen) - np.log(seen.sum(axis=1, keepdims=True))
        self.log_prior = np.log(member.mean(axis=1))
        self.classes = classes
        return self

    def predict_log_proba(self, x: ArrayLike) -> FloatArray:
        """Logarithm, base e, of the probability of each class.

        Parameters
        ----------
        x : array_like
            Counts ``(M, V)``, at least 0.

        Returns
        -------
        numpy.ndarray
            Logarithms ``(M, C)``, in the order of ``classes``.

        Raises
        ------
        RuntimeError
            If there was no :meth:`fit`.
        ValueError
            If ``x`` does not have shape ``(M, V)``, or a count is negative or above 1e30.
        TypeError
            If ``x`` does not hold real numbers.
        """
        if not hasattr(self, "classes"):
            raise RuntimeError("`predict` must come after `fit`. Received: no fit")
        x = _counts(x, self.log_likelihood.shape[1])
        prior, likelihood = self.log_prior.astype(x.dtype), self.log_likelihood.astype(x.dtype)
        return log_softmax(x @ likelihood.T + prior)

    def predict_proba(self, x: ArrayLike) -> FloatArray:
        """Probability of each class.

        Parameters
        ----------
        x : array_like
            Counts ``(M, V)``, at least 0.

        Returns
        -------
        numpy.ndarray
            Probabilities ``(M, C)``, in the order of ``classes``, that sum to 1 in each row.

        Raises
        ------
        RuntimeError, ValueError, TypeError
            As in :meth:`predict_log_proba`.
        """
        return np.exp(self.predict_log_proba(x))

    def predict(self, x: ArrayLike) -> IntArray:
        """Label of the most probable class, the first of several.

        Parameters
        ----------
        x : array_like
            Counts ``(M, V)``, at least 0.

        Returns
        -------
        numpy.ndarray
            Labels ``(M,)``.

        Raises
        ------
        RuntimeError, ValueError, TypeError
            As in :meth:`predict_log_proba`.
        """
        best = self.predict_log_proba(x).argmax(axis=1)
        labels: IntArray = self.classes[best]
        return labels


def _counts(x: ArrayLike, words: int | str) -> FloatArray:
    x = as_floats("x", x, shape=("N", words), finite=True)
    if x.min() < 0:
        raise ValueError(f"`x` must not be negative. Received: {x.min()}")
    if x.max() > 1e30:
        raise ValueError(f"`x` must be at most 1e30. Received: {x.max()}")
    return x
