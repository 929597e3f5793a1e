"""Layers with an explicit ``forward`` and ``backward``, one per module."""

from dlnotes.layers.activation import Activation
from dlnotes.layers.batch_normalization import BatchNormalization
from dlnotes.layers.conv2d import Conv2D
from dlnotes.layers.dense import Dense
from dlnotes.layers.dropout import Dropout
from dlnotes.layers.embedding import Embedding
from dlnotes.layers.flatten import Flatten
from dlnotes.layers.gru import GRU
from dlnotes.layers.layer import Layer
from dlnotes.layers.lstm import LSTM
from dlnotes.layers.pooling import AveragePooling2D, MaxPooling2D
from dlnotes.layers.simple_rnn import SimpleRNN

__all__ = [
    "GRU",
    "LSTM",
    "Activation",
    "AveragePooling2D",
    "BatchNormalization",
    "Conv2D",
    "Dense",
    "Dropout",
    "Embedding",
    "Flatten",
    "Layer",
    "MaxPooling2D",
    "SimpleRNN",
]
