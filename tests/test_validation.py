"""The errors that many modules share, each by its full text."""

import math

import numpy as np
import pytest

from dlnotes import _validation as v

NAN, INF = math.nan, math.inf
RNG = np.random.default_rng(0)


def message(f, *arguments, **settings):
    """Return type and text of the error."""
    with pytest.raises((ValueError, TypeError)) as caught:
        f("x", *arguments, **settings)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return type(caught.value), str(caught.value)


@pytest.mark.parametrize(
    ("x", "settings", "error", "text"),
    [
        ("word", {}, TypeError, "`x` must be real numbers. Received: dtype=<U4"),
        ([1j], {}, TypeError, "`x` must be real numbers. Received: dtype=complex128"),
        ([10**30], {}, TypeError, "`x` must be real numbers. Received: dtype=object"),
        (
            [[1], [2, 3]],
            {},
            ValueError,
            "`x` must be a rectangular array. Received: [[1], [2, 3]]",
        ),
        ([], {}, ValueError, "`x` must not be empty. Received: shape=(0,)"),
        ([1, NAN, NAN], {}, ValueError, "`x` must not contain NaN. Received: 2 NaN"),
        ([1, INF, -INF], {"finite": True}, ValueError, "`x` must be finite. Received: inf"),
        (
            [1, 2],
            {"shape": ("N", 2)},
            ValueError,
            "`x` must have shape (N, 2). Received: shape=(2,)",
        ),
        ([], {"shape": (2,)}, ValueError, "`x` must have shape (2,). Received: shape=(0,)"),
        ([1], {"shape": ()}, ValueError, "`x` must have shape (). Received: shape=(1,)"),
    ],
)
def test_as_floats_refuses(x, settings, error, text):
    assert message(v.as_floats, x, **settings) == (error, text)


@pytest.mark.parametrize(
    ("x", "dtype"),
    [
        (np.float16([1]), np.float16),
        (np.float32([1]), np.float32),
        (np.float64([1]), np.float64),
        (np.uint8([255]), np.float64),
        ([True, False], np.float64),
        ([INF, 1], np.float64),
        (3, np.float64),
    ],
)
def test_as_floats_keeps_floats(x, dtype):
    a = v.as_floats("x", x)
    assert a.dtype == dtype
    np.testing.assert_array_equal(a, x)


FITS = [
    ((4, 3), ("N", 3)),
    ((4, 3), ("N", "...", 3)),
    ((4, 5, 6, 3), ("N", "...", 3)),
    ((), ("...",)),
    ((2, 2), ("...",)),
    ((7, 3), ("...", 3)),
    ((3,), ("...", 3)),
    ((3, 7), (3, "...")),
    ((), ()),
]
MISFITS = [
    ((3,), ("N", 3), "(N, 3)"),
    ((3,), ("N", "...", 3), "(N, ..., 3)"),
    ((4, 2), ("N", "...", 3), "(N, ..., 3)"),
    ((4, 3, 2), ("N", "...", 3), "(N, ..., 3)"),
    ((4, 2, 3), ("N", 3), "(N, 3)"),
    ((), ("N",), "(N,)"),
    ((2, 3), (3, "..."), "(3, ...)"),
    ((), ("...", 3), "(..., 3)"),
]


@pytest.mark.parametrize(("shape", "rule"), FITS)
def test_shapes_that_fit(shape, rule):
    assert v.as_floats("x", np.ones(shape), shape=rule).shape == shape
    assert v.as_batch("x", np.ones(shape), rule).shape == shape
    assert v.as_integers("x", np.ones(shape, int), shape=rule).shape == shape


@pytest.mark.parametrize(("shape", "rule", "text"), MISFITS)
def test_shapes_that_do_not(shape, rule, text):
    expected = ValueError, f"`x` must have shape {text}. Received: shape={shape}"
    assert message(v.as_floats, np.ones(shape), shape=rule) == expected
    assert message(v.as_batch, np.ones(shape), rule) == expected
    assert message(v.as_integers, np.ones(shape, int), shape=rule) == expected


