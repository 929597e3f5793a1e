import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlnotes.gradient_check import numerical_gradient
from dlnotes.losses.absolute_error import mean_absolute_error, mean_absolute_error_gradient

numbers = st.floats(-1e3, 1e3)


def test_worked_example():
    y_true, y_pred = [[0, 0], [1, 2]], [[3, 4], [1, 0]]
    np.testing.assert_array_equal(mean_absolute_error(y_true, y_pred), [3.5, 1])
    np.testing.assert_array_equal(
        mean_absolute_error_gradient(y_true, y_pred), [[0.5, 0.5], [0, -0.5]]
    )


def test_the_last_axis_is_averaged_whatever_the_shape():
    assert mean_absolute_error([1, 2, 3], [2, 2, 5]) == 1
    assert mean_absolute_error(np.zeros((2, 4, 3)), np.ones((2, 4, 3))).shape == (2, 4)
    np.testing.assert_allclose(
        mean_absolute_error_gradient([1, 2, 3], [2, 2, 5]), [1 / 3, 0, 1 / 3], rtol=1e-15
    )


@given(y=arrays(np.float64, (2, 3), elements=numbers), shift=numbers)
def test_a_shift_costs_its_size(y, shift):
    np.testing.assert_allclose(
        mean_absolute_error(y, y + shift), np.full(2, abs(shift)), rtol=1e-9, atol=1e-9
    )
    assert (mean_absolute_error(y, y) == 0).all()


@given(pair=arrays(np.float64, (2, 2, 3), elements=numbers))
def test_symmetric_and_never_negative(pair):
    loss = mean_absolute_error(*pair)
    assert (loss >= 0).all()
    np.testing.assert_array_equal(loss, mean_absolute_error(*pair[::-1]))


@pytest.mark.parametrize("shape", [(1,), (5, 1), (4, 3), (2, 2, 3)])
def test_gradient(shape):
    rng = np.random.default_rng(0)
    y_true, y_pred, dy = rng.normal(size=shape), rng.normal(size=shape), rng.normal(size=shape[:-1])
    [expected] = numerical_gradient(lambda y: mean_absolute_error(y_true, y), dy, y_pred)
    gradient = dy[..., np.newaxis] * mean_absolute_error_gradient(y_true, y_pred)
    np.testing.assert_allclose(gradient, expected, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("label_dtype", [np.float32, np.float64, np.int64])
def test_results_have_the_dtype_of_the_prediction(label_dtype, dtype):
    y_true, y_pred = np.ones((2, 3), label_dtype), np.zeros((2, 3), dtype)
    assert mean_absolute_error(y_true, y_pred).dtype == dtype
    assert mean_absolute_error_gradient(y_true, y_pred).dtype == dtype


def test_what_is_too_large_is_infinite_without_a_warning():
    np.testing.assert_array_equal(mean_absolute_error([[1e308]], [[-1e308]]), [np.inf])
    np.testing.assert_array_equal(mean_absolute_error([[1e308, 1e308]], [[0, 0]]), [np.inf])
    np.testing.assert_array_equal(mean_absolute_error_gradient([[1e308]], [[-1e308]]), [[-1]])


def test_no_slope_where_the_prediction_is_right():
    np.testing.assert_array_equal(mean_absolute_error_gradient([1.0, 2.0], [1.0, 2.0]), [0, 0])


def test_the_callers_arrays_stay():
    y_true, y_pred = np.array([[1.0, 2.0]]), np.array([[3.0, 5.0]])
    gradient = mean_absolute_error_gradient(y_true, y_pred)
    mean_absolute_error(y_true, y_pred)
    gradient += 1
    np.testing.assert_array_equal(y_true, [[1, 2]])
    np.testing.assert_array_equal(y_pred, [[3, 5]])


@pytest.mark.parametrize("function", [mean_absolute_error, mean_absolute_error_gradient])
def test_shapes_that_would_broadcast_are_refused(function):
    with pytest.raises(ValueError, match="shape") as caught:
        function([1.0, 2.0], [[1.0], [2.0]])
    assert str(caught.value) == (
        "`y_pred` must have the shape of `y_true`. Received: y_true.shape=(2,), y_pred.shape=(2, 1)"
    )
