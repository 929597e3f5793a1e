import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlnotes.schedules import (
    CosineDecay,
    ExponentialDecay,
    InverseTimeDecay,
    LinearWarmup,
    PiecewiseConstantDecay,
    Schedule,
)

ALL = [
    ExponentialDecay(0.8, 4, 0.5),
    InverseTimeDecay(0.8, 4, 0.5),
    CosineDecay(0.8, 4),
    LinearWarmup(0.8, 4),
    PiecewiseConstantDecay([2, 5], [0.8, 0.4, 0.2]),
]
positive = st.floats(1e-3, 1e3)
steps = st.lists(st.integers(0, 1000), min_size=2, max_size=10).map(sorted)

# Worked examples


def test_exponential_decay():
    schedule = ExponentialDecay(8.0, 10, 0.25)
    np.testing.assert_allclose(schedule([0, 5, 10, 20]), [8, 4, 2, 0.5], rtol=1e-15)
    stairs = ExponentialDecay(8.0, 10, 0.25, staircase=True)
    assert stairs([0, 9, 10, 19, 20]).tolist() == [8, 8, 2, 2, 0.5]
    assert ExponentialDecay(1.0, 2.5, 2.0)([2.5, 5]).tolist() == [
        2,
        4,
    ]  # growth, in halves of steps


def test_inverse_time_decay():
    assert InverseTimeDecay(12.0, 4, 2)([0, 1, 2, 4]).tolist() == [12, 8, 6, 4]
    stairs = InverseTimeDecay(12.0, 4, 2, staircase=True)
    assert stairs([0, 3, 4, 7, 8]).tolist() == [12, 12, 4, 4, 12 / 5]
    assert InverseTimeDecay(36.0, 1, 1, power=2)([0, 1, 2, 5]).tolist() == [36, 9, 4, 1]
    assert InverseTimeDecay(0.5, 1, 0)([0, 1000]).tolist() == [0.5, 0.5]


def test_inverse_time_decay_as_robbins_and_monro_ask():
    t = np.arange(100_000)
    one, two = InverseTimeDecay(1.0, 1, 1)(t), InverseTimeDecay(1.0, 1, 1, power=2)(t)
    assert one.sum() == pytest.approx(math.log(len(t)) + np.euler_gamma, rel=1e-6)
    assert two.sum() == pytest.approx(math.pi**2 / 6, rel=1e-4)


def test_cosine_decay():
    schedule = CosineDecay(8.0, 12, alpha=0.25)
    expected = [8, 2 + 6 * 0.75, 5, 2 + 6 * 0.25, 2, 2]
    np.testing.assert_allclose(schedule([0, 4, 6, 8, 12, 99]), expected, rtol=1e-14)
    assert CosineDecay(8.0, 12)(12) == 0


def test_cosine_decay_with_warm_up():
    schedule = CosineDecay(1.0, 12, alpha=0.25, warmup_target=8.0, warmup_steps=2)
    expected = [1, 4.5, 8, 6.5, 5, 2, 2]
    np.testing.assert_allclose(schedule([0, 1, 2, 6, 8, 14, 99]), expected, rtol=1e-14)
    at_once = CosineDecay(0, 12, warmup_target=8.0)
    np.testing.assert_allclose(at_once([0, 6, 12]), [8, 4, 0], atol=1e-15)
    down = CosineDecay(8.0, 10, alpha=1.0, warmup_target=4.0, warmup_steps=2)
    assert down([0, 1, 2, 3]).tolist() == [8, 6, 4, 4]


def test_linear_warm_up():
    assert LinearWarmup(8.0, 4)([0, 1, 3, 4, 5, 99]).tolist() == [0, 2, 6, 8, 8, 8]
    assert LinearWarmup(8.0, 4, initial_learning_rate=4)([0, 1, 4]).tolist() == [4, 5, 8]
    assert LinearWarmup(8.0, 0.5)([0, 0.25, 0.5]).tolist() == [0, 4, 8]
    assert LinearWarmup(8.0, 0, initial_learning_rate=4)([0, 1]).tolist() == [8, 8]


