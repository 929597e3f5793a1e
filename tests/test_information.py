import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlnotes.information import (
    cross_entropy,
    entropy,
    jensen_shannon_divergence,
    kl_divergence,
    surprise,
)

OF_ONE = [entropy]
OF_TWO = [cross_entropy, kl_divergence]
BASES = st.floats(1.01, 1e6)


def call(function, p, **options):
    """Both arguments of the functions of two distributions are ``p``."""
    return function(p, **options) if function in OF_ONE else function(p, p, **options)


@st.composite
def distributions(draw, count=1, zeros=True):
    """``count`` distributions over the same 1 to 8 outcomes."""
    size = draw(st.integers(1, 8))
    weights = st.floats(1e-6, 1.0)
    if zeros:
        weights = st.just(0.0) | weights
    rows = draw(arrays(np.float64, (count, size), elements=weights))
    assume((rows.sum(axis=1) > 0).all())
    rows /= rows.sum(axis=1, keepdims=True)
    return rows[0] if count == 1 else tuple(rows)


# Closed forms


def test_surprise_of_halvings_counts_them():
    np.testing.assert_allclose(
        surprise([1, 0.5, 0.25, 2.0**-40], base=2), [0, 1, 2, 40], rtol=1e-14
    )


def test_surprise_is_in_nats_unless_a_base_is_given():
    assert surprise(math.exp(-3)) == pytest.approx(3, rel=1e-15)


def test_surprise_of_the_sure_is_plus_zero_and_of_the_impossible_infinite():
    result = surprise([1, 0])
    assert result.tolist() == [0, math.inf]
    assert not np.signbit(result[0])


def test_surprise_keeps_any_shape():
    assert surprise(0.5).shape == ()
    assert surprise(np.full((2, 3, 4), 0.1)).shape == (2, 3, 4)


def test_entropy_of_dyadic_odds():
    assert entropy([0.5, 0.25, 0.125, 0.125], base=2) == pytest.approx(1.75, rel=1e-15)


@pytest.mark.parametrize("n", [1, 2, 3, 10, 1000])
def test_entropy_of_the_uniform_is_log_n(n):
    assert entropy(np.full(n, 1 / n)) == pytest.approx(math.log(n), rel=1e-14)


def test_entropy_of_a_sure_outcome_is_plus_zero():
    for function in (*OF_ONE, *OF_TWO):
        result = call(function, [0, 1, 0])
        assert result == 0
        assert not np.signbit(result)


def test_cross_entropy_by_hand():
    p, q = [0.5, 0.25, 0.25], [0.25, 0.25, 0.5]
    assert cross_entropy(p, q, base=2) == pytest.approx(1.75, rel=1e-15)
    assert cross_entropy(q, p, base=2) == pytest.approx(1.75, rel=1e-15)


def test_the_first_argument_is_the_truth():
    p, q = [0.5, 0.5], [0.25, 0.75]
    expected = 0.5 * 2 - 0.5 * math.log2(0.75)
    assert cross_entropy(p, q, base=2) == pytest.approx(expected, rel=1e-15)
    assert cross_entropy(q, p, base=2) == pytest.approx(1, rel=1e-15)
    assert kl_divergence(p, q, base=2) == pytest.approx(expected - 1, rel=1e-14)


def test_divergence_of_two_bernoulli_distributions():
    a, b = 0.3, 0.9
    expected = a * math.log(a / b) + (1 - a) * math.log((1 - a) / (1 - b))
    assert kl_divergence([a, 1 - a], [b, 1 - b]) == pytest.approx(expected, rel=1e-14)


# Zeros, silently right: pytest turns every warning into an error


def test_zero_probability_contributes_nothing():
    assert entropy([0.5, 0.5, 0], base=2) == 1
    assert cross_entropy([0.5, 0.5, 0], [0.25, 0.25, 0.5], base=2) == 2
    assert kl_divergence([0.5, 0.5, 0], [0.25, 0.25, 0.5], base=2) == 1


def test_believing_the_impossible_is_free_if_it_never_happens():
    assert cross_entropy([0, 1], [0, 1]) == 0
    assert kl_divergence([0, 1], [0, 1]) == 0


