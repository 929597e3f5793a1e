"""The plain recurrent layer."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray
from dlnotes.layers._recurrent import Recurrent, as_state, over_time, swap_time

__all__ = ["SimpleRNN"]


class SimpleRNN(Recurrent):
    r"""Plain recurrent layer: each state depends on the input and on the state before.

    .. math:: h_t = \tanh(x_t W + h_{t-1} U + b)

    Parameters
    ----------
    in_features : int
        Number :math:`D` of inputs at each step.
    units : int
        Number :math:`U` of units in the state.
    rng : numpy.random.Generator
        Draws the first weights.
    return_sequences : bool, default False
        Whether the output is the state :math:`h` after every step, or only after the last.
    kernel_initializer : callable, default glorot_uniform
        How to draw ``W``: a function of :mod:`dlnotes.initializers`.

    Attributes
    ----------
    W : numpy.ndarray
        Weights from input to state ``(D, U)``.
    U : numpy.ndarray
        Weights from state to state ``(U, U)``, orthogonal at first.
    b : numpy.ndarray
        Biases ``(U,)``, 0 at first.
    dW, dU, db : numpy.ndarray
        Gradients of the loss, in the shapes of ``W``, ``U`` and ``b``; 0 until :meth:`backward` has
        run.
    state : numpy.ndarray
        The state after the last step ``(N, U)``, once :meth:`forward` has run.
    dstate : numpy.ndarray
        Gradient of the loss for the initial state ``(N, U)``, once :meth:`backward` has run.

    Raises
    ------
    ValueError
        If ``in_features`` or ``units`` is less than 1.
    TypeError
        If one of them is not an integer, or ``rng`` is not a generator.

    Notes
    -----
    Its gradient is that of the network unrolled in time, where all steps share their weights. From
    step to step it is multiplied by :math:`U^\top` and by the slope of tanh, which is at most 1.

    References
    ----------
    * Elman, J. L. (1990). Finding Structure in Time. *Cognitive Science* 14(2), 179-211.
      https://doi.org/10.1207/s15516709cog1402_1
    * Werbos, P. J. (1990). Backpropagation through time: what it does and how to do it.
      *Proceedings of the IEEE* 78(10), 1550-1560. https://doi.org/10.1109/5.58337

    Examples
    --------
    Two steps are the formula within itself.

    >>> rng = np.random.default_rng(0)
    >>> rnn, x = SimpleRNN(3, 4, rng=rng), rng.normal(size=(5, 2, 3))
    >>> nested = np.tanh(x[:, 1] @ rnn.W + np.tanh(x[:, 0] @ rnn.W) @ rnn.U)
    >>> bool(np.allclose(rnn.forward(x), nested))
    True

    A sequence in two parts, the second of which starts where the first has ended.

    >>> _ = rnn.forward(x[:, :1])
    >>> bool(np.allclose(rnn.forward(x[:, 1:], initial_state=rnn.state), nested))
    True
    """

    def forward(
        self,
        x: ArrayLike,
        *,
        training: bool = False,  # noqa: ARG002 - no mode
        initial_state: ArrayLike | None = None,
    ) -> FloatArray:
        """Compute ``y`` of shape ``(N, U)``, or ``(N, T, U)``, from ``x`` of shape ``(N, T, D)``.

        ``initial_state`` ``(N, U)`` is the state before the first step; None stands for 0. Sets
        ``state``.
        """
        x = self._sequences(x)
        W, U, b = self._parameters_like(x)
        steps, N, units = len(x), x.shape[1], len(U)
        h = np.empty((steps + 1, N, units), x.dtype)
        h[0] = as_state("initial_state", initial_state, h[0])
        a = x @ W + b  # the share of the inputs, for all steps at once
        for t in range(steps):
            h[t + 1] = np.tanh(a[t] + h[t] @ U)
        self._cache = x, h, W, U
        self.state = h[-1].copy()
        return self._output_of(h)

    def backward(self, dy: ArrayLike, *, final_dstate: ArrayLike | None = None) -> FloatArray:
        """Turn ``dy`` of the shape of ``y`` into ``dx`` of shape ``(N, T, D)``.

        ``final_dstate`` ``(N, U)`` is the gradient for ``state`` from whatever went on with it:
        the ``dstate`` of the next part of a sequence. None stands for 0, and truncates the gradient
        there. Sets ``dW``, ``dU``, ``db`` and ``dstate``.
        """
        dy = self._upstream(dy)
        x, h, W, U = self._cache
        dy = self._upstream_of(h, dy)
        da = np.empty_like(h[1:])
        dh = dy[-1] + as_state("final_dstate", final_dstate, h[-1])
        for t in reversed(range(len(x))):
            da[t] = dh * (1 - h[t + 1] ** 2)
            dh = dy[t] + da[t] @ U.T
        self.dstate = dh
        self.dW, self.dU, self.db = over_time(x, da), over_time(h[:-1], da), da.sum(axis=(0, 1))
        return swap_time(da @ W.T)
