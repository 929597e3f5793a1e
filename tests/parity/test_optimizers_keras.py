"""Optimizers, schedules and clipping against Keras, on the same parameters and gradients."""

from inspect import signature

import numpy as np
import pytest

from dlnotes import schedules
from dlnotes.clipping import clip_by_global_norm, clip_by_norm, clip_by_value
from dlnotes.optimizers import SGD, Adagrad, Adam, AdamW, RMSprop

keras = pytest.importorskip("keras")
theirs = keras.optimizers

STEPS = 50
SHAPES = [(2, 3), ()]
SETTINGS = [
    (SGD, {}),
    (SGD, {"learning_rate": 0.1, "momentum": 0.9}),
    (SGD, {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}),
    (SGD, {"nesterov": True}),
    (SGD, {"momentum": 1.0}),
    (Adagrad, {}),
    (Adagrad, {"learning_rate": 0.5, "initial_accumulator_value": 0.0, "epsilon": 1e-3}),
    (RMSprop, {}),
    (RMSprop, {"learning_rate": 0.1, "rho": 0.5, "epsilon": 1e-2}),
    (Adam, {}),
    (Adam, {"learning_rate": 0.1, "beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-2}),
    (Adam, {"learning_rate": 0.01, "beta_1": 0.0}),
    (AdamW, {}),
    (AdamW, {"learning_rate": 0.1, "weight_decay": 0.3, "beta_2": 0.99}),
]
SLOTS = {
    "SGD": {"velocity": "momentums"},
    "Adagrad": {"accumulator": "_accumulators"},
    "RMSprop": {"v": "_velocities"},
    "Adam": {"m": "_momentums", "v": "_velocities"},
    "AdamW": {"m": "_momentums", "v": "_velocities"},
}
RATES = [
    ("ExponentialDecay", {"decay_steps": 7, "decay_rate": 0.9}),
    ("ExponentialDecay", {"decay_steps": 7, "decay_rate": 0.9, "staircase": True}),
    ("InverseTimeDecay", {"decay_steps": 5, "decay_rate": 0.5}),
    ("InverseTimeDecay", {"decay_steps": 5, "decay_rate": 0.5, "staircase": True}),
    ("CosineDecay", {"decay_steps": 30}),
    ("CosineDecay", {"decay_steps": 30, "alpha": 0.1}),
    ("CosineDecay", {"decay_steps": 20, "alpha": 0.1, "warmup_target": 2.0, "warmup_steps": 10}),
    ("CosineDecay", {"decay_steps": 20, "warmup_target": 0.01, "warmup_steps": 10}),
    ("CosineDecay", {"decay_steps": 20, "warmup_target": 0.01}),
]


def values(variables):
    return [keras.ops.convert_to_numpy(v.value) for v in variables]


def at_all_steps(schedule):
    if keras.backend.backend() == "torch":  # it cannot take conditions for all steps at once
        return np.array([float(schedule(step)) for step in range(STEPS)], np.float32)
    rates = keras.ops.vectorized_map(schedule, keras.ops.arange(STEPS))
    return keras.ops.convert_to_numpy(rates)


def fifty_steps(ours, keras_s, rng):
    """Take the same steps twice; yield parameters and slots of both."""
    # Numbers away from 0, so that a relative difference means something.
    parameters = [(2 + rng.random(shape)).astype(np.float32) for shape in SHAPES]
    variables = [keras.Variable(p) for p in parameters]
    for _ in range(STEPS):
        scale = 10 ** rng.uniform(-3, 1)
        gradients = [(scale * rng.normal(size=shape)).astype(np.float32) for shape in SHAPES]
        parameters = ours.step(parameters, gradients)
        keras_s.apply([keras.ops.convert_to_tensor(g) for g in gradients], variables)
        yield parameters, values(variables)


def assert_close(mine, keras_s, rtol):
    for a, b in zip(mine, keras_s, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol * max(1, np.abs(b).max()))


@pytest.mark.parametrize(("optimizer", "settings"), SETTINGS)
def test_fifty_steps(optimizer, settings):
    ours = optimizer(**settings)
    keras_s = getattr(theirs, optimizer.__name__)(**settings)
    for mine, their in fifty_steps(ours, keras_s, np.random.default_rng(0)):
        assert_close(mine, their, 1e-6)
    assert ours.iterations == int(keras_s.iterations) == STEPS
    for name, keras_name in SLOTS[optimizer.__name__].items():
        slots = getattr(keras_s, keras_name)
        if slots:  # Keras keeps no velocity where there is no momentum
            assert_close(getattr(ours, name), values(slots), 1e-6)


@pytest.mark.parametrize("optimizer", [SGD, Adagrad, RMSprop, Adam, AdamW])
def test_fifty_steps_with_a_schedule(optimizer):
    settings = {"decay_steps": 7, "decay_rate": 0.8}
    ours = optimizer(schedules.ExponentialDecay(0.05, **settings))
    keras_s = theirs.schedules.ExponentialDecay(0.05, **settings)
    keras_s = getattr(theirs, optimizer.__name__)(keras_s)
    for mine, their in fifty_steps(ours, keras_s, np.random.default_rng(0)):
        assert_close(mine, their, 1e-6)


@pytest.mark.parametrize(
    ("ours", "module"),
    [(o, theirs) for o in (SGD, Adagrad, RMSprop, Adam, AdamW)]
    + [
        (s, theirs.schedules)
        for s in (
            schedules.CosineDecay,
            schedules.ExponentialDecay,
            schedules.InverseTimeDecay,
            schedules.PiecewiseConstantDecay,
        )
    ],
)
def test_names_and_defaults_are_those_of_keras(ours, module):
    mine = dict(signature(ours).parameters)
    mine.pop("power", None)  # which Keras's InverseTimeDecay does not have
    keras_s = signature(getattr(module, ours.__name__)).parameters
    assert {name: p.default for name, p in mine.items()} == {
        name: keras_s[name].default for name in mine
    }


@pytest.mark.parametrize("initial", [0.02, 1.0])
@pytest.mark.parametrize(("name", "settings"), RATES)
def test_schedules(name, settings, initial):
    ours = getattr(schedules, name)(initial, **settings)
    keras_s = getattr(theirs.schedules, name)(initial, **settings)
    expected = at_all_steps(keras_s)
    # From float32 steps up to 50, the cosine keeps about six digits.
    np.testing.assert_allclose(ours(np.arange(STEPS)), expected, rtol=1e-6, atol=3e-7 * initial)


def test_piecewise_constant_decay():
    boundaries, rates = [3, 10, 11], [1.0, 0.5, 0.25, 0.125]
    keras_s = theirs.schedules.PiecewiseConstantDecay(boundaries, rates)
    ours = schedules.PiecewiseConstantDecay(boundaries, rates)
    np.testing.assert_array_equal(ours(np.arange(STEPS)), at_all_steps(keras_s))


@pytest.mark.parametrize("initial", [0.0, 0.02, 1.0])
def test_linear_warm_up_is_a_cosine_decay_that_does_not_decay(initial):
    keras_s = theirs.schedules.CosineDecay(
        initial, 1, alpha=1.0, warmup_target=0.5, warmup_steps=10
    )
    ours = schedules.LinearWarmup(0.5, 10, initial_learning_rate=initial)
    np.testing.assert_allclose(ours(np.arange(STEPS)), at_all_steps(keras_s), rtol=1e-6)


@pytest.mark.parametrize("bound", [0.1, 3.0, 1e3])
@pytest.mark.parametrize("how", ["clipvalue", "clipnorm", "global_clipnorm"])
def test_clipping(how, bound):
    rng = np.random.default_rng(0)
    gradients = [rng.normal(size=shape).astype(np.float32) for shape in SHAPES]
    variables = [keras.Variable(np.zeros(shape, np.float32)) for shape in SHAPES]
    theirs.SGD(1.0, **{how: bound}).apply(
        [keras.ops.convert_to_tensor(g) for g in gradients], variables
    )
    ours = {
        "clipvalue": lambda: [clip_by_value(g, bound) for g in gradients],
        "clipnorm": lambda: [clip_by_norm(g, bound) for g in gradients],
        "global_clipnorm": lambda: clip_by_global_norm(gradients, bound)[0],
    }[how]()
    assert_close(ours, [-v for v in values(variables)], 1e-6)
