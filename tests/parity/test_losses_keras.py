"""Losses against Keras, SciPy and scikit-learn: values and gradients."""

import numpy as np
import pytest
from scipy import special, stats

from dlnotes.autodiff import vjp
from dlnotes.information import kl_divergence
from dlnotes.losses import (
    LOSSES,
    binary_crossentropy,
    binary_crossentropy_gradient,
    categorical_crossentropy,
    categorical_crossentropy_gradient,
    mean_absolute_error_gradient,
    sparse_categorical_crossentropy,
)
from dlnotes.softmax import log_softmax, softmax

keras = pytest.importorskip("keras")
differentiates = pytest.mark.skipif(
    keras.backend.backend() not in ("jax", "tensorflow", "torch"),
    reason="this Keras backend does not differentiate",
)

TOLERANCE = {"float32": 2e-6, "float64": 1e-13}
FLOAT32 = TOLERANCE["float32"]
SHAPES = [(7,), (1, 2), (64, 2), (3, 4, 5)]
CLASSES = ("categorical_crossentropy", "sparse_categorical_crossentropy")
CASES = [
    *[(name, {}) for name in LOSSES],
    *[(name, {"from_logits": True}) for name in ("binary_crossentropy", *CLASSES)],
]
NAMES = [" ".join([name, *options]) for name, options in CASES]


@pytest.fixture
def rng(request):
    """Give each test numbers of its own: the seed is made of its name."""
    return np.random.default_rng(list(request.node.name.encode()))


def random_pair(rng, name, shape, *, from_logits=False):
    """Labels and predictions such as a loss takes them, in float64, far from where Keras clips."""
    z = rng.normal(scale=2, size=shape)
    if name in CLASSES:
        hard = rng.integers(shape[-1], size=shape[:-1])
        soft = softmax(rng.normal(size=shape))
        y_true = hard if name.startswith("sparse") else soft
        return y_true, z if from_logits else softmax(z)
    if name == "binary_crossentropy":
        y_true = rng.choice([0, 0.3, 1], size=shape)
        return y_true, z if from_logits else special.expit(z)
    return rng.normal(size=shape), z


def assert_agree(ours, theirs, dtype):
    """Allow rounding as numbers of the size of the largest one have it."""
    assert (ours.shape, ours.dtype, theirs.dtype) == (theirs.shape, dtype, dtype)
    scale = max(1.0, np.abs(theirs).max())
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=TOLERANCE[dtype] * scale)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("label_dtype", ["float32", "float64"])
@pytest.mark.parametrize(("name", "options"), CASES, ids=NAMES)
def test_values(rng, name, options, shape, label_dtype):
    y_true, y_pred = random_pair(rng, name, shape, **options)
    y_true = y_true if y_true.dtype == np.int64 else y_true.astype(label_dtype)
    y_pred = y_pred.astype("float32")
    theirs = getattr(keras.losses, name)(y_true, y_pred, **options)
    ours = LOSSES[name].value(y_true, y_pred, **options)
    assert_agree(ours, keras.ops.convert_to_numpy(theirs), "float32")


@differentiates
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("name", "options"), CASES, ids=NAMES)
def test_gradients(rng, name, options, shape, dtype):
    y_true, y_pred = random_pair(rng, name, shape, **options)
    y_pred, dy = y_pred.astype(dtype), rng.normal(size=shape[:-1]).astype(dtype)

    def with_factor(factor, y_pred):
        loss = getattr(keras.losses, name)(y_true, y_pred, **options)
        return factor * keras.ops.cast(
            loss, dtype
        )  # with integer labels it may have become float64

    # The gradient for the factor is dy times the loss: a float64 loss on every backend.
    d_factor, theirs = vjp(with_factor, dy, np.ones(shape[:-1], dtype), y_pred)
    assert_agree(dy * LOSSES[name].value(y_true, y_pred, **options), d_factor, dtype)
    ours = LOSSES[name].gradient(y_true, y_pred, **options)
    if name in CLASSES and not options:
        ours = ours + 1  # Keras divides probabilities by their sum before it takes the logarithm
    ours = (dy[..., np.newaxis] * ours).astype(dtype)
    assert_agree(ours, theirs, dtype)


