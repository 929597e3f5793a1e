r"""Quadratic bowls, on which the speed of gradient descent is known exactly.

.. math:: f(x) = \tfrac12 x^\top A x - b^\top x, \qquad \nabla f(x) = A x - b

If the symmetric matrix ``A`` is positive definite, this is a bowl with its bottom where
:math:`A x = b`. Its largest eigenvalue :math:`L` is the curvature in the
steepest direction, its smallest :math:`\mu` that in the flattest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, Real, as_floats, as_generator

__all__ = [
    "condition_number",
    "curvatures",
    "gradient",
    "quadratic",
    "value",
]


def value(A: ArrayLike, b: ArrayLike, x: ArrayLike) -> Real:
    r"""Value of the quadratic: :math:`f(x) = \frac12 x^\top A x - b^\top x`.

    Parameters
    ----------
    A : array_like
        Symmetric matrix ``(D, D)``.
    b : array_like
        Vector ``(D,)``.
    x : array_like
        Points ``(..., D)``.

    Returns
    -------
    numpy.floating or numpy.ndarray
        Values ``(...)``. Too large ones become infinite or NaN.

    Raises
    ------
    ValueError
        If the shapes do not fit, ``A`` is not symmetric, or a number is NaN, or infinite in ``A``
        or ``b``.
    TypeError
        If an argument does not hold real numbers.

    Examples
    --------
    >>> float(value([[2, 0], [0, 4]], [2, 4], [1, 1]))
    -3.0
    """
    A, b, x = _quadratic(A, b, x)
    with np.errstate(over="ignore", invalid="ignore"):  # a diverging descent may get there
        height: Real = (x @ A * x).sum(axis=-1) / 2 - x @ b
    return height


def gradient(A: ArrayLike, b: ArrayLike, x: ArrayLike) -> FloatArray:
    r"""Gradient of the quadratic: :math:`\nabla f(x) = A x - b`.

    Parameters
    ----------
    A, b, x : array_like
        As in :func:`value`.

    Returns
    -------
    numpy.ndarray
        Gradients in the shape of ``x``. Too large ones become infinite or NaN.

    Raises
    ------
    ValueError, TypeError
        As in :func:`value`.

    Examples
    --------
    >>> A, b = [[2, 1], [1, 3]], [3, 4]
    >>> gradient(A, b, [[1, 1], [0, 0]]).tolist()
    [[0.0, 0.0], [-3.0, -4.0]]
    """
    A, b, x = _quadratic(A, b, x)
    with np.errstate(over="ignore", invalid="ignore"):
        return x @ A - b  # x holds rows, and A is its own transpose


def quadratic(eigenvalues: ArrayLike, *, rng: np.random.Generator) -> FloatArray:
    r"""Draw a matrix with given eigenvalues: :math:`A = Q \Lambda Q^\top`.

    Parameters
    ----------
    eigenvalues : array_like
        Curvatures ``(D,)`` along the axes of the bowl, each greater than 0.
    rng : numpy.random.Generator
        Draws the directions of the axes, ``Q``, each rotation as likely as any other.

    Returns
    -------
    numpy.ndarray
        Symmetric positive definite matrix ``(D, D)``.

    Raises
    ------
    ValueError
        If ``eigenvalues`` does not have shape (D,), is empty, or holds a number that is not finite
        and greater than 0.
    TypeError
        If ``eigenvalues`` does not hold real numbers, or ``rng`` is no generator.

    Notes
    -----
    ``Q`` comes from the QR decomposition of normally distributed numbers. The signs of its columns
    are arbitrary, and do not matter here: they cancel in the product.

    Examples
    --------
    >>> A = quadratic([1, 10], rng=np.random.default_rng(0))
    >>> np.linalg.eigvalsh(A).round(9).tolist(), round(condition_number(A), 9)
    ([1.0, 10.0], 10.0)
    """
    values = as_floats("eigenvalues", eigenvalues, shape=("D",), finite=True)
    if values.min() <= 0:
        raise ValueError(f"`eigenvalues` must be greater than 0. Received: {values.min()}")
    normal = as_generator("rng", rng).standard_normal((len(values), len(values)))
    Q = np.linalg.qr(normal).Q.astype(values.dtype)
    A = Q * values @ Q.T
    return (A + A.T) / 2  # rounding leaves the product not quite symmetric


def curvatures(A: ArrayLike) -> tuple[float, float]:
    r"""Flattest and steepest curvature of a bowl, its eigenvalues :math:`\mu` and :math:`L`.

    Parameters
    ----------
    A : array_like
        Symmetric positive definite matrix ``(D, D)``.

    Returns
    -------
    tuple of float
        The smallest eigenvalue, and the largest.

    Raises
    ------
    ValueError
        If ``A`` is not square, empty, not finite, not symmetric or not positive definite, up to
        rounding.
    TypeError
        If ``A`` does not hold real numbers.

    Examples
    --------
    >>> curvatures([[3, 0], [0, 2]])
    (2.0, 3.0)
    """
    A = _symmetric(A)
    values = np.linalg.eigvalsh(A.astype(np.float64))
    if values[0] <= _rounding(A) * values[-1]:
        raise ValueError(
            f"`A` must be positive definite. Received: an eigenvalue of {values[0]:.6g}"
        )
    return float(values[0]), float(values[-1])


def condition_number(A: ArrayLike) -> float:
    r"""Ratio of the steepest curvature to the flattest: :math:`\kappa = L / \mu`.

    Parameters
    ----------
    A : array_like
        Symmetric positive definite matrix ``(D, D)``.

    Returns
    -------
    float
        At least 1, and 1 for a round bowl.

    Raises
    ------
    ValueError, TypeError
        As in :func:`curvatures`.

    Examples
    --------
    >>> round(condition_number([[2, 0], [0, 200]]), 9)
    100.0
    """
    mu, L = curvatures(A)
    return L / mu


def _quadratic(
    A: ArrayLike, b: ArrayLike, x: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    A = _symmetric(A)
    b = as_floats("b", b, shape=(len(A),), finite=True)
    return A, b, as_floats("x", x, shape=("...", len(A)))


def _symmetric(A: ArrayLike) -> FloatArray:
    A = as_floats("A", A, shape=("D", "D"), finite=True)
    if A.shape[0] != A.shape[1]:
        raise ValueError(f"`A` must be square. Received: shape={A.shape}")
    skew = float(np.abs(A / 2 - A.T / 2).max())  # halves cannot overflow
    if skew > _rounding(A) * np.abs(A).max():
        raise ValueError(f"`A` must be symmetric. Received: entries that differ by {2 * skew:.6g}")
    return A


def _rounding(A: FloatArray) -> float:
    """What the rounding of a few sums and products can amount to, relative to the largest entry."""
    return 100 * float(np.finfo(A.dtype).eps)
