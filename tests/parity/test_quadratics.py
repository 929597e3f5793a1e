import numpy as np
import pytest
from scipy.optimize import check_grad, minimize

from dlnotes.quadratics import condition_number, gradient, quadratic, value

A = quadratic([1, 3, 50, 200], rng=np.random.default_rng(0))
B = np.random.default_rng(1).normal(size=4)


def test_condition_number_is_numpys_in_the_spectral_norm():
    assert condition_number(A) == pytest.approx(np.linalg.cond(A), rel=1e-9)


def test_scipy_finds_the_bottom_with_our_gradient():
    x0 = np.ones(4)
    assert check_grad(lambda x: value(A, B, x), lambda x: gradient(A, B, x), x0) < 1e-3
    found = minimize(lambda x: value(A, B, x), x0, jac=lambda x: gradient(A, B, x), tol=1e-12)
    np.testing.assert_allclose(found.x, np.linalg.solve(A, B), atol=1e-8)
