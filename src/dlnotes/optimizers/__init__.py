"""Optimizers: how a gradient changes the parameters, one rule per module."""

from dlnotes.optimizers.adagrad import Adagrad
from dlnotes.optimizers.adam import Adam, AdamW
from dlnotes.optimizers.optimizer import Optimizer
from dlnotes.optimizers.rmsprop import RMSprop
from dlnotes.optimizers.sgd import SGD

__all__ = ["SGD", "Adagrad", "Adam", "AdamW", "Optimizer", "RMSprop"]
