import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlnotes.attention import attention, attention_gradients, attention_weights
from dlnotes.gradient_check import numerical_gradient

# N, T_q, T_k, D, D_v
SIZES = [(2, 3, 4, 5, 2), (1, 1, 1, 1, 1), (1, 2, 6, 1, 3), (3, 5, 1, 2, 2)]


@pytest.fixture
def rng():
    return np.random.default_rng(6)


def random_inputs(rng, sizes):
    n, t_q, t_k, d, d_v = sizes
    return tuple(rng.normal(size=s) for s in [(n, t_q, d), (n, t_k, d), (n, t_k, d_v)])


def test_worked_example():
    """The scores 4 log(3) / sqrt(4) = 2 log(3) and 0 have the weights 9/10 and 1/10."""
    q, k = [[[0, 4, 0, 0]]], [[[0, math.log(3), 5, 0], [7, 0, 0, 0]]]
    np.testing.assert_allclose(attention_weights(q, k), [[[0.9, 0.1]]], rtol=1e-14)
    np.testing.assert_allclose(attention(q, k, [[[10], [20]]]), [[[11]]], rtol=1e-14)


@pytest.mark.parametrize("sizes", SIZES)
def test_is_a_mean_weighted_by_how_well_keys_match(rng, sizes):
    q, k, v = random_inputs(rng, sizes)
    y, weights = attention(q, k, v), attention_weights(q, k)
    for n, t in np.ndindex(sizes[:2]):
        e = np.array([math.exp(q[n, t] @ key / math.sqrt(sizes[3])) for key in k[n]])
        np.testing.assert_allclose(weights[n, t], e / e.sum(), rtol=1e-13)
        np.testing.assert_allclose(y[n, t], (e / e.sum()) @ v[n], rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("sizes", SIZES)
def test_gradients_equal_finite_differences(rng, sizes):
    inputs = random_inputs(rng, sizes)
    dy = rng.normal(size=(*sizes[:2], sizes[4]))
    expected = numerical_gradient(attention, dy, *inputs)
    for got, wanted in zip(attention_gradients(*inputs, dy), expected, strict=True):
        np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-8)


def test_gradient_does_not_depend_on_distance(rng):
    """Whichever of 1000 places the key that matches has, its value gets the same gradient."""
    q, k, v = np.ones((1, 1, 4)), np.zeros((1, 1000, 4)), rng.normal(size=(1, 1000, 2))
    shares = []
    for place in (0, 1, 500, 999):
        matching = k.copy()
        matching[0, place] = 3
        shares.append(attention_gradients(q, matching, v, [[[1.0, 1.0]]])[2][0, place, 0])
    expected = math.exp(6) / (math.exp(6) + 999)
    np.testing.assert_allclose(shares, expected, rtol=1e-13)


@given(seed=st.integers(0, 1000), t_q=st.integers(1, 4), t_k=st.integers(1, 5))
@settings(max_examples=30)
def test_laws(seed, t_q, t_k):
    rng = np.random.default_rng(seed)
    q, k, v = random_inputs(rng, (2, t_q, t_k, 3, 2))
    weights, y, order = attention_weights(q, k), attention(q, k, v), rng.permutation(t_k)
    np.testing.assert_allclose(weights.sum(axis=-1), 1, rtol=1e-14)
    # A mean lies between the smallest and the largest value,
    assert (y <= v.max(axis=1, keepdims=True) + 1e-12).all()
    assert (y >= v.min(axis=1, keepdims=True) - 1e-12).all()
    # does not depend on the order of the keys,
    np.testing.assert_allclose(attention(q, k[:, order], v[:, order]), y, atol=1e-13)
    # and not on anything added to all keys.
    np.testing.assert_allclose(attention(q, k + rng.normal(size=3), v), y, atol=1e-12)


