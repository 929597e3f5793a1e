import numpy as np
import pytest

from dlnotes._windows import as_padding, as_pair, output_shape, padding_widths, taps


def test_one_count_stands_for_both_directions():
    assert as_pair("strides", 3) == (3, 3)
    assert as_pair("strides", np.int32(3)) == (3, 3)
    assert as_pair("strides", (2, np.int64(5))) == (2, 5)
    assert as_pair("strides", [4, 1]) == (4, 1)


@pytest.mark.parametrize(
    ("n", "error", "message"),
    [
        (0, ValueError, "`strides` must be at least 1. Received: 0"),
        ((0, 2), ValueError, "`strides` must be at least 1. Received: 0"),
        ((2, -1), ValueError, "`strides` must be at least 1. Received: -1"),
        (2.0, TypeError, "`strides` must be an integer. Received: 2.0"),
        ((1.5, 2), TypeError, "`strides` must be an integer. Received: 1.5"),
        ((2, None), TypeError, "`strides` must be an integer. Received: None"),
        (True, TypeError, "`strides` must be an integer. Received: True"),
        ("12", TypeError, "`strides` must be an integer. Received: '12'"),
        (
            (1, 2, 3),
            ValueError,
            "`strides` must be an integer or a pair of integers. Received: (1, 2, 3)",
        ),
        ([1], ValueError, "`strides` must be an integer or a pair of integers. Received: [1]"),
    ],
)
def test_what_is_no_pair_of_counts(n, error, message):
    with pytest.raises(error) as caught:
        as_pair("strides", n)
    assert str(caught.value) == message


def test_padding_is_one_of_two():
    assert [as_padding("valid"), as_padding("same")] == ["valid", "same"]
    for padding in ("full", "VALID", 0, None):
        with pytest.raises(ValueError, match="padding") as caught:
            as_padding(padding)
        assert str(caught.value) == f"`padding` must be one of valid, same. Received: {padding!r}"


def test_places_downwards_and_to_the_right():
    assert output_shape("x", (7, 9), (3, 2), (2, 3), "valid") == (3, 3)
    assert output_shape("x", (7, 9), (3, 2), (2, 3), "same") == (4, 3)
    assert output_shape("x", (3, 4), (3, 4), (1, 1), "valid") == (1, 1)
    assert output_shape("x", (1, 1), (5, 6), (1, 1), "same") == (1, 1)


@pytest.mark.parametrize(
    ("image", "padding", "message"),
    [
        ((2, 9), "valid", "`x` must be at least 3 by 4 pixels. Received: 2 by 9"),
        ((9, 3), "valid", "`x` must be at least 3 by 4 pixels. Received: 9 by 3"),
        ((0, 9), "same", "`x` must be at least 1 by 1 pixels. Received: 0 by 9"),
        ((9, 0), "same", "`x` must be at least 1 by 1 pixels. Received: 9 by 0"),
    ],
)
def test_an_image_has_room_for_the_window(image, padding, message):
    with pytest.raises(ValueError, match="pixels") as caught:
        output_shape("x", image, (3, 4), (1, 1), padding)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("image", "window", "strides", "expected"),
    [
        ((7, 8), (3, 5), (1, 1), ((1, 1), (2, 2))),
        ((7, 8), (2, 4), (1, 1), ((0, 1), (1, 2))),
        ((6, 7), (4, 4), (2, 3), ((1, 1), (1, 2))),
        ((5, 6), (1, 2), (2, 3), ((0, 0), (0, 0))),
        ((5, 6), (1, 1), (4, 1), ((0, 0), (0, 0))),
        ((1, 2), (9, 8), (1, 1), ((4, 4), (3, 4))),
    ],
)
def test_padding_on_each_side(image, window, strides, expected):
    assert padding_widths(image, window, strides, "same") == expected
    if image > window:
        assert padding_widths(image, window, strides, "valid") == ((0, 0), (0, 0))


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_taps_find_every_pixel_of_every_window(padding):
    """By counting, in one direction, what lies under each pixel of the window at each place."""
    for n in range(1, 10):
        for f in range(1, 7):
            for s in range(1, 5):
                if padding == "valid" and f > n:
                    continue
                places = -(-n // s) if padding == "same" else len(range(0, n - f + 1, s))
                missing = max((places - 1) * s + f - n, 0) if padding == "same" else 0
                expected = {
                    (i, k, s * k + i - missing // 2)
                    for i in range(f)
                    for k in range(places)
                    if 0 <= s * k + i - missing // 2 < n
                }
                found = set()
                for i, j, out, pixels in taps((n, 2), (f, 1), (s, 1), padding):
                    assert j == 0
                    assert (out[1], pixels[1]) == (slice(0, 2), slice(0, 2, 1))
                    pairs = zip(np.arange(places)[out[0]], np.arange(n)[pixels[0]], strict=True)
                    found |= {(i, int(k), int(p)) for k, p in pairs}
                assert found == expected


def test_taps_go_row_by_row():
    order = [(i, j) for i, j, _, _ in taps((4, 4), (2, 3), (1, 1), "valid")]
    assert order == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
    _, _, places, pixels = list(taps((6, 9), (2, 3), (2, 3), "valid"))[-1]
    assert places == (slice(0, 3), slice(0, 3))
    assert pixels == (slice(1, 7, 2), slice(2, 11, 3))
