r"""First weights, drawn so that signals neither grow nor fade from layer to layer.

Each draws numbers of mean 0 whose variance depends on the fans of the layer: ``fan_in``, the number
:math:`n_\text{in}` of inputs of a unit, and ``fan_out``, the number :math:`n_\text{out}` of units
that an input reaches.

=========== ===================== =============================================
name        variance              keeps
=========== ===================== =============================================
Glorot      2 / (fan_in+fan_out)  outputs and gradients, for tanh and sigmoid
He          2 / fan_in            outputs, where ReLU silences half of the units
LeCun       1 / fan_in            outputs, where nothing is silenced
=========== ===================== =============================================

Each comes as a uniform and as a normal distribution. The normal one has no numbers beyond two
standard deviations, and is stretched to make up for that, as in Keras.

References
----------
* Glorot, X. and Bengio, Y. (2010). Understanding the difficulty of training deep feedforward
  neural networks. *Proceedings of Machine Learning Research* 9, 249-256.
  https://proceedings.mlr.press/v9/glorot10a.html
* He, K., Zhang, X., Ren, S. and Sun, J. (2015). Delving Deep into Rectifiers: Surpassing
  Human-Level Performance on ImageNet Classification. *ICCV 2015*, 1026-1034.
  https://doi.org/10.1109/ICCV.2015.123
* LeCun, Y., Bottou, L., Orr, G. B. and Müller, K.-R. (1998). Efficient BackProp. In *Neural
  Networks: Tricks of the Trade*, 9-50. https://doi.org/10.1007/3-540-49430-8_2
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from dlnotes._validation import FloatArray, as_count, as_generator

__all__ = [
    "Initializer",
    "fans",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "lecun_normal",
    "lecun_uniform",
    "orthogonal",
]

# Standard deviation of a standard normal distribution cut off at -2 and 2: its variance is
# 1 - 2 * 2 * density(2) / P(|z| < 2).
_DENSITY_AT_2 = math.exp(-2) / math.sqrt(2 * math.pi)
_TRUNCATED_STD = math.sqrt(1 - 4 * _DENSITY_AT_2 / math.erf(math.sqrt(2)))


class Initializer(Protocol):
    """What layers take as an initializer: any function of this form."""

    def __call__(self, shape: Sequence[int], *, rng: np.random.Generator) -> FloatArray:
        """Draw an array of a shape."""


def fans(shape: Sequence[int]) -> tuple[int, int]:
    """Count the inputs of a unit, and the units that an input reaches.

    Parameters
    ----------
    shape : sequence of int
        Shape of the weights: ``(D_in, D_out)`` of a dense layer, or ``(H, W, C, F)`` of a
        convolution with a kernel of H by W, C channels in and F out. Two or more lengths.

    Returns
    -------
    fan_in, fan_out : int
        The two counts: for a convolution, H times W times C, and H times W times F.

    Raises
    ------
    ValueError
        If there are fewer than two lengths, or one is less than 1.
    TypeError
        If a length is not an integer.

    Examples
    --------
    >>> fans((64, 10)), fans((5, 5, 6, 16))
    ((64, 10), (150, 400))
    """
    if len(shape) < 2:
        raise ValueError(f"`shape` must hold two or more lengths. Received: {tuple(shape)}")
    *kernel, inputs, units = (as_count("shape", n) for n in shape)
    pixels = math.prod(kernel)
    return pixels * inputs, pixels * units


def glorot_uniform(shape: Sequence[int], *, rng: np.random.Generator) -> FloatArray:
    r"""Draw Glorot's first weights, evenly distributed.

    .. math:: W \sim U(-a, a), \qquad a = \sqrt{\frac{6}{n_\text{in} + n_\text{out}}}

    Parameters
    ----------
    shape : sequence of int
        Shape of the weights, as in :func:`fans`.
    rng : numpy.random.Generator
        Draws them. Anything else is a TypeError.

    Returns
    -------
    numpy.ndarray
        Weights of that shape, float64.

    Examples
    --------
    >>> W = glorot_uniform((200, 100), rng=np.random.default_rng(0))
    >>> bool(np.abs(W).max() <= np.sqrt(6 / 300)), bool(np.isclose(W.var(), 2 / 300, rtol=0.03))
    (True, True)
    """
    return _uniform(2 / sum(fans(shape)), shape, rng)


def glorot_normal(shape: Sequence[int], *, rng: np.random.Generator) -> FloatArray:
    r"""Draw Glorot's first weights, normally distributed.

    .. math:: W \sim N(0, \sigma^2), \qquad \sigma^2 = \frac{2}{n_\text{in} + n_\text{out}}

    The distribution is cut off at two of its standard deviations, and stretched to this variance.

    Parameters
    ----------
    shape : sequence of int
        Shape of the weights, as in :func:`fans`.
    rng : numpy.random.Generator
        Draws them. Anything else is a TypeError.

    Returns
    -------
    numpy.ndarray
        Weights of that shape, float64.

    Examples
    --------
    >>> W = glorot_normal((200, 100), rng=np.random.default_rng(0))
    >>> bool(np.isclose(W.var(), 2 / 300, rtol=0.03))
    True
    """
    return _normal(2 / sum(fans(shape)), shape, rng)


def he_uniform(shape: Sequence[int], *, rng: np.random.Generator) -> FloatArray:
    r"""Draw He's first weights, evenly distributed.

    .. math:: W \sim U(-a, a), \qquad a = \sqrt{\frac{6}{n_\text{in}}}

    Parameters
    ----------
    shape : sequence of int
        Shape of the weights, as in :func:`fans`.
    rng : numpy.random.Generator
        Draws them. Anything else is a TypeError.

    Returns
    -------
    numpy.ndarray
        Weights of that shape, float64.

    Examples
    --------
    >>> W = he_uniform((200, 100), rng=np.random.default_rng(0))
    >>> bool(np.isclose(W.var(), 2 / 200, rtol=0.03))
    True
    """
    return _uniform(2 / fans(shape)[0], shape, rng)


def he_normal(shape: Sequence[int], *, rng: np.random.Generator) -> FloatArray:
    r"""Draw He's first weights, normally distributed.

    .. math:: W \sim N(0, \sigma^2), \qquad \sigma^2 = \frac{2}{n_\text{in}}

    The distribution is cut off at two of its standard deviations, and stretched to this variance.

    Parameters
    ----------
    shape : sequence of int
        Shape of the weights, as in :func:`fans`.
    rng : numpy.random.Generator
        Draws them. Anything else is a TypeError.

    Returns
    -------
    numpy.ndarray
        Weights of that shape, float64.

    Examples
    --------
    After a ReLU, outputs are as large as the inputs were: their mean square stays.

    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(100, 400))
    >>> y = np.maximum(x @ he_normal((400, 400), rng=rng), 0)
    >>> bool(np.isclose((y**2).mean(), (x**2).mean(), rtol=0.05))
    True
    """
    return _normal(2 / fans(shape)[0], shape, rng)


def lecun_uniform(shape: Sequence[int], *, rng: np.random.Generator) -> FloatArray:
    r"""Draw LeCun's first weights, evenly distributed.

    .. math:: W \sim U(-a, a), \qquad a = \sqrt{\frac{3}{n_\text{in}}}

    Parameters
    ----------
    shape : sequence of int
        Shape of the weights, as in :func:`fans`.
    rng : numpy.random.Generator
        Draws them. Anything else is a TypeError.

    Returns
    -------
    numpy.ndarray
        Weights of that shape, float64.

    Examples
    --------
    >>> W = lecun_uniform((200, 100), rng=np.random.default_rng(0))
    >>> bool(np.isclose(W.var(), 1 / 200, rtol=0.03))
    True
    """
    return _uniform(1 / fans(shape)[0], shape, rng)


def lecun_normal(shape: Sequence[int], *, rng: np.random.Generator) -> FloatArray:
    r"""Draw LeCun's first weights, normally distributed.

    .. math:: W \sim N(0, \sigma^2), \qquad \sigma^2 = \frac{1}{n_\text{in}}

    The distribution is cut off at two of its standard deviations, and stretched to this variance.

    Parameters
    ----------
    shape : sequence of int
        Shape of the weights, as in :func:`fans`.
    rng : numpy.random.Generator
        Draws them. Anything else is a TypeError.

    Returns
    -------
    numpy.ndarray
        Weights of that shape, float64.

    Examples
    --------
    >>> W = lecun_normal((200, 100), rng=np.random.default_rng(0))
    >>> bool(np.isclose(W.var(), 1 / 200, rtol=0.03))
    True
    """
    return _normal(1 / fans(shape)[0], shape, rng)


def orthogonal(shape: Sequence[int], *, rng: np.random.Generator) -> FloatArray:
    r"""Draw a matrix that turns and mirrors, but does not stretch: :math:`W^\top W = I`.

    The first weights from state to state of a recurrent layer: whatever power of them a long
    sequence takes, lengths stay as they are.

    Parameters
    ----------
    shape : sequence of int
        Rows and columns ``(D_in, D_out)``.
    rng : numpy.random.Generator
        Draws it.

    Returns
    -------
    numpy.ndarray
        A matrix of that shape, float64. Its columns, or its rows if they are fewer, have length 1
        and are at right angles. All such matrices are equally likely.

    Raises
    ------
    ValueError
        If there are not two lengths, or one is less than 1.
    TypeError
        If a length is not an integer, or ``rng`` is not a generator.

    References
    ----------
    Saxe, A. M., McClelland, J. L. and Ganguli, S. (2014). Exact solutions to the nonlinear dynamics
    of learning in deep linear neural networks. *ICLR 2014*. https://arxiv.org/abs/1312.6120

    Examples
    --------
    >>> W = orthogonal((5, 3), rng=np.random.default_rng(0))
    >>> bool(np.allclose(W.T @ W, np.eye(3)))
    True
    """
    if len(shape) != 2:
        raise ValueError(f"`shape` must hold two lengths. Received: {tuple(shape)}")
    rows, columns = (as_count("shape", n) for n in shape)
    tall = (max(rows, columns), min(rows, columns))
    q: FloatArray
    q, r = np.linalg.qr(as_generator("rng", rng).normal(size=tall))
    q *= np.copysign(1, np.diagonal(r))  # without it, some matrices would be likelier than others
    return q if rows >= columns else q.T


def _uniform(variance: float, shape: Sequence[int], rng: np.random.Generator) -> FloatArray:
    limit = math.sqrt(3 * variance)
    return as_generator("rng", rng).uniform(-limit, limit, size=tuple(shape))


def _normal(variance: float, shape: Sequence[int], rng: np.random.Generator) -> FloatArray:
    z = as_generator("rng", rng).standard_normal(tuple(shape))
    while (outside := np.abs(z) > 2).any():
        z[outside] = rng.standard_normal(np.count_nonzero(outside))
    return z * (math.sqrt(variance) / _TRUNCATED_STD)
