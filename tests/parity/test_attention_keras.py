"""Dot-product attention against Keras."""

import math

import pytest

from dlnotes.attention import attention, attention_gradients
from dlnotes.autodiff import vjp

keras = pytest.importorskip("keras")
if keras.backend.backend() not in ("jax", "tensorflow", "torch"):
    pytest.skip("this Keras backend does not differentiate", allow_module_level=True)


def keras_s(q, k, v):
    """Keras's layer leaves it to the caller to divide by the root of D."""
    layer = keras.layers.Attention(score_mode="dot", dtype=keras.backend.standardize_dtype(q.dtype))
    return layer([q / math.sqrt(q.shape[-1]), v, k])


@pytest.mark.parametrize("sizes", [(2, 3, 4, 5), (3, 6, 2, 8)])
def test_output_and_gradients(rng, dtype, assert_agree, keras_value, sizes):
    n, t_q, t_k, d = sizes
    q, k, v = (rng.normal(size=s).astype(dtype) for s in [(n, t_q, d), (n, t_k, d), (n, t_k, d)])
    y = attention(q, k, v)
    assert_agree(y, keras_value(keras_s, y.shape, dtype, q, k, v), dtype)
    dy = rng.normal(size=y.shape).astype(dtype)
    gradients = attention_gradients(q, k, v, dy)
    for mine, theirs in zip(gradients, vjp(keras_s, dy, q, k, v), strict=True):
        assert_agree(mine, theirs, dtype)