def test_holding_the_possible_impossible_costs_infinitely_much():
    assert cross_entropy([0.5, 0.5], [1, 0]) == math.inf
    assert kl_divergence([0.5, 0.5], [1, 0]) == math.inf


def test_one_infinite_row_leaves_the_others_alone():
    p, q = [[0.5, 0.5], [1, 0]], [[1, 0], [0.5, 0.5]]
    assert cross_entropy(p, q, base=2).tolist() == [math.inf, 1]


# Axis, dtype, input kept


@pytest.mark.parametrize("function", [*OF_ONE, *OF_TWO])
def test_axis_counts_the_outcomes(function):
    rng = np.random.default_rng(0)
    p, q = rng.dirichlet(np.ones(3), size=(2, 4, 5))
    arguments = (p,) if function in OF_ONE else (p, q)
    last = function(*arguments)
    first = function(*(np.moveaxis(a, -1, 0) for a in arguments), axis=0)
    assert last.shape == (4, 5)
    np.testing.assert_array_equal(first, last)
    rows = (a[1, 2] for a in arguments)
    assert last[1, 2] == function(*rows)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_floats_keep_their_precision(dtype):
    p = np.array([0.3, 0.7], dtype)
    assert surprise(p, base=2).dtype == dtype
    assert entropy(p, base=2).dtype == dtype
    assert cross_entropy(p, p, base=2).dtype == dtype
    assert kl_divergence(p, p, base=2).dtype == dtype


def test_mixed_precision_gives_the_higher():
    p = np.array([0.3, 0.7])
    assert cross_entropy(p, p.astype(np.float32)).dtype == np.float64
    assert cross_entropy(p.astype(np.float32), p).dtype == np.float64


@pytest.mark.parametrize(
    "one_hot", [[0, 1, 0], np.array([0, 1, 0]), np.array([False, True, False])]
)
def test_counts_and_truth_values_become_float64(one_hot):
    result = cross_entropy(one_hot, [0.25, 0.5, 0.25], base=2)
    assert result == 1
    assert result.dtype == np.float64


def test_arguments_are_left_alone():
    p, q = np.array([0, 1.0]), np.array([0.5, 0.5])
    surprise(p), entropy(p), cross_entropy(p, q), kl_divergence(p, q)
    assert p.tolist() == [0, 1]
    assert q.tolist() == [0.5, 0.5]


# Laws


@given(p=st.floats(1e-300, 1), q=st.floats(1e-8, 1), base=BASES)
def test_surprises_of_independent_events_add_up(p, q, base):
    together = surprise(p * q, base=base)
    np.testing.assert_allclose(
        together,
        surprise(p, base=base) + surprise(q, base=base),
        rtol=1e-12,
        atol=1e-13 / math.log(base),
    )


@given(p=distributions())
def test_entropy_lies_between_zero_and_log_n(p):
    assert 0 <= entropy(p) <= math.log(len(p)) + 1e-15 * len(p)


@given(p=distributions(), shift=st.integers(0, 7))
def test_entropy_does_not_depend_on_the_order(p, shift):
    np.testing.assert_allclose(entropy(np.roll(p, shift)), entropy(p), rtol=1e-13, atol=1e-15)


@given(p=distributions(), base=BASES)
def test_changing_the_base_divides_by_its_logarithm(p, base):
    for function in (*OF_ONE, *OF_TWO):
        np.testing.assert_allclose(
            call(function, p, base=base) * math.log(base), call(function, p), rtol=1e-13, atol=1e-15
        )


@given(pair=distributions(count=2), t=st.floats(0, 1))
def test_entropy_is_concave(pair, t):
    p, q = pair
    mixture = t * p + (1 - t) * q
    assert entropy(mixture) >= t * entropy(p) + (1 - t) * entropy(q) - 1e-14


@given(pair=distributions(count=2, zeros=False))
def test_entropies_of_independent_parts_add_up(pair):
    p, q = pair
    np.testing.assert_allclose(
        entropy(np.outer(p, q).ravel()), entropy(p) + entropy(q), rtol=1e-12, atol=1e-14
    )


@given(pair=distributions(count=2, zeros=False), base=BASES)
def test_cross_entropy_decomposes(pair, base):
    p, q = pair
    np.testing.assert_allclose(
        cross_entropy(p, q, base=base),
        entropy(p, base=base) + kl_divergence(p, q, base=base),
        rtol=1e-13,
        atol=1e-14 / math.log(base),
    )


