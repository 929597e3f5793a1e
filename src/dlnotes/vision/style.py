r"""The style of an image, as the correlations between its features, wherever they are.

The features are what a convolution layer makes of an image. For :math:`M = H W` places and
:math:`C` channels they are a matrix :math:`F` of shape ``(M, C)``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_floats

__all__ = ["gram_matrix", "style_loss", "style_loss_gradient"]


def gram_matrix(features: ArrayLike) -> FloatArray:
    r"""Gram matrix of features: how strongly each two channels respond at the same places.

    .. math:: G = F^\top F, \qquad G_{kl} = \sum_{i=1}^{H} \sum_{j=1}^{W} F_{ijk} F_{ijl}

    Parameters
    ----------
    features : array_like
        Features :math:`F` of an image ``(H, W, C)``, or of several ``(N, H, W, C)``.

    Returns
    -------
    numpy.ndarray
        The matrix ``(C, C)``, or one for each image ``(N, C, C)``. An overflow gives infinity
        or NaN.

    Raises
    ------
    ValueError
        If ``features`` has another shape, or is empty or not finite.
    TypeError
        If ``features`` does not hold real numbers.

    Examples
    --------
    It forgets where things are: any order of the pixels gives the same matrix.

    >>> rng = np.random.default_rng(0)
    >>> features = rng.normal(size=(4, 5, 3))
    >>> shuffled = rng.permutation(features.reshape(20, 3)).reshape(4, 5, 3)
    >>> bool(np.allclose(gram_matrix(features), gram_matrix(shuffled)))
    True
    """
    f = as_floats("features", features, shape=("...", "H", "W", "C"), finite=True)
    f = f.reshape(*f.shape[:-3], f.shape[-3] * f.shape[-2], f.shape[-1])
    with np.errstate(over="ignore", invalid="ignore"):
        gram: FloatArray = np.swapaxes(f, -1, -2) @ f
    return gram


def style_loss(style: ArrayLike, features: ArrayLike) -> np.floating[Any]:
    r"""Compare the Gram matrices of two images, each divided by its number of places.

    .. math:: L = \frac{1}{4 C^2} \sum_{k=1}^{C} \sum_{l=1}^{C}
        \left( \frac{A_{kl}}{M_A} - \frac{G_{kl}}{M} \right)^2

    Parameters
    ----------
    style : array_like
        Features ``(H_A, W_A, C)`` of the image whose style is wanted; :math:`A` is their Gram
        matrix and :math:`M_A` the number of their places.
    features : array_like
        Features ``(H, W, C)`` of the image that is to get it, with :math:`G` and :math:`M`.

    Returns
    -------
    numpy.floating
        The loss, of the dtype of ``features``; 0 where the Gram matrices agree.

    Raises
    ------
    ValueError
        If an array has another shape, is empty or not finite, or if they differ in channels.
    TypeError
        If an array does not hold real numbers.

    Notes
    -----
    An overflow gives infinity or NaN.

    The original paper divides the squared difference of :math:`A` and :math:`G` by
    :math:`4 C^2 M^2`, which is the same for images of one size.

    References
    ----------
    Gatys, L. A., Ecker, A. S. and Bethge, M. (2016). Image Style Transfer Using Convolutional
    Neural Networks. *IEEE Conference on Computer Vision and Pattern Recognition*, 2414-2423.
    https://doi.org/10.1109/CVPR.2016.265

    Examples
    --------
    A larger image in the same pattern has the same style.

    >>> tile = np.random.default_rng(0).normal(size=(2, 2, 3))
    >>> bool(style_loss(tile, np.tile(tile, (4, 5, 1))) < 1e-30)
    True
    """
    difference, features = _difference(style, features)
    with np.errstate(over="ignore"):
        loss: np.floating[Any] = np.square(difference).mean() / 4
    return loss


def style_loss_gradient(style: ArrayLike, features: ArrayLike) -> FloatArray:
    r"""Gradient of :func:`style_loss` with respect to the features.

    .. math:: \frac{\partial L}{\partial F} = \frac{1}{C^2 M}
        F \left( \frac{G}{M} - \frac{A}{M_A} \right)

    Parameters
    ----------
    style : array_like
        Features ``(H_A, W_A, C)`` of the image whose style is wanted.
    features : array_like
        Features ``(H, W, C)`` of the image that is to get it.

    Returns
    -------
    numpy.ndarray
        The gradient, in the shape and dtype of ``features``. The ``backward`` of the layers that
        made the features turns it into a gradient for the image.

    Raises
    ------
    ValueError, TypeError
        As :func:`style_loss`.

    Examples
    --------
    Steps against the gradient take the loss down.

    >>> rng = np.random.default_rng(0)
    >>> style, features = rng.normal(size=(2, 6, 6, 2))
    >>> losses = []
    >>> for _ in range(200):
    ...     losses.append(style_loss(style, features))
    ...     features -= 10 * style_loss_gradient(style, features)
    >>> bool(losses[-1] < 1e-3 * losses[0])
    True
    """
    difference, features = _difference(style, features)
    h, w, c = features.shape
    with np.errstate(over="ignore", invalid="ignore"):
        gradient: FloatArray = features @ difference / (c**2 * h * w)
    return gradient


def _difference(style: ArrayLike, features: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return how far the mean Gram matrix is from what is wanted; and the features, checked."""
    f = as_floats("features", features, shape=("H", "W", "C"), finite=True)
    a = as_floats("style", style, shape=("H_A", "W_A", f.shape[2]), finite=True)
    with np.errstate(over="ignore", invalid="ignore"):
        return _mean_gram(f) - _mean_gram(a).astype(f.dtype), f


def _mean_gram(f: FloatArray) -> FloatArray:
    mean: FloatArray = gram_matrix(f) / (f.shape[0] * f.shape[1])
    return mean