@differentiates
@pytest.mark.parametrize(("name", "options"), CASES, ids=NAMES)
def test_the_gradient_of_the_cost_is_divided_by_n(rng, name, options):
    y_true, y_pred = random_pair(rng, name, (6, 5), **options)

    def cost(y_pred):
        return keras.ops.mean(getattr(keras.losses, name)(y_true, y_pred, **options))

    [theirs] = vjp(cost, 1.0, y_pred)
    ours = LOSSES[name].gradient(y_true, y_pred, **options)
    if name in CLASSES and not options:
        ours = ours + 1
    assert_agree(ours / 6, theirs, "float64")


@pytest.mark.parametrize(("name", "options"), CASES, ids=NAMES)
def test_mean_over_the_batch_is_the_loss_object(rng, name, options):
    y_true, y_pred = random_pair(rng, name, (64, 5), **options)
    camel = "".join(word.capitalize() for word in name.split("_"))
    theirs = getattr(keras.losses, camel)(**options)(y_true, y_pred.astype("f"))
    ours = LOSSES[name].value(y_true, y_pred, **options).mean()
    assert ours == pytest.approx(float(theirs), rel=FLOAT32)


@differentiates
def test_no_slope_where_the_prediction_is_right():
    y = np.array([[1.0, 2.0]])
    [theirs] = vjp(lambda y_pred: keras.losses.mean_absolute_error(y, y_pred), [1.0], y)
    on_jax = keras.backend.backend() == "jax"  # whose |x| has the slope 1 at 0
    np.testing.assert_array_equal(theirs, [[-0.5, -0.5]] if on_jax else [[0, 0]])
    np.testing.assert_array_equal(mean_absolute_error_gradient(y, y), [[0, 0]])


@pytest.mark.parametrize("name", ["binary_crossentropy", *CLASSES])
def test_extreme_logits(name):
    if name == "binary_crossentropy" and keras.backend.backend() == "numpy":
        pytest.skip("on NumPy the sigmoid of Keras overflows")
    y_true = np.array([1, 0]) if name.startswith("sparse") else np.eye(2, dtype="f")[::-1]
    z = np.array([[1e4, -1e4], [1e4, -1e4]], "f")
    theirs = getattr(keras.losses, name)(y_true, z, from_logits=True)
    ours = LOSSES[name].value(y_true, z, from_logits=True)
    np.testing.assert_array_equal(ours, keras.ops.convert_to_numpy(theirs))


def test_keras_clips_where_dlnotes_does_not():
    y_true, y_pred = np.array([[0.0, 1.0]]), np.array([[1.0, 0.0]])
    at_most = -np.log(keras.config.epsilon())
    assert keras.config.epsilon() == 1e-7
    for name in ("binary_crossentropy", "categorical_crossentropy"):
        clipped = float(getattr(keras.losses, name)(y_true, y_pred)[0])
        # 1 - 1e-7 has few digits in float32.
        assert clipped == pytest.approx(at_most, rel=1e-6 if name in CLASSES else 0.01)
        assert LOSSES[name].value(y_true, y_pred)[0] == np.inf
    clipped = float(keras.losses.sparse_categorical_crossentropy(np.array([1]), y_pred)[0])
    assert clipped == pytest.approx(at_most, rel=1e-6)
    assert sparse_categorical_crossentropy([1], y_pred)[0] == np.inf


@differentiates
def test_keras_has_no_gradient_where_it_clips():
    y_true, y_pred = np.array([[0.0, 1.0]]), np.array([[1.0, 0.0]])
    for f, ours, expected in (
        (keras.losses.binary_crossentropy, binary_crossentropy_gradient, [np.inf, -np.inf]),
        (keras.losses.categorical_crossentropy, categorical_crossentropy_gradient, [0, -np.inf]),
    ):
        [theirs] = vjp(lambda y_pred, f=f: f(y_true, y_pred), [1.0], y_pred)
        np.testing.assert_array_equal(theirs, [[0, 0]])
        np.testing.assert_array_equal(ours(y_true, y_pred), [expected])


