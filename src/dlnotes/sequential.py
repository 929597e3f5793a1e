"""A network as a sequence of layers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_batch
from dlnotes.layers.layer import Layer

__all__ = ["Sequential"]


class Sequential:
    r"""A network in which each layer takes what the layer before it returns.

    .. math:: y = f_L(\cdots f_2(f_1(x)) \cdots)

    Parameters
    ----------
    layers : sequence of Layer or Sequential
        The layers, the first one first. No layer may be in it twice.

    Attributes
    ----------
    layers : list
        The layers.

    Raises
    ------
    ValueError
        If there is no layer, or one is there twice: it could not remember both of its inputs.
    TypeError
        If something is not a layer.

    Examples
    --------
    >>> from dlnotes.layers import Activation, Dense
    >>> rng = np.random.default_rng(0)
    >>> model = Sequential([Dense(3, 5, rng=rng), Activation("relu"), Dense(5, 2, rng=rng)])
    >>> model.forward(np.ones((4, 3))).shape
    (4, 2)
    >>> [p.shape for p in model.parameters]
    [(3, 5), (5,), (5, 2), (2,)]
    """

    def __init__(self, layers: Sequence[Layer | Sequential]) -> None:
        self.layers = list(layers)
        if not self.layers:
            raise ValueError("`layers` must hold at least one layer. Received: none")
        for i, layer in enumerate(self.layers):
            if not isinstance(layer, Layer | Sequential):
                raise TypeError(f"`layers[{i}]` must be a layer. Received: {layer!r}")
            if any(layer is other for other in self.layers[:i]):
                name = type(layer).__name__
                raise ValueError(f"`layers` must differ. Received: the same {name} twice")

    def forward(self, x: ArrayLike, *, training: bool = False) -> FloatArray:
        """Compute the output of the last layer.

        Parameters
        ----------
        x : array_like
            A batch of inputs ``(N, ...)``, as the first layer takes it.
        training : bool, default False
            Whether the network is being trained.

        Returns
        -------
        numpy.ndarray
            The output ``y`` of the last layer.

        Raises
        ------
        ValueError, TypeError
            If a layer does not take what it gets.
        """
        y = np.asarray(x)
        for layer in self.layers:
            y = layer.forward(y, training=training)
        return y

    def backward(self, dy: ArrayLike) -> FloatArray:
        """Turn the gradient of the loss for ``y`` into those for ``x`` and for the parameters.

        This is the chain rule: from the last layer to the first, each turns the gradient for its
        output into the one for its input, which is the output of the layer before.

        Parameters
        ----------
        dy : array_like
            Gradient of the loss for the output of the last :meth:`forward`, in its shape.

        Returns
        -------
        numpy.ndarray
            ``dx``, the gradient for the input. Those of the parameters are in ``gradients``.

        Raises
        ------
        ValueError, TypeError
            If ``dy`` is not as the output.
        RuntimeError
            If there was no :meth:`forward`.
        """
        dx = np.asarray(dy)
        for layer in reversed(self.layers):
            dx = layer.backward(dx)
        return dx

    @property
    def parameters(self) -> list[FloatArray]:
        """The learned arrays of all layers, in one list. Assign to replace them all."""
        return [p for layer in self.layers for p in layer.parameters]

    @parameters.setter
    def parameters(self, values: Sequence[ArrayLike]) -> None:
        self._distribute("parameters", values)

    @property
    def gradients(self) -> list[FloatArray]:
        """The gradient of each of the ``parameters``, as the last ``backward`` has left it."""
        return [g for layer in self.layers for g in layer.gradients]

    @property
    def weights(self) -> list[FloatArray]:
        """Each layer's learned arrays, then its counted ones, in the order of Keras."""
        return [w for layer in self.layers for w in layer.weights]

    @weights.setter
    def weights(self, values: Sequence[ArrayLike]) -> None:
        self._distribute("weights", values)

    def _distribute(self, what: str, values: Sequence[ArrayLike]) -> None:
        """Give each layer its share; all are checked before any layer changes."""
        old = getattr(self, what)
        if len(values) != len(old):
            raise ValueError(f"`{what}` must hold {len(old)} arrays. Received: {len(values)}")
        new = iter(
            [as_batch(f"{what}[{i}]", values[i], array.shape) for i, array in enumerate(old)]
        )
        for layer in self.layers:
            setattr(layer, what, list(islice(new, len(getattr(layer, what)))))
