import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlnotes.optimizers import SGD

numbers = st.floats(-1e3, 1e3)
series = arrays(np.float64, (4, 3), elements=numbers)


def run(optimizer, gradients, start=0.0):
    """All parameters on the way, from a start that is the same in each coordinate."""
    w, path = np.full(np.shape(gradients[0]), start), []
    for g in gradients:
        [w] = optimizer.step([w], [g])
        path.append(w)
    return np.array(path)


def test_plain_descent_by_hand():
    optimizer = SGD(0.5)
    assert run(optimizer, [[2.0, -4.0], [1.0, 0.0]], start=1.0).tolist() == [[0, 3], [-0.5, 3]]
    assert optimizer.velocity[0].tolist() == [-0.5, 0]


def test_momentum_by_hand():
    optimizer = SGD(0.5, momentum=0.5)
    assert run(optimizer, [[4.0], [4.0], [0.0]]).tolist() == [[-2], [-5], [-6.5]]
    assert optimizer.velocity[0].tolist() == [-1.5]


def test_nesterov_by_hand():
    # v: -2, -3, -1.5; w moves by v / 2 - g / 2.
    optimizer = SGD(0.5, momentum=0.5, nesterov=True)
    assert run(optimizer, [[4.0], [4.0], [0.0]]).tolist() == [[-3], [-6.5], [-7.25]]
    assert optimizer.velocity[0].tolist() == [-1.5]


def test_momentum_of_one_never_slows_down():
    assert run(SGD(1.0, momentum=1), [[1.0], [0.0], [0.0]]).tolist() == [[-1], [-2], [-3]]


def test_defaults():
    optimizer = SGD()
    assert (optimizer.learning_rate, optimizer.momentum, optimizer.nesterov) == (0.01, 0, False)
    assert run(optimizer, [[1.0], [1.0]]).tolist() == [[-0.01], [-0.02]]


@given(g=series)
def test_without_momentum_nesterov_makes_no_difference(g):
    np.testing.assert_array_equal(run(SGD(0.1), g), run(SGD(0.1, nesterov=True), g))


@given(g=series, h=series, a=st.floats(-10, 10), momentum=st.floats(0, 1), nesterov=st.booleans())
def test_the_path_is_linear_in_the_gradients(g, h, a, momentum, nesterov):
    def path(gradients):
        return run(SGD(0.1, momentum=momentum, nesterov=nesterov), gradients)

    np.testing.assert_allclose(path(g + a * h), path(g) + a * path(h), rtol=1e-9, atol=1e-8)


@given(g=series, momentum=st.floats(0, 1))
def test_velocity_is_a_weighted_sum_of_past_gradients(g, momentum):
    optimizer = SGD(0.1, momentum=momentum)
    run(optimizer, g)
    weights = momentum ** np.arange(3, -1, -1.0)
    np.testing.assert_allclose(optimizer.velocity[0], -0.1 * weights @ g, rtol=1e-9, atol=1e-9)


@given(w=arrays(np.float64, 3, elements=numbers), rate=st.floats(1e-3, 1.99))
def test_on_a_bowl_it_comes_closer_below_the_limit(w, rate):
    """The gradient of w^2 / 2 is w: each step multiplies by 1 - rate."""
    [new] = SGD(rate).step([w], [w])
    np.testing.assert_allclose(new, (1 - rate) * w, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("momentum", [-0.1, 1.1])
def test_momentum_must_be_a_fraction(momentum):
    with pytest.raises(ValueError, match="momentum") as caught:
        SGD(momentum=momentum)
    assert str(caught.value) == f"`momentum` must lie between 0 and 1. Received: {momentum}"
