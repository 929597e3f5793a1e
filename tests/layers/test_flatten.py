import numpy as np
import pytest

from dlnotes.gradient_check import gradient_check
from dlnotes.layers.flatten import Flatten


def test_numbers_of_an_example_side_by_side():
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    y = Flatten().forward(x)
    assert y.shape == (2, 60)
    for n, i, j, c in np.ndindex(x.shape):
        assert y[n, (i * 4 + j) * 5 + c] == x[n, i, j, c]


@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (3, 4), (3,), (0, 2, 2), (2, 0, 3)])
def test_backward_gives_everything_back(shape):
    layer, x = Flatten(), np.random.default_rng(0).normal(size=shape)
    y = layer.forward(x)
    assert y.shape == (shape[0], int(np.prod(shape[1:])))
    np.testing.assert_array_equal(layer.backward(y), x)


def test_gradients():
    rng = np.random.default_rng(0)
    gradient_check(Flatten(), rng.normal(size=(2, 3, 2, 2)), rng=rng)


def test_results_are_new_arrays():
    layer, x, dy = Flatten(), np.ones((2, 3, 1)), np.ones((2, 3))
    y, dx = layer.forward(x), layer.backward(dy)
    y[:], dx[:] = 7, 8
    np.testing.assert_array_equal(x, np.ones((2, 3, 1)))
    np.testing.assert_array_equal(dy, np.ones((2, 3)))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_float_type_is_kept(dtype):
    layer = Flatten()
    y = layer.forward(np.ones((2, 3, 2), dtype), training=True)
    assert y.dtype == layer.backward(np.ones((2, 6))).dtype == dtype


def test_integers_become_float64():
    assert Flatten().forward([[[1], [2]]]).dtype == np.float64


def test_bad_input():
    layer = Flatten()
    with pytest.raises(ValueError, match="x") as caught:
        layer.forward(3.0)
    assert str(caught.value) == "`x` must have shape (N, ...). Received: shape=()"
    with pytest.raises(RuntimeError) as caught:
        layer.backward([[1.0]])
    assert str(caught.value) == "`backward` must come after `forward`. Received: no forward"
    layer.forward(np.ones((2, 3, 1)))
    with pytest.raises(ValueError, match="dy") as caught:
        layer.backward(np.ones((2, 3, 1)))
    assert str(caught.value) == "`dy` must have shape (2, 3). Received: shape=(2, 3, 1)"