def test_large_scores_pick_one_key():
    q, k = np.full((1, 1, 4), 1e4), np.array([[[1e4] * 4, [-1e4] * 4, [0.0] * 4]])
    np.testing.assert_array_equal(attention_weights(q, k), [[[1, 0, 0]]])
    dq, dk, dv = attention_gradients(q, k, np.ones((1, 3, 1)), [[[1.0]]])
    np.testing.assert_array_equal(dv.ravel(), [1, 0, 0])
    assert not dq.any()
    assert not dk.any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float_type_is_kept(rng, dtype):
    inputs = [a.astype(dtype) for a in random_inputs(rng, SIZES[0])]
    y = attention(*inputs)
    results = [y, attention_weights(*inputs[:2]), *attention_gradients(*inputs, y)]
    assert {a.dtype for a in results} == {np.dtype(dtype)}
    assert [a.shape for a in results[2:]] == [a.shape for a in inputs]


def test_integers_become_float64():
    assert attention([[[1]]], [[[2]]], [[[3]]]).dtype == np.float64


def test_callers_arrays_stay_as_they_are(rng):
    inputs = random_inputs(rng, SIZES[0])
    copies = [a.copy() for a in inputs]
    attention_gradients(*inputs, attention(*inputs))
    for now, before in zip(inputs, copies, strict=True):
        np.testing.assert_array_equal(now, before)


def test_nan_and_infinity_in_the_upstream_gradient_come_out_without_a_warning():
    k = v = np.ones((1, 2, 1))
    for bad in (np.nan, np.inf, 1.7e308):
        dq, _, dv = attention_gradients([[[1.0]]], k, v * 4e1, [[[bad]]])
        assert not np.isfinite(dq).any()
        assert np.isfinite(dv).all() == np.isfinite(bad)


Q, K, V, DY = np.ones((2, 3, 4)), np.ones((2, 5, 4)), np.ones((2, 5, 6)), np.ones((2, 3, 6))


@pytest.mark.parametrize(
    ("q", "k", "v", "dy", "error", "message"),
    [
        (Q[0], K, V, DY, ValueError, "`q` must have shape (N, T_q, D). Received: shape=(3, 4)"),
        (Q, K[0], V, DY, ValueError, "`k` must have shape (2, T_k, 4). Received: shape=(5, 4)"),
        (Q, K[:1], V, DY, ValueError, "`k` must have shape (2, T_k, 4). Received: shape=(1, 5, 4)"),
        (Q, V, V, DY, ValueError, "`k` must have shape (2, T_k, 4). Received: shape=(2, 5, 6)"),
        (Q, K, Q, DY, ValueError, "`v` must have shape (2, 5, D_v). Received: shape=(2, 3, 4)"),
        (Q, K, V, Q, ValueError, "`dy` must have shape (2, 3, 6). Received: shape=(2, 3, 4)"),
        (Q[:0], K, V, DY, ValueError, "`q` must not be empty. Received: shape=(0, 3, 4)"),
        (Q, K[:, :0], V, DY, ValueError, "`k` must not be empty. Received: shape=(2, 0, 4)"),
        (np.nan * Q, K, V, DY, ValueError, "`q` must not contain NaN. Received: 24 NaN"),
        (np.inf * Q, K, V, DY, ValueError, "`q` must be finite. Received: inf"),
        (Q, np.inf * K, V, DY, ValueError, "`k` must be finite. Received: inf"),
        (Q, K, np.inf * V, DY, ValueError, "`v` must be finite. Received: inf"),
        (1e200 * Q, 1e200 * K, V, DY, ValueError, "`logits` must be finite. Received: inf"),
        (Q, K, V, 1j * DY, TypeError, "`dy` must be real numbers. Received: dtype=complex128"),
    ],
)
def test_what_does_not_fit_is_refused(q, k, v, dy, error, message):
    with pytest.raises(error) as caught:
        attention_gradients(q, k, v, dy)
    assert str(caught.value) == message
    if "dy" not in message:
        with pytest.raises(error) as caught:
            attention(q, k, v)
        assert str(caught.value) == message
    if message[1] in "qkl":
        with pytest.raises(error) as caught:
            attention_weights(q, k)
        assert str(caught.value) == message
