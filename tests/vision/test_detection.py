import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlnotes.vision.detection import iou, non_maximum_suppression, sliding_windows


def random_boxes(rng, n, dtype=np.float64):
    corner, size = rng.uniform(0, 10, (n, 2)), rng.uniform(0.5, 6, (n, 2))
    return np.concatenate([corner, corner + size], axis=1).astype(dtype)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ([1, 2, 4, 4], 1),
        ([1, 2, 4, 6], 6 / 12),  # twice as high
        ([2, 2, 4, 3], 2 / 6),  # inside
        ([3, 3, 5, 5], 1 / 9),  # one pixel in common
        ([0, 1, 2, 3], 1 / 9),
        ([4, 2, 6, 4], 0),  # side by side
        ([1, 4, 4, 6], 0),
        ([9, 9, 10, 10], 0),  # apart in both directions, which multiply to a positive number
        ([-9, 2, -8, 4], 0),
        ([1, -9, 4, -8], 0),
    ],
)
def test_iou_by_hand(other, expected):
    assert iou([1, 2, 4, 4], other) == pytest.approx(expected, rel=1e-15)
    assert iou(other, [1, 2, 4, 4]) == iou([1, 2, 4, 4], other)


def test_iou_by_counting_pixels():
    rng = np.random.default_rng(0)
    for _ in range(50):
        masks, boxes = np.zeros((2, 9, 9), bool), []
        for mask in masks:
            x0, y0 = rng.integers(0, 6, 2)
            x1, y1 = x0 + rng.integers(1, 4), y0 + rng.integers(1, 4)
            mask[y0:y1, x0:x1] = True
            boxes.append([x0, y0, x1, y1])
        expected = masks.all(axis=0).sum() / masks.any(axis=0).sum()
        assert iou(*boxes) == pytest.approx(expected, rel=1e-15)


def test_iou_of_every_pair():
    rng = np.random.default_rng(0)
    a, b = random_boxes(rng, 4), random_boxes(rng, 3)
    table = iou(a, b)
    assert table.shape == (4, 3)
    for i, j in np.ndindex(4, 3):
        assert table[i, j] == iou(a[i], b[j])
    np.testing.assert_array_equal(iou(a[0], b), table[0])
    np.testing.assert_array_equal(iou(a, b[1]), table[:, 1])
    np.testing.assert_array_equal(iou(a.reshape(2, 2, 4), b), table.reshape(2, 2, 3))
    assert iou(np.zeros((0, 4)), b).shape == (0, 3)
    assert np.shape(iou(a[0], b[0])) == ()


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 9999), st.sampled_from([1e-30, 1, 1e30]), st.sampled_from(["f4", "f8"]))
def test_laws_of_iou(seed, scale, dtype):
    boxes = (random_boxes(np.random.default_rng(seed), 6) * scale).astype(dtype)
    table = iou(boxes, boxes)
    assert table.dtype == dtype
    assert table.min() >= 0
    assert table.max() <= 1
    np.testing.assert_array_equal(table, table.T)
    np.testing.assert_array_equal(np.diagonal(table), np.ones(6))
    np.testing.assert_allclose(iou(8 * boxes, 8 * boxes), table, rtol=1e-6)


def greedy(boxes, scores, threshold):
    """Say in plain words what is kept: every box that no surer kept box overlaps too much."""
    keep = []
    for i in sorted(range(len(boxes)), key=lambda i: (-scores[i], i)):
        if all(iou(boxes[i], boxes[k]) <= threshold for k in keep):
            keep.append(i)
    return keep


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 9999), st.integers(0, 12), st.floats(0, 1))
def test_what_is_kept(seed, n, threshold):
    rng = np.random.default_rng(seed)
    boxes, scores = random_boxes(rng, n), rng.integers(0, 5, n) / 4
    keep = non_maximum_suppression(boxes, scores, iou_threshold=threshold)
    assert keep.dtype == np.int64
    assert len(set(keep.tolist())) == len(keep)
    overlaps = iou(boxes[keep], boxes[keep])[~np.eye(len(keep), dtype=bool)]
    assert (overlaps <= threshold).all()
    assert keep.tolist() == greedy(boxes, scores, threshold)


