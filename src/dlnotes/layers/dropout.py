"""Dropout: switch units off at random while training."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_batch, as_fraction, as_generator
from dlnotes.layers.layer import Layer

__all__ = ["Dropout"]


class Dropout(Layer):
    r"""In training, switch each unit off with probability ``rate``; at inference, do nothing.

    .. math::

        y = m \, x, \qquad m = \begin{cases}
        0 & \text{with probability } p \\
        1 / (1 - p) & \text{otherwise}
        \end{cases}

    The mask :math:`m` is drawn for every unit of every example, and anew for every training pass.
    What is left is scaled up, so that the expected :math:`y` is :math:`x`, and nothing needs to be
    scaled at inference.

    Parameters
    ----------
    rate : float
        The probability :math:`p` that a unit is dropped: at least 0 and less than 1.
    rng : numpy.random.Generator
        Draws the masks.

    Attributes
    ----------
    mask : numpy.ndarray
        The mask of the last :meth:`forward`, in the shape of ``x``: in training 0 or
        :math:`1 / (1 - p)`, at inference 1.

    Raises
    ------
    ValueError
        If ``rate`` is negative, or 1 or more.
    TypeError
        If ``rate`` is not a number, or ``rng`` is not a generator.

    Notes
    -----
    The slope :math:`\partial y / \partial x` is the mask: a dropped unit gets no gradient. NaN in
    gives NaN out, even where a unit is dropped.

    References
    ----------
    Srivastava, N., Hinton, G., Krizhevsky, A., Sutskever, I. and Salakhutdinov, R. (2014). Dropout:
    A Simple Way to Prevent Neural Networks from Overfitting. *Journal of Machine Learning Research*
    15(56), 1929-1958. https://jmlr.org/papers/v15/srivastava14a.html

    Examples
    --------
    Of ones, half are dropped and the others doubled. The gradient passes where they do.

    >>> dropout = Dropout(0.5, rng=np.random.default_rng(0))
    >>> y = dropout.forward(np.ones((1, 6)), training=True)
    >>> sorted({float(number) for number in y.flat})
    [0.0, 2.0]
    >>> bool(np.array_equal(dropout.backward(np.ones((1, 6))), y))
    True
    >>> dropout.forward([[3.0, 4.0]])
    array([[3., 4.]])
    """

    mask: FloatArray

    def __init__(self, rate: float, *, rng: np.random.Generator) -> None:
        self.rate = as_fraction("rate", rate, below_1=True)
        self.rng = as_generator("rng", rng)

    def forward(self, x: ArrayLike, *, training: bool = False) -> FloatArray:
        """Compute ``y`` from ``x`` ``(N, ...)``, both of one shape."""
        x = as_batch("x", x, ("N", "..."))
        if training:
            kept = self.rng.random(x.shape) >= self.rate
            self.mask = (kept / (1 - self.rate)).astype(x.dtype)
        else:
            self.mask = np.ones_like(x)
        return self._output(x * self.mask)

    def backward(self, dy: ArrayLike) -> FloatArray:
        """Turn ``dy`` into ``dx``, both of the shape of ``x``."""
        return self._upstream(dy) * self.mask
