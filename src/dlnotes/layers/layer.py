"""What all layers have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_batch

__all__ = ["Layer"]


class Layer:
    """A step of a network, with a forward and a backward pass.

    A layer says how it computes its output, ``forward``, and how the gradient of a loss travels
    back through it, ``backward``. Both are formulas in the layer's own module. This class holds the
    rest.

    Attributes
    ----------
    parameter_names : tuple of str
        The arrays that are learned, such as ``("W", "b")``. The gradient of each is the attribute
        of the same name with a d in front, such as ``dW``; it is 0 until :meth:`backward` has run.
    state_names : tuple of str
        The arrays that are counted and not learned, such as a moving mean.

    Notes
    -----
    Results have the dtype of ``x``; integers count as float64. Parameters are kept in float64 and
    rounded to float32 where ``x`` is float32. NaN or infinity in gives NaN or infinity out, and so
    does an overflow, without a warning.

    Between ``forward`` and ``backward`` the input and the parameters must not be changed in place:
    a layer remembers them without a copy, which would double the memory of a network.

    Examples
    --------
    A layer that doubles its input, and so doubles the gradient.

    >>> class Double(Layer):
    ...     def forward(self, x, *, training=False):
    ...         return self._output(2 * np.asarray(x))
    ...     def backward(self, dy):
    ...         return 2 * self._upstream(dy)
    >>> layer = Double()
    >>> layer.forward([1.0, 2.0]), layer.backward([5.0, 7.0])
    (array([2., 4.]), array([10., 14.]))
    """

    parameter_names: ClassVar[tuple[str, ...]] = ()
    state_names: ClassVar[tuple[str, ...]] = ()
    _output_like: tuple[tuple[int, ...], np.dtype[np.floating[Any]]] | None = None

    def __init_subclass__(cls) -> None:
        # Formulas need not say again that an overflow is infinity, and no warning.
        for name in {"forward", "backward"} & vars(cls).keys():
            quiet = np.errstate(over="ignore", invalid="ignore", divide="ignore")
            setattr(cls, name, quiet(getattr(cls, name)))

    def forward(self, x: ArrayLike, *, training: bool = False) -> FloatArray:
        """Compute the output of the layer.

        Parameters
        ----------
        x : array_like
            A batch of inputs, the examples along the first axis.
        training : bool, default False
            Whether the layer is being trained. Dropout and batch normalization then work
            differently; to the other layers it makes no difference.

        Returns
        -------
        numpy.ndarray
            The output ``y``, a new array of the dtype of ``x``.

        Raises
        ------
        ValueError
            If ``x`` does not have the shape that the layer takes.
        TypeError
            If ``x`` does not hold real numbers.
        """
        raise NotImplementedError

    def backward(self, dy: ArrayLike) -> FloatArray:
        """Turn the gradient of the loss for ``y`` into those for ``x`` and for the parameters.

        Parameters
        ----------
        dy : array_like
            Gradient of the loss for the output of the last :meth:`forward`, in its shape.

        Returns
        -------
        numpy.ndarray
            ``dx``, the gradient for the input, in its shape. The gradients of the parameters are
            set, not added to.

        Raises
        ------
        ValueError
            If ``dy`` has another shape than the output.
        TypeError
            If ``dy`` does not hold real numbers.
        RuntimeError
            If there was no :meth:`forward`.
        """
        raise NotImplementedError

    @property
    def parameters(self) -> list[FloatArray]:
        """The learned arrays, in the order of ``parameter_names``. Assign to replace them all."""
        return [getattr(self, name) for name in self.parameter_names]

    @parameters.setter
    def parameters(self, values: Sequence[ArrayLike]) -> None:
        self._set("parameters", self.parameter_names, values)

    @property
    def gradients(self) -> list[FloatArray]:
        """The gradient of each of the ``parameters``, as the last ``backward`` has left it."""
        return [getattr(self, f"d{name}") for name in self.parameter_names]

    @property
    def weights(self) -> list[FloatArray]:
        """The learned arrays, then the counted ones, as Keras orders them, so that they fit it."""
        return [getattr(self, name) for name in self.parameter_names + self.state_names]

    @weights.setter
    def weights(self, values: Sequence[ArrayLike]) -> None:
        self._set("weights", self.parameter_names + self.state_names, values)

    def _learn(self, **parameters: FloatArray) -> None:
        """Set up parameters with their first values, and their gradients with 0."""
        for name, value in parameters.items():
            setattr(self, name, value)
            setattr(self, f"d{name}", np.zeros_like(value))

    def _set(self, what: str, names: tuple[str, ...], values: Sequence[ArrayLike]) -> None:
        if len(values) != len(names):
            wanted = f"{len(names)} arrays" + (f" ({', '.join(names)})" if names else "")
            raise ValueError(f"`{what}` must hold {wanted}. Received: {len(values)}")
        new = {
            name: as_batch(name, value, np.shape(getattr(self, name)))
            for name, value in zip(names, values, strict=True)
        }
        for name, value in new.items():
            setattr(self, name, value.copy())

    def _parameters_like(self, x: FloatArray) -> list[FloatArray]:
        """The parameters in the dtype of ``x``, so that the results have it too."""
        return [p.astype(x.dtype, copy=False) for p in self.parameters]

    def _output(self, y: FloatArray) -> FloatArray:
        """Remember what the upstream gradient will have to look like."""
        self._output_like = y.shape, y.dtype
        return y

    def _upstream(self, dy: ArrayLike) -> FloatArray:
        """Check the upstream gradient; return it in the dtype of the output."""
        if self._output_like is None:
            raise RuntimeError("`backward` must come after `forward`. Received: no forward")
        shape, dtype = self._output_like
        return as_batch("dy", dy, shape).astype(dtype, copy=False)
