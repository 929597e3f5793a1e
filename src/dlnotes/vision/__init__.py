"""Filters, windows, boxes and style: what machines do with images beside convolution layers."""

from dlnotes.vision.detection import iou, non_maximum_suppression, sliding_windows
from dlnotes.vision.edges import (
    LAPLACE,
    PREWITT_X,
    PREWITT_Y,
    SOBEL_X,
    SOBEL_Y,
    convolve2d,
    cross_correlate2d,
    gradient_magnitude,
)
from dlnotes.vision.im2col import col2im, im2col
from dlnotes.vision.style import gram_matrix, style_loss, style_loss_gradient

__all__ = [
    "LAPLACE",
    "PREWITT_X",
    "PREWITT_Y",
    "SOBEL_X",
    "SOBEL_Y",
    "col2im",
    "convolve2d",
    "cross_correlate2d",
    "gradient_magnitude",
    "gram_matrix",
    "im2col",
    "iou",
    "non_maximum_suppression",
    "sliding_windows",
    "style_loss",
    "style_loss_gradient",
]
