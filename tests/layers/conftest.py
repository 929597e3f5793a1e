"""How recurrent layers are compared with finite differences."""

import math

import numpy as np
import pytest

from dlnotes.gradient_check import gradient_check


class StatesIncluded:
    """A recurrent layer whose initial state is a parameter, and whose last state is put out too."""

    def __init__(self, layer, initial_state):
        self.layer, self.initial_state = layer, initial_state
        self.parameter_names = (*layer.parameter_names, "initial_state")

    @property
    def parameters(self):
        return [*self.layer.parameters, self.initial_state]

    @parameters.setter
    def parameters(self, values):
        *self.layer.parameters, self.initial_state = values

    @property
    def gradients(self):
        return [*self.layer.gradients, self.layer.dstate]

    def forward(self, x, *, training=False):
        y = self.layer.forward(x, training=training, initial_state=self.initial_state)
        self.shape = y.shape
        return np.concatenate([y.ravel(), self.layer.state.ravel()])

    def backward(self, dy):
        n = math.prod(self.shape)
        final_dstate = dy[n:].reshape(self.layer.state.shape)
        return self.layer.backward(dy[:n].reshape(self.shape), final_dstate=final_dstate)


@pytest.fixture
def check_recurrent():
    """Check the gradients for x, the parameters and the initial state by central differences.

    The loss depends on the output and on the last state. All parameters are drawn anew, so that
    none of them is 0.
    """

    def check(layer, initial_state, x, *, rng, training=False):
        layer.parameters = [rng.normal(size=p.shape) for p in layer.parameters]
        gradient_check(layer, x, rng=rng, training=training)
        gradient_check(StatesIncluded(layer, initial_state), x, rng=rng, training=training)

    return check
