import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlnotes.optimizers import RMSprop


def test_two_steps_by_hand():
    optimizer = RMSprop(6.0, rho=0.75, epsilon=7.0)
    [w] = optimizer.step([10.0], [6.0])  # v = 36 / 4; 36 / sqrt(9 + 7)
    assert (w.tolist(), optimizer.v[0].tolist()) == (1, 9)
    [w] = optimizer.step([w], [-3.0])  # v = 27 / 4 + 9 / 4
    assert (w.tolist(), optimizer.v[0].tolist()) == (1 + 18 / 4, 9)


def test_defaults():
    optimizer = RMSprop()
    assert (optimizer.learning_rate, optimizer.rho, optimizer.epsilon) == (0.001, 0.9, 1e-7)
    [w] = optimizer.step([1.0], [2.0])
    assert float(w) == pytest.approx(1 - 0.002 / (0.4 + 1e-7) ** 0.5, rel=1e-15)


def test_it_forgets_large_gradients():
    optimizer, w = RMSprop(0.1, rho=0.5), [0.0]
    lengths = []
    for g in [1000.0] * 5 + [1.0] * 40:
        [new] = optimizer.step(w, [g])
        lengths.append(abs(float(new - w[0])))
        w = [new]
    assert lengths[5] < 1e-3
    assert lengths[-1] == pytest.approx(0.1, rel=1e-3)


@given(
    g=arrays(np.float64, (5, 3), elements=st.floats(-1e3, 1e3)),
    scale=st.floats(1e-3, 1e3),
    rho=st.floats(0, 0.99),
)
def test_scale_makes_no_difference_and_steps_are_bounded(g, scale, rho):
    g = np.where(np.abs(g) < 1e-3, 1.0, g)
    one, two = RMSprop(0.1, rho=rho, epsilon=0), RMSprop(0.1, rho=rho, epsilon=0)
    w = v = [np.zeros(3)]
    for row in g:
        old, w, v = w, one.step(w, [row]), two.step(v, [scale * row])
        np.testing.assert_allclose(w[0], v[0], rtol=1e-9, atol=1e-12)
        assert np.abs(w[0] - old[0]).max() <= 0.1 / (1 - rho) ** 0.5 * (1 + 1e-9)


@pytest.mark.parametrize("rho", [-0.1, 1.0])
def test_rho_must_be_below_1(rho):
    with pytest.raises(ValueError, match="rho") as caught:
        RMSprop(rho=rho)
    assert str(caught.value) == f"`rho` must be at least 0 and less than 1. Received: {rho}"


def test_epsilon_must_not_be_negative():
    with pytest.raises(ValueError, match="epsilon") as caught:
        RMSprop(epsilon=-1)
    assert str(caught.value) == "`epsilon` must be finite and at least 0. Received: -1"


def test_rate_must_be_positive():
    with pytest.raises(ValueError, match=r"^`learning_rate` must be finite and greater than 0\."):
        RMSprop(0)
