import numpy as np
import pytest

from dlnotes import losses
from dlnotes.losses import LOSSES

INTEGER_LABELS = "sparse_categorical_crossentropy"


@pytest.fixture
def batch():
    rng = np.random.default_rng(0)
    y_true, y_pred = rng.dirichlet(np.ones(3), size=(2, 5))
    return {
        name: (rng.integers(3, size=5) if name == INTEGER_LABELS else y_true, y_pred)
        for name in LOSSES
    }


def test_every_loss_goes_by_its_name():
    assert sorted(LOSSES) == [
        "binary_crossentropy",
        "categorical_crossentropy",
        "mean_absolute_error",
        "mean_squared_error",
        INTEGER_LABELS,
    ]
    for name, loss in LOSSES.items():
        assert loss.value is getattr(losses, name)
        assert loss.gradient is getattr(losses, f"{name}_gradient")
        assert {name, f"{name}_gradient"} <= set(losses.__all__)


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_and_a_gradient_for_each_example(batch, name):
    y_true, y_pred = batch[name]
    value, gradient = LOSSES[name].value(y_true, y_pred), LOSSES[name].gradient(y_true, y_pred)
    assert (value.shape, gradient.shape) == ((5,), (5, 3))
    for n in range(5):
        np.testing.assert_allclose(LOSSES[name].value(y_true[n], y_pred[n]), value[n], rtol=1e-15)
        np.testing.assert_array_equal(LOSSES[name].gradient(y_true[n], y_pred[n]), gradient[n])


@pytest.mark.parametrize("name", LOSSES)
def test_a_small_step_down_the_gradient_of_the_cost_lowers_it(batch, name):
    y_true, y_pred = batch[name]
    options = {"from_logits": True} if "crossentropy" in name else {}
    value, gradient = LOSSES[name]

    def cost(y_pred):
        return value(y_true, y_pred, **options).mean()

    slope = gradient(y_true, y_pred, **options) / len(y_pred)
    promised = 1e-6 * np.sum(slope**2)
    assert cost(y_pred) - cost(y_pred - 1e-6 * slope) == pytest.approx(promised, rel=1e-3)
