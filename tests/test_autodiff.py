import importlib.util
import os
import subprocess
import sys

import numpy as np
import pytest

from dlnotes.autodiff import vjp

keras = pytest.importorskip("keras")
ops = keras.ops

SCRIPT = """
import numpy as np
from dlnotes.autodiff import vjp
from keras import ops

rng = np.random.default_rng(0)
x, w, dy = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=(4, 2))

def f(x, w, unused):
    return ops.tanh(x @ w)

dx, dw, dunused = vjp(f, dy, x, w, 1.0)
slope = dy * (1 - np.tanh(x @ w) ** 2)
np.testing.assert_allclose(dx, slope @ w.T, rtol=1e-12)
np.testing.assert_allclose(dw, x.T @ slope, rtol=1e-12)
np.testing.assert_array_equal(dunused, 0)
[d32] = vjp(ops.tanh, np.ones(3, "float32"), np.zeros(3, "float32"))
assert d32.dtype == np.float32, d32.dtype
"""


def run(backend, script):
    return subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


needs_gradients = pytest.mark.skipif(
    keras.backend.backend() not in ("jax", "tensorflow", "torch"),
    reason="this Keras backend does not differentiate",
)


@needs_gradients
def test_every_op_keeps_float64():
    x, dy = np.array([0.3, -1.2, 2.5]), np.array([1.0, -2.0, 0.5])
    [dx] = vjp(lambda x: ops.exp(ops.sqrt(ops.square(x))) / ops.mean(x), dy, x)
    y, m = np.exp(np.abs(x)), x.mean()
    by_hand = dy * y * np.sign(x) / m - np.sum(dy * y) / m**2 / 3
    assert dx.dtype == np.float64
    np.testing.assert_allclose(dx, by_hand, rtol=1e-13)


@needs_gradients
def test_outside_the_call_keras_stays_in_float32():
    before = keras.backend.result_type("float64", float)  # float64 in old versions of Keras
    vjp(ops.tanh, 1.0, 0.5)
    with pytest.raises(ZeroDivisionError):
        vjp(lambda x: x / (1 // 0), 1.0, 0.5)
    assert keras.backend.result_type("float32", float) == "float32"
    assert keras.backend.result_type("float64", float) == before
    if keras.backend.backend() == "jax":
        assert ops.convert_to_tensor(np.ones(2)).dtype == np.float32


@needs_gradients
def test_integers_become_float64():
    [dx] = vjp(lambda x: x**3, 1, 2)
    assert dx == pytest.approx(12, rel=1e-14)
    assert dx.dtype == np.float64


@needs_gradients
def test_argument_that_is_not_used_has_gradient_zero():
    _, unused = vjp(lambda x, _: 2 * x, [1.0, 1.0], [1.0, 2.0], [[3.0]])
    np.testing.assert_array_equal(unused, [[0.0]])


@needs_gradients
def test_upstream_gradient_must_fit():
    message = r"^`dy` must have the shape of f's output \(2,\)\. Received: \(\)$"
    with pytest.raises(ValueError, match=message):
        vjp(lambda x: 2 * x, 1.0, [1.0, 2.0])


@needs_gradients
def test_loss_of_precision_is_refused():
    message = r"^`f` must return float64, as its arguments are\. Received: .*float32\b"
    with pytest.raises(TypeError, match=message):
        vjp(lambda x: ops.cast(x, "float32"), 1.0, 0.5)


def test_backend_without_gradients_is_refused(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "numpy")
    message = r"^the Keras backend must be one of jax, tensorflow, torch\. Received: numpy$"
    with pytest.raises(RuntimeError, match=message):
        vjp(ops.tanh, 1.0, 0.5)


@pytest.mark.parametrize("backend", ["jax", "tensorflow", "torch"])
def test_backends_agree_with_the_closed_form(backend):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    result = run(backend, SCRIPT)
    assert result.returncode == 0, result.stderr


def test_importing_the_module_does_not_import_keras():
    result = run("jax", "import sys, dlnotes.autodiff; sys.exit('keras' in sys.modules)")
    assert result.returncode == 0
