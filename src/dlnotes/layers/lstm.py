"""The recurrent layer with long short-term memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray
from dlnotes.activations import sigmoid
from dlnotes.layers._recurrent import Recurrent, as_state, over_time, swap_time

__all__ = ["LSTM"]


class LSTM(Recurrent):
    r"""Recurrent layer with a memory: gates decide what it forgets, takes in and shows.

    .. math::

        \begin{aligned}
        i_t &= \sigma(x_t W_i + h_{t-1} U_i + b_i) & g_t &= \tanh(x_t W_g + h_{t-1} U_g + b_g) \\
        f_t &= \sigma(x_t W_f + h_{t-1} U_f + b_f) & c_t &= f_t \, c_{t-1} + i_t \, g_t \\
        o_t &= \sigma(x_t W_o + h_{t-1} U_o + b_o) & h_t &= o_t \tanh c_t
        \end{aligned}

    The input gate :math:`i`, the forget gate :math:`f` and the output gate :math:`o` lie between 0
    and 1. The candidate :math:`g` is what may be added to the memory :math:`c`.

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
        Weights from input to gates ``(D, 4U)``: columns for i, f, g and o, in this order.
    U : numpy.ndarray
        Weights from state to gates ``(U, 4U)``. At first its rows have length 1 and are at right
        angles.
    b : numpy.ndarray
        Biases ``(4U,)``, at first 1 for the forget gate and 0 for the others.
    dW, dU, db : numpy.ndarray
        Gradients of the loss, in the shapes of ``W``, ``U`` and ``b``; 0 until :meth:`backward` has
        run.
    i, f, o : numpy.ndarray
        The gates at each step of the last :meth:`forward` ``(N, T, U)``, read-only.
    state : numpy.ndarray
        The pair h, c after the last step ``(2, N, U)``, once :meth:`forward` has run.
    dstate : numpy.ndarray
        Gradient of the loss for the initial pair ``(2, N, U)``, once :meth:`backward` has run.

    Raises
    ------
    ValueError
        If ``in_features`` or ``units`` is less than 1.
    TypeError
        If one of them is not an integer, or ``rng`` is not a generator.

    Notes
    -----
    From step to step the gradient for the memory is multiplied by the forget gate, and by no
    weights: :math:`\partial c_t / \partial c_{t-1} = f_t`, with :math:`h_{t-1}` held fixed. At
    first the bias of 1 makes that about 0.73, so that the layer forgets slowly.

    References
    ----------
    * Hochreiter, S. and Schmidhuber, J. (1997). Long Short-Term Memory. *Neural Computation* 9(8),
      1735-1780. https://doi.org/10.1162/neco.1997.9.8.1735
    * Gers, F. A., Schmidhuber, J. and Cummins, F. (2000). Learning to Forget: Continual Prediction
      with LSTM. *Neural Computation* 12(10), 2451-2471.
      https://doi.org/10.1162/089976600300015015
    * Jozefowicz, R., Zaremba, W. and Sutskever, I. (2015). An Empirical Exploration of Recurrent
      Network Architectures. *Proceedings of Machine Learning Research* 37, 2342-2350.
      https://proceedings.mlr.press/v37/jozefowicz15.html

    Examples
    --------
    With the forget gate open and the input gate shut, the memory stays as it is.

    >>> rng = np.random.default_rng(0)
    >>> lstm = LSTM(3, 2, rng=rng)
    >>> lstm.b = np.array([-1e4, -1e4, 1e4, 1e4, 0, 0, 0, 0])
    >>> _ = lstm.forward(rng.normal(size=(1, 100, 3)), initial_state=([[0, 0]], [[5, -7]]))
    >>> h, c = lstm.state
    >>> c
    array([[ 5., -7.]])
    """

    i: FloatArray
    f: FloatArray
    o: FloatArray

    @staticmethod
    def _first_biases(units: int) -> FloatArray:
        return np.repeat([0.0, 1.0, 0.0, 0.0], units)

    def forward(
        self,
        x: ArrayLike,
        *,
        training: bool = False,  # noqa: ARG002 - no mode
        initial_state: ArrayLike | None = None,
    ) -> FloatArray:
        """Compute ``y`` of shape ``(N, U)``, or ``(N, T, U)``, from ``x`` of shape ``(N, T, D)``.

        ``initial_state`` is the pair h, c before the first step, each ``(N, U)``; None stands for
        0. Sets ``state`` and the gates.
        """
        x = self._sequences(x)
        W, U, b = self._parameters_like(x)
        steps, N, units = len(x), x.shape[1], len(U)
        h, c = states = np.empty((2, steps + 1, N, units), x.dtype)
        states[:, 0] = as_state("initial_state", initial_state, states[:, 0])
        i, f, g, o = gates = np.empty((4, steps, N, units), x.dtype)
        a = x @ W + b  # the share of the inputs, for all steps at once
        for t in range(steps):
            a_i, a_f, a_g, a_o = np.split(a[t] + h[t] @ U, 4, axis=1)
            i[t], f[t], g[t], o[t] = sigmoid(a_i), sigmoid(a_f), np.tanh(a_g), sigmoid(a_o)
            c[t + 1] = f[t] * c[t] + i[t] * g[t]
            h[t + 1] = o[t] * np.tanh(c[t + 1])
        self._cache = x, states, gates, W, U
        gates.setflags(write=False)  # they are shown without a copy
        self.i, self.f, _, self.o = gates.swapaxes(1, 2)
        self.state = states[:, -1].copy()
        return self._output_of(h)

    def backward(self, dy: ArrayLike, *, final_dstate: ArrayLike | None = None) -> FloatArray:
        """Turn ``dy`` of the shape of ``y`` into ``dx`` of shape ``(N, T, D)``.

        ``final_dstate`` is the gradient for ``state``, a pair for h and c, from whatever went on
        with it: the ``dstate`` of the next part of a sequence. None stands for 0, and truncates the
        gradient there. Sets ``dW``, ``dU``, ``db`` and ``dstate``.
        """
        dy = self._upstream(dy)
        x, states, (i, f, g, o), W, U = self._cache
        h, c = states
        dy = self._upstream_of(h, dy)
        da = np.empty((*x.shape[:2], U.shape[1]), x.dtype)
        dh, dc = as_state("final_dstate", final_dstate, states[:, -1])
        dh = dh + dy[-1]
        for t in reversed(range(len(x))):
            tanh_c = np.tanh(c[t + 1])
            dc = dc + dh * o[t] * (1 - tanh_c**2)
            di, df, dg, do = dc * g[t], dc * c[t], dc * i[t], dh * tanh_c
            da_i, da_f = di * i[t] * (1 - i[t]), df * f[t] * (1 - f[t])
            da_g, da_o = dg * (1 - g[t] ** 2), do * o[t] * (1 - o[t])
            da[t] = np.concatenate([da_i, da_f, da_g, da_o], axis=1)
            dh, dc = dy[t] + da[t] @ U.T, dc * f[t]
        self.dstate = np.stack([dh, dc])
        self.dW, self.dU, self.db = over_time(x, da), over_time(h[:-1], da), da.sum(axis=(0, 1))
        return swap_time(da @ W.T)
