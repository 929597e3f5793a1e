"""Layers with an explicit ``forward`` and ``backward``, one per module."""

from dlnotes.layers.batch_normalization import BatchNormalization
from dlnotes.layers.dense import Dense
from dlnotes.layers.relu import ReLU

__all__ = ["BatchNormalization", "Dense", "ReLU"]
