"""What recurrent layers have in common besides the loop over time, which each spells out itself.

Inside the layers time comes first, and states are numbered so that ``x[t]`` leads from the state
``h[t]`` to ``h[t + 1]``. ``h[0]`` is the state before the first step.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray, as_batch, as_count
from dlnotes.initializers import Initializer, glorot_uniform, orthogonal
from dlnotes.layers.layer import Layer

__all__ = ["Recurrent", "as_state", "over_time", "swap_time"]


class Recurrent(Layer):
    """A layer that goes through a sequence step by step, with the same weights at every step."""

    parameter_names = ("W", "U", "b")
    W: FloatArray
    U: FloatArray
    b: FloatArray
    dW: FloatArray  # noqa: N815 - the gradient of W
    dU: FloatArray  # noqa: N815 - the gradient of U
    db: FloatArray
    state: FloatArray
    dstate: FloatArray

    def __init__(
        self,
        in_features: int,
        units: int,
        *,
        rng: np.random.Generator,
        return_sequences: bool = False,
        kernel_initializer: Initializer = glorot_uniform,
    ) -> None:
        in_features, units = as_count("in_features", in_features), as_count("units", units)
        b = self._first_biases(units)
        columns = b.shape[-1]
        W = kernel_initializer((in_features, columns), rng=rng)
        self._learn(W=W, U=orthogonal((units, columns), rng=rng), b=b)
        self.return_sequences = return_sequences

    @staticmethod
    def _first_biases(units: int) -> FloatArray:
        """Return one for each column of ``W``: as many as there are units, or more with gates."""
        return np.zeros(units)

    def _sequences(self, x: ArrayLike) -> FloatArray:
        """Check ``x`` ``(N, T, D)`` and return it as a new array ``(T, N, D)``."""
        return swap_time(as_batch("x", x, ("N", "T", len(self.W))))

    def _output_of(self, h: FloatArray) -> FloatArray:
        """Return what the layer was asked for: all states but ``h[0]``, or the last."""
        return self._output(swap_time(h[1:]) if self.return_sequences else h[-1].copy())

    def _upstream_of(self, h: FloatArray, dy: FloatArray) -> FloatArray:
        """Return the gradient that reaches each of the states ``h`` straight from the output."""
        dh = np.zeros_like(h)
        if dy.ndim == h.ndim:
            dh[1:] = swap_time(dy)
        else:
            dh[-1] = dy
        return dh


def as_state(name: str, state: ArrayLike | None, like: FloatArray) -> FloatArray:
    """Return a state, or the gradient for one, as a new array; None stands for 0."""
    if state is None:
        return np.zeros_like(like)
    return as_batch(name, state, like.shape).astype(like.dtype)


def over_time(a: FloatArray, da: FloatArray) -> FloatArray:
    r"""Sum :math:`a_t^\top\,da_t` over all steps, as one product of matrices."""
    total: FloatArray = np.tensordot(a, da, axes=([0, 1], [0, 1]))
    return total


def swap_time(a: FloatArray) -> FloatArray:
    """Turn ``(N, T, D)`` into a new array ``(T, N, D)``, and the other way round."""
    return a.swapaxes(0, 1).copy()
