"""Activation functions, each with its derivative.

They work element by element, on numbers of any size. NaN in gives NaN out. Where a function has a
kink there is no derivative; the slope on its left is returned.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dlnotes._validation import FloatArray
from dlnotes.activations.rectifiers import (
    leaky_relu,
    leaky_relu_derivative,
    relu,
    relu_derivative,
)
from dlnotes.activations.smooth_rectifiers import (
    elu,
    elu_derivative,
    gelu,
    gelu_derivative,
    softplus,
    softplus_derivative,
)
from dlnotes.activations.squashing import (
    sigmoid,
    sigmoid_derivative,
    step,
    step_derivative,
    tanh,
    tanh_derivative,
)

__all__ = [
    "ACTIVATIONS",
    "ActivationFunction",
    "elu",
    "elu_derivative",
    "gelu",
    "gelu_derivative",
    "leaky_relu",
    "leaky_relu_derivative",
    "relu",
    "relu_derivative",
    "sigmoid",
    "sigmoid_derivative",
    "softplus",
    "softplus_derivative",
    "step",
    "step_derivative",
    "tanh",
    "tanh_derivative",
]


class ActivationFunction(NamedTuple):
    """An activation function and its derivative."""

    value: Callable[..., FloatArray]
    derivative: Callable[..., FloatArray]


ACTIVATIONS = {
    "step": ActivationFunction(step, step_derivative),
    "sigmoid": ActivationFunction(sigmoid, sigmoid_derivative),
    "tanh": ActivationFunction(tanh, tanh_derivative),
    "relu": ActivationFunction(relu, relu_derivative),
    "leaky_relu": ActivationFunction(leaky_relu, leaky_relu_derivative),
    "elu": ActivationFunction(elu, elu_derivative),
    "gelu": ActivationFunction(gelu, gelu_derivative),
    "softplus": ActivationFunction(softplus, softplus_derivative),
}
"""The functions by the names that Keras uses."""
