import itertools

import numpy as np
import pytest

from dlnotes.expressivity.gates import boolean_inputs
from dlnotes.expressivity.parity import isolated, or_of_ands, parity_terms, parity_tree


@pytest.mark.parametrize("n", range(1, 9))
def test_wide_and_deep_agree_with_counting(n):
    x = boolean_inputs(n)
    odd = x.sum(axis=1) % 2
    terms = parity_terms(n)
    assert len(terms) == 2 ** (n - 1)
    np.testing.assert_array_equal(terms, x[odd == 1])
    np.testing.assert_array_equal(or_of_ands(terms, x), odd)
    parity, gates = parity_tree(x)
    np.testing.assert_array_equal(parity, odd)
    assert gates == n - 1
    assert parity.dtype == or_of_ands(terms, x).dtype == np.int64


@pytest.mark.parametrize("n", range(1, 9))
def test_minterms_of_parity_are_isolated(n):
    terms = parity_terms(n)
    assert isolated(terms) is True
    by_hand = [np.sum(a != b) for a, b in itertools.combinations(terms, 2)]
    assert all(d >= 2 for d in by_hand)


def test_one_more_minterm_always_has_a_neighbour():
    assert isolated(np.vstack([parity_terms(4), [0, 0, 0, 0]])) is False
    assert isolated([[1, 0, 1]]) is True
    assert isolated([[0], [1]]) is False
    assert isolated([[0, 1], [1, 1]]) is False


def test_any_function_is_an_or_of_ands():
    x = boolean_inputs(3)
    for table in itertools.product((0, 1), repeat=8):
        if any(table):
            assert or_of_ands(x[np.array(table) == 1], x).tolist() == list(table)


def test_any_leading_shape():
    x = np.array([[[0, 1, 1], [1, 1, 1]]])
    assert parity_tree(x)[0].tolist() == or_of_ands(parity_terms(3), x).tolist() == [[0, 1]]
    parity, gates = parity_tree([1])
    assert (parity.shape, int(parity), gates) == ((), 1, 0)
    assert or_of_ands(parity_terms(2), [0, 1]).shape == ()


def test_arguments_are_left_alone_and_no_result_is_a_view():
    x = np.array([[0], [1]])
    parity, _ = parity_tree(x)
    parity[:] = 9
    assert x.tolist() == [[0], [1]]
    terms, y = parity_terms(2), boolean_inputs(2)
    or_of_ands(terms, y), isolated(terms), parity_tree(y)
    assert terms.tolist() == [[0, 1], [1, 0]]
    assert y.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]


@pytest.mark.parametrize(
    ("terms", "error", "message"),
    [
        ([0, 1], ValueError, "`terms` must have shape (K, n). Received: shape=(2,)"),
        ([[0, 2]], ValueError, "`terms` must be at most 1. Received: 2"),
        ([[0, -1]], ValueError, "`terms` must be at least 0. Received: -1"),
        ([[0.0, 1.0]], TypeError, "`terms` must be integers. Received: dtype=float64"),
        (
            [[0, 1], [1, 1], [0, 1]],
            ValueError,
            "`terms` must all be different. Received: 2 different of 3",
        ),
    ],
)
def test_unusable_terms(terms, error, message):
    for function in (isolated, lambda t: or_of_ands(t, [[0, 1]])):
        with pytest.raises(error) as caught:
            function(terms)
        assert str(caught.value) == message


def test_unusable_bits():
    with pytest.raises(
        ValueError, match=r"^`x` must have shape \(\.\.\., 2\)\. Received: shape=\(3,\)$"
    ):
        or_of_ands([[0, 1]], [0, 1, 1])
    with pytest.raises(
        ValueError, match=r"^`x` must have shape \(\.\.\., n\)\. Received: shape=\(\)$"
    ):
        parity_tree(1)
    with pytest.raises(ValueError, match=r"^`x` must be at most 1\. Received: 2$"):
        parity_tree([2])
    with pytest.raises(ValueError, match=r"^`x` must be at least 0\. Received: -2$"):
        parity_tree([-2])
    with pytest.raises(ValueError, match=r"^`n` must be at least 1\. Received: 0$"):
        parity_terms(0)
