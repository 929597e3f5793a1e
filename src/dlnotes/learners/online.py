"""Logistic regression learned in two ways: one example at a time, or all at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlnotes._validation import FloatArray, IntArray, as_count, as_floats, as_integers, as_positive
from dlnotes.activations import sigmoid, sigmoid_derivative, softplus

__all__ = ["BatchLogisticRegression", "OnlineLogisticRegression", "predict_then_learn"]


class _LogisticRegression:
    """What both learners have in common: how they predict."""

    w: FloatArray
    b: float

    def predict_proba(self, x: ArrayLike) -> FloatArray:
        """Probability of label 1.

        Parameters
        ----------
        x : array_like
            Examples ``(N, D)``.

        Returns
        -------
        numpy.ndarray
            Probabilities ``(N,)``, in the dtype of ``x``.

        Raises
        ------
        RuntimeError
            If there was no ``fit``, where one is needed.
        ValueError
            If ``x`` does not have shape ``(N, D)``, is empty, or a weighted sum is not finite.
        TypeError
            If ``x`` does not hold real numbers.
        """
        if not hasattr(self, "w"):
            raise RuntimeError("`predict_proba` must come after `fit`. Received: no fit")
        x = as_floats("x", x, shape=("N", len(self.w)), finite=True)
        return sigmoid(_scores(x, self.w, self.b)).astype(x.dtype)

    def predict(self, x: ArrayLike) -> IntArray:
        """Label that is more probable, 0 where both are equally probable.

        Parameters
        ----------
        x : array_like
            Examples ``(N, D)``.

        Returns
        -------
        numpy.ndarray
            Labels 0 or 1, ``(N,)``.

        Raises
        ------
        RuntimeError, ValueError, TypeError
            As in :meth:`predict_proba`.
        """
        return (self.predict_proba(x) > 0.5).astype(np.int64)


class OnlineLogisticRegression(_LogisticRegression):
    r"""Logistic regression that takes one gradient step for each example, and then forgets it.

    .. math::

        p = \sigma(w \cdot x + b), \qquad
        w \leftarrow w + \eta \, (y - p) \, x, \qquad b \leftarrow b + \eta \, (y - p)

    Parameters
    ----------
    in_features : int
        Number of inputs D.
    learning_rate : float
        Size :math:`\eta` of the steps, greater than 0.

    Attributes
    ----------
    w : numpy.ndarray
        Weights ``(D,)``, 0 at first.
    b : float
        Bias, 0 at first.

    Raises
    ------
    ValueError, TypeError
        If an argument is out of its range or of the wrong kind.

    Notes
    -----
    The step is down the gradient of the log loss, base e, of this one example. The result depends
    on the order of the examples: the latest count most.

    Examples
    --------
    >>> learner = OnlineLogisticRegression(1, learning_rate=0.5).learn_one([2.0], 1)
    >>> learner.w.tolist(), learner.b
    ([0.5], 0.25)
    """

    def __init__(self, in_features: int, *, learning_rate: float) -> None:
        self.w = np.zeros(as_count("in_features", in_features))
        self.b = 0.0
        self.learning_rate = as_positive("learning_rate", learning_rate)

    def learn_one(self, x: ArrayLike, y: int) -> OnlineLogisticRegression:
        """Learn from one example.

        Parameters
        ----------
        x : array_like
            The example ``(D,)``.
        y : int
            Its label, 0 or 1.

        Returns
        -------
        OnlineLogisticRegression
            The learner itself.

        Raises
        ------
        ValueError
            If ``x`` does not have shape ``(D,)`` or is not finite, ``y`` is neither 0 nor 1, or the
            step is too large for finite weights. The learner is left as it was.
        TypeError
            If ``x`` does not hold real numbers, or ``y`` no integer.
        """
        x = as_floats("x", x, shape=(len(self.w),), finite=True).astype(np.float64)
        label = int(as_integers("y", y, shape=(), low=0, high=1))
        step = self.learning_rate * (label - float(sigmoid(_scores(x, self.w, self.b))))
        with np.errstate(over="ignore"):  # an error says more than a warning
            w = self.w + step * x
        if not np.isfinite(w).all():
            raise ValueError(
                f"`x` must be small enough for finite weights. Received: {np.abs(x).max()}"
            )
        self.w, self.b = w, self.b + step
        return self


class BatchLogisticRegression(_LogisticRegression):
    r"""Logistic regression that weighs all examples at once.

    It finds the minimum of the mean log loss, base e, plus a penalty on the weights:

    .. math::

        J(w, b) = \frac1N \sum_n \log(1 + e^{-z_n})
        + \frac{\lambda}{2} \lVert w \rVert^2, \qquad z_n = \pm (w \cdot x_n + b)

    with plus for label 1 and minus for label 0.

    Parameters
    ----------
    l2 : float, default 1e-3
        Weight :math:`\lambda` of the penalty, greater than 0: without it the weights would grow
        without end where the classes can be separated.

    Attributes
    ----------
    w : numpy.ndarray
        Weights ``(D,)``.
    b : float
        Bias.

    Raises
    ------
    ValueError, TypeError
        If ``l2`` is no number greater than 0.

    Notes
    -----
    The function is convex and has one minimum. Newton's method goes there: each step jumps to the
    lowest point of the parabola that touches the function here, or, if the function is not lower
    there, half as far, and so on. A sum does not depend on the order of its terms, so the result
    does not depend on that of the examples, up to rounding.

    Examples
    --------
    >>> x, y = [[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1]
    >>> forth = BatchLogisticRegression().fit(x, y)
    >>> back = BatchLogisticRegression().fit(x[::-1], y[::-1])
    >>> bool(np.allclose(forth.w, back.w, rtol=1e-9))
    True
    """

    def __init__(self, *, l2: float = 1e-3) -> None:
        self.l2 = as_positive("l2", l2)

    def fit(self, x: ArrayLike, y: ArrayLike) -> BatchLogisticRegression:
        """Learn anew from all examples.

        Parameters
        ----------
        x : array_like
            Examples ``(N, D)``.
        y : array_like
            Labels ``(N,)``, integers 0 or 1, both of them.

        Returns
        -------
        BatchLogisticRegression
            The learner itself.

        Raises
        ------
        ValueError
            If the shapes do not fit, a number is not finite or too large to be squared, a label is
            neither 0 nor 1, one of the labels is missing, or the penalty is too small for Newton's
            method to end. The learner is left as it was.
        TypeError
            If ``x`` does not hold real numbers, or ``y`` no integers.
        """
        x = as_floats("x", x, shape=("N", "D"), finite=True).astype(np.float64)
        y = as_integers("y", y, shape=(len(x),), low=0, high=1)
        if y.min() == y.max():
            raise ValueError(f"`y` must hold both labels. Received: only {y[0]}")
        if np.abs(x).max() > 1e100:
            raise ValueError(f"`x` must be at most 1e100 in size. Received: {np.abs(x).max()}")
        x1 = np.column_stack([x, np.ones(len(x))])  # the bias is the weight of a constant input 1
        signed = np.where(y[:, None], x1, -x1)
        penalty = self.l2 * np.append(np.ones(x.shape[1]), 0)  # but it is not penalised
        v = np.zeros(x1.shape[1])

        def objective(v: FloatArray) -> float:
            return float(softplus(-signed @ v).mean() + (penalty * v) @ v / 2)

        for _ in range(200):
            z = signed @ v
            gradient = penalty * v - sigmoid(-z) @ signed / len(x)
            curvature = (x1.T * sigmoid_derivative(z)) @ x1 / len(x) + np.diag(penalty)
            try:
                step = np.linalg.solve(curvature, gradient)
            except np.linalg.LinAlgError:  # flat to rounding: no step is better than another
                break
            # Next to the minimum rounding alone may raise the objective.
            while objective(v - step) * (1 - 1e-12) > objective(v):
                step = step / 2
            v = v - step
            if np.abs(x1 @ step).max() <= 1e-9:  # the next one would be about its square
                self.w, self.b = v[:-1].copy(), float(v[-1])
                return self
        raise ValueError(f"`l2` must be large enough to converge. Received: {self.l2}")


def predict_then_learn(
    learner: OnlineLogisticRegression, x: ArrayLike, y: ArrayLike
) -> NDArray[np.bool]:
    """Meet examples in their order: predict each, and learn from it only then.

    Parameters
    ----------
    learner : OnlineLogisticRegression
        It learns from the examples, each seen once.
    x : array_like
        Examples ``(N, D)``.
    y : array_like
        Labels ``(N,)``, integers 0 or 1.

    Returns
    -------
    numpy.ndarray
        Whether each prediction was wrong, ``(N,)``.

    Raises
    ------
    ValueError, TypeError
        As in :meth:`OnlineLogisticRegression.learn_one`.

    Examples
    --------
    The world turns around halfway. The learner is mistaken at first, and then follows.

    >>> learner = OnlineLogisticRegression(1, learning_rate=1)
    >>> x, y = [[1.0]] * 20, [1] * 10 + [0] * 10
    >>> predict_then_learn(learner, x, y).nonzero()[0].tolist()
    [0, 10, 11]
    """
    x = as_floats("x", x, shape=("N", len(learner.w)), finite=True)
    y = as_integers("y", y, shape=(len(x),), low=0, high=1)
    wrong = np.zeros(len(x), bool)
    for i in range(len(x)):
        wrong[i] = learner.predict([x[i]])[0] != y[i]
        learner.learn_one(x[i], y[i])
    return wrong


def _scores(x: FloatArray, w: FloatArray, b: float) -> FloatArray:
    with np.errstate(over="ignore", invalid="ignore"):  # an error says more than a warning
        z = np.asarray(x @ w + b)
    if not np.isfinite(z).all():
        raise ValueError(
            f"`x` must be small enough for finite weighted sums. Received: {np.abs(x).max()}"
        )
    return z