def test_piecewise_constant_decay():
    schedule = PiecewiseConstantDecay([2, 5.5], [4.0, 2.0, 1.0])
    assert schedule([0, 2, 3, 5, 6, 99]).tolist() == [4, 4, 2, 2, 1, 1]
    assert PiecewiseConstantDecay([3], [1, 2])([3, 4]).tolist() == [1, 2]  # it may rise, too
    assert PiecewiseConstantDecay([3, 3.5], [4, 2, 1])([3, 3.5, 4]).tolist() == [4, 2, 1]


def test_piecewise_constant_decay_keeps_no_array_of_the_caller():
    boundaries, rates = np.array([2.0]), np.array([4.0, 2.0])
    schedule = PiecewiseConstantDecay(boundaries, rates)
    boundaries[:], rates[:] = 99, 99
    assert schedule([0, 3]).tolist() == [4, 2]


# What all of them share


@pytest.mark.parametrize("schedule", ALL)
def test_a_number_gives_a_float_and_an_array_an_array(schedule):
    assert type(schedule(3)) is float
    assert type(schedule(np.int64(3))) is float
    grid = schedule(np.arange(6).reshape(2, 3))
    assert grid.shape == (2, 3)
    assert grid.dtype == np.float64
    np.testing.assert_allclose(grid.ravel(), [schedule(t) for t in range(6)], rtol=1e-15)


@pytest.mark.parametrize("schedule", ALL)
def test_arrays_of_the_caller_stay_as_they_are(schedule):
    t = np.arange(6.0)
    schedule(t)[:] = 99
    assert t.tolist() == [0, 1, 2, 3, 4, 5]
    assert schedule(t).max() <= 0.8


@pytest.mark.parametrize("schedule", ALL)
@pytest.mark.parametrize(
    ("step", "error", "message"),
    [
        (-1, ValueError, "`step` must be at least 0. Received: -1.0"),
        ([3, -2, -1], ValueError, "`step` must be at least 0. Received: -2.0"),
        (np.nan, ValueError, "`step` must not contain NaN. Received: 1 NaN"),
        ([0, np.inf], ValueError, "`step` must be finite. Received: inf"),
        ([], ValueError, "`step` must not be empty. Received: shape=(0,)"),
        ("one", TypeError, "`step` must be real numbers. Received: dtype=<U3"),
    ],
)
def test_bad_steps(schedule, step, error, message):
    with pytest.raises(error) as caught:
        schedule(step)
    assert str(caught.value) == message


def test_a_rate_that_grows_without_bound_is_infinite():
    assert ExponentialDecay(1.0, 1, 10.0)(1000) == math.inf
    assert ExponentialDecay(1.0, 1, 10.0)([0, 1000]).tolist() == [1, math.inf]


def test_a_schedule_needs_a_formula():
    with pytest.raises(TypeError, match="abstract"):
        Schedule()


# Laws


@given(initial=positive, decay_steps=positive, rate=st.floats(1e-3, 1), t=steps, s=st.booleans())
def test_decay_never_rises_and_stays_positive(initial, decay_steps, rate, t, s):
    for schedule in (
        ExponentialDecay(initial, decay_steps, rate, staircase=s),
        InverseTimeDecay(initial, decay_steps, rate, staircase=s, power=2 * rate),
        CosineDecay(initial, decay_steps, alpha=rate),
    ):
        rates = schedule(t)
        assert (np.diff(rates) <= 1e-14 * initial).all()
        assert 0 <= rates[-1] <= rates[0] <= initial * (1 + 1e-14)
        assert schedule(0) == pytest.approx(initial, rel=1e-14)


@given(initial=positive, target=positive, warmup=positive, t=steps)
def test_warm_up_goes_one_way_and_arrives(initial, target, warmup, t):
    schedule = LinearWarmup(target, warmup, initial_learning_rate=initial)
    rates = schedule(t)
    assert (np.diff(rates) * (target - initial) >= -1e-12 * max(initial, target) ** 2).all()
    assert schedule(0) == initial
    assert schedule(math.ceil(warmup)) == target


@given(initial=positive, rate=positive, t=st.integers(0, 20), decay_steps=st.integers(1, 20))
def test_exponential_decay_has_one_factor(initial, rate, t, decay_steps):
    schedule = ExponentialDecay(initial, decay_steps, rate)
    assert schedule(t + decay_steps) == pytest.approx(rate * schedule(t), rel=1e-12)


