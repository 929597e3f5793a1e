import itertools

import numpy as np
import pytest

from dlnotes.multiply_adds import MultiplyAdds, conv2d_multiply_adds, dense_multiply_adds


def test_multiply_adds_of_dense_by_counting_products():
    products = sum(1 for _ in itertools.product(range(4), range(3), range(5)))
    assert dense_multiply_adds(3, 5, batch_size=4) == MultiplyAdds(products, 2 * products)
    assert dense_multiply_adds(3, 5) == MultiplyAdds(15, 30)


@pytest.mark.parametrize(
    ("image", "c", "f", "kernel", "strides", "padding", "n", "expected"),
    [
        (32, 1, 6, 5, 1, "valid", 1, 28 * 28 * 25 * 6),
        ((7, 9), 2, 3, (3, 2), (2, 3), "valid", 4, 4 * (3 * 3) * 6 * 2 * 3),
        ((7, 9), 2, 3, (3, 2), (2, 3), "same", 4, 4 * (4 * 3) * 6 * 2 * 3),
        (1, 1, 1, 1, 1, "valid", 1, 1),
    ],
)
def test_multiply_adds_of_a_convolution(image, c, f, kernel, strides, padding, n, expected):
    counts = conv2d_multiply_adds(
        image, c, f, kernel, strides=strides, padding=padding, batch_size=n
    )
    assert (counts.forward, counts.backward) == (expected, 2 * expected)


def test_multiply_adds_have_defaults():
    explicit = conv2d_multiply_adds(6, 2, 3, 4, strides=1, padding="valid", batch_size=1)
    assert conv2d_multiply_adds(6, 2, 3, 4) == explicit == (9 * 16 * 2 * 3, 2 * 9 * 16 * 2 * 3)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"input_size": (5, 0)}, "`input_size` must be at least 1. Received: 0"),
        ({"in_channels": 0}, "`in_channels` must be at least 1. Received: 0"),
        ({"filters": 0}, "`filters` must be at least 1. Received: 0"),
        ({"kernel_size": 0}, "`kernel_size` must be at least 1. Received: 0"),
        ({"strides": 0}, "`strides` must be at least 1. Received: 0"),
        ({"batch_size": 0}, "`batch_size` must be at least 1. Received: 0"),
        ({"padding": "full"}, "`padding` must be one of valid, same. Received: 'full'"),
        (
            {"kernel_size": (3, 6)},
            "`input_size` must be at least 3 by 6 pixels. Received: 5 by 5",
        ),
    ],
)
def test_impossible_convolutions(changes, message):
    possible = {"input_size": 5, "in_channels": 1, "filters": 1, "kernel_size": 3}
    with pytest.raises(ValueError, match="must be") as caught:
        conv2d_multiply_adds(**possible | changes)
    assert str(caught.value) == message


def test_counts_are_exact_integers_however_large():
    n = np.int32(2**31 - 1)
    m = int(n)
    for count, expected in [
        (dense_multiply_adds(n, n, batch_size=n).backward, 2 * m**3),
        (conv2d_multiply_adds(n, n, n, 1, batch_size=n).forward, m**5),
    ]:
        assert (count, type(count)) == (expected, int)


@pytest.mark.parametrize("name", ["in_features", "units", "batch_size"])
def test_impossible_dense_layers(name):
    with pytest.raises(ValueError, match=name) as caught:
        dense_multiply_adds(**{"in_features": 1, "units": 1} | {name: 0})
    assert str(caught.value) == f"`{name}` must be at least 1. Received: 0"
    with pytest.raises(TypeError, match=name) as caught:
        dense_multiply_adds(**{"in_features": 1, "units": 1} | {name: 1.5})
    assert str(caught.value) == f"`{name}` must be an integer. Received: 1.5"
