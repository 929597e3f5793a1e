import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlnotes.gradient_check import gradient_check
from dlnotes.layers.dropout import Dropout


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def test_a_unit_is_dropped_where_its_random_number_is_below_the_rate():
    numbers = np.random.default_rng(8).random((4, 5))
    dropout = Dropout(0.3, rng=np.random.default_rng(8))
    x = np.arange(1.0, 21).reshape(4, 5)
    y = dropout.forward(x, training=True)
    np.testing.assert_array_equal(y, np.where(numbers < 0.3, 0, x * (1 / 0.7)))
    assert 0 < np.count_nonzero(y) < 20


def test_a_random_number_equal_to_the_rate_does_not_drop():
    """Otherwise rate 0 would drop the unit whose random number is 0."""
    rate = np.random.default_rng(8).random(3)[1]
    y = Dropout(rate, rng=np.random.default_rng(8)).forward(np.ones(3), training=True)
    assert y[1] == 1 / (1 - rate)


def test_worked_example_of_the_gradient(rng):
    dropout = Dropout(0.75, rng=rng)
    dropout.forward([[1.0, 2.0, 3.0]], training=True)
    dropout.mask = np.array([[4.0, 0.0, 4.0]])
    np.testing.assert_array_equal(dropout.backward([[5.0, 6.0, -7.0]]), [[20, 0, -28]])


@given(rate=st.floats(0, 1, exclude_max=True), seed=st.integers(0, 100))
@settings(max_examples=50)
def test_numbers_are_dropped_or_scaled_up(rate, seed):
    dropout = Dropout(rate, rng=np.random.default_rng(seed))
    y = dropout.forward(np.ones((5, 7)), training=True)
    assert set(y.flat) <= {0.0, 1 / (1 - rate)}
    np.testing.assert_array_equal(dropout.mask, y)
    np.testing.assert_array_equal(dropout.backward(np.ones((5, 7))), y)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_share_of_dropped_units_lies_within_the_binomial_bound(rng, rate):
    n = 40_000
    y = Dropout(rate, rng=rng).forward(np.ones((200, 200)), training=True)
    deviation = math.sqrt(rate * (1 - rate) / n)
    assert abs((y == 0).mean() - rate) < 4 * deviation
    assert abs(y.mean() - 1) < 4 * deviation / (1 - rate)
    for axis in (0, 1):  # units are dropped, neither whole examples nor whole features
        assert ((y == 0).mean(axis=axis) < 1).all()


def test_every_training_pass_draws_a_new_mask(rng):
    dropout, x = Dropout(0.5, rng=rng), np.ones((10, 10))
    first, second = (dropout.forward(x, training=True) for _ in range(2))
    assert 0.3 < (first != second).mean() < 0.7


def test_same_rng_same_mask():
    one, two = (Dropout(0.5, rng=np.random.default_rng(4)) for _ in range(2))
    x = np.ones((10, 10))
    np.testing.assert_array_equal(one.forward(x, training=True), two.forward(x, training=True))


def test_inference_is_the_identity_and_draws_nothing(rng):
    dropout, x = Dropout(0.9, rng=rng), rng.normal(size=(4, 3))
    before = rng.bit_generator.state
    y = dropout.forward(x)
    np.testing.assert_array_equal(y, x)
    np.testing.assert_array_equal(dropout.mask, np.ones((4, 3)))
    np.testing.assert_array_equal(dropout.backward(2 * x), 2 * x)
    assert rng.bit_generator.state == before
    assert not np.shares_memory(x, y)


def test_backward_belongs_to_the_last_forward(rng):
    dropout, x = Dropout(0.5, rng=rng), np.ones((4, 3))
    dropout.forward(x, training=True)
    dropout.forward(x)
    np.testing.assert_array_equal(dropout.backward(x), x)


def test_rate_0_keeps_everything(rng):
    x = rng.normal(size=(50, 4))
    np.testing.assert_array_equal(Dropout(0, rng=rng).forward(x, training=True), x)


def test_mean_over_all_masks_is_the_input_in_closed_form():
    """Two units and four equally likely masks of rate 1/2: each unit is 2x in two of them."""
    dropout, seen = Dropout(0.5, rng=np.random.default_rng(0)), {}
    while len(seen) < 4:
        y = dropout.forward([[3.0, 5.0]], training=True)
        seen[tuple(y[0])] = y
    np.testing.assert_array_equal(np.mean(list(seen.values()), axis=0), [[3, 5]])


@pytest.mark.parametrize("shape", [(6,), (2, 3), (2, 3, 4), (1, 2, 3, 2)])
@pytest.mark.parametrize("training", [True, False])
def test_gradient_equals_finite_differences(rng, shape, training):
    gradient_check(Dropout(0.4, rng=rng), rng.normal(size=shape), rng=rng, training=training)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float_type_is_kept(rng, dtype, training):
    dropout = Dropout(0.5, rng=rng)
    y = dropout.forward(np.ones((4, 3), dtype), training=training)
    assert {a.dtype for a in (y, dropout.mask, dropout.backward(np.ones((4, 3))))} == {
        np.dtype(dtype)
    }


def test_integers_become_float64(rng):
    assert Dropout(0.5, rng=rng).forward([[1, 2]]).dtype == np.float64


def test_nan_in_gives_nan_out_even_where_it_is_dropped(rng):
    assert np.isnan(Dropout(0.5, rng=rng).forward(np.full((5, 5), np.nan), training=True)).all()


def test_infinity_raises_no_warning(rng):
    y = Dropout(0.5, rng=rng).forward(np.full((5, 5), np.inf), training=True)
    assert not np.isfinite(y).any()


def test_an_empty_batch_passes(rng):
    assert Dropout(0.5, rng=rng).forward(np.ones((0, 3)), training=True).shape == (0, 3)


def test_callers_arrays_stay_as_they_are(rng):
    dropout, x, dy = Dropout(0.5, rng=rng), np.ones((4, 3)), np.ones((4, 3))
    dropout.forward(x, training=True)
    dropout.backward(dy)
    np.testing.assert_array_equal([x, dy], np.ones((2, 4, 3)))


@pytest.mark.parametrize("rate", [1, 1.0, 1.5, -0.1, np.nan, np.inf])
def test_rate_out_of_range_is_refused(rng, rate):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below
        Dropout(rate, rng=rng)
    assert str(caught.value) == f"`rate` must be at least 0 and less than 1. Received: {rate}"


def test_settings_of_another_type_are_refused(rng):
    with pytest.raises(TypeError) as caught:
        Dropout("half", rng=rng)
    assert str(caught.value) == "`rate` must be a real number. Received: 'half'"
    with pytest.raises(TypeError) as caught:
        Dropout(0.5, rng=0)
    assert str(caught.value) == "`rng` must be a numpy.random.Generator. Received: 0"


def test_a_single_number_is_refused(rng):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below
        Dropout(0.5, rng=rng).forward(1.0)
    assert str(caught.value) == "`x` must have shape (N, ...). Received: shape=()"


def test_upstream_gradient_of_another_shape_is_refused(rng):
    dropout = Dropout(0.5, rng=rng)
    dropout.forward(np.ones((4, 3)))
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below
        dropout.backward(np.ones((4, 1)))
    assert str(caught.value) == "`dy` must have shape (4, 3). Received: shape=(4, 1)"


def test_backward_needs_a_forward(rng):
    with pytest.raises(RuntimeError) as caught:
        Dropout(0.5, rng=rng).backward(np.ones((4, 3)))
    assert str(caught.value) == "`backward` must come after `forward`. Received: no forward"