# Settings

POSITIVE = "must be finite and greater than 0"
NOT_NEGATIVE = "must be finite and at least 0"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ExponentialDecay(0, 1, 1), f"`initial_learning_rate` {POSITIVE}. Received: 0"),
        (lambda: ExponentialDecay(1, 0, 1), f"`decay_steps` {POSITIVE}. Received: 0"),
        (lambda: ExponentialDecay(1, 1, 0), f"`decay_rate` {POSITIVE}. Received: 0"),
        (lambda: InverseTimeDecay(0, 1, 1), f"`initial_learning_rate` {POSITIVE}. Received: 0"),
        (lambda: InverseTimeDecay(1, 0, 1), f"`decay_steps` {POSITIVE}. Received: 0"),
        (lambda: InverseTimeDecay(1, 1, -1), f"`decay_rate` {NOT_NEGATIVE}. Received: -1"),
        (lambda: InverseTimeDecay(1, 1, 1, power=0), f"`power` {POSITIVE}. Received: 0"),
        (lambda: CosineDecay(0, 1), f"`initial_learning_rate` {POSITIVE}. Received: 0"),
        (lambda: CosineDecay(1, 0), f"`decay_steps` {POSITIVE}. Received: 0"),
        (lambda: CosineDecay(1, 1, alpha=2), "`alpha` must lie between 0 and 1. Received: 2"),
        (
            lambda: CosineDecay(1, 1, warmup_steps=3),
            "`warmup_steps` must be 0 without `warmup_target`. Received: 3",
        ),
        (lambda: CosineDecay(0, 1, warmup_target=0), f"`warmup_target` {POSITIVE}. Received: 0"),
        (
            lambda: CosineDecay(-1, 1, warmup_target=1),
            f"`initial_learning_rate` {NOT_NEGATIVE}. Received: -1",
        ),
        (
            lambda: CosineDecay(0, 1, warmup_target=1, warmup_steps=-1),
            f"`warmup_steps` {NOT_NEGATIVE}. Received: -1",
        ),
        (lambda: LinearWarmup(0, 1), f"`warmup_target` {POSITIVE}. Received: 0"),
        (lambda: LinearWarmup(1, -1), f"`warmup_steps` {NOT_NEGATIVE}. Received: -1"),
        (
            lambda: LinearWarmup(1, 1, initial_learning_rate=-1),
            f"`initial_learning_rate` {NOT_NEGATIVE}. Received: -1",
        ),
        (
            lambda: PiecewiseConstantDecay(1, [1, 2]),
            "`boundaries` must have shape (K,). Received: shape=()",
        ),
        (
            lambda: PiecewiseConstantDecay([], [1]),
            "`boundaries` must not be empty. Received: shape=(0,)",
        ),
        (
            lambda: PiecewiseConstantDecay([1, 2], [1, 2]),
            "`values` must have shape (3,). Received: shape=(2,)",
        ),
        (
            lambda: PiecewiseConstantDecay([1, np.inf], [1, 2, 3]),
            "`boundaries` must be finite. Received: inf",
        ),
        (
            lambda: PiecewiseConstantDecay([1], [1, np.inf]),
            "`values` must be finite. Received: inf",
        ),
        (
            lambda: PiecewiseConstantDecay([2, 2], [1, 2, 3]),
            "`boundaries` must rise. Received: [2, 2]",
        ),
        (
            lambda: PiecewiseConstantDecay([1], [1, 0]),
            "`values` must be greater than 0. Received: 0.0",
        ),
    ],
)
def test_bad_settings(make, message):
    with pytest.raises(ValueError, match="`") as caught:
        make()
    assert str(caught.value) == message


def test_settings_can_be_read():
    schedule = ExponentialDecay(1, 2, 3)
    assert (schedule.initial_learning_rate, schedule.decay_steps, schedule.decay_rate) == (1, 2, 3)
    assert schedule.staircase is False
    schedule = InverseTimeDecay(1, 2, 3)
    assert (schedule.initial_learning_rate, schedule.decay_steps, schedule.decay_rate) == (1, 2, 3)
    assert (schedule.staircase, schedule.power) == (False, 1)
