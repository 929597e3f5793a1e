import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlnotes.splits import k_fold, minibatches, stratified_k_fold, train_test_indices

seeds = st.integers(0, 2**32 - 1)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def assert_partition(parts, n):
    """Each index from 0 to n - 1 is in exactly one part."""
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(n))
    assert {part.dtype for part in parts} == {np.dtype(np.int64)}


@given(n=st.integers(2, 50), data=st.data(), seed=seeds)
def test_train_test_indices(n, data, seed):
    test_size = data.draw(st.integers(1, n - 1))
    train, test = train_test_indices(n, test_size=test_size, rng=np.random.default_rng(seed))
    assert (len(train), len(test)) == (n - test_size, test_size)
    assert_partition([train, test], n)


def test_every_example_is_held_out_equally_often(rng):
    counts = np.zeros(5)
    for _ in range(4000):
        counts[train_test_indices(5, test_size=2, rng=rng)[1]] += 1
    np.testing.assert_allclose(counts / 4000, 0.4, atol=0.03)  # almost 4 standard deviations


@given(n=st.integers(2, 40), data=st.data(), seed=st.none() | seeds)
def test_k_fold(n, data, seed):
    k = data.draw(st.integers(2, n))
    pairs = k_fold(n, k, rng=None if seed is None else np.random.default_rng(seed))
    sizes = [len(test) for _, test in pairs]
    assert len(pairs) == k
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] - sizes[-1] <= 1
    assert_partition([test for _, test in pairs], n)
    for pair in pairs:
        assert_partition(pair, n)


def test_folds_without_rng_are_stretches():
    folds = [test.tolist() for _, test in k_fold(7, 3)]
    assert folds == [[0, 1, 2], [3, 4], [5, 6]]
    train = [train.tolist() for train, _ in k_fold(7, 3)]
    assert train == [[3, 4, 5, 6], [0, 1, 2, 5, 6], [0, 1, 2, 3, 4]]


def test_folds_can_leave_one_out():
    assert [test.tolist() for _, test in k_fold(3, 3)] == [[0], [1], [2]]


