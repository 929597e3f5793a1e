import numpy as np
import pytest

from dlnotes._validation import as_arrays
from dlnotes.optimizers import Optimizer


class Accumulate(Optimizer):
    """Steps by minus the sum of all gradients; counts gradients in a second slot, from 10."""

    slot_names = ("total", "count")
    _slot_start = 10.0

    def _update(self, rate, w, g, total, count):
        total = total + g
        return w - rate * (total - 10), total, count + 1


class Square(Optimizer):
    slot_names = ("a",)

    def _update(self, rate, w, g, a):
        a = a + g * g
        return w - rate * g, a


class Divide(Optimizer):
    def _update(self, rate, w, g):  # noqa: ARG002 - on purpose
        return (w / g,)


def state(optimizer):
    return {k: v if np.isscalar(v) or callable(v) else str(v) for k, v in vars(optimizer).items()}


def test_step_by_step():
    optimizer = Accumulate(0.5)
    assert (optimizer.iterations, optimizer.total, optimizer.count) == (0, [], [])
    w, b = np.array([[1.0, 2.0]]), np.array(3.0)
    w, b = optimizer.step([w, b], [[[2.0, 4.0]], 6.0])
    assert (w.tolist(), b.tolist()) == ([[0, 0]], 0)
    w, b = optimizer.step((w, b), ([[1.0, 0.0]], 0))
    assert (w.tolist(), b.tolist()) == ([[-1.5, -2]], -3)
    assert [a.tolist() for a in optimizer.total] == [[[13, 14]], 16]
    assert [a.tolist() for a in optimizer.count] == [[[12, 12]], 12]
    assert optimizer.iterations == 2


def test_optimizers_share_no_memory():
    one, two = Accumulate(1.0), Accumulate(1.0)
    one.step([1.0], [1.0])
    assert (two.total, two.iterations) == ([], 0)


@pytest.mark.parametrize(
    ("parameter", "gradient", "result"),
    [
        (np.float32, np.float32, np.float32),
        (np.float32, np.float64, np.float32),
        (np.float64, np.float32, np.float64),
        (np.int64, np.int64, np.float64),
    ],
)
@pytest.mark.parametrize("shape", [(), (2, 3)])
def test_results_and_slots_have_the_dtype_of_the_parameters(parameter, gradient, result, shape):
    optimizer = Accumulate(0.5)
    [w] = optimizer.step([np.ones(shape, parameter)], [np.ones(shape, gradient)])
    for array in (w, *optimizer.total, *optimizer.count):
        assert isinstance(array, np.ndarray)
        assert (array.dtype, array.shape) == (result, shape)


def test_a_change_of_precision_is_followed():
    optimizer = Accumulate(0.5)
    optimizer.step([np.ones(2)], [np.ones(2)])
    [w] = optimizer.step([np.ones(2, np.float32)], [np.ones(2)])
    assert {w.dtype, optimizer.total[0].dtype} == {np.dtype(np.float32)}


def test_arrays_of_the_caller_stay_as_they_are_and_are_not_kept():
    optimizer = Accumulate(0.5)
    w, g = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    [new] = optimizer.step([w], [g])
    assert (w.tolist(), g.tolist()) == ([1, 2], [3, 4])
    slots = [optimizer.total[0], optimizer.count[0]]
    new[:] = w[:] = g[:] = 99
    assert [a.tolist() for a in slots] == [[13, 14], [11, 11]]
    optimizer.step([w], [g])
    assert [a.tolist() for a in slots] == [[13, 14], [11, 11]]  # new lists, new arrays


def test_a_schedule_gives_the_rate_of_each_step():
    asked = []

    def schedule(step):
        asked.append(step)
        return 1.0 / (1 + step)

    class Plain(Optimizer):
        def _update(self, rate, w, g):
            return (w - rate * g,)

    optimizer, w = Plain(schedule), [np.array([12.0])]
    for expected in (6, 3, 1):
        w = optimizer.step(w, [[6.0]])
        assert w[0].tolist() == [expected]
    assert asked == [0, 1, 2]
    zero = Plain(lambda step: 0)  # noqa: ARG005 - as a warm-up starts
    assert zero.step([[1.0]], [[5.0]])[0].tolist() == [1]


@pytest.mark.parametrize(
    ("rate", "error", "message"),
    [
        (0, ValueError, "`learning_rate` must be finite and greater than 0. Received: 0"),
        (-0.1, ValueError, "`learning_rate` must be finite and greater than 0. Received: -0.1"),
        (np.inf, ValueError, "`learning_rate` must be finite and greater than 0. Received: inf"),
        ("fast", TypeError, "`learning_rate` must be a real number. Received: 'fast'"),
        (None, TypeError, "`learning_rate` must be a real number. Received: None"),
    ],
)
def test_rate_must_be_positive(rate, error, message):
    with pytest.raises(error) as caught:
        Optimizer(rate)
    assert str(caught.value) == message


