"""Layers with an explicit ``forward`` and ``backward``, one per module."""

from dlnotes.layers.activation import Activation
from dlnotes.layers.batch_normalization import BatchNormalization
from dlnotes.layers.dense import Dense
from dlnotes.layers.layer import Layer

__all__ = ["Activation", "BatchNormalization", "Dense", "Layer"]
