"""The embedding layer: a learned vector for each word."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_count, as_generator, as_integers
from dlnotes.layers.layer import Layer

__all__ = ["Embedding"]


class Embedding(Layer):
    r"""Look up a learned vector for each word, where words are numbered from 0.

    .. math:: y_{nt} = W_{x_{nt}}

    Parameters
    ----------
    input_dim : int
        Number of words :math:`V`.
    output_dim : int
        Length :math:`D` of each vector.
    rng : numpy.random.Generator
        Draws the first vectors, evenly from -0.05 to 0.05.

    Attributes
    ----------
    W : numpy.ndarray
        The vectors ``(V, D)``, one row a word.
    dW : numpy.ndarray
        Gradient of the loss, in the shape of ``W``; 0 until :meth:`backward` has run.

    Raises
    ------
    ValueError
        If ``input_dim`` or ``output_dim`` is less than 1.
    TypeError
        If one of them is not an integer, or ``rng`` is not a generator.

    Notes
    -----
    It is a dense layer without bias for one-hot vectors, without multiplying by all their zeros.
    The result has the dtype of ``W``.

    References
    ----------
    Bengio, Y., Ducharme, R., Vincent, P. and Jauvin, C. (2003). A Neural Probabilistic Language
    Model. *Journal of Machine Learning Research* 3, 1137-1155.
    https://www.jmlr.org/papers/v3/bengio03a.html

    Examples
    --------
    Looking up a row is multiplying by a one-hot vector.

    >>> layer = Embedding(5, 3, rng=np.random.default_rng(0))
    >>> words = np.array([[4, 0], [2, 2]])
    >>> bool(np.array_equal(layer.forward(words), np.eye(5)[words] @ layer.W))
    True
    """

    parameter_names = ("W",)
    W: FloatArray
    dW: FloatArray  # noqa: N815 - the gradient of W

    def __init__(self, input_dim: int, output_dim: int, *, rng: np.random.Generator) -> None:
        shape = as_count("input_dim", input_dim), as_count("output_dim", output_dim)
        self._learn(W=as_generator("rng", rng).uniform(-0.05, 0.05, size=shape))

    def forward(self, x: ArrayLike, *, training: bool = False) -> FloatArray:  # noqa: ARG002 - no mode
        """Compute ``y`` of shape ``(N, T, D)`` from the numbers of words ``x`` ``(N, T)``.

        More or fewer axes will do too: ``y`` has one more than ``x``. ``x`` must hold integers from
        0 to V - 1, at least one.
        """
        x = as_integers("x", x, shape=("N", "..."), low=0, high=len(self.W) - 1)
        self._cache = x, self.W.shape
        return self._output(self.W[x])

    def backward(self, dy: ArrayLike) -> FloatArray:
        """Turn ``dy`` of shape ``(N, T, D)`` into zeros of the shape of ``x``; set ``dW``.

        The number of a word cannot be moved a little, so it has no slope.
        """
        dy = self._upstream(dy)
        x, shape = self._cache
        self.dW = np.zeros(shape, dy.dtype)
        np.add.at(self.dW, x, dy)  # unlike dW[x] += dy, it counts a repeated word each time
        return np.zeros(x.shape, dy.dtype)
