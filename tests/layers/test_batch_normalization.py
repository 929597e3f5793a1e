import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlnotes.gradient_check import gradient_check
from dlnotes.layers import BatchNormalization

SHAPES = [(5, 3), (2, 3), (4, 6, 3), (2, 4, 5, 3)]


@pytest.fixture
def rng():
    return np.random.default_rng(11)


def random_layer(features, rng, **settings):
    bn = BatchNormalization(features, **settings)
    bn.gamma, bn.beta = rng.normal(size=features), rng.normal(size=features)
    bn.moving_mean, bn.moving_variance = rng.normal(size=features), rng.uniform(1, 3, features)
    return bn


def test_worked_example():
    bn = BatchNormalization(1, epsilon=0, momentum=0.75)
    bn.gamma, bn.beta = np.array([10.0]), np.array([1.0])
    y = bn.forward([[2.0], [4.0], [4.0], [6.0]], training=True)  # mean 4, biased variance 2
    np.testing.assert_allclose(y.ravel(), 1 + 10 * np.array([-1, 0, 0, 1]) * np.sqrt(2), rtol=1e-15)
    np.testing.assert_allclose(bn.moving_mean, 0.75 * 0 + 0.25 * 4, rtol=1e-15)
    np.testing.assert_allclose(bn.moving_variance, 0.75 * 1 + 0.25 * 2, rtol=1e-15)
    np.testing.assert_allclose(bn.forward([[1.0]]), 1.0, rtol=1e-15)
    np.testing.assert_allclose(bn.forward([[2.0]]), 1 + 10 / np.sqrt(1.25), rtol=1e-15)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("epsilon", [0.0, 1e-3, 1.0])
def test_training_output_has_mean_0_and_almost_variance_1(rng, shape, epsilon):
    x = 100 + 7 * rng.normal(size=shape)
    axes = tuple(range(x.ndim - 1))
    y = BatchNormalization(3, epsilon=epsilon).forward(x, training=True)
    variance = x.var(axis=axes)
    np.testing.assert_allclose(y.mean(axis=axes), 0, atol=1e-13)
    np.testing.assert_allclose(y.var(axis=axes), variance / (variance + epsilon), rtol=1e-12)


def test_scale_and_shift_set_deviation_and_mean(rng):
    bn = random_layer(3, rng, epsilon=0)
    y = bn.forward(rng.normal(size=(50, 3)), training=True)
    np.testing.assert_allclose(y.mean(axis=0), bn.beta, rtol=1e-12)
    np.testing.assert_allclose(y.std(axis=0), np.abs(bn.gamma), rtol=1e-12)


def test_pixels_count_as_examples(rng):
    x = rng.normal(size=(2, 4, 5, 3))
    image, rows = (BatchNormalization(3) for _ in range(2))
    np.testing.assert_allclose(
        image.forward(x, training=True).reshape(-1, 3),
        rows.forward(x.reshape(-1, 3), training=True),
        rtol=1e-12,
    )
    np.testing.assert_allclose(image.moving_variance, rows.moving_variance, rtol=1e-12)


