r"""How fast gradient descent is on a quadratic bowl, without and with momentum.

The bowl :math:`f(x) = \tfrac12 x^\top A x - b^\top x` has curvatures from :math:`\mu` to
:math:`L`, the extreme eigenvalues of ``A``, and the condition number :math:`\kappa = L / \mu`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from numpy.typing import ArrayLike

from dlnotes._validation import as_floats
from dlnotes.quadratics import curvatures

__all__ = [
    "HeavyBall",
    "best_heavy_ball",
    "best_learning_rate",
    "gradient_descent_rate",
    "heavy_ball_rate",
    "learning_rate_limit",
]


class HeavyBall(NamedTuple):
    """Settings of gradient descent with momentum."""

    learning_rate: float
    """Learning rate."""
    momentum: float
    """Share of the last step that the next one keeps."""


def learning_rate_limit(A: ArrayLike) -> float:
    r"""Learning rate from which on gradient descent does not converge: :math:`2 / L`.

    A step multiplies the distance from the bottom by :math:`1 - \eta \lambda` along each axis, with
    the eigenvalue :math:`\lambda` and the learning rate :math:`\eta`. On the steepest axis that is
    below -1 for any :math:`\eta` above :math:`2 / L`.

    Parameters
    ----------
    A : array_like
        Symmetric positive definite matrix ``(D, D)``.

    Returns
    -------
    float
        The limit.

    Raises
    ------
    ValueError, TypeError
        As in :func:`dlnotes.quadratics.curvatures`.

    Examples
    --------
    >>> round(learning_rate_limit([[1, 0], [0, 4]]), 9)
    0.5
    """
    return 2 / curvatures(A)[1]


def best_learning_rate(A: ArrayLike) -> float:
    r"""Learning rate at which gradient descent is fastest: :math:`2 / (L + \mu)`.

    There the steepest and the flattest axis shrink equally fast, one swinging from side to side.

    Parameters
    ----------
    A : array_like
        Symmetric positive definite matrix ``(D, D)``.

    Returns
    -------
    float
        The learning rate.

    Raises
    ------
    ValueError, TypeError
        As in :func:`dlnotes.quadratics.curvatures`.

    Examples
    --------
    >>> round(best_learning_rate([[1, 0], [0, 4]]), 9)
    0.4
    """
    return 2 / sum(curvatures(A))


def best_heavy_ball(A: ArrayLike) -> HeavyBall:
    r"""Learning rate and momentum at which gradient descent with momentum is fastest.

    .. math::

        \eta = \frac{4}{(\sqrt L + \sqrt \mu)^2}, \qquad
        \beta = \left(\frac{\sqrt L - \sqrt \mu}{\sqrt L + \sqrt \mu}\right)^2

    for the step :math:`v \leftarrow \beta v - \eta \nabla f(x)`, :math:`x \leftarrow x + v`.

    Parameters
    ----------
    A : array_like
        Symmetric positive definite matrix ``(D, D)``.

    Returns
    -------
    HeavyBall
        ``learning_rate`` and ``momentum``.

    Raises
    ------
    ValueError, TypeError
        As in :func:`dlnotes.quadratics.curvatures`.

    References
    ----------
    Polyak, B. T. (1964). Some methods of speeding up the convergence of iteration methods. *USSR
    Computational Mathematics and Mathematical Physics* 4(5), 1-17.
    https://doi.org/10.1016/0041-5553(64)90137-5

    Examples
    --------
    >>> settings = best_heavy_ball([[1, 0], [0, 9]])
    >>> round(settings.learning_rate, 9), round(settings.momentum, 9)
    (0.25, 0.25)
    """
    mu, L = curvatures(A)
    total = math.sqrt(L) + math.sqrt(mu)
    return HeavyBall(4 / total / total, ((math.sqrt(L) - math.sqrt(mu)) / total) ** 2)


def gradient_descent_rate(kappa: float) -> float:
    r"""Factor by which a step at :func:`best_learning_rate` shrinks the error.

    .. math:: \frac{\kappa - 1}{\kappa + 1}

    Parameters
    ----------
    kappa : float
        Condition number, at least 1.

    Returns
    -------
    float
        From 0 to below 1. Along the steepest and the flattest axis it is exact, for the distance
        from the bottom, in each step; along the others the error shrinks faster.

    Raises
    ------
    ValueError
        If ``kappa`` is not finite or less than 1.
    TypeError
        If ``kappa`` is no real number.

    Examples
    --------
    >>> gradient_descent_rate(3)
    0.5
    """
    kappa = _condition(kappa)
    return (kappa - 1) / (kappa + 1)


def heavy_ball_rate(kappa: float) -> float:
    r"""Factor by which a step at :func:`best_heavy_ball` shrinks the error in the long run.

    .. math:: \frac{\sqrt \kappa - 1}{\sqrt \kappa + 1}

    Parameters
    ----------
    kappa : float
        Condition number, at least 1.

    Returns
    -------
    float
        From 0 to below 1. Single steps may do better or worse; their average over many comes near.

    Raises
    ------
    ValueError, TypeError
        As in :func:`gradient_descent_rate`.

    Examples
    --------
    It is the rate of gradient descent on a bowl with the square root of the condition number.

    >>> heavy_ball_rate(9), gradient_descent_rate(9)
    (0.5, 0.8)
    """
    return gradient_descent_rate(math.sqrt(_condition(kappa)))


def _condition(kappa: float) -> float:
    number = float(as_floats("kappa", kappa, shape=(), finite=True))
    if number < 1:
        raise ValueError(f"`kappa` must be at least 1. Received: {kappa}")
    return number
