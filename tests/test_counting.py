import numpy as np
import pytest

from dlnotes.counting import (
    conv2d_parameters,
    dense_parameters,
    gru_parameters,
    lstm_parameters,
    simple_rnn_parameters,
    steps_per_epoch,
)
from dlnotes.layers.conv2d import Conv2D
from dlnotes.layers.dense import Dense

RECURRENT = [simple_rnn_parameters, lstm_parameters, gru_parameters]


def test_parameters_of_the_layers_themselves():
    rng = np.random.default_rng(0)
    for d, u in [(1, 1), (3, 2), (2, 5)]:
        layer = Dense(d, u, rng=rng)
        assert dense_parameters(d, u) == sum(p.size for p in layer.parameters)
    for c, f, kernel in [(1, 1, 1), (2, 3, 4), (3, 2, (1, 5)), (4, 6, (3, 2))]:
        layer = Conv2D(c, f, kernel, rng=rng)
        assert conv2d_parameters(c, f, kernel) == sum(p.size for p in layer.parameters)


def test_lenet():
    counts = [conv2d_parameters(1, 6, 5), conv2d_parameters(6, 16, 5)]
    counts += [dense_parameters(d, u) for d, u in [(400, 120), (120, 84), (84, 10)]]
    assert counts == [156, 2416, 48120, 10164, 850]
    assert sum(counts) == 61706


def test_recurrent_parameters_by_hand():
    assert simple_rnn_parameters(3, 4) == 3 * 4 + 4 * 4 + 4 == 32
    assert lstm_parameters(3, 4) == 128
    assert gru_parameters(3, 4) == 3 * (12 + 16 + 8) == 108
    assert gru_parameters(3, 4, reset_after=True) == 108
    assert gru_parameters(3, 4, reset_after=False) == 96


@pytest.mark.parametrize(
    ("n", "size", "steps"), [(1, 1, 1), (1, 9, 1), (9, 9, 1), (10, 9, 2), (1797, 64, 29)]
)
def test_steps_per_epoch(n, size, steps):
    assert steps_per_epoch(n, size) == steps == len(range(0, n, size))


def test_counts_are_exact_integers_however_large():
    n = np.int32(2**31 - 1)
    m = int(n)
    for count, expected in [
        (dense_parameters(n, n), m * m + m),
        (conv2d_parameters(n, n, n), m**4 + m),
        (lstm_parameters(n, n), 4 * (2 * m * m + m)),
        (steps_per_epoch(10**30 + 1, np.int8(10)), 10**29 + 1),
    ]:
        assert (count, type(count)) == (expected, int)


@pytest.mark.parametrize("count", [dense_parameters, *RECURRENT])
def test_features_and_units_must_be_counts(count):
    for arguments, message in [
        ((0, 2), "`in_features` must be at least 1. Received: 0"),
        ((2, 0), "`units` must be at least 1. Received: 0"),
    ]:
        with pytest.raises(ValueError, match="at least 1") as caught:
            count(*arguments)
        assert str(caught.value) == message
    with pytest.raises(TypeError) as caught:
        count(2.0, 3)
    assert str(caught.value) == "`in_features` must be an integer. Received: 2.0"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: conv2d_parameters(0, 1, 1), "`in_channels` must be at least 1. Received: 0"),
        (lambda: conv2d_parameters(1, 0, 1), "`filters` must be at least 1. Received: 0"),
        (lambda: conv2d_parameters(1, 1, 0), "`kernel_size` must be at least 1. Received: 0"),
        (lambda: steps_per_epoch(0, 1), "`n_examples` must be at least 1. Received: 0"),
        (lambda: steps_per_epoch(1, 0), "`batch_size` must be at least 1. Received: 0"),
    ],
)
def test_other_counts(call, message):
    with pytest.raises(ValueError, match="at least 1") as caught:
        call()
    assert str(caught.value) == message
