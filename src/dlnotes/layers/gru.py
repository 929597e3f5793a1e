"""The gated recurrent unit."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray
from dlnotes.activations import sigmoid
from dlnotes.layers._recurrent import Recurrent, as_state, over_time, swap_time

__all__ = ["GRU"]


class GRU(Recurrent):
    r"""Gated recurrent unit: one gate keeps the state, another shows it to the candidate.

    .. math::

        \begin{aligned}
        z_t &= \sigma(x_t W_z + b_z + h_{t-1} U_z + b'_z) \\
        r_t &= \sigma(x_t W_r + b_r + h_{t-1} U_r + b'_r) \\
        g_t &= \tanh(x_t W_g + b_g + r_t \, (h_{t-1} U_g + b'_g)) \\
        h_t &= z_t \, h_{t-1} + (1 - z_t) \, g_t
        \end{aligned}

    The update gate :math:`z` and the reset gate :math:`r` lie between 0 and 1. The candidate
    :math:`g` is what may take the place of the state.

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
        Weights from input to gates ``(D, 3U)``: columns for z, r and g, in this order.
    U : numpy.ndarray
        Weights from state to gates ``(U, 3U)``. At first its rows have length 1 and are at right
        angles.
    b : numpy.ndarray
        Biases ``(2, 3U)``: :math:`b` of the inputs, then :math:`b'` of the state; 0 at first.
    dW, dU, db : numpy.ndarray
        Gradients of the loss, in the shapes of ``W``, ``U`` and ``b``; 0 until :meth:`backward` has
        run.
    z, r : numpy.ndarray
        The gates at each step of the last :meth:`forward` ``(N, T, U)``, read-only.
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
    The reset gate comes after the product with :math:`U_g`, as in Keras (``reset_after=True``). In
    the paper it comes before: :math:`(r_t \, h_{t-1}) \, U_g`.

    References
    ----------
    Cho, K., van Merriënboer, B., Gulcehre, C., Bahdanau, D., Bougares, F., Schwenk, H. and Bengio,
    Y. (2014). Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine
    Translation. *EMNLP 2014*, 1724-1734. https://doi.org/10.3115/v1/D14-1179

    Examples
    --------
    With the update gate at 1, the state stays as it is.

    >>> rng = np.random.default_rng(0)
    >>> gru = GRU(3, 2, rng=rng)
    >>> gru.b[0, :2] = 1e4
    >>> gru.forward(rng.normal(size=(1, 100, 3)), initial_state=[[0.5, -0.7]])
    array([[ 0.5, -0.7]])
    """

    z: FloatArray
    r: FloatArray

    @staticmethod
    def _first_biases(units: int) -> FloatArray:
        return np.zeros((2, 3 * units))

    def forward(
        self,
        x: ArrayLike,
        *,
        training: bool = False,  # noqa: ARG002 - no mode
        initial_state: ArrayLike | None = None,
    ) -> FloatArray:
        """Compute ``y`` of shape ``(N, U)``, or ``(N, T, U)``, from ``x`` of shape ``(N, T, D)``.

        ``initial_state`` ``(N, U)`` is the state before the first step; None stands for 0. Sets
        ``state`` and the gates.
        """
        x = self._sequences(x)
        W, U, (b, b_state) = self._parameters_like(x)
        steps, N, units = len(x), x.shape[1], len(U)
        h = np.empty((steps + 1, N, units), x.dtype)
        h[0] = as_state("initial_state", initial_state, h[0])
        z, r, g, s_g = gates = np.empty((4, steps, N, units), x.dtype)
        a = x @ W + b  # the share of the inputs, for all steps at once
        for t in range(steps):
            a_z, a_r, a_g = np.split(a[t], 3, axis=1)
            s_z, s_r, s_g[t] = np.split(h[t] @ U + b_state, 3, axis=1)
            z[t], r[t] = sigmoid(a_z + s_z), sigmoid(a_r + s_r)
            g[t] = np.tanh(a_g + r[t] * s_g[t])
            h[t + 1] = z[t] * h[t] + (1 - z[t]) * g[t]
        self._cache = x, h, gates, W, U
        gates.setflags(write=False)  # they are shown without a copy
        self.z, self.r, *_ = gates.swapaxes(1, 2)
        self.state = h[-1].copy()
        return self._output_of(h)

    def backward(self, dy: ArrayLike, *, final_dstate: ArrayLike | None = None) -> FloatArray:
        """Turn ``dy`` of the shape of ``y`` into ``dx`` of shape ``(N, T, D)``.

        ``final_dstate`` ``(N, U)`` is the gradient for ``state`` from whatever went on with it:
        the ``dstate`` of the next part of a sequence. None stands for 0, and truncates the gradient
        there. Sets ``dW``, ``dU``, ``db`` and ``dstate``.
        """
        dy = self._upstream(dy)
        x, h, (z, r, g, s_g), W, U = self._cache
        dy = self._upstream_of(h, dy)
        da = np.empty((*x.shape[:2], U.shape[1]), x.dtype)
        ds = np.empty_like(da)
        dh = dy[-1] + as_state("final_dstate", final_dstate, h[-1])
        for t in reversed(range(len(x))):
            da_g = dh * (1 - z[t]) * (1 - g[t] ** 2)
            da_z = dh * (h[t] - g[t]) * z[t] * (1 - z[t])
            da_r = da_g * s_g[t] * r[t] * (1 - r[t])
            da[t] = np.concatenate([da_z, da_r, da_g], axis=1)
            ds[t] = np.concatenate([da_z, da_r, da_g * r[t]], axis=1)
            dh = dy[t] + dh * z[t] + ds[t] @ U.T
        self.dstate = dh
        self.dW, self.dU = over_time(x, da), over_time(h[:-1], ds)
        self.db = np.stack([da.sum(axis=(0, 1)), ds.sum(axis=(0, 1))])
        return swap_time(da @ W.T)
