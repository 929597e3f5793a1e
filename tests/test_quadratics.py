import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlnotes.quadratics import condition_number, curvatures, gradient, quadratic, value

A, B = np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([3.0, 4.0])


def test_value_and_gradient_by_hand():
    # f(1, 2) = (2 + 4 + 12) / 2 - 3 - 8
    assert value(A, B, [1, 2]) == -2
    assert gradient(A, B, [1, 2]).tolist() == [1, 3]
    x = np.array([[[1, 2]], [[0, 0]]])
    assert value(A, B, x).tolist() == [[-2], [0]]
    assert gradient(A, B, x).tolist() == [[[1, 3]], [[-3, -4]]]


def test_gradient_is_the_slope_of_the_value():
    A = quadratic([0.5, 2, 30], rng=np.random.default_rng(0))
    b, x = np.random.default_rng(1).normal(size=(2, 3))
    h = 1e-4 * np.eye(3)
    slopes = (value(A, b, x + h) - value(A, b, x - h)) / 2e-4
    np.testing.assert_allclose(gradient(A, b, x), slopes, rtol=1e-8)


def test_the_bottom_solves_the_equations():
    bottom = np.linalg.solve(A, B)
    np.testing.assert_allclose(gradient(A, B, bottom), 0, atol=1e-14)
    around = bottom + np.random.default_rng(0).normal(size=(100, 2))
    assert np.all(value(A, B, around) > value(A, B, bottom))


def test_a_saddle_has_values_too():
    saddle = [[1, 0], [0, -1]]
    assert value(saddle, [0, 0], [[1, 0], [0, 1]]).tolist() == [0.5, -0.5]
    assert gradient(saddle, [0, 0], [0, 0]).tolist() == [0, 0]


def test_a_diverging_descent_ends_in_infinity_without_a_warning():
    assert value(A, B, [1e200, 0]) == np.inf
    assert np.isnan(value(A, B, [np.inf, np.inf])) or value(A, B, [np.inf, np.inf]) == np.inf
    assert gradient([[1e300]], [0], [1e300]).tolist() == [np.inf]
    assert gradient([[1, 0], [0, 1]], [0, 0], [np.inf, 1]).tolist()[0] == np.inf


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floats_keep_their_precision(dtype):
    a, b, x = A.astype(dtype), B.astype(dtype), np.ones((4, 2), dtype)
    assert value(a, b, x).dtype == gradient(a, b, x).dtype == dtype
    Q = quadratic(np.array([1, 2], dtype), rng=np.random.default_rng(0))
    assert Q.dtype == dtype
    assert condition_number(Q) == pytest.approx(2, rel=10 * float(np.finfo(dtype).eps))


@given(st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=5), st.integers(0, 2**32))
def test_drawn_matrices_have_the_eigenvalues(eigenvalues, seed):
    A = quadratic(eigenvalues, rng=np.random.default_rng(seed))
    np.testing.assert_array_equal(A, A.T)
    np.testing.assert_allclose(
        np.linalg.eigvalsh(A), sorted(eigenvalues), atol=1e-13 * max(eigenvalues)
    )
    np.testing.assert_allclose(curvatures(A), [min(eigenvalues), max(eigenvalues)], rtol=1e-9)
    assert condition_number(A) == pytest.approx(max(eigenvalues) / min(eigenvalues), rel=1e-8)


def test_the_generator_draws_the_directions():
    first, second = (quadratic([1, 9], rng=np.random.default_rng(s)) for s in (0, 1))
    assert not np.allclose(first, second)
    np.testing.assert_array_equal(first, quadratic([1, 9], rng=np.random.default_rng(0)))
    # Every direction is as likely as any other: the mean is a multiple of the identity.
    rng = np.random.default_rng(0)
    mean = np.mean([quadratic([0.5, 1, 3], rng=rng) for _ in range(4000)], axis=0)
    np.testing.assert_allclose(mean, 1.5 * np.eye(3), atol=0.05)


def test_curvatures_are_extreme_eigenvalues():
    assert curvatures(np.diag([4, 2, 7])) == (2, 7)
    assert all(type(c) is float for c in curvatures(A))
    assert condition_number(np.diag([4, 2, 7])) == 3.5
    assert condition_number([[5]]) == 1