@given(pair=distributions(count=2))
def test_gibbs_with_a_margin(pair):
    """Pinsker: KL is at least half the squared sum of differences, so 0 only for q = p."""
    p, q = pair
    assert kl_divergence(p, q) >= np.abs(p - q).sum() ** 2 / 2 - 1e-14


@given(p=distributions())
def test_believing_the_truth_costs_the_entropy(p):
    assert cross_entropy(p, p) == entropy(p)
    assert kl_divergence(p, p) == 0


@given(pair=distributions(count=2, zeros=False), t=st.floats(0, 1))
def test_cross_entropy_is_linear_in_the_truth(pair, t):
    p, q = pair
    mixture = t * p + (1 - t) * q
    expected = t * cross_entropy(p, q) + (1 - t) * cross_entropy(q, q)
    np.testing.assert_allclose(cross_entropy(mixture, q), expected, rtol=1e-13, atol=1e-15)


@given(triple=distributions(count=3, zeros=False), t=st.floats(0, 1))
def test_cross_entropy_is_convex_in_the_belief(triple, t):
    p, q, r = triple
    chord = t * cross_entropy(p, q) + (1 - t) * cross_entropy(p, r)
    assert cross_entropy(p, t * q + (1 - t) * r) <= chord + 1e-13


# Errors


@pytest.mark.parametrize(
    ("p", "error", "message"),
    [
        ([], ValueError, "`p` must not be empty. Received: shape=(0,)"),
        (np.ones((0, 3)), ValueError, "`p` must not be empty. Received: shape=(0, 3)"),
        ([math.nan, 0.5, math.nan], ValueError, "`p` must not contain NaN. Received: 2 NaN"),
        (["a", "b"], TypeError, "`p` must be real numbers. Received: dtype=<U1"),
        ([0.5 + 0j, 0.5], TypeError, "`p` must be real numbers. Received: dtype=complex128"),
        ([None, 1], TypeError, "`p` must be real numbers. Received: dtype=object"),
    ],
)
def test_unusable_numbers(p, error, message):
    for function in (surprise, *OF_ONE, *OF_TWO):
        with pytest.raises(error) as caught:
            surprise(p) if function is surprise else call(function, p)
        assert str(caught.value) == message


@pytest.mark.parametrize(
    ("p", "message"),
    [
        (1.0, "`p` must have at least one axis. Received: the scalar 1.0"),
        ([1.5, -0.5], "`p` must not be negative. Received: -0.5"),
        ([0.5, 0.4], "`p` must sum to 1 along `axis`. Received: sum=0.9"),
        ([0.5, math.inf], "`p` must sum to 1 along `axis`. Received: sum=inf"),
        ([0.333, 0.333, 0.333], "`p` must sum to 1 along `axis`. Received: sum=0.999"),
        ([[0.5, 0.5], [2, 1]], "`p` must sum to 1 along `axis`. Received: sum=3"),
    ],
)
def test_what_is_no_distribution(p, message):
    for function in (*OF_ONE, *OF_TWO):
        with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
            call(function, p)
        assert str(caught.value) == message


def test_rounding_of_float32_is_no_error():
    thirds = np.full(3, 1 / 3, np.float32).astype(np.float64)
    assert thirds.sum() != 1
    assert entropy(thirds) == pytest.approx(math.log(3), rel=1e-7)


