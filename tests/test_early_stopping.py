import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlnotes.early_stopping import EarlyStopping

curves = st.lists(st.integers(0, 10).map(float), min_size=1, max_size=15)


def judge(losses, **settings):
    stopping = EarlyStopping(**settings)
    return stopping.best_epoch(losses), stopping.stopped_epoch(losses)


@pytest.mark.parametrize(
    ("patience", "expected"), [(0, (1, 2)), (1, (1, 2)), (2, (3, 5)), (3, (3, 6)), (4, (3, None))]
)
def test_patience(patience, expected):
    assert judge([5.0, 3.0, 4.0, 2.0, 2.5, 2.6, 2.7], patience=patience) == expected


@pytest.mark.parametrize(
    ("min_delta", "expected"), [(0, (2, None)), (0.49, (2, None)), (0.5, (1, 3)), (1.5, (0, 2))]
)
def test_min_delta_must_be_exceeded(min_delta, expected):
    assert judge([4.0, 3.0, 2.5, 2.5], patience=2, min_delta=min_delta) == expected


def test_the_same_loss_is_no_improvement():
    assert judge([3.0, 3.0, 3.0], patience=2) == (0, 2)


def test_it_never_stops_after_the_first_epoch():
    assert judge([3.0]) == (0, None)
    assert judge([math.nan]) == (0, None)
    assert judge([3.0], min_delta=1) == (0, None)


def test_nan_is_no_improvement():
    assert judge([3.0, math.nan, 2.0], patience=2) == (2, None)
    assert judge([math.inf, 3.0], patience=2) == (1, None)


def test_what_it_looks_at():
    assert EarlyStopping(monitor="loss").monitor == "loss"
    assert EarlyStopping(monitor="val_loss").monitor == "val_loss"


def test_defaults():
    assert dataclasses.asdict(EarlyStopping()) == {
        "patience": 0,
        "min_delta": 0.0,
        "restore_best_weights": True,
        "monitor": "val_loss",
    }


@given(losses=curves, patience=st.integers(0, 5))
def test_the_best_epoch_has_the_lowest_loss_seen(losses, patience):
    best, stopped = judge(losses, patience=patience)
    seen = losses if stopped is None else losses[: stopped + 1]
    assert best == seen.index(min(seen))
    if stopped is not None:
        assert stopped - best == max(patience, 1)


@given(losses=curves, patience=st.integers(0, 5), delta=st.integers(0, 3))
def test_more_patience_stops_no_sooner_and_finds_no_worse(losses, patience, delta):
    best, stopped = judge(losses, patience=patience, min_delta=delta)
    later_best, later = judge(losses, patience=patience + 1, min_delta=delta)
    assert later is None or (stopped is not None and later >= stopped)
    assert losses[later_best] <= losses[best]


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"patience": -1}, ValueError, "`patience` must be at least 0. Received: -1"),
        ({"patience": 1.5}, TypeError, "`patience` must be an integer. Received: 1.5"),
        (
            {"min_delta": -1},
            ValueError,
            "`min_delta` must be finite and at least 0. Received: -1",
        ),
        (
            {"monitor": "accuracy"},
            ValueError,
            "`monitor` must be val_loss or loss. Received: 'accuracy'",
        ),
    ],
)
def test_bad_settings(settings, error, message):
    with pytest.raises(error) as caught:
        EarlyStopping(**settings)
    assert str(caught.value) == message


def test_nan_is_never_the_best():
    nan = float("nan")
    assert EarlyStopping(3).best_epoch([nan, 3.0, 2.0, nan]) == 2
    assert EarlyStopping(2).stopped_epoch([1.0, nan, nan]) == 2


def test_losses_must_be_a_row_of_numbers():
    with pytest.raises(TypeError, match=r"^`losses` must be real numbers\. Received: dtype=<U1$"):
        EarlyStopping(1).best_epoch(["a", "b"])
    with pytest.raises(ValueError, match=r"^`losses` must have shape \(epochs,\)\. Rec.*\(1, 2\)$"):
        EarlyStopping(1).stopped_epoch([[1.0, 2.0]])
    assert EarlyStopping(1, min_delta=1).best_epoch(np.uint8([255, 100])) == 1
