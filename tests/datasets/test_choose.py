import numpy as np
import pytest

from dlnotes.datasets._choose import choose


def test_nothing_is_chosen_twice_and_everything_if_all_are_asked_for():
    chosen = choose(50, 50, np.random.default_rng(0))
    assert sorted(chosen) == list(range(50))
    assert chosen.tolist() != list(range(50))
    assert chosen.dtype == np.int64


def test_each_is_as_likely_to_be_chosen_and_to_come_first():
    rng = np.random.default_rng(0)
    chosen = np.array([choose(2, 5, rng) for _ in range(4000)])
    for place in range(2):
        share = np.bincount(chosen[:, place], minlength=5) / 4000
        assert np.abs(share - 1 / 5).max() < 4 * np.sqrt(0.2 * 0.8 / 4000)


@pytest.mark.parametrize(
    ("n", "error", "message"),
    [
        (0, ValueError, "`n` must be at least 1. Received: 0"),
        (6, ValueError, "`n` must be at most 5. Received: 6"),
        (2.0, TypeError, "`n` must be integers. Received: dtype=float64"),
        ([1], ValueError, "`n` must have shape (). Received: shape=(1,)"),
    ],
)
def test_how_many_must_be_possible(n, error, message):
    with pytest.raises(error) as caught:
        choose(n, 5, np.random.default_rng(0))
    assert str(caught.value) == message


def test_one_is_enough():
    assert choose(1, 1, np.random.default_rng(0)).tolist() == [0]


def test_a_seed_is_no_generator():
    with pytest.raises(TypeError) as caught:
        choose(1, 5, 0)
    assert str(caught.value) == "`rng` must be a numpy.random.Generator. Received: 0"
