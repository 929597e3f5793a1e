import numpy as np
import pytest

from dlnotes.layers import BatchNormalization, Dense, Layer


class Affine(Layer):
    """The smallest layer with everything: learned a and b, counted n."""

    parameter_names = ("a", "b")
    state_names = ("n",)

    def __init__(self):
        self._learn(a=np.array([2.0, 3.0]), b=np.zeros(2))
        self.n = np.zeros(1)

    def forward(self, x, *, training=False):
        a, b = self._parameters_like(np.asarray(x))
        self._x, self.n = np.asarray(x), self.n + training
        return self._output(a * x + b)

    def backward(self, dy):
        dy = self._upstream(dy)
        self.da, self.db = (dy * self._x).sum(axis=0), dy.sum(axis=0)
        return dy * self.a


def test_parameters_and_gradients_come_in_the_order_of_their_names():
    layer = Affine()
    np.testing.assert_array_equal(layer.parameters, [[2, 3], [0, 0]])
    np.testing.assert_array_equal(layer.gradients, [[0, 0], [0, 0]])
    layer.forward([[5.0, 7.0]], training=True)
    layer.backward([[1.0, 10.0]])
    np.testing.assert_array_equal(layer.gradients, [[5, 70], [1, 10]])
    a, b, n = layer.weights
    assert (a is layer.a, b is layer.b, n is layer.n, n) == (True, True, True, 1)


def test_assigned_arrays_are_copied():
    layer, a, b = Affine(), np.array([1.0, 1.0]), np.array([4, 5])
    layer.parameters = a, b
    a[0] = 9
    np.testing.assert_array_equal(layer.parameters, [[1, 1], [4, 5]])
    assert layer.b.dtype == np.float64
    layer.weights = layer.a, layer.b, np.float32([8])
    assert (layer.n, layer.n.dtype) == (8, np.float32)


@pytest.mark.parametrize(
    ("what", "values", "message"),
    [
        ("parameters", [[1, 2]], "`parameters` must hold 2 arrays (a, b). Received: 1"),
        ("weights", [[1, 2]], "`weights` must hold 3 arrays (a, b, n). Received: 1"),
        ("parameters", [[1, 2], [3]], "`b` must have shape (2,). Received: shape=(1,)"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_changed(what, values, message):
    layer = Affine()
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below
        setattr(layer, what, values)
    assert str(caught.value) == message
    np.testing.assert_array_equal(layer.parameters, [[2, 3], [0, 0]])


def test_a_layer_without_parameters():
    with pytest.raises(ValueError, match=r"^`parameters` must hold 0 arrays\. Received: 1$"):
        Layer().parameters = [1]
    assert (Layer().parameters, Layer().gradients, Layer().weights) == ([], [], [])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_parameters_take_the_dtype_of_the_input(dtype):
    layer = Affine()
    y = layer.forward(np.ones((4, 2), dtype))
    dx = layer.backward(np.ones((4, 2), np.float64))
    assert (y.dtype, layer.da.dtype, layer.a.dtype) == (dtype, dtype, np.float64)
    np.testing.assert_array_equal(dx, np.tile([2, 3], (4, 1)))


@pytest.mark.parametrize(
    ("dy", "error", "message"),
    [
        (np.ones((4, 1)), ValueError, "`dy` must have shape (4, 2). Received: shape=(4, 1)"),
        ([["a"]], TypeError, "`dy` must be real numbers. Received: dtype=<U1"),
    ],
)
def test_upstream_gradient_must_fit_the_output(dy, error, message):
    layer = Affine()
    layer.forward(np.ones((4, 2)))
    with pytest.raises(error) as caught:
        layer.backward(dy)
    assert str(caught.value) == message


def test_backward_needs_a_forward():
    with pytest.raises(RuntimeError) as caught:
        Affine().backward([[1.0, 1.0]])
    assert str(caught.value) == "`backward` must come after `forward`. Received: no forward"


def test_every_layer_is_silent_about_overflow():
    class Loud(Layer):
        def forward(self, x, *, training=False):  # noqa: ARG002 - no mode
            return self._output(np.float64(1e300) * np.asarray(x))

        def backward(self, dy):
            return self._upstream(dy) / 0

    layer = Loud()
    np.testing.assert_array_equal(layer.forward([1e300]), [np.inf])
    np.testing.assert_array_equal(layer.backward([1.0]), [np.inf])
    assert np.isnan(layer.backward([0.0])).all()


def test_only_the_passes_are_made_silent():
    class Half(Layer):
        """Halves."""

        parameter_names = ("W",)

        def forward(self, x, *, training=False):  # noqa: ARG002 - no mode
            return self._output(0.5 * np.asarray(x))

        def half(self):
            return np.float64(1e300) * 1e300

    assert (Half.__doc__, Half.parameter_names) == ("Halves.", ("W",))
    assert Half.backward is Layer.backward
    with pytest.warns(RuntimeWarning, match="overflow"):
        Half().half()


def test_overflow_is_infinity_and_no_warning():
    dense = Dense(2, 1, rng=np.random.default_rng(0))
    dense.W = np.ones((2, 1))
    big = np.float32(3e38)
    assert dense.forward(np.array([[big, big]]))[0, 0] == np.inf
    assert np.isnan(dense.forward([[np.inf, -np.inf]])[0, 0])
    dense.backward([[1e300]])
    bn = BatchNormalization(1, epsilon=0)
    assert np.isnan(bn.forward([[1.0], [1.0]], training=True)).all()


def test_the_base_class_does_nothing():
    for call in (Layer().forward, Layer().backward):
        with pytest.raises(NotImplementedError):
            call([1.0])
