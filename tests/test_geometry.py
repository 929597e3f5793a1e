import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlnotes.geometry import output_size, receptive_field

SMALL = st.integers(1, 12)


def test_worked_example():
    assert output_size(39, kernel_size=5, strides=2, padding=0) == 18


def test_lenet():
    sizes = [32]
    for f, s in [(5, 1), (2, 2), (5, 1), (2, 2), (5, 1)]:
        sizes.append(output_size(sizes[-1], kernel_size=f, strides=s))
    assert sizes == [32, 28, 14, 10, 5, 1]


@given(SMALL, SMALL, SMALL, st.integers(0, 4))
def test_it_counts_the_places(n, f, s, p):
    starts = range(-p, n + p - f + 1, s)
    if f > n + 2 * p:
        with pytest.raises(ValueError, match="kernel_size"):
            output_size(n, kernel_size=f, strides=s, padding=p)
    else:
        assert output_size(n, kernel_size=f, strides=s, padding=p) == len(starts) >= 1


@given(SMALL, SMALL, SMALL)
def test_valid_and_same(n, f, s):
    assert output_size(n, kernel_size=f, strides=s, padding="same") == len(range(0, n, s))
    if f <= n:
        padded = output_size(n, kernel_size=f, strides=s)
        assert output_size(n, kernel_size=f, strides=s, padding="valid") == padded
        assert output_size(n, kernel_size=f, padding="valid") == n - f + 1


def test_sizes_are_exact_integers():
    huge = 10**30
    assert output_size(huge, kernel_size=3, strides=2) == (huge - 3) // 2 + 1
    assert output_size(huge + 1, kernel_size=3, strides=2, padding="same") == huge // 2 + 1
    limit = np.int32(2**31 - 1)
    size = output_size(limit, kernel_size=np.int8(1), padding=limit)
    assert (size, type(size)) == (3 * (2**31 - 1), int)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"n": 0}, ValueError, "`n` must be at least 1. Received: 0"),
        ({"kernel_size": 0}, ValueError, "`kernel_size` must be at least 1. Received: 0"),
        ({"strides": 0}, ValueError, "`strides` must be at least 1. Received: 0"),
        ({"padding": -1}, ValueError, "`padding` must be at least 0. Received: -1"),
        ({"n": 3.0}, TypeError, "`n` must be an integer. Received: 3.0"),
        ({"kernel_size": 3.0}, TypeError, "`kernel_size` must be an integer. Received: 3.0"),
        ({"strides": None}, TypeError, "`strides` must be an integer. Received: None"),
        ({"padding": 0.5}, TypeError, "`padding` must be an integer. Received: 0.5"),
        (
            {"padding": "full"},
            ValueError,
            "`padding` must be valid, same or a number. Received: 'full'",
        ),
        (
            {"kernel_size": 10, "padding": 2},
            ValueError,
            "`kernel_size` must be at most n + 2 padding. Received: kernel_size=10, n=5, padding=2",
        ),
    ],
)
def test_impossible_sizes(settings, error, message):
    with pytest.raises(error) as caught:
        output_size(**{"n": 5, "kernel_size": 3} | settings)
    assert str(caught.value) == message


def test_receptive_field_of_known_stacks():
    assert receptive_field([]) == 1
    assert receptive_field([(7, 3)]) == 7
    assert receptive_field([(3, 1), (3, 1)]) == receptive_field([(5, 1)]) == 5
    assert receptive_field([(5, 1), (2, 2), (5, 1), (2, 2)]) == 16
    assert receptive_field([(3, 2), (3, 2), (3, 2)]) == 15
    assert receptive_field([(3, 1, 2)]) == 5
    assert receptive_field([[3, 2, 1], (3, 1, 4)]) == 3 + 2 * 4 * 2
    assert receptive_field([(1, 5), (1, 5)]) == 1


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3)), max_size=4))
def test_receptive_field_is_what_an_output_can_reach(layers):
    """Go back from one output, layer by layer, to the pixels that it depends on."""
    reached = {0}
    for f, s, d in reversed(layers):
        reached = {k * s + i * d for k, i in itertools.product(reached, range(f))}
    assert receptive_field(layers) == max(reached) - min(reached) + 1


def test_receptive_field_is_an_exact_integer():
    assert receptive_field([(np.int8(3), np.int8(2))] * 100) == 2 * (2**100 - 1) + 1
    assert type(receptive_field(np.array([[3, 2], [3, 2]], np.int32))) is int


@pytest.mark.parametrize(
    ("layer", "error", "message"),
    [
        ((0, 1), ValueError, "`layers` must be at least 1. Received: 0"),
        ((3, 0), ValueError, "`layers` must be at least 1. Received: 0"),
        ((3, 1, 0), ValueError, "`layers` must be at least 1. Received: 0"),
        ((3, 1.0), TypeError, "`layers` must be an integer. Received: 1.0"),
        (
            (3,),
            ValueError,
            "`layers` must hold (kernel size, stride) or (kernel size, stride, dilation). "
            "Received: (3,)",
        ),
        (
            (3, 1, 1, 1),
            ValueError,
            "`layers` must hold (kernel size, stride) or (kernel size, stride, dilation). "
            "Received: (3, 1, 1, 1)",
        ),
    ],
)
def test_what_is_no_layer(layer, error, message):
    with pytest.raises(error) as caught:
        receptive_field([(3, 1), layer])
    assert str(caught.value) == message
