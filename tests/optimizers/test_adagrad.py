import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlnotes.optimizers import Adagrad


def test_two_steps_by_hand():
    optimizer = Adagrad(6.0, initial_accumulator_value=6.0, epsilon=1.0)
    [w] = optimizer.step([[10.0]], [[3.0]])  # 18 / sqrt(6 + 9 + 1)
    assert w.tolist() == [10 - 18 / 4]
    assert optimizer.accumulator[0].tolist() == [15]
    [w] = optimizer.step([w], [[-3.0]])  # -18 / sqrt(15 + 9 + 1)
    assert w.tolist() == [5.5 + 18 / 5]
    assert optimizer.accumulator[0].tolist() == [24]


def test_defaults():
    optimizer = Adagrad()
    assert (optimizer.learning_rate, optimizer.initial_accumulator_value) == (0.001, 0.1)
    assert optimizer.epsilon == 1e-7
    [w] = optimizer.step([1.0], [2.0])
    assert float(w) == pytest.approx(1 - 0.002 / (0.1 + 4 + 1e-7) ** 0.5, rel=1e-15)


def test_steps_fall_as_one_over_the_root():
    optimizer, w, path = Adagrad(1.0, initial_accumulator_value=0), [0.0], [0.0]
    for _ in range(50):
        w = optimizer.step(w, [3.0])
        path.append(float(w[0]))
    np.testing.assert_allclose(-np.diff(path), np.arange(1, 51) ** -0.5, rtol=1e-7)


@given(g=arrays(np.float64, (5, 3), elements=st.floats(-1e3, 1e3)), scale=st.floats(1e-3, 1e3))
def test_scale_makes_no_difference_and_steps_are_bounded(g, scale):
    g = np.where(np.abs(g) < 1e-3, 1.0, g)
    settings = {"initial_accumulator_value": 0, "epsilon": 0}
    one, two = Adagrad(0.1, **settings), Adagrad(0.1, **settings)
    w = v = [np.zeros(3)]
    for row in g:
        old, w, v = w, one.step(w, [row]), two.step(v, [scale * row])
        np.testing.assert_allclose(w[0], v[0], rtol=1e-9, atol=1e-12)
        assert np.abs(w[0] - old[0]).max() <= 0.1 * (1 + 1e-9)


def test_nothing_over_nothing_is_an_error():
    optimizer = Adagrad(0.1, initial_accumulator_value=0, epsilon=0)
    with pytest.raises(OverflowError, match=r"^the step must give finite numbers\."):
        optimizer.step([1.0], [0.0])


@pytest.mark.parametrize("name", ["initial_accumulator_value", "epsilon"])
def test_settings_must_not_be_negative(name):
    with pytest.raises(ValueError, match=name) as caught:
        Adagrad(**{name: -0.5})
    assert str(caught.value) == f"`{name}` must be finite and at least 0. Received: -0.5"


def test_rate_must_be_positive():
    with pytest.raises(ValueError, match=r"^`learning_rate` must be finite and greater than 0\."):
        Adagrad(0)