def test_rounding_is_neither_asymmetric_nor_indefinite():
    nearly = A + np.array([[0, 1e-15], [0, 0]])
    assert condition_number(nearly) == pytest.approx(condition_number(A))
    eps = np.finfo(float).eps  # the entries may differ by 200 of it, their halves by 100
    assert value(np.array([[1, 200 * eps], [0, 1]]), [0, 0], [1, 0]) == 0.5
    with pytest.raises(ValueError, match="symmetric"):
        value(np.array([[1, 201 * eps], [0, 1]]), [0, 0], [1, 0])
    nearly = np.array([[2, 1 + 1e-6], [1, 3]], np.float32)
    assert condition_number(nearly) == pytest.approx(condition_number(A), rel=1e-5)


def test_arguments_are_left_alone_and_no_result_is_a_view():
    a, b, x = A.copy(), B.copy(), np.ones(2)
    value(a, b, x), gradient(a, b, x), curvatures(a)
    e = np.array([1.0])
    quadratic(e, rng=np.random.default_rng(0))[:] = 5
    assert (a.tolist(), b.tolist(), x.tolist()) == (A.tolist(), B.tolist(), [1, 1])
    assert e.tolist() == [1]


@pytest.mark.parametrize(
    ("a", "error", "message"),
    [
        ([1, 2], ValueError, "`A` must have shape (D, D). Received: shape=(2,)"),
        ([[1, 2, 3], [4, 5, 6]], ValueError, "`A` must be square. Received: shape=(2, 3)"),
        ([[np.inf]], ValueError, "`A` must be finite. Received: inf"),
        ([["a"]], TypeError, "`A` must be real numbers. Received: dtype=<U1"),
        (
            [[2, 1], [1.001, 2]],
            ValueError,
            "`A` must be symmetric. Received: entries that differ by 0.001",
        ),
        (
            [[2, 1], [1 + 1e-12, 2]],
            ValueError,
            "`A` must be symmetric. Received: entries that differ by 1.00009e-12",
        ),
    ],
)
def test_matrices_are_square_and_symmetric(a, error, message):
    for function in (
        curvatures,
        condition_number,
        lambda a: value(a, [0, 0], [0, 0]),
        lambda a: gradient(a, [0, 0], [0, 0]),
    ):
        with pytest.raises(error) as caught:
            function(a)
        assert str(caught.value) == message


def test_symmetry_of_the_largest_numbers():
    with pytest.raises(ValueError, match=r"^`A` must be symmetric\."):
        value([[1, 1.5e308], [-1.5e308, 1]], [0, 0], [0, 0])


@pytest.mark.parametrize(
    ("a", "message"),
    [
        ([[1, 0], [0, -1]], "`A` must be positive definite. Received: an eigenvalue of -1"),
        ([[0.0]], "`A` must be positive definite. Received: an eigenvalue of 0"),
        ([[1, 0], [0, 1e-15]], "`A` must be positive definite. Received: an eigenvalue of 1e-15"),
    ],
)
def test_bowls_curve_upwards(a, message):
    for function in (curvatures, condition_number):
        with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
            function(a)
        assert str(caught.value) == message
    assert condition_number([[1, 0], [0, 1e-13]]) == pytest.approx(1e13)


@pytest.mark.parametrize(
    ("b", "x", "message"),
    [
        ([1], [1, 2], "`b` must have shape (2,). Received: shape=(1,)"),
        ([1, np.inf], [1, 2], "`b` must be finite. Received: inf"),
        ([1, 2], [1, 2, 3], "`x` must have shape (..., 2). Received: shape=(3,)"),
        ([1, 2], [1, np.nan], "`x` must not contain NaN. Received: 1 NaN"),
    ],
)
def test_vectors_fit_the_matrix(b, x, message):
    for function in (value, gradient):
        with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
            function(A, b, x)
        assert str(caught.value) == message


@pytest.mark.parametrize(
    ("eigenvalues", "rng", "error", "message"),
    [
        ([1, 0], 0, ValueError, "`eigenvalues` must be greater than 0. Received: 0.0"),
        ([[1]], 0, ValueError, "`eigenvalues` must have shape (D,). Received: shape=(1, 1)"),
        ([1, np.inf], 0, ValueError, "`eigenvalues` must be finite. Received: inf"),
        ([1, 2], 0, TypeError, "`rng` must be a numpy.random.Generator. Received: 0"),
    ],
)
def test_what_cannot_be_drawn(eigenvalues, rng, error, message):
    with pytest.raises(error) as caught:
        quadratic(eigenvalues, rng=rng)
    assert str(caught.value) == message
