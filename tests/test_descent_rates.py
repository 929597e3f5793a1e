import math

import numpy as np
import pytest

from dlnotes.descent_rates import (
    best_heavy_ball,
    best_learning_rate,
    gradient_descent_rate,
    heavy_ball_rate,
    learning_rate_limit,
)
from dlnotes.quadratics import gradient, quadratic

A = quadratic([1, 5, 40, 100], rng=np.random.default_rng(0))
B = np.array([1.0, -2.0, 3.0, 0.5])
BOTTOM = np.linalg.solve(A, B)


def errors(learning_rate, momentum, steps):
    x, v = np.zeros(4), np.zeros(4)
    result = []
    for _ in range(steps):
        v = momentum * v - learning_rate * gradient(A, B, x)
        x = x + v
        result.append(np.linalg.norm(x - BOTTOM))
    return np.array(result)


def test_settings_by_hand():
    bowl = np.diag([1.0, 9.0])
    assert learning_rate_limit(bowl) == pytest.approx(2 / 9, rel=1e-14)
    assert best_learning_rate(bowl) == pytest.approx(0.2, rel=1e-14)
    settings = best_heavy_ball(bowl)
    assert settings.learning_rate == pytest.approx(4 / 16, rel=1e-14)
    assert settings.momentum == pytest.approx((2 / 4) ** 2, rel=1e-14)
    assert gradient_descent_rate(9) == 0.8
    assert heavy_ball_rate(9) == 0.5


def test_a_round_bowl_takes_one_step():
    bowl = 4 * np.eye(3)
    assert best_learning_rate(bowl) == pytest.approx(0.25)
    assert best_heavy_ball(bowl) == pytest.approx((0.25, 0))
    assert gradient_descent_rate(1) == heavy_ball_rate(1) == 0


def test_descent_converges_below_the_limit_and_diverges_above():
    limit = learning_rate_limit(A)
    assert errors(0.99 * limit, 0, 2000)[-1] < 1e-6
    assert errors(1.01 * limit, 0, 2000)[-1] > 1e6


def test_descent_shrinks_the_error_at_its_rate():
    late = errors(best_learning_rate(A), 0, 400)[-51:]
    np.testing.assert_allclose(late[1:] / late[:-1], gradient_descent_rate(100), rtol=1e-6)


def test_no_other_learning_rate_is_faster():
    best = errors(best_learning_rate(A), 0, 300)[-1]
    for factor in (0.9, 0.97, 1.005):
        assert errors(factor * best_learning_rate(A), 0, 300)[-1] > best


def test_momentum_shrinks_the_error_at_its_rate():
    settings = best_heavy_ball(A)
    assert settings.momentum == pytest.approx(heavy_ball_rate(100) ** 2)
    late = errors(*settings, 130)
    # k * rate**k is the worst case, so the mean over 100 steps is off by log(130 / 30) / 100.
    mean = math.exp(math.log(late[129] / late[29]) / 100)
    assert heavy_ball_rate(100) <= mean <= heavy_ball_rate(100) * 1.02
    assert late[-1] < 1e-6 < errors(best_learning_rate(A), 0, 130)[-1]


@pytest.mark.parametrize("function", [learning_rate_limit, best_learning_rate, best_heavy_ball])
def test_bowls_only(function):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        function([[1, 0], [0, -1]])
    assert str(caught.value) == "`A` must be positive definite. Received: an eigenvalue of -1"


@pytest.mark.parametrize("function", [gradient_descent_rate, heavy_ball_rate])
@pytest.mark.parametrize(
    ("kappa", "error", "message"),
    [
        (0.5, ValueError, "`kappa` must be at least 1. Received: 0.5"),
        (np.inf, ValueError, "`kappa` must be finite. Received: inf"),
        (np.nan, ValueError, "`kappa` must not contain NaN. Received: 1 NaN"),
        ([2, 3], ValueError, "`kappa` must have shape (). Received: shape=(2,)"),
        ("9", TypeError, "`kappa` must be real numbers. Received: dtype=<U1"),
    ],
)
def test_condition_numbers_are_at_least_one(function, kappa, error, message):
    with pytest.raises(error) as caught:
        function(kappa)
    assert str(caught.value) == message


def test_results_are_floats():
    results = [
        learning_rate_limit(A),
        best_learning_rate(A),
        *best_heavy_ball(A),
        gradient_descent_rate(np.float32(3)),
        heavy_ball_rate(4),
    ]
    assert all(type(r) is float for r in results)