def test_keras_takes_shapes_that_dlnotes_refuses():
    y_true, y_pred = np.array([1.0, 0.0]), np.array([[0.5], [0.25]])
    for name in ("mean_squared_error", "mean_absolute_error"):
        theirs = getattr(keras.losses, name)(y_true, y_pred)
        ours = LOSSES[name].value(y_true[:, np.newaxis], y_pred)
        np.testing.assert_allclose(keras.ops.convert_to_numpy(theirs), ours, rtol=FLOAT32)
        with pytest.raises(ValueError, match="must have the shape of"):
            LOSSES[name].value(y_true, y_pred)
    y_true, y_pred = np.array([[1]]), np.array([[0.25, 0.75]])
    theirs = keras.losses.sparse_categorical_crossentropy(y_true, y_pred)
    ours = sparse_categorical_crossentropy(y_true[:, 0], y_pred)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(theirs), ours, rtol=FLOAT32)
    with pytest.raises(ValueError, match="must have shape"):
        sparse_categorical_crossentropy(y_true, y_pred)


@pytest.mark.skipif(keras.backend.backend() != "jax", reason="each backend has its own way")
def test_a_class_that_there_is_not_costs_nothing_in_keras():
    z = np.array([[1.0, 2.0]])
    theirs = keras.losses.sparse_categorical_crossentropy(np.array([2]), z, from_logits=True)
    assert float(theirs[0]) == 0
    with pytest.raises(ValueError, match="at most 1"):
        sparse_categorical_crossentropy([2], z, from_logits=True)


def test_scikit_learn(rng):
    metrics = pytest.importorskip("sklearn.metrics")
    y_true, y_pred = random_pair(rng, "sparse_categorical_crossentropy", (50, 4))
    ours = sparse_categorical_crossentropy(y_true, y_pred).mean()
    assert ours == pytest.approx(metrics.log_loss(y_true, y_pred, labels=range(4)), rel=1e-13)
    labels, p = rng.integers(2, size=50), rng.uniform(size=50)
    ours = binary_crossentropy(labels[:, np.newaxis], p[:, np.newaxis]).mean()
    assert ours == pytest.approx(metrics.log_loss(labels, p), rel=1e-13)
    y_true, y_pred = rng.normal(size=(2, 50, 3))
    for name in ("mean_squared_error", "mean_absolute_error"):
        ours = LOSSES[name].value(y_true, y_pred).mean()
        assert ours == pytest.approx(getattr(metrics, name)(y_true, y_pred), rel=1e-14)


def test_scipy(rng):
    y_true, y_pred = random_pair(rng, "categorical_crossentropy", (50, 4))
    theirs = stats.entropy(y_true, axis=1) + stats.entropy(y_true, y_pred, axis=1)
    np.testing.assert_allclose(categorical_crossentropy(y_true, y_pred), theirs, rtol=1e-13)
    y, p = y_true[:, :1], y_pred[:, :1]
    theirs = -(special.xlogy(y, p) + special.xlog1py(1 - y, -p))[:, 0]
    np.testing.assert_allclose(binary_crossentropy(y, p), theirs, rtol=1e-14)
    z = special.logit(p)
    np.testing.assert_allclose(binary_crossentropy(y, z, from_logits=True), theirs, rtol=1e-12)


def test_kl_divergence(rng):
    p, z = rng.dirichlet(np.ones(5), size=64).astype("f"), rng.normal(size=(64, 5)).astype("f")
    theirs = keras.ops.convert_to_numpy(keras.losses.kl_divergence(p, softmax(z)))
    np.testing.assert_allclose(kl_divergence(p, softmax(z)), theirs, rtol=1e-5, atol=1e-5)


def test_softmax(rng):
    z = rng.normal(scale=2, size=(64, 5)).astype("f")
    for ours, theirs in (
        (softmax, keras.ops.softmax),
        (log_softmax, keras.ops.log_softmax),
    ):
        for scale in (1, 1000):
            expected = keras.ops.convert_to_numpy(theirs(scale * z))
            np.testing.assert_allclose(ours(scale * z), expected, rtol=1e-5, atol=1e-30)
