import numpy as np
import pytest

from dlnotes.gradient_check import gradient_check
from dlnotes.layers import Activation, BatchNormalization, Dense
from dlnotes.layers.layer import Layer
from dlnotes.sequential import Sequential


class Times(Layer):
    """Multiplies by a learned number; notes in which mode it ran."""

    parameter_names = ("a",)
    state_names = ("calls",)

    def __init__(self, a):
        self._learn(a=np.array(float(a)))
        self.calls = np.array(0.0)
        self.modes = []

    def forward(self, x, *, training=False):
        self.x = np.asarray(x, np.float64)
        self.modes.append(training)
        self.calls = self.calls + 1
        return self._output(self.a * self.x)

    def backward(self, dy):
        dy = self._upstream(dy)
        self.da = (dy * self.x).sum()
        return self.a * dy


class Plus(Layer):
    def forward(self, x, *, training=False):  # noqa: ARG002 - no mode
        return self._output(x + 1)

    def backward(self, dy):
        return self._upstream(dy)


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def deep(rng):
    return Sequential(
        [
            Dense(3, 4, rng=rng),
            BatchNormalization(4),
            Activation("tanh"),
            Sequential([Dense(4, 5, rng=rng), Activation("relu")]),
            Dense(5, 2, rng=rng),
        ]
    )


def test_layers_come_one_after_the_other():
    model = Sequential([Times(2), Plus(), Times(5)])
    assert model.forward([1.0, 3.0]).tolist() == [15, 35]
    assert model.backward([1.0, 10.0]).tolist() == [10, 100]
    # The last factor meets 3 and 7; the first 1 and 3, with upstream gradients times 5.
    assert [float(g) for g in model.gradients] == [5 + 150, 3 + 70]


def test_one_layer_is_enough():
    model = Sequential((Times(2),))
    assert model.forward([4.0]).tolist() == [8]
    assert isinstance(model.layers, list)


@pytest.mark.parametrize("training", [True, False])
def test_gradients_by_finite_differences(rng, training):
    gradient_check(deep(rng), rng.normal(size=(6, 3)), rng=rng, training=training)


def test_the_mode_reaches_every_layer():
    inner, outer = Times(1), Times(1)
    model = Sequential([outer, Sequential([inner])])
    model.forward([1.0])
    model.forward([1.0], training=True)
    model.forward([1.0], training=False)
    assert inner.modes == outer.modes == [False, True, False]


def test_order_of_parameters_and_weights(rng):
    model = deep(rng)
    dense, normalization, _, (inner, _), last = (getattr(m, "layers", m) for m in model.layers)
    dense.b, inner.b, last.b = dense.b + 1, inner.b + 2, last.b + 3
    expected = [dense.W, dense.b, normalization.gamma, normalization.beta, inner.W, inner.b]
    for mine, theirs in zip(model.parameters, [*expected, last.W, last.b], strict=True):
        assert mine is theirs
    expected[4:4] = [normalization.moving_mean, normalization.moving_variance]
    for mine, theirs in zip(model.weights, [*expected, last.W, last.b], strict=True):
        assert mine is theirs
    model.forward(rng.normal(size=(4, 3)), training=True)
    model.backward(rng.normal(size=(4, 2)))
    expected = [dense.dW, dense.db, normalization.dgamma, normalization.dbeta, inner.dW, inner.db]
    for mine, theirs in zip(model.gradients, [*expected, last.dW, last.db], strict=True):
        assert mine is theirs


def test_weights_of_one_fit_another(rng):
    one, two = deep(rng), deep(rng)
    x = rng.normal(size=(6, 3))
    one.forward(x, training=True)
    two.weights = one.weights
    np.testing.assert_array_equal(two.forward(x), one.forward(x))
    two.parameters = [2 * p for p in one.parameters]
    np.testing.assert_array_equal(two.parameters[-1], 2 * one.parameters[-1])
    np.testing.assert_array_equal(two.layers[1].moving_mean, one.layers[1].moving_mean)


@pytest.mark.parametrize("what", ["parameters", "weights"])
def test_arrays_of_the_caller_are_not_kept(rng, what):
    model = deep(rng)
    values = [np.ones_like(a) for a in getattr(model, what)]
    setattr(model, what, values)
    values[0][:] = 99
    assert (getattr(model, what)[0] == 1).all()


@pytest.mark.parametrize("what", ["parameters", "weights"])
def test_wrong_arrays_change_nothing(what):
    model = Sequential([Times(1), Sequential([Times(2)]), Times(3)])
    n = len(getattr(model, what))
    bad = [
        ([], ValueError, f"`{what}` must hold {n} arrays. Received: 0"),
        ([9.0] * (n + 1), ValueError, f"`{what}` must hold {n} arrays. Received: {n + 1}"),
        (
            [9.0] * (n - 1) + [[9.0]],
            ValueError,
            f"`{what}[{n - 1}]` must have shape (). Received: shape=(1,)",
        ),
        (
            [9.0] * (n - 1) + ["9"],
            TypeError,
            f"`{what}[{n - 1}]` must be real numbers. Received: dtype=<U1",
        ),
    ]
    for values, error, message in bad:
        with pytest.raises(error) as caught:
            setattr(model, what, values)
        assert str(caught.value) == message
        assert [float(p) for p in model.parameters] == [1, 2, 3]
        assert [float(layer.calls) for layer in (model.layers[0], model.layers[2])] == [0, 0]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype_is_kept(rng, dtype):
    model = deep(rng)
    y = model.forward(rng.normal(size=(4, 3)).astype(dtype), training=True)
    assert {y.dtype, model.backward(y).dtype} == {np.dtype(dtype)}
    assert model.forward([[1, 2, 3]]).dtype == np.float64


def test_input_and_upstream_gradient_stay_as_they_are(rng):
    model = deep(rng)
    x, dy = rng.normal(size=(4, 3)), rng.normal(size=(4, 2))
    copies = x.copy(), dy.copy()
    model.forward(x, training=True)
    model.backward(dy)
    np.testing.assert_array_equal(x, copies[0])
    np.testing.assert_array_equal(dy, copies[1])


def test_errors_of_layers_come_through(rng):
    model = deep(rng)
    with pytest.raises(RuntimeError, match="backward") as caught:
        model.backward(np.ones((4, 2)))
    assert str(caught.value) == "`backward` must come after `forward`. Received: no forward"
    with pytest.raises(ValueError, match="shape") as caught:
        model.forward(np.ones((4, 2)))
    assert str(caught.value) == "`x` must have shape (N, ..., 3). Received: shape=(4, 2)"


def test_there_must_be_layers():
    with pytest.raises(ValueError, match="layers") as caught:
        Sequential([])
    assert str(caught.value) == "`layers` must hold at least one layer. Received: none"


def test_layers_must_be_layers():
    with pytest.raises(TypeError, match="layers") as caught:
        Sequential([Plus(), 3])
    assert str(caught.value) == "`layers[1]` must be a layer. Received: 3"


def test_no_layer_twice():
    plus = Plus()
    with pytest.raises(ValueError, match="layers") as caught:
        Sequential([plus, Times(1), plus])
    assert str(caught.value) == "`layers` must differ. Received: the same Plus twice"


def test_a_change_of_the_list_changes_no_model():
    layers = [Plus(), Plus()]
    model = Sequential(layers)
    layers.pop()
    assert len(model.layers) == 2
