"""The rectified linear unit as a layer."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray

__all__ = ["ReLU"]


class ReLU:
    r"""Rectified linear unit: positive numbers pass, the others become 0.

    .. math:: y = \max(x, 0)

    Notes
    -----
    The slope is 1 for :math:`x > 0` and 0 for :math:`x < 0`. At 0 there is none; the layer takes
    0, as Keras does. NaN in gives NaN out.

    Examples
    --------
    >>> relu = ReLU()
    >>> relu.forward([[-2.0, 0.0, 3.0]])
    array([[0., 0., 3.]])
    >>> relu.backward([[5.0, 5.0, 5.0]])
    array([[0., 0., 5.]])
    """

    def __init__(self) -> None:
        self._x: FloatArray | None = None

    def forward(self, x: ArrayLike, *, training: bool = False) -> FloatArray:  # noqa: ARG002 - no mode
        """Compute ``y`` from ``x``, both of one shape.

        Parameters
        ----------
        x : array_like
            Numbers of any shape.
        training : bool, default False
            Makes no difference to this layer; every layer takes it.

        Returns
        -------
        numpy.ndarray
            ``y``, of the shape and dtype of ``x``.
        """
        self._x = np.asarray(x)
        return np.maximum(self._x, 0)

    def backward(self, dy: ArrayLike) -> FloatArray:
        """Turn the gradient of the loss with respect to ``y`` into that with respect to ``x``.

        Parameters
        ----------
        dy : array_like
            Gradient with respect to the output of the last :meth:`forward`, of its shape.

        Returns
        -------
        numpy.ndarray
            ``dx``, of the same shape.

        Raises
        ------
        ValueError
            If ``dy`` has another shape than the output.
        RuntimeError
            If there was no :meth:`forward`.
        """
        if self._x is None:
            raise RuntimeError("`backward` must come after `forward`. Received: no forward")
        dy = np.asarray(dy)
        if dy.shape != self._x.shape:
            raise ValueError(
                f"`dy` must have the output's shape {self._x.shape}. Received: {dy.shape}"
            )
        return np.where(self._x > 0, dy, 0)
