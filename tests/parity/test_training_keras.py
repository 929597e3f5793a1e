"""Training against Keras: same weights, order and optimizer, same losses and weights."""

import numpy as np
import pytest

from dlnotes.early_stopping import EarlyStopping
from dlnotes.layers import Activation, BatchNormalization, Dense
from dlnotes.optimizers import SGD, Adam, RMSprop
from dlnotes.sequential import Sequential
from dlnotes.training import fit

keras = pytest.importorskip("keras")
if keras.backend.backend() not in ("jax", "tensorflow", "torch"):
    pytest.skip("this Keras backend does not train", allow_module_level=True)
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

LOSSES = {"sparse_categorical_crossentropy": 3, "mean_squared_error": 2, "binary_crossentropy": 1}


def examples(loss, n):
    rng = np.random.default_rng(n)
    x = rng.normal(size=(n, 4)).astype(np.float32)
    y = {
        "sparse_categorical_crossentropy": rng.integers(0, 3, n),
        "mean_squared_error": rng.normal(size=(n, 2)).astype(np.float32),
        "binary_crossentropy": rng.integers(0, 2, (n, 1)).astype(np.float32),
    }
    return x, y[loss]


def both_models(units, l2):
    """Make the same network twice; return ours and Keras's.

    Batch normalization comes first: after a layer it would cancel the bias, whose gradient is then
    nothing but rounding, which Adam would turn into steps of full length.
    """
    regularizer = keras.regularizers.L2(l2) if l2 else None
    keras.utils.set_random_seed(0)
    theirs = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(8, kernel_regularizer=regularizer),
            keras.layers.ReLU(),
            keras.layers.Dense(units, kernel_regularizer=regularizer),
        ]
    )
    rng = np.random.default_rng(0)
    ours = Sequential(
        [BatchNormalization(4), Dense(4, 8, rng=rng), Activation("relu"), Dense(8, units, rng=rng)]
    )
    ours.weights = theirs.get_weights()
    return ours, theirs


def keras_loss(loss):
    if loss == "mean_squared_error":
        return keras.losses.MeanSquaredError()
    if loss == "binary_crossentropy":
        return keras.losses.BinaryCrossentropy(from_logits=True)
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


@pytest.mark.parametrize(
    ("loss", "ours_s", "keras_s", "settings"),
    [
        ("sparse_categorical_crossentropy", SGD, "SGD", {}),
        ("sparse_categorical_crossentropy", Adam, "Adam", {"l2": 0.05}),
        ("mean_squared_error", SGD, "SGD", {"l2": 0.01, "clip_norm": 0.5}),
        ("binary_crossentropy", RMSprop, "RMSprop", {"clip_norm": 0.1}),
    ],
)
def test_ten_steps(loss, ours_s, keras_s, settings):
    (x, y), validation_data = examples(loss, 38), examples(loss, 11)
    ours, theirs = both_models(LOSSES[loss], settings.get("l2", 0))
    mine = fit(
        ours, x, y, loss=loss, optimizer=ours_s(0.01), epochs=2, batch_size=8,
        from_logits=loss.endswith("crossentropy"), validation_data=validation_data, **settings,
    )  # fmt: skip
    keras_optimizer = getattr(keras.optimizers, keras_s)(
        0.01, global_clipnorm=settings.get("clip_norm")
    )
    theirs.compile(keras_optimizer, keras_loss(loss), jit_compile=False)
    history = theirs.fit(
        x, y, epochs=2, batch_size=8, shuffle=False, validation_data=validation_data, verbose=0
    ).history
    np.testing.assert_allclose(mine.loss, history["loss"], rtol=1e-5)
    np.testing.assert_allclose(mine.val_loss, history["val_loss"], rtol=1e-5)
    for m, k in zip(ours.weights, theirs.get_weights(), strict=True):
        assert m.dtype == np.float32
        np.testing.assert_allclose(m, k, rtol=0, atol=2e-5)


def keras_epochs(losses, **settings):
    """What Keras's callback makes of a series of losses: best epoch, last epoch, weights."""

    class Model:
        stop_training = False

        def get_weights(self):
            return [np.array(self.epoch)]

        def set_weights(self, weights):
            self.epoch = int(weights[0])

    model = Model()
    callback = keras.callbacks.EarlyStopping(mode="min", **settings)
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, loss in enumerate(losses):
        model.epoch = last = epoch
        callback.on_epoch_end(epoch, {"val_loss": loss})
        if model.stop_training:
            break
    callback.on_train_end()
    return callback.best_epoch, last, model.epoch


@pytest.mark.parametrize("patience", [0, 1, 2, 5])
@pytest.mark.parametrize("min_delta", [0.0, 0.125, 1.0])
def test_early_stopping(patience, min_delta):
    rng = np.random.default_rng(0)
    settings = {"patience": patience, "min_delta": min_delta, "restore_best_weights": True}
    ours = EarlyStopping(**settings)
    stops = 0
    for _ in range(100):
        # Eighths, so that float32 and float64 agree, and steps as large as min_delta occur.
        losses = (rng.integers(0, 24, 20) / 8 + np.linspace(1, 0, 20).round(1) * 4 // 1).tolist()
        best, last, restored = keras_epochs(losses, **settings)
        stopped = ours.stopped_epoch(losses)
        stops += stopped is not None
        assert (ours.best_epoch(losses), len(losses) - 1 if stopped is None else stopped) == (
            best,
            last,
        )
        assert restored == best
        # Epoch by epoch, as `fit` asks, it stops at the same one.
        counts = range(1, len(losses) + 1)
        first = next((n - 1 for n in counts if ours.stopped_epoch(losses[:n]) is not None), None)
        assert first == stopped
    assert stops > 20


def test_early_stopping_in_fit():
    def noisy_examples(n):
        rng = np.random.default_rng(n)
        x = rng.normal(size=(n, 4)).astype(np.float32)
        return x, (x[:, :3] + rng.normal(size=(n, 3))).argmax(axis=1)

    loss = "sparse_categorical_crossentropy"
    (x, y), validation_data = noisy_examples(50), noisy_examples(30)
    ours, theirs = both_models(3, 0)
    mine = fit(
        ours, x, y, loss=loss, optimizer=SGD(0.5), epochs=12, batch_size=8, from_logits=True,
        validation_data=validation_data, early_stopping=EarlyStopping(patience=3),
    )  # fmt: skip
    theirs.compile(keras.optimizers.SGD(0.5), keras_loss(loss), jit_compile=False)
    callback = keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)
    history = theirs.fit(
        x, y, epochs=12, batch_size=8, shuffle=False, validation_data=validation_data, verbose=0,
        callbacks=[callback],
    ).history  # fmt: skip
    assert (mine.best_epoch, mine.stopped_epoch) == (callback.best_epoch, callback.stopped_epoch)
    assert 0 < mine.best_epoch < mine.stopped_epoch < 11
    np.testing.assert_allclose(mine.val_loss, history["val_loss"], rtol=1e-4)
    for m, k in zip(ours.weights, theirs.get_weights(), strict=True):
        np.testing.assert_allclose(m, k, rtol=0, atol=1e-4)