def test_as_batch_lets_nan_and_nothing_pass():
    np.testing.assert_array_equal(v.as_batch("x", [NAN, INF], ("N",)), [NAN, INF])
    assert v.as_batch("x", np.ones((0, 3), np.float32), ("N", 3)).dtype == np.float32
    assert message(v.as_batch, ["a"], ("N",)) == (
        TypeError,
        "`x` must be real numbers. Received: dtype=<U1",
    )


@pytest.mark.parametrize(
    ("x", "settings", "error", "text"),
    [
        ([1.0], {}, TypeError, "`x` must be integers. Received: dtype=float64"),
        ([True], {}, TypeError, "`x` must be integers. Received: dtype=bool"),
        (np.zeros(0, int), {}, ValueError, "`x` must not be empty. Received: shape=(0,)"),
        ([3, 1], {"low": 2}, ValueError, "`x` must be at least 2. Received: 1"),
        ([3, 1], {"high": 2}, ValueError, "`x` must be at most 2. Received: 3"),
        (
            np.uint64([2**64 - 1]),
            {},
            ValueError,
            "`x` must be at most 9223372036854775807. Received: 18446744073709551615",
        ),
    ],
)
def test_as_integers_refuses(x, settings, error, text):
    assert message(v.as_integers, x, **settings) == (error, text)


def test_as_integers_are_int64_and_new():
    x = np.int8([2, 3])
    a = v.as_integers("x", x, low=2, high=3)
    assert a.dtype == np.int64
    y = np.int64([5])
    assert not np.shares_memory(v.as_integers("x", y), y)


@pytest.mark.parametrize("axis", [-3, 2])
def test_axis_must_exist(axis):
    expected = ValueError, f"`axis` must be an axis of `x`. Received: {axis}, shape=(1, 1)"
    assert message(v.as_distribution, [[1.0]], axis=axis) == expected
    assert message(v.as_scores, [[1.0]], axis=axis) == expected
    for inside in (-2, 1):
        v.as_scores("x", [[1.0]], axis=inside)
    scalar = ValueError, "`x` must have at least one axis. Received: the scalar 1.0"
    assert message(v.as_scores, 1.0) == scalar


@pytest.mark.parametrize(
    ("p", "text"),
    [
        ([-0.5, 1.5], "`x` must not be negative. Received: -0.5"),
        ([0.5, 0.4], "`x` must sum to 1 along `axis`. Received: sum=0.9"),
        ([[1, 0], [0.7, 0.7]], "`x` must sum to 1 along `axis`. Received: sum=1.4"),
        ([INF, 0], "`x` must sum to 1 along `axis`. Received: sum=inf"),
        ([[0.2, 0], [1.1, 0]], "`x` must sum to 1 along `axis`. Received: sum=0.2"),
        ([NAN, 1], "`x` must not contain NaN. Received: 1 NaN"),
        ([1.000011, 0], "`x` must sum to 1 along `axis`. Received: sum=1.00001"),
    ],
)
def test_what_is_no_distribution(p, text):
    assert message(v.as_distribution, p) == (ValueError, text)


def test_rounding_is_allowed_for():
    v.as_distribution("x", [1.000009, 0])
    v.as_distribution("x", [0.999991, 0])
    v.as_distribution("x", [[1, 1], [0, 0]], axis=0)
    n = 10**5  # too many numbers to add up in float32
    v.as_distribution("x", np.full((n, 2), 1 / n, np.float32), axis=0)


def test_as_probabilities():
    np.testing.assert_array_equal(v.as_probabilities("x", [[0, 1], [1, 1]]), [[0, 1], [1, 1]])
    for p, number in [([0.5, -0.25, 2], -0.25), ([0, 1.5], 1.5)]:
        text = f"`x` must lie between 0 and 1. Received: {number}"
        assert message(v.as_probabilities, p) == (ValueError, text)
    text = "`x` must not contain NaN. Received: 1 NaN"
    assert message(v.as_probabilities, [NAN]) == (ValueError, text)


def test_as_scores_must_be_finite():
    assert message(v.as_scores, [1, -INF]) == (ValueError, "`x` must be finite. Received: -inf")
    assert message(v.as_scores, [NAN]) == (ValueError, "`x` must not contain NaN. Received: 1 NaN")


