r"""Compare a layer's ``backward`` with finite differences.

With a random upstream gradient :math:`dy`, the number :math:`L = \sum dy \cdot y` plays the loss.
A plain sum of the outputs would not do: softmax and batch normalization keep that sum constant, so
its gradient is 0, and a ``backward`` that always returned 0 would pass.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlnotes._validation import FloatArray, as_batch, as_generator, as_positive

__all__ = ["gradient_check", "numerical_gradient"]

Float64Array = NDArray[np.float64]


class _Layer(Protocol):
    parameters: list[FloatArray]

    @property
    def gradients(self) -> list[FloatArray]: ...
    def forward(self, x: ArrayLike, *, training: bool = False) -> FloatArray: ...
    def backward(self, dy: ArrayLike) -> FloatArray: ...


def numerical_gradient(
    f: Callable[..., ArrayLike], dy: ArrayLike, *xs: ArrayLike, step: float = 1e-5
) -> tuple[Float64Array, ...]:
    r"""Gradients of :math:`\sum dy \cdot f(x_1, x_2, \dots)` by central differences, in float64.

    .. math:: \frac{\partial L}{\partial x} \approx \frac{L(x + h) - L(x - h)}{2h}

    Parameters
    ----------
    f : callable
        Takes as many float64 arrays as there are ``xs`` and returns one array.
    dy : array_like
        Upstream gradient, in the shape of what ``f`` returns.
    *xs : array_like
        Where to take the gradient.
    step : float, default 1e-5
        The distance :math:`h`.

    Returns
    -------
    tuple of numpy.ndarray
        One gradient for each of ``xs``, in its shape.

    Raises
    ------
    ValueError
        If ``dy`` has another shape than what ``f`` returns, or ``step`` is not greater than 0.
    TypeError
        If an argument does not hold real numbers.

    Notes
    -----
    The error is about :math:`h^2` times the third derivative, plus rounding of about
    :math:`10^{-16} |L| / h`. Every number in ``xs`` costs two calls of ``f``. Across a kink, such
    as that of ReLU at 0, the result is a mean of the slopes on both sides.

    Examples
    --------
    >>> [slope] = numerical_gradient(np.tanh, 1.0, 0.5)
    >>> bool(abs(slope - (1 - np.tanh(0.5) ** 2)) < 1e-9)
    True
    """
    step = as_positive("step", step)
    # Copies, which are moved and put back below.
    points = [as_batch("xs", x, ("...",)).astype(np.float64) for x in xs]
    dy = as_batch("dy", dy, ("...",)).astype(np.float64)

    def loss() -> float:
        y = np.asarray(f(*points))
        if y.shape != dy.shape:
            raise ValueError(
                f"`dy` must have the shape of f's output {y.shape}. Received: {dy.shape}"
            )
        return float(np.sum(dy * y))

    gradients = []
    for x in points:
        gradient = np.zeros_like(x)
        for i in np.ndindex(x.shape):
            middle = x[i]
            x[i] = middle + step
            above = loss()
            x[i] = middle - step
            below = loss()
            x[i] = middle
            gradient[i] = (above - below) / (2 * step)
        gradients.append(gradient)
    return tuple(gradients)


def gradient_check(
    layer: _Layer,
    x: ArrayLike,
    *,
    rng: np.random.Generator,
    training: bool = True,
    rtol: float = 1e-6,
    atol: float = 1e-8,
) -> None:
    """Check the gradients of a layer, for its input and each parameter, by central differences.

    The layer itself stays as it is: everything is done on copies, in float64.

    Parameters
    ----------
    layer : Layer or Sequential
        Anything with ``forward``, ``backward``, ``parameters`` and ``gradients``.
    x : array_like
        An input, best a small one: every number costs two forward passes. Integers, such as the
        words for an embedding, stay as they are, and only the parameters are checked.
    rng : numpy.random.Generator
        Draws the upstream gradient.
    training : bool, default True
        The mode of the forward pass.
    rtol, atol : float, default 1e-6 and 1e-8
        The largest difference may be ``atol`` plus ``rtol`` times the largest number in the
        gradient.

    Raises
    ------
    AssertionError
        If two gradients differ; the message shows both.

    Examples
    --------
    >>> from dlnotes.layers import Dense
    >>> rng = np.random.default_rng(0)
    >>> layer, x = Dense(3, 2, rng=rng), rng.normal(size=(4, 3))
    >>> gradient_check(layer, x, rng=rng)

    A layer that forgets a path is found out.

    >>> layer.backward = lambda dy: 2 * dy @ layer.W.T
    >>> gradient_check(layer, x, rng=rng)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    AssertionError: the gradients for x differ by ..., more than ...
    backward:
    ...
    finite differences:
    ...
    """
    as_generator("rng", rng)
    x = np.array(x)
    layer = copy.deepcopy(layer)  # it may share `rng`, which is to draw dy
    values = [np.asarray(p, dtype=np.float64) for p in layer.parameters]
    names = getattr(layer, "parameter_names", [f"parameter {i}" for i in range(len(values))])
    differentiable = x.dtype.kind == "f"
    inputs = [x.astype(np.float64)] if differentiable else []

    def run(*values: Float64Array) -> tuple[_Layer, FloatArray]:
        trial = copy.deepcopy(layer)  # neither its state nor its random numbers move on
        trial.parameters = list(values[len(inputs) :])
        return trial, trial.forward(values[0] if differentiable else x, training=training)

    trial, y = run(*inputs, *values)
    dy = rng.normal(size=y.shape)
    dx = trial.backward(dy)
    by_backward = [dx, *trial.gradients] if differentiable else trial.gradients
    by_differences = numerical_gradient(lambda *v: run(*v)[1], dy, *inputs, *values)
    names = ["x", *names] if differentiable else list(names)
    for name, backward, numerical in zip(names, by_backward, by_differences, strict=True):
        allowed = atol + rtol * np.abs(numerical).max()
        if backward.shape != numerical.shape:
            raise AssertionError(
                f"the gradient for {name} has shape {backward.shape}, not {numerical.shape}"
            )
        difference = np.abs(backward - numerical).max()
        if not difference <= allowed:  # also if it is NaN
            raise AssertionError(
                f"the gradients for {name} differ by {difference:.3g}, more than {allowed:.3g}\n"
                f"backward:\n{backward}\nfinite differences:\n{numerical}"
            )
