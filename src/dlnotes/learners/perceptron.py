"""The perceptron: one threshold unit that learns from its mistakes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import (
    FloatArray,
    IntArray,
    as_count,
    as_floats,
    as_generator,
    as_integers,
)

__all__ = ["Perceptron", "mistake_bound"]


class Perceptron:
    r"""One threshold unit, trained by Rosenblatt's rule.

    .. math:: \hat y = \begin{cases} 1 & w \cdot x + b > 0 \\ 0 & \text{otherwise} \end{cases}

    After every mistake, and only then, it moves towards the example or away from it:

    .. math:: w \leftarrow w + (y - \hat y) \, x, \qquad b \leftarrow b + (y - \hat y)

    Attributes
    ----------
    w : numpy.ndarray
        Weights ``(D,)``, in the dtype of the examples.
    b : float
        Bias.
    mistakes : int
        Number of mistakes made in training, and so of updates.
    history : numpy.ndarray
        ``w`` and, in the last column, ``b``, at first and after each update:
        ``(mistakes + 1, D + 1)``.
    converged : bool
        Whether the last epoch passed without a mistake.

    Notes
    -----
    All weights start at 0. From there a learning rate would only multiply ``w`` and ``b``, which
    changes no prediction, so there is none.

    References
    ----------
    Rosenblatt, F. (1958). The perceptron: A probabilistic model for information storage and
    organization in the brain. *Psychological Review* 65(6), 386-408.
    https://doi.org/10.1037/h0042519

    Examples
    --------
    It learns OR from its four examples, but no number of epochs is enough for XOR.

    >>> x = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> unit = Perceptron().fit(x, [0, 1, 1, 1], epochs=10)
    >>> unit.converged, unit.predict(x).tolist()
    (True, [0, 1, 1, 1])
    >>> Perceptron().fit(x, [0, 1, 1, 0], epochs=1000).converged
    False
    """

    w: FloatArray
    b: float
    mistakes: int
    history: FloatArray
    converged: bool

    def fit(
        self, x: ArrayLike, y: ArrayLike, *, epochs: int, rng: np.random.Generator | None = None
    ) -> Perceptron:
        """Learn anew from all examples, again and again, until none is mistaken.

        Parameters
        ----------
        x : array_like
            Examples ``(N, D)``.
        y : array_like
            Labels ``(N,)``, integers 0 or 1.
        epochs : int
            How often to go through the examples at most.
        rng : numpy.random.Generator, optional
            Shuffles the examples before each epoch. Without it they come as given.

        Returns
        -------
        Perceptron
            The unit itself.

        Raises
        ------
        ValueError
            If the shapes do not fit, a number is not finite, a label is neither 0 nor 1,
            ``epochs`` is less than 1, or the numbers in ``x`` are so large that a weighted sum is
            not finite. The unit is left as it was.
        TypeError
            If ``x`` does not hold real numbers, ``y`` no integers, or ``epochs`` is no integer.
        """
        x, t = _examples(x, y)
        epochs = as_count("epochs", epochs)
        if rng is not None:
            as_generator("rng", rng)
        x1 = _with_constant_input(x)
        v = np.zeros_like(x1[0])  # the weights, then the bias: the weight of the constant input 1
        history = [v]
        for _ in range(epochs):
            mistakes_before = len(history)
            for i in range(len(x1)) if rng is None else rng.permutation(len(x1)):
                error = int(t[i]) - int(_weighted_sums(x1[i], v) > 0)
                if error:
                    v = v + error * x1[i]
                    history.append(v)
            if converged := len(history) == mistakes_before:
                break
        self.w, self.b = v[:-1].copy(), float(v[-1])
        self.mistakes, self.history = len(history) - 1, np.array(history)
        self.converged = converged
        return self

    def predict(self, x: ArrayLike) -> IntArray:
        """Label examples ``x`` of shape ``(N, D)`` with 0 or 1: integers ``(N,)``.

        Raises
        ------
        RuntimeError
            If there was no :meth:`fit`.
        ValueError
            If ``x`` does not have shape ``(N, D)``, is empty, or a number or a weighted sum is not
            finite.
        TypeError
            If ``x`` does not hold real numbers.
        """
        if not hasattr(self, "w"):
            raise RuntimeError("`predict` must come after `fit`. Received: no fit")
        x = as_floats("x", x, shape=("N", len(self.w)), finite=True)
        v = np.append(self.w, self.w.dtype.type(self.b))
        return (_weighted_sums(_with_constant_input(x), v) > 0).astype(np.int64)


def mistake_bound(x: ArrayLike, y: ArrayLike, w: ArrayLike, b: float) -> float:
    r"""Bound on the mistakes of a perceptron, whatever the order of the examples.

    .. math::

        \text{mistakes} \le \left(\frac{R}{\gamma}\right)^2, \qquad
        R = \max_n \lVert (x_n, 1) \rVert, \qquad
        \gamma = \min_n \frac{\pm (w \cdot x_n + b)}{\lVert (w, b) \rVert}

    The sign is plus for label 1 and minus for label 0. The bias is the weight of a constant input
    1, so that input counts in the size :math:`R` of the examples, and ``b`` in the length of the
    weights. The wider the gap :math:`\gamma` that the hyperplane leaves, the fewer the mistakes.

    Parameters
    ----------
    x : array_like
        Examples ``(N, D)``.
    y : array_like
        Labels ``(N,)``, integers 0 or 1.
    w, b : array_like, float
        Weights ``(D,)`` and bias of any hyperplane that separates the labels: all with label 1 lie
        on its positive side, all with label 0 on its negative side, none on it.

    Returns
    -------
    float
        The bound. It holds for :class:`Perceptron`, which need not find this hyperplane.

    Raises
    ------
    ValueError
        If the shapes do not fit, a number or a weighted sum is not finite, a label is neither 0
        nor 1, or the hyperplane does not separate the labels.
    TypeError
        If ``x``, ``w`` or ``b`` are no real numbers, or ``y`` no integers.

    References
    ----------
    Novikoff, A. B. J. (1962). On convergence proofs on perceptrons. *Proceedings of the Symposium
    on the Mathematical Theory of Automata* 12, 615-622.

    Examples
    --------
    Two points on a line, at -1 and 1, and the border between them: R is the square root of 2, and
    the gap is 1.

    >>> round(mistake_bound([[-1], [1]], [0, 1], w=[1], b=0), 12)
    2.0
    >>> Perceptron().fit([[-1], [1]], [0, 1], epochs=10).mistakes
    1
    """
    x, t = _examples(x, y)
    w = as_floats("w", w, shape=(x.shape[1],), finite=True)
    v = np.append(w, as_floats("b", b, shape=(), finite=True)).astype(np.float64)
    x1 = _with_constant_input(x.astype(np.float64))
    scores = (2 * t - 1) * _weighted_sums(x1, v)
    if scores.min() <= 0:
        raise ValueError(
            "`w` and `b` must separate the labels. "
            f"Received: {np.sum(scores <= 0)} of {len(t)} not on their side"
        )
    with np.errstate(all="ignore"):  # where the gap is next to nothing the bound is infinite
        # hypot squares nothing that could overflow
        radius, gap = np.hypot.reduce(x1, axis=1).max(), scores.min() / np.hypot.reduce(v)
        return float((radius / gap) ** 2)


def _examples(x: ArrayLike, y: ArrayLike) -> tuple[FloatArray, IntArray]:
    x = as_floats("x", x, shape=("N", "D"), finite=True)
    return x, as_integers("y", y, shape=(len(x),), low=0, high=1)


def _with_constant_input(x: FloatArray) -> FloatArray:
    return np.column_stack([x, np.ones(len(x), x.dtype)])


def _weighted_sums(x1: FloatArray, v: FloatArray) -> FloatArray:
    with np.errstate(over="ignore", invalid="ignore"):  # an error says more than a warning
        sums: FloatArray = x1 @ v
    if not np.isfinite(sums).all():
        raise ValueError(
            f"`x` must be small enough for finite weighted sums. Received: {np.abs(x1).max()}"
        )
    return sums
