import numpy as np
import pytest

from dlnotes.gradient_check import gradient_check
from dlnotes.layers import ReLU


def test_positive_numbers_pass_and_the_others_become_zero():
    x = [[-np.inf, -1e-300, -0.0], [0.0, 1e-300, np.inf]]
    np.testing.assert_array_equal(
        ReLU().forward(x, training=True), [[0, 0, 0], [0, 1e-300, np.inf]]
    )


def test_gradient_passes_where_the_input_was_positive():
    relu = ReLU()
    relu.forward([[-1.0, 0.0, 2.0]])
    np.testing.assert_array_equal(relu.backward([[5.0, 6.0, 7.0]]), [[0, 0, 7]])


def test_gradient_equals_finite_differences_away_from_the_kink():
    rng = np.random.default_rng(2)
    x = rng.choice([-1, 1], size=(3, 4, 2)) * rng.uniform(0.1, 2, size=(3, 4, 2))
    gradient_check(ReLU(), x, rng=rng)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float_type_is_kept(dtype):
    relu = ReLU()
    y = relu.forward(np.array([-1.0, 2.0], dtype=dtype))
    assert (y.dtype, relu.backward(y).dtype) == (dtype, dtype)


def test_nan_in_gives_nan_out():
    np.testing.assert_array_equal(ReLU().forward([np.nan, 1.0]), [np.nan, 1.0])


def test_upstream_gradient_of_another_shape_is_refused():
    relu = ReLU()
    relu.forward(np.ones((4, 3)))
    message = r"^`dy` must have the output's shape \(4, 3\)\. Received: \(4, 1\)$"
    with pytest.raises(ValueError, match=message):
        relu.backward(np.ones((4, 1)))


def test_backward_needs_a_forward():
    message = r"^`backward` must come after `forward`\. Received: no forward$"
    with pytest.raises(RuntimeError, match=message):
        ReLU().backward(np.ones((4, 2)))