def test_folds_with_rng_are_shuffled(rng):
    folds = [test for _, test in k_fold(100, 4, rng=rng)]
    assert any((np.diff(fold) != 1).any() for fold in folds)
    assert min(len(np.unique(fold // 25)) for fold in folds) == 4  # from all over the data


@given(
    counts=st.lists(st.integers(2, 9), min_size=1, max_size=4),
    k=st.integers(2, 5),
    seed=seeds,
)
def test_stratified_k_fold(counts, k, seed):
    rng = np.random.default_rng(seed)
    counts = np.maximum(counts, k)
    y = rng.permutation(np.repeat(np.arange(len(counts)) * 3 - 1, counts))
    pairs = stratified_k_fold(y, k, rng=rng)
    assert len(pairs) == k
    assert_partition([test for _, test in pairs], len(y))
    for train, test in pairs:
        assert_partition([train, test], len(y))
    for label in np.unique(y):
        in_fold = [np.sum(y[test] == label) for _, test in pairs]
        assert max(in_fold) - min(in_fold) <= 1
        assert min(in_fold) >= 1
    sizes = [len(test) for _, test in pairs]
    assert max(sizes) - min(sizes) <= 1


def test_stratified_folds_are_shuffled(rng):
    y = np.repeat([0, 1], 50)
    for train, test in stratified_k_fold(y, 5, rng=rng):
        for part in (train, test):
            assert np.abs(np.diff(y[part])).sum() > 1  # not sorted by class
    first, second = (stratified_k_fold(y, 5, rng=rng)[0][1] for _ in range(2))
    assert set(first) != set(second)


def test_stratified_folds_are_the_same_on_every_machine():
    y, order = np.repeat([2, 0, 1], 20), np.random.default_rng(5).permutation(60)
    by_class = sorted(order.tolist(), key=lambda i: y[i])  # which keeps the order within a class
    pairs = stratified_k_fold(y, 3, rng=np.random.default_rng(5))
    assert [set(test.tolist()) for _, test in pairs] == [set(by_class[i::3]) for i in range(3)]


@given(n=st.integers(1, 50), batch_size=st.integers(1, 60), seed=st.none() | seeds)
def test_minibatches(n, batch_size, seed):
    rng = None if seed is None else np.random.default_rng(seed)
    batches = minibatches(n, batch_size, rng=rng)
    assert len(batches) == math.ceil(n / batch_size)
    assert {len(batch) for batch in batches[:-1]} <= {batch_size}
    assert 1 <= len(batches[-1]) <= batch_size
    assert_partition(batches, n)


def test_minibatches_in_order():
    assert [b.tolist() for b in minibatches(7, 3)] == [[0, 1, 2], [3, 4, 5], [6]]
    assert [b.tolist() for b in minibatches(2, 64)] == [[0, 1]]


def test_minibatches_are_shuffled_anew_each_time(rng):
    first, second = (np.concatenate(minibatches(50, 8, rng=rng)) for _ in range(2))
    assert not np.array_equal(first, np.arange(50))
    assert not np.array_equal(first, second)


@pytest.mark.parametrize(
    "split",
    [
        lambda rng: train_test_indices(20, test_size=5, rng=rng),
        lambda rng: [i for pair in k_fold(20, 3, rng=rng) for i in pair],
        lambda rng: [i for pair in stratified_k_fold([0, 1] * 10, 3, rng=rng) for i in pair],
        lambda rng: minibatches(20, 6, rng=rng),
    ],
)
def test_a_seed_repeats_a_split(split):
    one, same, other = (np.concatenate(split(np.random.default_rng(s))) for s in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_labels_stay_and_small_integers_do(rng):
    y = np.array([3, 1, 3, 1], np.int8)
    stratified_k_fold(y, 2, rng=rng)
    np.testing.assert_array_equal(y, [3, 1, 3, 1])


def test_a_batch_may_be_changed_without_changing_others():
    first, second = minibatches(4, 2)
    first += 10
    np.testing.assert_array_equal(second, [2, 3])


RNG = np.random.default_rng(0)
NO_RNG = "`rng` must be a numpy.random.Generator. Received: 0"


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: train_test_indices(1, test_size=1, rng=RNG),
            ValueError,
            "`n` must be at least 2. Received: 1",
        ),
        (
            lambda: train_test_indices(5, test_size=5, rng=RNG),
            ValueError,
            "`test_size` must be less than `n`. Received: 5, n=5",
        ),
        (
            lambda: train_test_indices(5, test_size=0, rng=RNG),
            ValueError,
            "`test_size` must be at least 1. Received: 0",
        ),
        (
            lambda: train_test_indices(5, test_size=0.2, rng=RNG),
            TypeError,
            "`test_size` must be an integer. Received: 0.2",
        ),
        (lambda: train_test_indices(5, test_size=1, rng=0), TypeError, NO_RNG),
        (lambda: k_fold(1, 2), ValueError, "`n` must be at least 2. Received: 1"),
        (lambda: k_fold(5, 1), ValueError, "`k` must be at least 2. Received: 1"),
        (lambda: k_fold(5, 6), ValueError, "`k` must be at most `n`. Received: 6, n=5"),
        (lambda: k_fold(5.0, 2), TypeError, "`n` must be an integer. Received: 5.0"),
        (lambda: k_fold(5, 2, rng=0), TypeError, NO_RNG),
        (
            lambda: stratified_k_fold([0, 1, 0, 1, 0, 7], 2, rng=RNG),
            ValueError,
            "`y` must hold at least `k` examples of each class. Received: 1 of class 7, k=2",
        ),
        (
            lambda: stratified_k_fold([[0, 1]], 2, rng=RNG),
            ValueError,
            "`y` must have shape (N,). Received: shape=(1, 2)",
        ),
        (
            lambda: stratified_k_fold([0.0, 1.0], 2, rng=RNG),
            TypeError,
            "`y` must be integers. Received: dtype=float64",
        ),
        (
            lambda: stratified_k_fold([0, 0], 1, rng=RNG),
            ValueError,
            "`k` must be at least 2. Received: 1",
        ),
        (lambda: stratified_k_fold([0, 0], 2, rng=0), TypeError, NO_RNG),
        (lambda: minibatches(0, 2), ValueError, "`n` must be at least 1. Received: 0"),
        (lambda: minibatches(5, 0), ValueError, "`batch_size` must be at least 1. Received: 0"),
        (lambda: minibatches(5, 2.0), TypeError, "`batch_size` must be an integer. Received: 2.0"),
        (lambda: minibatches(5, 2, rng=0), TypeError, NO_RNG),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message
