"""Where a window stands as it slides over an image: shared by convolution, pooling and filters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from dlnotes._validation import as_count
from dlnotes.geometry import output_size

__all__ = [
    "IntOrPair",
    "Pair",
    "Tap",
    "as_padding",
    "as_pair",
    "output_shape",
    "padding_widths",
    "taps",
]

Pair: TypeAlias = tuple[int, int]
"""A number for the height and one for the width."""
IntOrPair: TypeAlias = int | Pair
Slices: TypeAlias = tuple[slice, slice]
Tap: TypeAlias = tuple[int, int, Slices, Slices]


def as_pair(name: str, n: IntOrPair) -> Pair:
    """Return ``n``, one count for both directions or a pair of them, as a pair."""
    if not isinstance(n, tuple | list):
        return (as_count(name, n),) * 2
    if len(n) != 2:
        raise ValueError(f"`{name}` must be an integer or a pair of integers. Received: {n!r}")
    return as_count(name, n[0]), as_count(name, n[1])


def as_padding(padding: str) -> str:
    """Return ``padding`` if it is one of the two kinds that Keras has."""
    if padding not in ("valid", "same"):
        raise ValueError(f"`padding` must be one of valid, same. Received: {padding!r}")
    return padding


def output_shape(name: str, image: Pair, window: Pair, strides: Pair, padding: str) -> Pair:
    """Count the places of a window on an image, downwards and to the right."""
    height, width = window if padding == "valid" else (1, 1)
    if image[0] < height or image[1] < width:
        raise ValueError(
            f"`{name}` must be at least {height} by {width} pixels. "
            f"Received: {image[0]} by {image[1]}"
        )
    rows = output_size(image[0], kernel_size=window[0], strides=strides[0], padding=padding)
    columns = output_size(image[1], kernel_size=window[1], strides=strides[1], padding=padding)
    return rows, columns


def padding_widths(image: Pair, window: Pair, strides: Pair, padding: str) -> tuple[Pair, Pair]:
    """Return how many pixels are added above and below, and how many to the left and right."""
    rows = _padding_along(image[0], window[0], strides[0], padding)
    columns = _padding_along(image[1], window[1], strides[1], padding)
    return rows, columns


def taps(image: Pair, window: Pair, strides: Pair, padding: str) -> Iterator[Tap]:
    """Go through the pixels of a window, row by row, at all its places at once.

    Yields ``i, j, places, pixels``: at the ``places`` of the output, the pixel ``(i, j)`` of the
    window lies on the ``pixels`` of the image. Where it lies on the padding, there is none.
    """
    across = list(_taps_along(image[1], window[1], strides[1], padding))
    for i, rows, image_rows in _taps_along(image[0], window[0], strides[0], padding):
        for j, columns, image_columns in across:
            yield i, j, (rows, columns), (image_rows, image_columns)


def _padding_along(n: int, f: int, s: int, padding: str) -> Pair:
    places = output_size(n, kernel_size=f, strides=s, padding=padding)
    # As much as the last window needs, and none for "valid"; an odd pixel goes to the end.
    missing = max((places - 1) * s + f - n, 0)
    return missing // 2, missing - missing // 2


def _taps_along(n: int, f: int, s: int, padding: str) -> Iterator[tuple[int, slice, slice]]:
    places = output_size(n, kernel_size=f, strides=s, padding=padding)
    before, _ = _padding_along(n, f, s, padding)
    for i in range(f):
        # At place k, pixel i of the window lies on pixel s * k + i - before of the image.
        first = max(-((i - before) // s), 0)
        last = max(min((n - 1 - i + before) // s, places - 1), first - 1)
        start = s * first + i - before
        yield i, slice(first, last + 1), slice(start, start + s * (last + 1 - first), s)
