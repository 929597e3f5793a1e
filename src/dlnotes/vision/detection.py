r"""Boxes around things: how far two agree, which of many to keep, and where to look.

A box is :math:`(x_0, y_0, x_1, y_1)`: left, top, right and bottom edge, with x to the right and y
downwards. Edges lie between pixels, so the box ``(x0, y0, x1, y1)`` holds the pixels
``image[y0:y1, x0:x1]``.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from dlnotes._validation import FloatArray, IntArray, Real, as_batch, as_floats, as_fraction
from dlnotes._windows import IntOrPair, as_pair, output_shape

__all__ = ["iou", "non_maximum_suppression", "sliding_windows"]


def iou(boxes: ArrayLike, others: ArrayLike) -> Real:
    r"""Intersection over union of each of some boxes with each of some others.

    .. math:: \operatorname{IoU}(A, B) = \frac{|A \cap B|}{|A \cup B|}
        = \frac{|A \cap B|}{|A| + |B| - |A \cap B|}

    where :math:`|A|` is an area.

    Parameters
    ----------
    boxes : array_like
        One box :math:`(x_0, y_0, x_1, y_1)`, ``(4,)``, or several, ``(N, 4)``.
    others : array_like
        One box, ``(4,)``, or several, ``(M, 4)``.

    Returns
    -------
    numpy.floating or numpy.ndarray
        ``(N, M)``, without the axis of what was one box: from 0, where boxes do not overlap, to 1,
        where they are the same.

    Raises
    ------
    ValueError
        If an array has another shape, or a box has no finite area greater than 0.
    TypeError
        If an array does not hold real numbers.

    References
    ----------
    Jaccard, P. (1912). The Distribution of the Flora in the Alpine Zone. *New Phytologist* 11(2),
    37-50. https://doi.org/10.1111/j.1469-8137.1912.tb05611.x

    Examples
    --------
    Two squares of 2 by 2 that share one of their four pixels cover seven.

    >>> bool(np.isclose(iou([0, 0, 2, 2], [1, 1, 3, 3]), 1 / 7))
    True
    >>> iou([[0, 0, 2, 2], [0, 0, 2, 1]], [[0, 0, 2, 2], [2, 0, 4, 2]])
    array([[1. , 0. ],
           [0.5, 0. ]])
    """
    a, b = _as_boxes("boxes", boxes), _as_boxes("others", others)
    # What each two boxes share is a box too; where they are apart, a side of it is below 0.
    corners = (np.maximum, np.maximum, np.minimum, np.minimum)
    pairs = [choose.outer(a[..., k], b[..., k]) for k, choose in enumerate(corners)]
    intersection = _areas(np.stack(pairs, axis=-1))
    union = np.add.outer(_areas(a), _areas(b)) - intersection
    ratio: Real = (intersection / union).astype(np.result_type(a, b))
    return ratio


def non_maximum_suppression(
    boxes: ArrayLike, scores: ArrayLike, *, iou_threshold: float = 0.5
) -> IntArray:
    """Of boxes that overlap, keep the one with the highest score.

    The rule is greedy: keep the box with the highest score, drop all boxes that overlap it too
    much, and go on with the highest score of those that are left.

    Parameters
    ----------
    boxes : array_like
        Boxes ``(N, 4)``, each :math:`(x_0, y_0, x_1, y_1)`. There may be none.
    scores : array_like
        How sure the detector is of each, ``(N,)``.
    iou_threshold : float, default 0.5
        From 0 to 1. A box is dropped if its intersection over union with one that was kept is
        greater than this.

    Returns
    -------
    numpy.ndarray
        The indices of the boxes that are kept, the highest score first; of equal scores, the
        earlier box first. No two of these boxes overlap by more than ``iou_threshold``.

    Raises
    ------
    ValueError
        If an array has another shape, a box has no finite area greater than 0, a score is NaN, or
        ``iou_threshold`` does not lie between 0 and 1.
    TypeError
        If an array does not hold real numbers.

    References
    ----------
    Neubeck, A. and Van Gool, L. (2006). Efficient Non-Maximum Suppression. *18th International
    Conference on Pattern Recognition*, 850-855. https://doi.org/10.1109/ICPR.2006.479

    Examples
    --------
    The second box overlaps the first, which is surer. The third is alone.

    >>> boxes = [[0, 0, 4, 4], [1, 0, 5, 4], [8, 8, 9, 9]]
    >>> non_maximum_suppression(boxes, [0.9, 0.8, 0.3])
    array([0, 2])
    """
    boxes = _as_boxes("boxes", as_batch("boxes", boxes, ("N", 4)))
    scores = as_batch("scores", scores, (len(boxes),))
    iou_threshold = as_fraction("iou_threshold", iou_threshold)
    if len(boxes) == 0:
        return np.zeros(0, np.int64)
    left = np.argsort(-as_floats("scores", scores), stable=True).astype(np.int64)
    keep = []
    while len(left):
        best, left = left[0], left[1:]
        keep.append(best)
        left = left[iou(boxes[best], boxes[left]) <= iou_threshold]
    return np.array(keep)


def sliding_windows(
    image: ArrayLike, size: IntOrPair, *, strides: IntOrPair = 1
) -> tuple[IntArray, FloatArray]:
    """Cut out every window of an image, for a classifier to look at.

    Parameters
    ----------
    image : array_like
        Pixels ``(H, W)`` or ``(H, W, C)``.
    size : int or (int, int)
        Height and width of the window.
    strides : int or (int, int), default 1
        Pixels from one window to the next, downwards and to the right.

    Returns
    -------
    boxes : numpy.ndarray
        Where the windows lie, row by row, ``(K, 4)`` of int64, each :math:`(x_0, y_0, x_1, y_1)`.
    windows : numpy.ndarray
        Their pixels, ``(K, height, width)`` or ``(K, height, width, C)``, a new array.

    Raises
    ------
    ValueError
        If ``image`` has another shape or is smaller than the window, or a setting is less than 1.
    TypeError
        If ``image`` does not hold real numbers, or a setting is not an integer.

    Examples
    --------
    >>> image = np.arange(12).reshape(3, 4)
    >>> boxes, windows = sliding_windows(image, (2, 3))
    >>> boxes
    array([[0, 0, 3, 2],
           [1, 0, 4, 2],
           [0, 1, 3, 3],
           [1, 1, 4, 3]])
    >>> windows[1]
    array([[1., 2., 3.],
           [5., 6., 7.]])
    """
    (height, width), (down, right) = as_pair("size", size), as_pair("strides", strides)
    x = as_batch("image", image, ("H", "W", "..."))
    h, w = x.shape[:2]
    places = output_shape("image", (h, w), (height, width), (down, right), "valid")
    windows = sliding_window_view(x, (height, width), axis=(0, 1))[::down, ::right]
    windows = np.moveaxis(windows, (-2, -1), (2, 3))
    row, column = (i.ravel() for i in np.indices(places))
    y0, x0 = row * down, column * right
    boxes = np.stack([x0, y0, x0 + width, y0 + height], axis=1)
    return boxes, windows.copy().reshape(len(boxes), *windows.shape[2:])


def _areas(boxes: FloatArray) -> NDArray[np.float64]:
    """Return areas in float64, as those of float32 lose digits; 0 if a side is below 0."""
    with np.errstate(over="ignore", invalid="ignore"):  # endless or far apart
        x0, y0, x1, y1 = np.moveaxis(boxes.astype(np.float64), -1, 0)
        areas: NDArray[np.float64] = np.maximum(x1 - x0, 0) * np.maximum(y1 - y0, 0)
    return areas


def _as_boxes(name: str, boxes: ArrayLike) -> FloatArray:
    a = as_batch(name, boxes, ("...", 4))
    areas = _areas(a)
    fine = (areas > 0) & (areas <= np.finfo(np.float64).max / 2)  # a union may be twice as large
    if not fine.all():
        box = a[~fine][0].tolist()
        raise ValueError(f"`{name}` must have x0 < x1, y0 < y1 and a finite area. Received: {box}")
    return a
