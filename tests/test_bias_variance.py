import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlnotes.bias_variance import decompose, standard_error

NUMBERS = st.floats(-100, 100)


def test_estimates_are_unbiased_by_enumerating_every_run():
    """A model predicts 0, 1 or 5 with equal chance; all 27 runs of three models, averaged."""
    outcomes, truth = np.array([0.0, 1.0, 5.0]), 3.0
    runs = [decompose(np.array(run), truth) for run in itertools.product(outcomes, repeat=3)]
    bias2, variance = np.mean([[part.mean() for part in run] for run in runs], axis=0)
    np.testing.assert_allclose(bias2, (outcomes.mean() - truth) ** 2, rtol=1e-12)
    np.testing.assert_allclose(variance, outcomes.var(), rtol=1e-12)


def test_least_squares_line_agrees_with_its_closed_form():
    """Both parts within four standard errors of A f - f and sigma^2 tr(A A') / N."""
    rng, sigma, R = np.random.default_rng(0), 0.5, 2000
    x, x_new = np.linspace(-1, 1, 9), np.linspace(-1, 1, 33)
    A = np.vander(x_new, 2) @ np.linalg.pinv(np.vander(x, 2))
    y = x**2 + sigma * rng.standard_normal((R, x.size))
    bias2, variance = decompose(y @ A.T, x_new**2)
    expected = ((A @ x**2 - x_new**2) ** 2).mean(), sigma**2 * (A**2).sum(axis=1).mean()
    for part, value in zip((bias2, variance), expected, strict=True):
        assert abs(part.mean() - value) < 4 * standard_error(part)
        assert 4 * standard_error(part) < 0.15 * value


def test_standard_errors_tell_how_much_the_estimates_vary():
    """Over 500 repetitions, the spread of each estimate is the standard error, within 15%."""
    rng = np.random.default_rng(1)
    runs = [decompose(rng.normal(1.0, 1.0, (50, 3)), np.zeros(3)) for _ in range(500)]
    for parts in zip(*runs, strict=True):
        spread = np.std([part.mean() for part in parts])
        said = np.mean([standard_error(part) for part in parts])
        np.testing.assert_allclose(said, spread, rtol=0.15)


@given(
    arrays(np.float64, (4, 2, 3), elements=NUMBERS), arrays(np.float64, (2, 3), elements=NUMBERS)
)
def test_shares_of_a_model_add_up_to_its_squared_distance(y_pred, f):
    parts = decompose(y_pred, f)
    np.testing.assert_allclose(
        parts.bias2 + parts.variance, ((y_pred - f) ** 2).mean(axis=(1, 2)), rtol=1e-12, atol=1e-10
    )


@given(arrays(np.float64, (3, 5), elements=NUMBERS), arrays(np.float64, (5,), elements=NUMBERS))
def test_variance_ignores_the_truth_and_a_shift(y_pred, shift):
    variance = decompose(y_pred, np.zeros(5)).variance
    moved = decompose(y_pred + shift, shift).variance
    np.testing.assert_allclose(moved, variance, rtol=1e-9, atol=1e-10)


@given(arrays(np.float64, (5,), elements=NUMBERS), arrays(np.float64, (5,), elements=NUMBERS))
def test_models_that_agree_have_bias_only(prediction, f):
    bias2, variance = decompose(np.tile(prediction, (4, 1)), f)
    np.testing.assert_allclose(variance, 0, atol=1e-20)
    np.testing.assert_allclose(bias2, ((prediction - f) ** 2).mean(), rtol=1e-12)


def test_two_models_by_hand():
    bias2, variance = decompose([[1.0, 4.0], [3.0, 8.0]], [2.0, 5.0])
    np.testing.assert_array_equal(variance, [5, 5])  # (1 + 4) / 2, times 2 / 1
    np.testing.assert_array_equal(bias2, [-4, 0])  # (1 + 1) / 2 - 5 and (1 + 9) / 2 - 5


def test_a_single_input_needs_no_axis():
    bias2, variance = decompose([4.0, 6.0], 4.0)
    np.testing.assert_array_equal(variance, [2, 2])
    np.testing.assert_array_equal(bias2, [-2, 2])


@pytest.mark.parametrize(("given_", "kept"), [("float32", "float32"), ("int64", "float64")])
def test_dtype(given_, kept):
    y_pred = np.arange(6).reshape(3, 2).astype(given_)
    for part in decompose(y_pred, np.zeros(2, given_)):
        assert part.dtype == kept
        assert part.shape == (3,)
    assert standard_error(y_pred).dtype == kept


@pytest.mark.parametrize(
    ("y_pred", "f", "error", "message"),
    [
        (1.0, 1.0, ValueError, "`y_pred` must hold at least two models, (R, ...). "
         "Received: shape=()"),
        ([[1.0, 2.0]], [1.0, 2.0], ValueError, "`y_pred` must hold at least two models, (R, ...). "
         "Received: shape=(1, 2)"),
        (np.zeros((3, 2)), np.zeros(3), ValueError, "`f` must have the shape of one model's "
         "predictions. Received: y_pred.shape=(3, 2), f.shape=(3,)"),
        (np.zeros((3, 2)), 0.0, ValueError, "`f` must have the shape of one model's "
         "predictions. Received: y_pred.shape=(3, 2), f.shape=()"),
        ([1.0, np.nan], 0.0, ValueError, "`y_pred` must not contain NaN. Received: 1 NaN"),
        ([1.0, 2.0], np.nan, ValueError, "`f` must not contain NaN. Received: 1 NaN"),
        (["a", "b"], 0.0, TypeError, "`y_pred` must be real numbers. Received: dtype=<U1"),
    ],
)  # fmt: skip
def test_decompose_says_what_it_cannot_use(y_pred, f, error, message):
    with pytest.raises(error) as caught:
        decompose(y_pred, f)
    assert str(caught.value) == message


def test_standard_error_of_columns():
    columns = np.array([[4.0, 1.0], [6.0, 1.0], [8.0, 1.0]])
    np.testing.assert_allclose(standard_error(columns), [2 / np.sqrt(3), 0], rtol=1e-14)


@pytest.mark.parametrize("values", [3.0, [3.0], np.zeros((1, 4))])
def test_standard_error_needs_two_values(values):
    with pytest.raises(ValueError, match=r"^`values` must hold at least two\. Received: shape="):
        standard_error(values)


def test_standard_error_of_two_and_of_nan():
    assert standard_error([4, 6]) == pytest.approx(1, rel=1e-15)
    with pytest.raises(ValueError, match=r"^`values` must not contain NaN\. Received: 1 NaN$"):
        standard_error([1.0, np.nan])


def test_only_finite_numbers():
    with pytest.raises(ValueError, match=r"^`values` must be finite\. Received: inf$"):
        standard_error([np.inf, 1.0])
    with pytest.raises(ValueError, match=r"^`y_pred` must be finite\. Received: inf$"):
        decompose([[np.inf], [1.0]], [1.0])
    with pytest.raises(ValueError, match=r"^`f` must be finite\. Received: -inf$"):
        decompose([[0.0], [1.0]], [-np.inf])