def test_an_overlap_of_just_the_threshold_is_kept():
    boxes = [[0, 0, 2, 2], [0, 0, 2, 1]]
    assert non_maximum_suppression(boxes, [1, 0]).tolist() == [0, 1]
    assert non_maximum_suppression(boxes, [1, 0], iou_threshold=0.5).tolist() == [0, 1]
    assert non_maximum_suppression(boxes, [1, 0], iou_threshold=0.499).tolist() == [0]
    assert non_maximum_suppression([[0, 0, 4, 2], [0, 0, 2, 2.1]], [1, 2]).tolist() == [1, 0]


def test_a_box_that_was_dropped_drops_no_other():
    row = [[0, 0, 4, 1], [1, 0, 5, 1], [2, 0, 6, 1]]
    assert non_maximum_suppression(row, [3, 2, 1], iou_threshold=0.4).tolist() == [0, 2]
    assert non_maximum_suppression(row, [1, 2, 1], iou_threshold=0.4).tolist() == [1]


def test_equal_scores_keep_the_earlier_box():
    assert non_maximum_suppression([[0, 0, 1, 1]] * 3, [1, 1, 1]).tolist() == [0]
    apart = [[0, 0, 1, 1], [2, 2, 3, 3], [4, 4, 5, 5]]
    assert non_maximum_suppression(apart, [5, 5, 5]).tolist() == [0, 1, 2]
    assert non_maximum_suppression(apart, [-np.inf, 0, np.inf]).tolist() == [2, 1, 0]
    assert non_maximum_suppression(apart, np.array([0, 255, 1], np.uint8)).tolist() == [1, 2, 0]
    row = [[i, 0, i + 1, 1] for i in range(100)]  # more than a sort keeps in order by chance
    keep = non_maximum_suppression(row, [0, 1] * 50)
    assert keep.tolist() == [*range(1, 100, 2), *range(0, 100, 2)]


def test_no_boxes():
    keep = non_maximum_suppression(np.zeros((0, 4)), [])
    assert (keep.shape, keep.dtype) == ((0,), np.int64)