def test_rate_is_kept_as_a_float():
    assert (Optimizer(np.float32(0.5)).learning_rate, Optimizer(2).learning_rate) == (0.5, 2.0)
    assert isinstance(Optimizer(2).learning_rate, float)


BAD = [
    ([], [], ValueError, "`parameters` must hold at least one array. Received: none"),
    (np.ones((2, 2)), [1.0], TypeError, "`parameters` must be a list of arrays. Received: ndarray"),
    ([1.0], 1.0, TypeError, "`gradients` must be a list of arrays. Received: float"),
    ([np.nan], [1.0], ValueError, "`parameters[0]` must not contain NaN. Received: 1 NaN"),
    ([1.0, [2.0]], [1.0, [np.nan]], ValueError,
     "`gradients[1]` must not contain NaN. Received: 1 NaN"),
    ([1.0], [-np.inf], ValueError, "`gradients[0]` must be finite. Received: -inf"),
    (["one"], [1.0], TypeError, "`parameters[0]` must be real numbers. Received: dtype=<U3"),
    ([[1.0, 2.0]], [[1.0]], ValueError,
     "`gradients` must have the shapes of `parameters`. "
     "Received: parameters [(2,)], gradients [(1,)]"),
    ([1.0, 2.0], [1.0], ValueError,
     "`gradients` must have the shapes of `parameters`. "
     "Received: parameters [(), ()], gradients [()]"),
]  # fmt: skip


@pytest.mark.parametrize(("parameters", "gradients", "error", "message"), BAD)
@pytest.mark.parametrize("steps_before", [0, 1])
def test_bad_arrays_change_nothing(parameters, gradients, error, message, steps_before):
    optimizer = Accumulate(0.5)
    for _ in range(steps_before):
        optimizer.step([[1.0, 2.0]], [[1.0, 2.0]])
    before = state(optimizer)
    with pytest.raises(error) as caught:
        optimizer.step(parameters, gradients)
    assert str(caught.value) == message
    assert state(optimizer) == before


@pytest.mark.parametrize("shapes", [[(3,)], [(2,), (2,)], [(2, 1)]])
def test_shapes_must_stay_the_same(shapes):
    optimizer = Accumulate(0.5)
    optimizer.step([np.ones(2)], [np.ones(2)])
    arrays, before = [np.ones(shape) for shape in shapes], state(optimizer)
    with pytest.raises(ValueError, match="shapes") as caught:
        optimizer.step(arrays, arrays)
    assert str(caught.value) == (
        f"`parameters` must keep the shapes of the first step. Received: first [(2,)], now {shapes}"
    )
    assert state(optimizer) == before


@pytest.mark.parametrize("rate", [-1.0, np.inf, np.nan])
def test_a_schedule_must_return_a_usable_rate(rate):
    optimizer = Accumulate(lambda step: 1.0 if step < 2 else rate)
    for _ in range(2):
        optimizer.step([1.0], [1.0])
    before = state(optimizer)
    with pytest.raises(ValueError, match="learning_rate") as caught:
        optimizer.step([1.0], [1.0])
    assert str(caught.value) == (
        f"`learning_rate(2)` must be finite and at least 0. Received: {rate}"
    )
    assert state(optimizer) == before


@pytest.mark.parametrize(
    ("optimizer", "parameter", "gradient"),
    [
        (Square(1.0), np.float32(1), 1e20),  # only the slot overflows
        (Square(1.0), np.float64(1), 1e200),
        (Square(1.0), np.float32(1), 1e200),  # no float32
        (Square(1e39), np.float32(1), 1.0),  # no float32
        (Accumulate(1e10), np.float64(1), 1e300),  # only the parameter overflows
        (Divide(1.0), np.float64(0), 0.0),
        (Divide(1.0), np.float64(1), 0.0),
    ],
)
def test_overflow_is_an_error_and_changes_nothing(optimizer, parameter, gradient):
    before = state(optimizer)
    with pytest.raises(OverflowError) as caught:
        optimizer.step([[parameter, parameter], 1.0], [[gradient, 1.0], 1.0])
    assert str(caught.value) == (
        "the step must give finite numbers. "
        f"Received: a gradient or a rate too large for {parameter.dtype}"
    )
    assert state(optimizer) == before


def test_list_of_arrays():
    [a, b] = as_arrays("x", [[1, 2], np.float32(3)])
    assert (a.tolist(), a.dtype, b.tolist(), b.dtype) == ([1, 2], np.float64, 3, np.float32)
