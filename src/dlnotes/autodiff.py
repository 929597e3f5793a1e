"""A door to the automatic differentiation of the active Keras backend.

Pages and tests use it as an independent judge of gradients that were written by hand. Keras is
imported when a gradient is asked for, not before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module  # no backend has to be installed for the types to be checked
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import FloatArray

__all__ = ["vjp"]


def vjp(f: Callable[..., Any], dy: ArrayLike, *xs: ArrayLike) -> tuple[FloatArray, ...]:
    r"""Gradients of :math:`\sum dy \cdot f(x_1, x_2, \dots)` by automatic differentiation.

    The name stands for vector-Jacobian product: an upstream gradient times the derivatives of all
    outputs with respect to all inputs. It is what every layer's ``backward`` computes.

    Parameters
    ----------
    f : callable
        Takes as many tensors as there are ``xs`` and returns one tensor, by ``keras.ops``, by
        operators such as ``+`` and ``@``, or by Keras layers.
    dy : array_like
        Upstream gradient, in the shape of what ``f`` returns.
    *xs : array_like
        Where to take the gradient. float64 stays float64, on JAX too; integers become float64.

    Returns
    -------
    tuple of numpy.ndarray
        One gradient for each of ``xs``, in its shape and dtype; 0 where ``f`` does not use it.

    Raises
    ------
    ImportError
        If Keras is not installed.
    RuntimeError
        If the active backend is none of JAX, TensorFlow and PyTorch.
    ValueError
        If ``dy`` has another shape than what ``f`` returns.
    TypeError
        If ``f`` returns less precision than its most precise argument has.

    Examples
    --------
    >>> from keras import ops
    >>> [slope] = vjp(ops.tanh, 1.0, 0.5)
    >>> bool(np.isclose(slope, 1 - np.tanh(0.5) ** 2, rtol=1e-14))
    True
    """
    backend = import_module("keras").backend.backend()
    if backend not in _ENGINES:
        raise RuntimeError(
            f"the Keras backend must be one of {', '.join(_ENGINES)}. Received: {backend}"
        )
    arrays = [np.asarray(x) for x in xs]
    arrays = [x if x.dtype.kind == "f" else x.astype(np.float64) for x in arrays]
    dy = np.asarray(dy, dtype=np.result_type(*arrays))
    with _float64_in_keras_ops():
        return tuple(np.asarray(g) for g in _ENGINES[backend](f, dy, arrays))


def _check(y: Any, dy: FloatArray) -> None:
    shape = tuple(y.shape)
    if shape != dy.shape:
        raise ValueError(f"`dy` must have the shape of f's output {shape}. Received: {dy.shape}")
    if str(dy.dtype) not in str(y.dtype):  # PyTorch says torch.float64
        raise TypeError(f"`f` must return {dy.dtype}, as its arguments are. Received: {y.dtype}")


def _jax(f: Callable[..., Any], dy: FloatArray, xs: list[FloatArray]) -> list[Any]:
    jax = import_module("jax")
    with jax.enable_x64(True):  # for this call only: the rest of Keras stays in float32
        shape_and_dtype = jax.eval_shape(f, *xs)
        _check(shape_and_dtype, dy)
        pull_back = jax.jit(lambda dy, *xs: jax.vjp(f, *xs)[1](dy))  # compiled at once: quicker
        gradients: list[Any] = pull_back(dy, *xs)
        return gradients


def _tensorflow(  # pragma: no cover - tested in a process of its own where it is installed
    f: Callable[..., Any], dy: FloatArray, xs: list[FloatArray]
) -> list[Any]:
    tf = import_module("tensorflow")
    tensors = [tf.convert_to_tensor(x) for x in xs]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        y = f(*tensors)
    _check(y, dy)
    zero = tf.UnconnectedGradients.ZERO
    gradients = tape.gradient(y, tensors, tf.convert_to_tensor(dy), zero)
    return [tf.convert_to_tensor(g) for g in gradients]  # of an embedding it knows but some rows


def _torch(  # pragma: no cover - tested in a process of its own where it is installed
    f: Callable[..., Any], dy: FloatArray, xs: list[FloatArray]
) -> list[Any]:
    torch, ops = import_module("torch"), import_module("keras").ops
    tensors = [ops.convert_to_tensor(x).requires_grad_() for x in xs]
    y = f(*tensors)
    _check(y, dy)
    upstream = ops.convert_to_tensor(dy)
    gradients = torch.autograd.grad(y, tensors, upstream, allow_unused=True, materialize_grads=True)
    return [g.cpu() for g in gradients]


_ENGINES = {"jax": _jax, "tensorflow": _tensorflow, "torch": _torch}


@contextmanager
def _float64_in_keras_ops() -> Iterator[None]:
    """Let ``keras.ops`` keep float64, which many of them turn into float32 (not on TensorFlow).

    The table says so up to Keras 3.15 at least; see keras-team/keras#23225. If a newer Keras has
    no such table there is nothing to do, and should there be a need all the same, :func:`vjp` says
    so.
    """
    dtypes = import_module("keras.src.backend.common.dtypes")
    table: dict[str, str] = getattr(dtypes, "BIT64_TO_BIT32_DTYPE", {})
    before = dict(table)
    table.pop("float64", None)
    try:
        yield
    finally:
        table.update(before)