def test_arrays_stay_as_they_are():
    rng = np.random.default_rng(0)
    boxes, scores, image = random_boxes(rng, 5), rng.normal(size=5), rng.normal(size=(3, 3))
    copies = boxes.copy(), scores.copy(), image.copy()
    iou(boxes, boxes)
    non_maximum_suppression(boxes, scores)
    _, windows = sliding_windows(image, 3)
    windows[:] = 0
    for array, copy in zip((boxes, scores, image), copies, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("channels", [(), (2,)])
@pytest.mark.parametrize("strides", [1, 2, (3, 1)])
def test_windows_are_what_their_boxes_say(channels, strides):
    image = np.random.default_rng(0).normal(size=(6, 7, *channels))
    boxes, windows = sliding_windows(image, (3, 2), strides=strides)
    down, right = (strides, strides) if isinstance(strides, int) else strides
    corners = [(x, y) for y in range(0, 4, down) for x in range(0, 6, right)]
    assert boxes.tolist() == [[x, y, x + 2, y + 3] for x, y in corners]
    assert boxes.dtype == np.int64
    assert windows.shape == (len(corners), 3, 2, *channels)
    for (x0, y0, x1, y1), window in zip(boxes, windows, strict=True):
        np.testing.assert_array_equal(window, image[y0:y1, x0:x1])


def test_sliding_windows_go_pixel_by_pixel_unless_told():
    assert len(sliding_windows(np.ones((4, 6)), 3)[0]) == 2 * 4


def test_windows_of_an_image_without_channels():
    boxes, windows = sliding_windows(np.ones((3, 4, 0)), 2)
    assert boxes.shape == (2 * 3, 4)
    assert windows.shape == (2 * 3, 2, 2, 0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float_type_is_kept(dtype):
    assert sliding_windows(np.ones((3, 3), dtype), 2)[1].dtype == dtype
    assert iou(np.array([0, 0, 1, 1], dtype), np.array([0, 0, 1, 1], dtype)).dtype == dtype


def test_other_float_types():
    boxes = np.array([[0, 0, 300, 300]], np.float16)  # an area that float16 does not reach
    assert iou(boxes, boxes) == 1
    assert iou(boxes, boxes.astype(np.float32)).dtype == np.float32
    single, double = boxes.astype(np.float32), boxes.astype(np.float64)
    assert iou(single, double).dtype == iou(double, single).dtype == np.float64
    assert iou([0, 0, 1, 1], [0, 0, 1, 1]).dtype == np.float64
    assert sliding_windows(np.ones((3, 3), int), 2)[1].dtype == np.float64


BOX = [0.0, 0.0, 1.0, 1.0]


@pytest.mark.parametrize(
    "box",
    [
        [1.0, 0.0, 1.0, 1.0],
        [0.0, 1.0, 1.0, 1.0],
        [2.0, 0.0, 1.0, 1.0],
        [0.0, 2.0, 1.0, 1.0],
        [2.0, 2.0, 1.0, 1.0],
        [0.0, 0.0, float("inf"), 1.0],
        [-float("inf"), 0.0, float("inf"), 1.0],
        [float("inf"), 0.0, float("inf"), 1.0],
        [0.0, 0.0, 1e200, 1e200],
        [0.0, 0.0, 1e154, 1.5e154],
        [0.0, 0.0, 1e-200, 1e-200],
    ],
)
def test_boxes_without_a_proper_area(box):
    message = f" must have x0 < x1, y0 < y1 and a finite area. Received: {box}"
    for call, name in [
        (lambda: iou([BOX, box, BOX], BOX), "`boxes`"),
        (lambda: iou(BOX, box), "`others`"),
        (lambda: non_maximum_suppression([BOX, box], [1, 2]), "`boxes`"),
    ]:
        with pytest.raises(ValueError, match="area") as caught:
            call()
        assert str(caught.value) == name + message


def test_a_box_with_nan():
    with pytest.raises(ValueError, match="area") as caught:
        iou([0, 0, np.nan, 1], BOX)
    assert str(caught.value) == (
        "`boxes` must have x0 < x1, y0 < y1 and a finite area. Received: [0.0, 0.0, nan, 1.0]"
    )


def test_the_greatest_boxes():
    box = [0.0, 0.0, 0.9e154, 0.9e154]
    assert iou(box, box) == 1
    assert iou(box, [-0.9e154, 0.0, 0.0, 0.9e154]) == 0
    assert iou([1e308, 0, 1.1e308, 1], [-1.1e308, 0, -1e308, 1]) == 0  # no float lies that far
    half = np.finfo(np.float64).max / 2
    assert iou([0, 0, half, 1], [0, 1, half, 2]) == 0  # a union of the greatest float
    with pytest.raises(ValueError, match="area"):
        iou([0, 0, np.nextafter(half, np.inf), 1], BOX)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: iou([0, 0, 1], BOX),
            ValueError,
            "`boxes` must have shape (..., 4). Received: shape=(3,)",
        ),
        (
            lambda: iou(BOX, [[0, 0, 1, 1, 1]]),
            ValueError,
            "`others` must have shape (..., 4). Received: shape=(1, 5)",
        ),
        (lambda: iou("box", BOX), TypeError, "`boxes` must be real numbers. Received: dtype=<U3"),
        (
            lambda: non_maximum_suppression(BOX, [1]),
            ValueError,
            "`boxes` must have shape (N, 4). Received: shape=(4,)",
        ),
        (
            lambda: non_maximum_suppression([BOX], [1, 2]),
            ValueError,
            "`scores` must have shape (1,). Received: shape=(2,)",
        ),
        (
            lambda: non_maximum_suppression([BOX, BOX], [1, np.nan]),
            ValueError,
            "`scores` must not contain NaN. Received: 1 NaN",
        ),
        (
            lambda: non_maximum_suppression([BOX], [1], iou_threshold=1.5),
            ValueError,
            "`iou_threshold` must lie between 0 and 1. Received: 1.5",
        ),
        (
            lambda: non_maximum_suppression(np.zeros((0, 4)), [], iou_threshold=-1),
            ValueError,
            "`iou_threshold` must lie between 0 and 1. Received: -1",
        ),
        (
            lambda: sliding_windows(np.ones(3), 1),
            ValueError,
            "`image` must have shape (H, W, ...). Received: shape=(3,)",
        ),
        (
            lambda: sliding_windows(np.ones((3, 3)), (2, 4)),
            ValueError,
            "`image` must be at least 2 by 4 pixels. Received: 3 by 3",
        ),
        (
            lambda: sliding_windows(np.ones((3, 3)), 0),
            ValueError,
            "`size` must be at least 1. Received: 0",
        ),
        (
            lambda: sliding_windows(np.ones((3, 3)), 1, strides=0),
            ValueError,
            "`strides` must be at least 1. Received: 0",
        ),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message
