"""An activation function as a layer."""

from __future__ import annotations

from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_batch
from dlnotes.activations import ACTIVATIONS
from dlnotes.layers.layer import Layer

__all__ = ["Activation"]


class Activation(Layer):
    r"""Apply an activation function to every number.

    .. math:: y = f(x), \qquad dx = dy \odot f'(x)

    Parameters
    ----------
    name : str
        A function of :mod:`dlnotes.activations`, by the name that Keras uses: ``"relu"``,
        ``"sigmoid"``, ``"tanh"`` and so on.
    **settings : float
        What that function takes besides ``x``, such as ``negative_slope`` or ``alpha``.

    Raises
    ------
    ValueError
        If there is no such function, or it takes no such setting.

    Examples
    --------
    >>> relu = Activation("relu")
    >>> relu.forward([[-2.0, 0.0, 3.0]])
    array([[0., 0., 3.]])
    >>> relu.backward([[5.0, 5.0, 5.0]])
    array([[0., 0., 5.]])
    """

    def __init__(self, name: str, **settings: float) -> None:
        if name not in ACTIVATIONS:
            raise ValueError(f"`name` must be one of {', '.join(ACTIVATIONS)}. Received: {name!r}")
        try:
            ACTIVATIONS[name].value(0.0, **settings)
        except TypeError:
            raise ValueError(
                f"`settings` must be what {name} takes besides x. Received: {settings}"
            ) from None
        self.name, self.settings = name, settings

    def forward(self, x: ArrayLike, *, training: bool = False) -> FloatArray:  # noqa: ARG002 - no mode
        """Compute ``y`` from ``x``, both of one shape."""
        self._x = as_batch("x", x, ("...",))
        return self._output(ACTIVATIONS[self.name].value(self._x, **self.settings))

    def backward(self, dy: ArrayLike) -> FloatArray:
        """Turn ``dy`` into ``dx``, both of the shape of ``x``."""
        dy = self._upstream(dy)
        return dy * ACTIVATIONS[self.name].derivative(self._x, **self.settings)
