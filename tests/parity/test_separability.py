import numpy as np
import pytest
from scipy.optimize import nnls

from dlnotes.expressivity.gates import boolean_inputs
from dlnotes.expressivity.separability import boolean_functions, linearly_separable


def hulls_meet(x, y):
    """Whether some weighted mean of one class is one of the other class: the opposite (Gordan)."""
    signed = np.column_stack([x, np.ones(len(x))]) * (2 * np.asarray(y) - 1)[:, None]
    _, distance = nnls(np.column_stack([signed, np.ones(len(x))]).T, [0] * len(x[0]) + [0, 1])
    return distance < 1e-9


def test_boolean_functions_against_least_squares():
    x = boolean_inputs(3)
    for y in boolean_functions(3):
        assert linearly_separable(x, y) != hulls_meet(x, y)


@pytest.mark.parametrize("D", [1, 2, 4])
def test_random_points_against_least_squares(D):
    rng = np.random.default_rng(D)
    verdicts = []
    for _ in range(60):
        x, y = rng.normal(size=(2 * D + 2, D)), rng.integers(0, 2, 2 * D + 2)
        verdicts.append(linearly_separable(x, y))
        assert verdicts[-1] != hulls_meet(x, y)
    assert 10 < sum(verdicts) < 50  # as often the one as the other (Cover 1965)