def test_moving_averages_of_one_batch_again_and_again(rng):
    bn, x = BatchNormalization(3, momentum=0.9), rng.normal(2, 3, size=(20, 3))
    for _ in range(30):
        bn.forward(x, training=True)
    old = 0.9**30
    np.testing.assert_allclose(bn.moving_mean, (1 - old) * x.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(bn.moving_variance, old + (1 - old) * x.var(axis=0), rtol=1e-12)


def test_inference_uses_the_moving_averages_and_leaves_them(rng):
    bn, x = random_layer(3, rng), rng.normal(size=(6, 3))
    before = bn.moving_mean.copy(), bn.moving_variance.copy()
    y = bn.forward(x)
    by_hand = bn.gamma * (x - before[0]) / np.sqrt(before[1] + 1e-3) + bn.beta
    np.testing.assert_allclose(y, by_hand, rtol=1e-12)
    np.testing.assert_array_equal(bn.moving_mean, before[0])
    np.testing.assert_array_equal(bn.moving_variance, before[1])
    one_by_one = [bn.forward(row[None])[0] for row in x]
    np.testing.assert_array_equal(y, one_by_one)


@pytest.mark.parametrize("x", [[[7.0, -5.0]], [[3.0, 4.0], [3.0, 4.0]]])
def test_nothing_to_compare_with_gives_the_shift(x):
    bn = BatchNormalization(2)
    bn.gamma, bn.beta = np.array([3.0, 4.0]), np.array([0.5, -0.5])
    np.testing.assert_array_equal(bn.forward(x, training=True), [bn.beta] * len(x))
    np.testing.assert_array_equal(bn.backward(np.ones_like(x)), np.zeros_like(x))


@given(
    x=arrays(np.float64, (7, 2), elements=st.floats(-1e3, 1e3), unique=True),
    scale=st.floats(1e-3, 1e3),
    shift=st.floats(-1e3, 1e3),
)
def test_scale_and_shift_of_the_input_make_no_difference(x, scale, shift):
    x = np.round(x, 3) + np.arange(7)[:, None] * 1e-2  # no feature with hardly any variance
    if x.std(axis=0).min() < 1e-2:
        x += np.arange(7)[:, None]
    plain = BatchNormalization(2, epsilon=0).forward(x, training=True)
    changed = BatchNormalization(2, epsilon=0).forward(scale * x + shift, training=True)
    rounding = 1e-15 * (np.abs(x).max() * scale + abs(shift)) / (scale * x.std(axis=0).min())
    np.testing.assert_allclose(changed, plain, atol=1e-12 + 50 * rounding)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("training", [True, False])
def test_gradients_equal_finite_differences(rng, shape, training):
    gradient_check(random_layer(3, rng), rng.normal(size=shape), rng=rng, training=training)


def test_gradient_is_orthogonal_to_what_the_layer_ignores(rng):
    bn, x = random_layer(3, rng, epsilon=0), rng.normal(size=(8, 3))
    bn.forward(x, training=True)
    dx = bn.backward(rng.normal(size=(8, 3)))
    np.testing.assert_allclose(dx.sum(axis=0), 0, atol=1e-13)
    np.testing.assert_allclose((dx * x).sum(axis=0), 0, atol=1e-13)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float_type_is_kept(rng, dtype, training):
    bn = BatchNormalization(3)
    for name in ("gamma", "beta", "moving_mean", "moving_variance"):
        setattr(bn, name, getattr(bn, name).astype(dtype))
    y = bn.forward(rng.normal(size=(4, 3)).astype(dtype), training=training)
    dx = bn.backward(y)
    got = {a.dtype for a in (y, dx, bn.dgamma, bn.dbeta, bn.moving_mean, bn.moving_variance)}
    assert got == {np.dtype(dtype)}


def test_integers_become_float64():
    assert BatchNormalization(1).forward([[1], [2]], training=True).dtype == np.float64


def test_nan_spoils_its_own_feature_only():
    y = BatchNormalization(2).forward([[np.nan, 1.0], [2.0, 3.0]], training=True)
    assert np.isnan(y[:, 0]).all()
    assert np.isfinite(y[:, 1]).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"features": 0}, "`features` must be at least 1. Received: 0"),
        ({"momentum": 1.5}, "`momentum` must lie between 0 and 1. Received: 1.5"),
        ({"momentum": -0.1}, "`momentum` must lie between 0 and 1. Received: -0.1"),
        ({"momentum": np.nan}, "`momentum` must lie between 0 and 1. Received: nan"),
        ({"epsilon": -1e-3}, "`epsilon` must be finite and at least 0. Received: -0.001"),
        ({"epsilon": np.inf}, "`epsilon` must be finite and at least 0. Received: inf"),
    ],
)
def test_settings_out_of_range_are_refused(settings, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        BatchNormalization(**{"features": 3, **settings})


@pytest.mark.parametrize("shape", [(3,), (4, 2), (3, 4)])
def test_input_of_another_shape_is_refused(shape):
    message = r"^`x` must have shape \(N, \.\.\., 3\)\. Received: shape="
    with pytest.raises(ValueError, match=message):
        BatchNormalization(3).forward(np.ones(shape))


def test_an_empty_batch_is_refused_in_training_only():
    bn = BatchNormalization(3)
    message = r"^`x` must not be empty in training\. Received: shape=\(0, 3\)$"
    with pytest.raises(ValueError, match=message):
        bn.forward(np.ones((0, 3)), training=True)
    assert bn.forward(np.ones((0, 3))).shape == (0, 3)


def test_upstream_gradient_of_another_shape_is_refused():
    bn = BatchNormalization(3)
    bn.forward(np.ones((4, 3)), training=True)
    message = r"^`dy` must have shape \(4, 3\)\. Received: shape=\(3,\)$"
    with pytest.raises(ValueError, match=message):
        bn.backward(np.ones(3))


def test_backward_needs_a_forward():
    message = r"^`backward` must come after `forward`\. Received: no forward$"
    with pytest.raises(RuntimeError, match=message):
        BatchNormalization(3).backward(np.ones((4, 3)))
