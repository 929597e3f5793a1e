import numpy as np
import scipy.stats
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_squared_error

from dlnotes.bias_variance import decompose, standard_error

rng = np.random.default_rng(0)


def test_standard_error_is_scipys_sem():
    values = rng.normal(3, 2, (30, 4))
    np.testing.assert_allclose(standard_error(values), scipy.stats.sem(values), rtol=1e-14)


def test_variance_is_numpys_with_ddof_1():
    y_pred = rng.normal(3, 2, (30, 4, 5))
    np.testing.assert_allclose(
        decompose(y_pred, np.zeros((4, 5))).variance.mean(),
        y_pred.var(axis=0, ddof=1).mean(),
        rtol=1e-12,
    )


def test_parts_add_up_to_scikit_learns_mean_squared_error():
    x, x_new = rng.uniform(-1, 1, (20, 1)), np.linspace(-1, 1, 7)[:, None]
    f = np.exp(x_new[:, 0])
    fits = [
        LinearRegression().fit(x, np.exp(x[:, 0]) + rng.standard_normal(20)).predict(x_new)
        for _ in range(5)
    ]
    bias2, variance = decompose(fits, f)
    np.testing.assert_allclose(
        bias2 + variance, [mean_squared_error(f, fit) for fit in fits], rtol=1e-12
    )
