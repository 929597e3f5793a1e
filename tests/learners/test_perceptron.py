import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlnotes.learners.perceptron import Perceptron, mistake_bound

INPUTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
AND, XOR = [0, 0, 0, 1], [0, 1, 1, 0]


def state(unit):
    return {name: np.array(value) for name, value in vars(unit).items()}


def test_first_epochs_of_and_by_hand():
    # Epoch 1: only 11 is mistaken, for 0. Epoch 2: 00 gives 1, then 01 gives 1, then 11 gives 0.
    unit = Perceptron().fit(INPUTS, AND, epochs=2)
    assert unit.history.tolist() == [[0, 0, 0], [1, 1, 1], [1, 1, 0], [1, 0, -1], [2, 1, 0]]
    assert unit.w.tolist() == [2, 1]
    assert unit.b == 0
    assert type(unit.b) is float
    assert unit.mistakes == 4
    assert unit.converged is False


@pytest.mark.parametrize("y", [AND, [0, 1, 1, 1], [1, 1, 1, 0], [0, 0, 1, 1], [0] * 4, [1] * 4])
def test_separable_functions_are_learned(y):
    unit = Perceptron().fit(INPUTS, y, epochs=50)
    assert unit.converged is True
    assert unit.predict(INPUTS).tolist() == y
    assert unit.predict(INPUTS).dtype == np.int64


def test_xor_never_settles():
    unit = Perceptron().fit(INPUTS, XOR, epochs=200)
    assert unit.converged is False
    assert len(unit.history) == unit.mistakes + 1
    late = unit.history[unit.mistakes // 2 :]
    # The same few weights come again and again.
    assert unit.mistakes > 400
    assert len(np.unique(late, axis=0)) < 10


def test_convergence_is_an_epoch_without_mistakes():
    # One mistake, then none: it takes a second epoch to see that.
    assert Perceptron().fit([[1.0]], [1], epochs=1).converged is False
    unit = Perceptron().fit([[1.0]], [1], epochs=2)
    assert (unit.converged, unit.mistakes) == (True, 1)


def test_training_stops_at_convergence():
    unit = Perceptron().fit([[1.0], [-1.0]], [1, 0], epochs=10**12)
    assert unit.mistakes == 1


def test_a_score_of_zero_is_class_zero():
    unit = Perceptron().fit([[2.0]], [0], epochs=3)
    assert (unit.mistakes, unit.b, unit.w.tolist()) == (0, 0, [0])
    assert unit.predict([[5.0]]).tolist() == [0]


def test_predict_uses_the_bias():
    unit = Perceptron().fit(INPUTS, [1, 1, 1, 0], epochs=50)
    expected = (INPUTS @ unit.w + unit.b > 0).tolist()
    assert unit.b > 0
    assert unit.predict(INPUTS).tolist() == expected == [1, 1, 1, 0]


def test_each_epoch_is_shuffled_anew():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(20, 3))
    y = rng.integers(0, 2, 20)
    unit = Perceptron().fit(x, y, epochs=4, rng=np.random.default_rng(5))
    order = np.random.default_rng(5)
    w, b, mistakes = np.zeros(3), 0.0, 0
    for _ in range(4):
        for i in order.permutation(20):
            error = y[i] - (w @ x[i] + b > 0)
            w, b, mistakes = w + error * x[i], b + error, mistakes + abs(error)
    np.testing.assert_allclose(unit.w, w, rtol=1e-12)
    assert (unit.b, unit.mistakes) == (b, mistakes)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_keep_the_precision(dtype):
    unit = Perceptron().fit(INPUTS.astype(dtype), AND, epochs=50)
    assert unit.w.dtype == unit.history.dtype == dtype
    assert unit.predict(INPUTS).tolist() == AND


def test_arguments_are_left_alone_and_no_result_is_a_view():
    x, y = INPUTS.astype(float), np.array(AND)
    unit = Perceptron().fit(x, y, epochs=50)
    final = unit.w.copy()
    unit.predict(x)
    np.testing.assert_array_equal(x, INPUTS)
    assert y.tolist() == AND
    unit.history[:] = 7
    np.testing.assert_array_equal(unit.w, final)


@st.composite
def separated(draw):
    """Examples with a gap around a known hyperplane."""
    D = draw(st.integers(1, 3))
    w = draw(arrays(np.float64, D, elements=st.integers(-3, 3)).filter(np.any))
    b = draw(st.integers(-3, 3))
    x = draw(arrays(np.float64, (draw(st.integers(1, 12)), D), elements=st.integers(-5, 5)))
    x = x[x @ w + b != 0]
    return x, (x @ w + b > 0).astype(int), w, b


@given(separated().filter(lambda data: len(data[0])), st.integers(0, 100))
def test_mistakes_stay_within_the_bound(data, seed):
    x, y, w, b = data
    bound = mistake_bound(x, y, w, b)
    unit = Perceptron().fit(x, y, epochs=int(bound) + 2, rng=np.random.default_rng(seed))
    assert unit.mistakes <= bound * (1 + 1e-9)
    assert unit.converged
    np.testing.assert_array_equal(unit.predict(x), y)


