import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlnotes.optimizers import SGD, Adam, AdamW

numbers = st.floats(-1e3, 1e3)
series = arrays(np.float64, (5, 3), elements=numbers)


def run(optimizer, gradients, start=0.0):
    w, path = np.full(np.shape(gradients[0]), start), []
    for g in gradients:
        [w] = optimizer.step([w], [g])
        path.append(w)
    return np.array(path)


def test_two_steps_by_hand():
    optimizer = Adam(0.1, beta_1=0.5, beta_2=0.75, epsilon=0.5)
    [w] = optimizer.step([1.0], [4.0])
    # m = 2, v = 4, rate = 0.1 sqrt(1/4) / (1/2) = 0.1
    assert (optimizer.m[0].tolist(), optimizer.v[0].tolist()) == (2, 4)
    assert float(w) == pytest.approx(1 - 0.1 * 2 / 2.5, rel=1e-15)
    [w] = optimizer.step([1.0], [2.0])
    # m = 1 + 1, v = 3 + 1, rate = 0.1 sqrt(7/16) / (3/4)
    assert (optimizer.m[0].tolist(), optimizer.v[0].tolist()) == (2, 4)
    assert float(w) == pytest.approx(1 - 0.1 * 7**0.5 / 4 / 0.75 * 2 / 2.5, rel=1e-15)


def test_defaults():
    for optimizer in (Adam(), AdamW()):
        assert (optimizer.learning_rate, optimizer.epsilon) == (0.001, 1e-7)
        assert (optimizer.beta_1, optimizer.beta_2) == (0.9, 0.999)
    assert AdamW().weight_decay == 0.004


@given(g=series, beta_1=st.floats(0, 0.99), beta_2=st.floats(0, 0.999))
def test_it_is_what_the_paper_calls_epsilon_hat(g, beta_1, beta_2):
    m = v = w = mine = np.zeros(3)
    optimizer = Adam(0.1, beta_1=beta_1, beta_2=beta_2, epsilon=1e-3)
    for t, row in enumerate(g, 1):
        m, v = beta_1 * m + (1 - beta_1) * row, beta_2 * v + (1 - beta_2) * row**2
        m_hat, v_hat = m / (1 - beta_1**t), v / (1 - beta_2**t)
        w = w - 0.1 * m_hat / (np.sqrt(v_hat) + 1e-3 / (1 - beta_2**t) ** 0.5)
        [mine] = optimizer.step([mine], [row])
        np.testing.assert_allclose(mine, w, rtol=1e-9, atol=1e-10)


@given(g=arrays(np.float64, 3, elements=numbers), beta_1=st.floats(0, 0.99))
def test_the_first_step_is_as_long_as_the_rate(g, beta_1):
    g = np.where(np.abs(g) < 1e-3, 1.0, g)
    [w] = Adam(0.1, beta_1=beta_1, epsilon=0).step([np.zeros(3)], [g])
    np.testing.assert_allclose(w, -0.1 * np.sign(g), rtol=1e-9)


@given(g=series)
def test_steps_are_about_as_long_as_the_rate_at_most(g):
    g = np.vstack([np.ones((1, 3)), g])
    lengths = np.abs(np.diff(run(Adam(0.1, beta_1=0.9, beta_2=0.99), g), axis=0, prepend=0))
    for t, length in enumerate(lengths.max(axis=1), 1):
        a, b = 0.9 ** np.arange(t), 0.99 ** np.arange(t)
        a, b = a / a.sum(), b / b.sum()  # weights of the gradients in m, and of the squares in v
        bound = np.sqrt((a**2 / b).sum())  # by the Cauchy-Schwarz inequality
        assert bound < 1.02
        assert length <= 0.1 * bound * (1 + 1e-9)


@given(g=series, scale=st.floats(1e-3, 1e3))
def test_scale_makes_no_difference(g, scale):
    g = np.where(np.abs(g) < 1e-3, 1.0, g)
    one, two = run(Adam(0.1, epsilon=0), g), run(Adam(0.1, epsilon=0), scale * g)
    np.testing.assert_allclose(one, two, rtol=1e-8, atol=1e-11)


@given(g=series)
def test_without_decay_adamw_is_adam(g):
    np.testing.assert_array_equal(run(Adam(0.1), g, 1.0), run(AdamW(0.1, weight_decay=0), g, 1.0))


def test_decay_comes_first_and_all_weights_shrink_alike():
    optimizer = AdamW(0.5, weight_decay=0.25, beta_1=0.5, beta_2=0.75, epsilon=0.5)
    [w] = optimizer.step([[8.0, 8.0]], [[4.0, 0.0]])
    np.testing.assert_allclose(w, [7 - 0.5 * 2 / 2.5, 7], rtol=1e-15)
    assert (optimizer.m[0].tolist(), optimizer.v[0].tolist()) == ([2, 0], [4, 0])


def test_a_penalty_is_weight_decay_for_sgd_but_not_for_adam():
    w, g, decay = np.array([4.0, 4.0]), np.array([100.0, 0.01]), 0.1
    [penalised] = SGD(0.5).step([w], [g + decay * w])
    [step] = SGD(0.5).step([w], [g])
    np.testing.assert_allclose(penalised, step - 0.5 * decay * w, rtol=1e-14)
    [penalised] = Adam(0.5).step([w], [g + decay * w])
    [decayed] = AdamW(0.5, weight_decay=decay).step([w], [g])
    assert np.abs(penalised - decayed).min() > 0.1


def test_the_rate_of_the_decay_follows_the_schedule():
    optimizer = AdamW(lambda step: [0.5, 0.25][step], weight_decay=1.0)
    assert run(optimizer, [[0.0], [0.0]], 8.0).tolist() == [[4], [3]]


@pytest.mark.parametrize("optimizer", [Adam, AdamW])
@pytest.mark.parametrize("name", ["beta_1", "beta_2"])
@pytest.mark.parametrize("value", [-0.1, 1.0])
def test_betas_must_be_below_1(optimizer, name, value):
    with pytest.raises(ValueError, match=name) as caught:
        optimizer(**{name: value})
    assert str(caught.value) == f"`{name}` must be at least 0 and less than 1. Received: {value}"


@pytest.mark.parametrize(
    ("optimizer", "name"), [(Adam, "epsilon"), (AdamW, "epsilon"), (AdamW, "weight_decay")]
)
def test_others_must_not_be_negative(optimizer, name):
    with pytest.raises(ValueError, match=name) as caught:
        optimizer(**{name: -1.0})
    assert str(caught.value) == f"`{name}` must be finite and at least 0. Received: -1.0"


@pytest.mark.parametrize("optimizer", [Adam, AdamW])
def test_rate_must_be_positive(optimizer):
    with pytest.raises(ValueError, match=r"^`learning_rate` must be finite and greater than 0\."):
        optimizer(0)
