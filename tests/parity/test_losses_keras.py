import numpy as np
import pytest

from dlnotes.information import kl_divergence
from dlnotes.losses import categorical_crossentropy
from dlnotes.softmax import log_softmax, softmax

keras = pytest.importorskip("keras")

FLOAT32 = 2e-6


@pytest.fixture
def batch():
    rng = np.random.default_rng(0)
    z = rng.normal(scale=2, size=(64, 5)).astype(np.float32)
    return (
        rng.dirichlet(np.ones(5), size=64).astype(np.float32),
        np.eye(5, dtype="f")[rng.integers(5, size=64)],
        z,
    )


@pytest.mark.parametrize("from_logits", [False, True])
def test_categorical_crossentropy(batch, from_logits):
    *labels, z = batch
    y_pred = z if from_logits else softmax(z)
    for y_true in labels:
        ours = categorical_crossentropy(y_true, y_pred, from_logits=from_logits)
        theirs = keras.losses.categorical_crossentropy(y_true, y_pred, from_logits=from_logits)
        assert ours.dtype == np.float32
        np.testing.assert_allclose(
            ours, keras.ops.convert_to_numpy(theirs), rtol=FLOAT32, atol=1e-6
        )


def test_mean_over_the_batch_is_the_loss_object(batch):
    _, y_true, z = batch
    theirs = keras.losses.CategoricalCrossentropy(from_logits=True)(y_true, z)
    assert categorical_crossentropy(y_true, z, from_logits=True).mean() == pytest.approx(
        float(theirs), rel=FLOAT32
    )


def test_kl_divergence(batch):
    p, _, z = batch
    theirs = keras.ops.convert_to_numpy(keras.losses.kl_divergence(p, softmax(z)))
    np.testing.assert_allclose(kl_divergence(p, softmax(z)), theirs, rtol=1e-5, atol=1e-5)


def test_softmax(batch):
    *_, z = batch
    for ours, theirs in (
        (softmax, keras.ops.softmax),
        (log_softmax, keras.ops.log_softmax),
    ):
        for scale in (1, 1000):
            expected = keras.ops.convert_to_numpy(theirs(scale * z))
            np.testing.assert_allclose(ours(scale * z), expected, rtol=1e-5, atol=1e-30)


def test_keras_clips_where_dlnotes_does_not():
    y_true, y_pred = np.array([[0.0, 1.0]]), np.array([[1.0, 0.0]])
    clipped = float(keras.losses.categorical_crossentropy(y_true, y_pred)[0])
    assert clipped == pytest.approx(-np.log(keras.config.epsilon()), rel=1e-6)
    assert categorical_crossentropy(y_true, y_pred)[0] == np.inf
