"""How our layers are compared with those of Keras."""

import numpy as np
import pytest

TOLERANCE = {"float32": 1e-5, "float64": 1e-12}


@pytest.fixture(params=["float32", "float64"])
def dtype(request):
    return request.param


@pytest.fixture(params=[0, 1, 2])
def rng(request):
    return np.random.default_rng(request.param)


@pytest.fixture
def keras_value():
    """Run a function inside ``vjp``, where float64 is float64 on every backend.

    The gradient of the sum of ``s * f(x)`` with respect to ``s`` is ``f(x)``.
    """
    from dlnotes.autodiff import vjp

    def value(f, shape, dtype, *arguments):
        ones = np.ones(shape, dtype)
        return vjp(lambda s, *arguments: s * f(*arguments), ones, ones, *arguments)[0]

    return value


@pytest.fixture
def assert_agree():
    """Allow rounding as numbers of the size of the largest one have it."""

    def check(ours, theirs, dtype):
        assert (ours.shape, ours.dtype, theirs.dtype) == (theirs.shape, dtype, dtype)
        scale = max(1.0, np.abs(theirs).max(initial=0))
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=TOLERANCE[str(dtype)] * scale)

    return check


@pytest.fixture
def same_as_keras(assert_agree, keras_value):
    """Compare a layer with one of Keras that gets its weights: output and every gradient.

    ``same(ours, theirs, x, rng=rng)`` builds ``theirs``, a Keras layer made with ``dtype`` as that
    of ``x``, for the shape of ``x``; checks that its weights have the shapes of ``ours.weights``;
    and compares the output, ``dx`` and the gradient of each parameter for a random upstream
    gradient, by autodiff. Integers ``x`` have no gradient. ``call`` replaces how Keras's layer is
    called, ``call(theirs, weights, counted, x)``.
    """
    import keras

    from dlnotes.autodiff import vjp

    if keras.backend.backend() not in ("jax", "tensorflow", "torch"):
        pytest.skip("this Keras backend does not differentiate")

    def same(ours, theirs, x, *, rng, training=False, call=None):
        dtype = str(x.dtype) if x.dtype.kind == "f" else str(ours.weights[0].dtype)
        if not theirs.built:
            theirs.build((None, *x.shape[1:]))
        n_learned = len(ours.parameter_names)
        weights = [w.astype(dtype) for w in ours.weights]
        assert [w.shape for w in weights] == [
            tuple(w.shape) for w in theirs.weights[: len(weights)]
        ]
        learned, counted = weights[:n_learned], weights[n_learned:]

        def keras_s(weights, counted, x):
            if call is not None:
                return call(theirs, weights, counted, x)
            return theirs.stateless_call(weights, counted, x, training=training)[0]

        inputs = [x] if x.dtype.kind == "f" else []

        def forward(*arguments):
            batch, weights = (arguments[0], arguments[1:]) if inputs else (x, arguments)
            return keras_s(list(weights), counted, batch)

        y = ours.forward(x, training=training)
        assert_agree(y, keras_value(forward, y.shape, dtype, *inputs, *learned), dtype)
        dy = rng.normal(size=y.shape).astype(dtype)
        dx = ours.backward(dy)
        gradients = [dx, *ours.gradients] if inputs else ours.gradients
        for mine, autodiff_s in zip(gradients, vjp(forward, dy, *inputs, *learned), strict=True):
            assert_agree(mine, autodiff_s, dtype)

    return same
