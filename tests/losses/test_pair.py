import math

import numpy as np
import pytest

from dlnotes.losses._pair import as_pair


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(3,), (4, 3), (2, 4, 3)])
def test_labels_take_the_dtype_of_the_predictions(shape, dtype):
    labels, numbers = np.arange(np.prod(shape)).reshape(shape), np.full(shape, 0.1, dtype)
    y_true, y_pred = as_pair(labels, numbers)
    assert (y_true.dtype, y_pred.dtype) == (dtype, dtype)
    np.testing.assert_array_equal(y_true, labels)
    np.testing.assert_array_equal(y_pred, numbers)


def test_integers_count_as_float64():
    y_true, y_pred = as_pair(np.ones(3, np.float32), [True, False, True])
    assert (y_true.dtype, y_pred.dtype) == (np.float64, np.float64)


def test_a_label_too_large_for_float32_is_infinite():
    y_true, _ = as_pair([1e300, -1e300], np.zeros(2, np.float32))
    np.testing.assert_array_equal(y_true, [math.inf, -math.inf])


@pytest.mark.parametrize(
    ("y_true", "y_pred", "error", "message"),
    [
        (1.0, [1.0], ValueError, "`y_true` must have shape (..., D). Received: shape=()"),
        ([1.0], 1.0, ValueError, "`y_pred` must have shape (..., D). Received: shape=()"),
        (
            [1.0, 2.0],
            [[1.0], [2.0]],
            ValueError,
            "`y_pred` must have the shape of `y_true`. "
            "Received: y_true.shape=(2,), y_pred.shape=(2, 1)",
        ),
        ([], [], ValueError, "`y_true` must not be empty. Received: shape=(0,)"),
        ([1.0], [], ValueError, "`y_pred` must not be empty. Received: shape=(0,)"),
        ([math.nan], [1.0], ValueError, "`y_true` must not contain NaN. Received: 1 NaN"),
        ([1.0], [math.nan], ValueError, "`y_pred` must not contain NaN. Received: 1 NaN"),
        ([math.inf], [1.0], ValueError, "`y_true` must be finite. Received: inf"),
        ([1.0], [-math.inf], ValueError, "`y_pred` must be finite. Received: -inf"),
        (["a"], [1.0], TypeError, "`y_true` must be real numbers. Received: dtype=<U1"),
        ([1.0], [1j], TypeError, "`y_pred` must be real numbers. Received: dtype=complex128"),
    ],
)
def test_errors(y_true, y_pred, error, message):
    with pytest.raises(error) as caught:
        as_pair(y_true, y_pred)
    assert str(caught.value) == message