@pytest.mark.parametrize(
    ("n", "settings", "error", "text"),
    [
        (0, {}, ValueError, "`x` must be at least 1. Received: 0"),
        (-1, {"low": 0}, ValueError, "`x` must be at least 0. Received: -1"),
        (2.0, {}, TypeError, "`x` must be an integer. Received: 2.0"),
        (True, {}, TypeError, "`x` must be an integer. Received: True"),
        (np.True_, {}, TypeError, "`x` must be an integer. Received: np.True_"),
        ("2", {}, TypeError, "`x` must be an integer. Received: '2'"),
        (None, {}, TypeError, "`x` must be an integer. Received: None"),
    ],
)
def test_as_count_refuses(n, settings, error, text):
    assert message(v.as_count, n, **settings) == (error, text)


def test_as_count_gives_python_integers():
    for n in (3, np.int8(3), np.uint64(3), np.array(3)):
        assert type(v.as_count("x", n)) is int
        assert v.as_count("x", n, low=3) == 3


@pytest.mark.parametrize(
    ("f", "refused", "rule"),
    [
        (v.as_positive, [0, -1.0, NAN, INF], "must be finite and greater than 0"),
        (v.as_nonnegative, [-1e-300, NAN, INF], "must be finite and at least 0"),
        (v.as_fraction, [-0.1, 1.1, NAN], "must lie between 0 and 1"),
    ],
)
def test_numbers_out_of_range(f, refused, rule):
    for x in refused:
        assert message(f, x) == (ValueError, f"`x` {rule}. Received: {x}")
    for x in ("1", None, [0.5], True, 1j):
        assert message(f, x) == (TypeError, f"`x` must be a real number. Received: {x!r}")
    assert f("x", np.float32(0.5)) == 0.5
    assert f("x", np.uint8(1)) == 1
    assert type(f("x", 1)) is float


def test_ends_of_the_ranges():
    assert v.as_nonnegative("x", 0) == 0
    assert (v.as_fraction("x", 0), v.as_fraction("x", 1)) == (0, 1)
    assert v.as_fraction("x", 0, below_1=True) == 0
    for x in (1, 1.5, -0.5, NAN):
        text = f"`x` must be at least 0 and less than 1. Received: {x}"
        assert message(v.as_fraction, x, below_1=True) == (ValueError, text)


def test_as_generator():
    assert v.as_generator("x", RNG) is RNG
    text = "`x` must be a numpy.random.Generator. Received: 7"
    assert message(v.as_generator, 7) == (TypeError, text)


def test_same_shape():
    v.same_shape("x", [[1, 2]], "y", [[3, 4]])
    text = "`x` must have the shape of `y`. Received: y.shape=(2,), x.shape=(1, 2)"
    assert message(v.same_shape, [[1, 2]], "y", [3, 4]) == (ValueError, text)


def test_rows_of_different_lengths_are_no_array():
    ragged = [[1], [2, 3]]
    text = f"`x` must be a rectangular array. Received: {ragged}"
    for f in (v.as_floats, v.as_integers, v.as_positive):
        assert message(f, ragged) == (ValueError, text)


def test_a_sum_that_overflows_is_not_1():
    text = "`x` must sum to 1 along `axis`. Received: sum=inf"
    assert message(v.as_distribution, [1.7e308, 1.7e308]) == (ValueError, text)


@pytest.mark.parametrize("axis", [0.5, None, "0"])
def test_axis_must_be_an_integer(axis):
    expected = TypeError, f"`axis` must be an integer. Received: {axis!r}"
    assert message(v.as_scores, [1.0], axis=axis) == expected
    v.as_scores("x", [1.0], axis=np.int8(0))


def test_as_number():
    assert v.as_number("x", np.float32(0.5)) == 0.5
    assert message(v.as_number, "2") == (TypeError, "`x` must be a real number. Received: '2'")


def test_as_arrays():
    a, b = v.as_arrays("x", [np.float32([1]), [[2, 3]]])
    assert (a.dtype, b.dtype, b.shape) == (np.float32, np.float64, (1, 2))
    text = "`x` must be a list of arrays. Received: ndarray"
    assert message(v.as_arrays, np.ones((2, 2))) == (TypeError, text)
    assert message(v.as_arrays, [[1], [INF]]) == (
        ValueError,
        "`x[1]` must be finite. Received: inf",
    )