def test_bound_by_hand():
    # R^2 = 3^2 + 4^2 + 1 = 26; the gaps are 3 + 4 - 2 = 5 and 2 - 0, over |(1, 1, -2)|^2 = 6.
    assert mistake_bound([[3, 4], [0, 0]], [1, 0], [1, 1], -2) == pytest.approx(26 * 6 / 4)
    assert type(mistake_bound([[3.0]], [1], [1.0], 0)) is float


def test_bound_does_not_depend_on_the_length_of_the_weights():
    x, y = [[3.0, 4.0], [0.0, 0.0]], [1, 0]
    expected = mistake_bound(x, y, [1, 1], -2)
    for scale in (1e-200, 7.0, 1e200):
        assert mistake_bound(x, y, np.array([1, 1]) * scale, -2 * scale) == pytest.approx(expected)


def test_bound_is_infinite_where_the_gap_is_next_to_nothing():
    assert mistake_bound([[1e-200], [-1e-200]], [1, 0], [1.0], 0) == np.inf


def test_bound_of_float32_is_computed_in_float64():
    x = np.array([[1 + 2**-20], [1]], np.float32)
    expected = mistake_bound(x.astype(float), [1, 0], [1.0], -1 - 2**-21)
    assert mistake_bound(x, [1, 0], np.array([1.0], np.float32), -1 - 2**-21) == expected


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"x": [0, 1]}, ValueError, "`x` must have shape (N, D). Received: shape=(2,)"),
        ({"x": [[np.nan]] * 4}, ValueError, "`x` must not contain NaN. Received: 4 NaN"),
        ({"x": [[np.inf]] * 4}, ValueError, "`x` must be finite. Received: inf"),
        ({"x": np.ones((0, 2))}, ValueError, "`x` must not be empty. Received: shape=(0, 2)"),
        ({"y": [0, 1]}, ValueError, "`y` must have shape (4,). Received: shape=(2,)"),
        ({"y": [0, 1, 2, 1]}, ValueError, "`y` must be at most 1. Received: 2"),
        ({"y": [0, 1, -1, 1]}, ValueError, "`y` must be at least 0. Received: -1"),
        ({"y": [0.0, 1, 0, 1]}, TypeError, "`y` must be integers. Received: dtype=float64"),
        ({"epochs": 0}, ValueError, "`epochs` must be at least 1. Received: 0"),
        ({"rng": 0}, TypeError, "`rng` must be a numpy.random.Generator. Received: 0"),
        (
            {"x": np.full((4, 2), 1e200)},
            ValueError,
            "`x` must be small enough for finite weighted sums. Received: 1e+200",
        ),
    ],
)
def test_bad_input_leaves_the_unit_as_it_was(change, error, message):
    unit = Perceptron().fit(INPUTS, AND, epochs=50)
    before = state(unit)
    with pytest.raises(error) as caught:
        unit.fit(**({"x": INPUTS, "y": AND, "epochs": 5} | change))
    assert str(caught.value) == message
    after = state(unit)
    assert before.keys() == after.keys()
    for name, value in before.items():
        np.testing.assert_array_equal(after[name], value)


def test_predict_needs_a_fit_and_fitting_examples():
    unit = Perceptron()
    with pytest.raises(RuntimeError) as caught:
        unit.predict(INPUTS)
    assert str(caught.value) == "`predict` must come after `fit`. Received: no fit"
    unit.fit(INPUTS, AND, epochs=50)
    for x, message in [
        (np.ones((2, 3)), "`x` must have shape (N, 2). Received: shape=(2, 3)"),
        ([[np.inf, 0]], "`x` must be finite. Received: inf"),
        (
            [[1.5e308, 1.5e308]],
            "`x` must be small enough for finite weighted sums. Received: 1.5e+308",
        ),
    ]:
        with pytest.raises(ValueError) as refused:  # noqa: PT011 - the whole message is compared
            unit.predict(x)
        assert str(refused.value) == message


def test_sums_that_overflow_both_ways_are_refused():
    # Infinity minus infinity has a warning of its own, which short sums do not always raise.
    unit = Perceptron().fit([[2.0, -2.0] * 50], [1], epochs=5)
    with pytest.raises(ValueError, match=r"^`x` must be small enough"):
        unit.predict([[1.5e308] * 100])


@pytest.mark.parametrize(
    ("w", "b", "message"),
    [
        ([1, 1], -1, "`w` and `b` must separate the labels. Received: 2 of 4 not on their side"),
        ([1, 1], -3, "`w` and `b` must separate the labels. Received: 1 of 4 not on their side"),
        ([1], 0, "`w` must have shape (2,). Received: shape=(1,)"),
        ([1, np.inf], 0, "`w` must be finite. Received: inf"),
        ([1, 1], np.inf, "`b` must be finite. Received: inf"),
        ([1, 1], [0], "`b` must have shape (). Received: shape=(1,)"),
    ],
)
def test_bound_needs_a_separating_line(w, b, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        mistake_bound(INPUTS, AND, w, b)
    assert str(caught.value) == message


def test_bound_checks_the_examples():
    with pytest.raises(ValueError, match=r"^`y` must be at most 1\. Received: 3$"):
        mistake_bound([[1.0]], [3], [1.0], 0)