@pytest.mark.parametrize(
    ("p", "message"),
    [
        ([0.5, -0.1], "`p` must lie between 0 and 1. Received: -0.1"),
        ([0.5, 1.5], "`p` must lie between 0 and 1. Received: 1.5"),
    ],
)
def test_surprise_needs_probabilities(p, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        surprise(p)
    assert str(caught.value) == message


@pytest.mark.parametrize("base", [0, -2, 1, 0.5, math.inf, math.nan])
@pytest.mark.parametrize("function", [surprise, *OF_ONE, *OF_TWO])
def test_base_must_exceed_one(function, base):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        surprise([1.0], base=base) if function is surprise else call(function, [1.0], base=base)
    assert str(caught.value) == f"`base` must be finite and greater than 1. Received: {base}"


@pytest.mark.parametrize("axis", [1, -2])
@pytest.mark.parametrize("function", [*OF_ONE, *OF_TWO])
def test_axis_must_exist(function, axis):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        call(function, [0.5, 0.5], axis=axis)
    assert str(caught.value) == f"`axis` must be an axis of `p`. Received: {axis}, shape=(2,)"


@pytest.mark.parametrize("function", OF_TWO)
def test_shapes_must_agree(function):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        function([0.5, 0.5], [[0.5, 0.5]])
    assert (
        str(caught.value)
        == "`q` must have the shape of `p`. Received: p.shape=(2,), q.shape=(1, 2)"
    )


@pytest.mark.parametrize("function", OF_TWO)
def test_errors_name_the_belief(function):
    with pytest.raises(ValueError, match=r"^`q` must sum to 1 along `axis`\. Received: sum=1\.1$"):
        function([0.5, 0.5], [0.5, 0.6])


def test_jensen_shannon_by_hand():
    # m = (3/4, 1/4): KL((1/2, 1/2) | m) = log2(2/sqrt 3), KL((1, 0) | m) = log2(4/3)
    expected = (math.log2(2 / math.sqrt(3)) + math.log2(4 / 3)) / 2
    js = jensen_shannon_divergence([0.5, 0.5], [1, 0], base=2)
    assert js == pytest.approx(expected, rel=1e-14)
    in_nats = jensen_shannon_divergence([0.5, 0.5], [1, 0])
    assert in_nats == pytest.approx(expected * math.log(2), rel=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_jensen_shannon_axis_and_dtype(dtype):
    p, q = np.random.default_rng(0).dirichlet(np.ones(3), size=(2, 5)).astype(dtype)
    js = jensen_shannon_divergence(p, q)
    assert (js.shape, js.dtype) == ((5,), dtype)
    np.testing.assert_allclose(jensen_shannon_divergence(p.T, q.T, axis=0), js, rtol=1e-5)
    one_by_one = [jensen_shannon_divergence(*pair) for pair in zip(p, q, strict=True)]
    np.testing.assert_allclose(js, one_by_one, rtol=1e-5)


def test_jensen_shannon_of_tiny_probabilities_is_finite():
    tiny = 5e-324
    assert jensen_shannon_divergence([tiny, 1], [0, 1]) == 0
    assert jensen_shannon_divergence([0, 1], [0, 1]) == 0
    assert jensen_shannon_divergence([tiny, 1, 0], [0, 0, 1], base=2) == 1


@given(st.integers(1, 6), st.integers(0, 2**32 - 1), st.sampled_from([0.05, 1.0]))
def test_jensen_shannon_is_symmetric_and_at_most_one_bit(n, seed, concentration):
    p, q = np.random.default_rng(seed).dirichlet(np.full(n, concentration), size=2)
    js = jensen_shannon_divergence(p, q, base=2)
    assert js == pytest.approx(jensen_shannon_divergence(q, p, base=2), abs=1e-15)
    assert -1e-15 <= js <= 1 + 1e-15
    m = (p + q) / 2
    mixing_gains = entropy(m, base=2) - (entropy(p, base=2) + entropy(q, base=2)) / 2
    assert js == pytest.approx(mixing_gains, abs=1e-14)


def test_jensen_shannon_errors():
    with pytest.raises(ValueError, match=r"^`q` must have the shape of `p`\. Received: p\.shape="):
        jensen_shannon_divergence([0.5, 0.5], [1.0])
    with pytest.raises(ValueError, match=r"^`base` must be finite and greater than 1\. Rec.*: 1$"):
        jensen_shannon_divergence([0.5, 0.5], [1.0, 0.0], base=1)


def test_surprise_names_the_number_outside():
    with pytest.raises(ValueError, match=r"^`p` must lie between 0 and 1\. Received: 2\.0$"):
        surprise([0, 2])


@pytest.mark.parametrize("base", ["2", None, [2, 3]])
def test_base_must_be_a_number(base):
    with pytest.raises(TypeError) as caught:
        entropy([0.5, 0.5], base=base)
    assert str(caught.value) == f"`base` must be a real number. Received: {base!r}"
