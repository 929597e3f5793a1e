import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlnotes.datasets import drifting_stream, machine_readings, moons

MODES = np.array([[0.8, 30], [2.4, 50], [4, 70]])
SPREAD = np.array([0.15, 2])
GENERATORS = {
    "moons": lambda n, rng: moons(n, noise=0.1, rng=rng),
    "drifting_stream": lambda n, rng: drifting_stream(n, rate=0.1, rng=rng),
    "machine_readings": lambda n, rng: machine_readings(n, faults=2, rng=rng),
}


def new_rng(seed=0):
    return np.random.default_rng(seed)


class Fixed(np.random.Generator):
    """Draws 1 from every normal distribution, or what it is told to, and the given points."""

    def __init__(self, *points, normal=1.0):
        super().__init__(np.random.PCG64(0))
        self.points, self.always = list(points), normal

    def standard_normal(self, size):
        return np.full(size, self.always)

    def uniform(self, low, high, size):
        point = self.points.pop(0) if self.points else super().uniform(low, high, size)
        return np.full(size, point)


def distances(x):
    """To each mode, in standard deviations: (N, 3)."""
    return np.sqrt((((x[:, None] - MODES) / SPREAD) ** 2).sum(axis=-1))


# All of them


@pytest.mark.parametrize("draw", GENERATORS.values(), ids=GENERATORS)
def test_the_seed_decides(draw):
    for a, b in zip(draw(20, new_rng(1)), draw(20, new_rng(1)), strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(draw(20, new_rng(1))[0], draw(20, new_rng(2))[0])


@pytest.mark.parametrize("draw", GENERATORS.values(), ids=GENERATORS)
def test_shapes_and_types(draw):
    x, y, *more = draw(7, new_rng())
    assert (x.shape, x.dtype) == ((7, 2), np.float64)
    assert (y.shape, y.dtype) == ((7,), np.int64)
    assert all((a.shape, a.dtype) == ((7, 2), np.float64) for a in more)


@pytest.mark.parametrize("draw", GENERATORS.values(), ids=GENERATORS)
@pytest.mark.parametrize(
    ("n", "error", "message"),
    [
        (2.5, TypeError, "`n` must be an integer. Received: 2.5"),
        (True, TypeError, "`n` must be an integer. Received: True"),
    ],
)
def test_n_is_a_count(draw, n, error, message):
    with pytest.raises(error) as caught:
        draw(n, new_rng())
    assert str(caught.value) == message


@pytest.mark.parametrize("draw", GENERATORS.values(), ids=GENERATORS)
def test_a_seed_is_no_generator(draw):
    with pytest.raises(TypeError) as caught:
        draw(5, 7)
    assert str(caught.value) == "`rng` must be a numpy.random.Generator. Received: 7"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda r: moons(1, noise=0, rng=r), "`n` must be at least 2. Received: 1"),
        (
            lambda r: moons(9, noise=-0.1, rng=r),
            "`noise` must be finite and at least 0. Received: -0.1",
        ),
        (lambda r: drifting_stream(0, rate=0, rng=r), "`n` must be at least 1. Received: 0"),
        (
            lambda r: drifting_stream(9, rate=math.inf, rng=r),
            "`rate` must be finite and at least 0. Received: inf",
        ),
        (lambda r: machine_readings(0, faults=0, rng=r), "`n` must be at least 1. Received: 0"),
        (
            lambda r: machine_readings(3, faults=-1, rng=r),
            "`faults` must be at least 0. Received: -1",
        ),
        (
            lambda r: machine_readings(3, faults=4, rng=r),
            "`faults` must be at most `n`. Received: faults=4, n=3",
        ),
    ],
)
def test_unusable_settings(call, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        call(new_rng())
    assert str(caught.value) == message


def test_faults_are_a_count():
    with pytest.raises(TypeError) as caught:
        machine_readings(3, faults=0.5, rng=new_rng())
    assert str(caught.value) == "`faults` must be an integer. Received: 0.5"


# Moons


@given(n=st.integers(2, 60), seed=st.integers(0, 99))
def test_moons_without_noise_are_two_half_circles(n, seed):
    x, y = moons(n, noise=0, rng=new_rng(seed))
    outer, inner = x[y == 0], x[y == 1]
    assert (len(outer), len(inner)) == ((n + 1) // 2, n // 2)
    np.testing.assert_allclose(np.hypot(*outer.T), 1, rtol=1e-14)
    assert (outer[:, 1] >= 0).all()
    np.testing.assert_allclose(np.hypot(*(inner - [1, 0.5]).T), 1, rtol=1e-14)
    assert (inner[:, 1] <= 0.5).all()


def test_the_moons_fill_their_arcs_evenly():
    x, y = moons(20_000, noise=0, rng=new_rng())
    for moon in (x[y == 0], [1, 0.5] - x[y == 1]):
        angle = np.arctan2(moon[:, 1], moon[:, 0])
        assert angle.mean() == pytest.approx(np.pi / 2, abs=0.04)
        assert angle.std() == pytest.approx(np.pi / math.sqrt(12), rel=0.02)
        assert angle.min() == pytest.approx(0, abs=0.01)
        assert angle.max() == pytest.approx(np.pi, abs=0.01)


def test_noise_of_the_moons_is_normal_and_the_same_in_both_coordinates():
    quiet, labels = moons(20_000, noise=0, rng=new_rng())
    x, y = moons(20_000, noise=0.3, rng=new_rng())
    np.testing.assert_array_equal(y, labels)
    noise = x - quiet
    np.testing.assert_allclose(noise.mean(axis=0), 0, atol=0.01)
    np.testing.assert_allclose(noise.std(axis=0), 0.3, rtol=0.02)
    assert abs(np.corrcoef(noise.T)[0, 1]) < 0.03
    assert (np.abs(noise) > 0.3).mean() == pytest.approx(0.3173, abs=0.01)


def test_noise_is_added():
    quiet, _ = moons(6, noise=0, rng=Fixed())
    x, _ = moons(6, noise=0.25, rng=Fixed())
    np.testing.assert_array_equal(x, quiet + 0.25)
    x, mode = machine_readings(6, faults=0, rng=Fixed())
    np.testing.assert_array_equal(x, MODES[mode] + SPREAD)


def test_a_point_on_the_boundary_is_of_class_0():
    assert drifting_stream(3, rate=1, rng=Fixed(normal=0.0)).y.tolist() == [0, 0, 0]


def test_a_fault_may_be_4_standard_deviations_away():
    """(0.8, 38) is 8 °C above the idle mode, where the standard deviation is 2 °C."""
    x, _ = machine_readings(1, faults=1, rng=Fixed([0.8, 37.5], [0.8, 38], [5, 20]))
    assert x.tolist() == [[0.8, 38]]


def test_the_order_of_the_moons_is_random():
    _, y = moons(1000, noise=0, rng=new_rng())
    assert abs((y[1:] == y[:-1]).mean() - 0.5) < 0.08


# A stream that drifts


@given(n=st.integers(1, 50), rate=st.floats(0, 10), seed=st.integers(0, 99))
def test_labels_are_the_side_of_the_true_boundary(n, rate, seed):
    x, y, w = drifting_stream(n, rate=rate, rng=new_rng(seed))
    np.testing.assert_allclose(np.hypot(*w.T), 1, rtol=1e-14)
    assert w[0].tolist() == [1, 0]
    assert y.tolist() == [int(x[t] @ w[t] > 0) for t in range(n)]


def test_the_boundary_turns_by_the_rate_and_the_points_do_not():
    x, _, w = drifting_stream(9, rate=np.pi / 8, rng=new_rng())
    angles = np.arange(9) * np.pi / 8
    np.testing.assert_allclose(w, np.stack([np.cos(angles), np.sin(angles)], axis=1), atol=1e-15)
    np.testing.assert_array_equal(drifting_stream(9, rate=0, rng=new_rng()).x, x)


def test_points_are_standard_normal_and_classes_balanced():
    x, y, _ = drifting_stream(20_000, rate=0.01, rng=new_rng())
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=0.03)
    np.testing.assert_allclose(np.cov(x.T), np.eye(2), atol=0.04)
    assert y.mean() == pytest.approx(0.5, abs=0.015)


@pytest.mark.parametrize("turn", [0.25, 0.5, 1])
def test_who_stopped_learning_errs_with_the_angle_over_pi(turn):
    """Half-planes at an angle theta differ on a share theta / pi of the points."""
    x, y, _ = drifting_stream(20_000, rate=turn * np.pi / 20_000, rng=new_rng())
    wrong = (x[:, 0] > 0) != (y == 1)
    assert wrong.mean() == pytest.approx(turn / 2, abs=0.015)  # the mean of 0 to turn
    assert wrong[-2000:].mean() == pytest.approx(turn * 0.95, abs=0.03)


# A machine


def test_normal_readings_are_normal_around_three_equally_likely_modes():
    x, mode = machine_readings(30_000, faults=0, rng=new_rng())
    np.testing.assert_allclose(np.bincount(mode) / 30_000, 1 / 3, atol=0.012)
    for k in range(3):
        z = (x[mode == k] - MODES[k]) / SPREAD
        np.testing.assert_allclose(z.mean(axis=0), 0, atol=0.04)
        np.testing.assert_allclose(np.cov(z.T), np.eye(2), atol=0.06)


@pytest.mark.parametrize("r", [1, 2, 3])
def test_share_of_false_alarms(r):
    x, _ = machine_readings(30_000, faults=0, rng=new_rng())
    alarm = distances(x).min(axis=1) > r
    assert alarm.mean() == pytest.approx(math.exp(-(r**2) / 2), abs=0.01)


@given(n=st.integers(1, 40), share=st.floats(0, 1), seed=st.integers(0, 99))
def test_as_many_faults_as_asked_for_and_none_near_a_mode(n, share, seed):
    faults = round(share * n)
    x, mode = machine_readings(n, faults=faults, rng=new_rng(seed))
    fault = x[mode == -1]
    assert len(fault) == faults
    assert set(mode) <= {-1, 0, 1, 2}
    assert (distances(fault) >= 4).all()
    assert (fault >= [0, 20]).all()
    assert (fault <= [5, 80]).all()


def test_faults_are_uniform_outside_the_modes():
    x, mode = machine_readings(10_000, faults=10_000, rng=new_rng())
    assert (mode == -1).all()
    free = 1 - 3 * math.pi * 4**2 * SPREAD.prod() / (5 * 60)  # of the rectangle
    corner = (x[:, 0] < 2) & (x[:, 1] > 56)  # hot and idle: 2 kW by 24 °C, far from every mode
    assert corner.mean() == pytest.approx(2 * 24 / (5 * 60) / free, abs=0.015)
    np.testing.assert_allclose(x.min(axis=0), [0, 20], atol=0.05)
    np.testing.assert_allclose(x.max(axis=0), [5, 80], atol=0.05)
    assert distances(x).min() == pytest.approx(4, abs=0.05)


def test_neither_power_nor_temperature_alone_gives_the_faults_away():
    x, mode = machine_readings(3000, faults=1000, rng=new_rng())
    normal, fault = x[mode >= 0], x[mode == -1]
    inside = (fault >= normal.min(axis=0)) & (fault <= normal.max(axis=0))
    assert inside.all(axis=1).mean() > 0.5


def test_faults_come_at_any_time():
    _, mode = machine_readings(1000, faults=100, rng=new_rng())
    when = np.flatnonzero(mode == -1)
    assert when.mean() == pytest.approx(500, abs=100)
    assert when.std() == pytest.approx(1000 / math.sqrt(12), rel=0.15)
