"""Splits against scikit-learn and Keras."""

import numpy as np
import pytest

from dlnotes.splits import k_fold, minibatches, stratified_k_fold

selection = pytest.importorskip("sklearn.model_selection")


@pytest.mark.parametrize(("n", "k"), [(10, 2), (10, 3), (11, 4), (7, 7), (100, 9)])
def test_folds_in_order_are_those_of_scikit_learn(n, k):
    theirs = selection.KFold(k).split(np.zeros(n))
    for (train, test), (their_train, their_test) in zip(k_fold(n, k), theirs, strict=True):
        np.testing.assert_array_equal(train, their_train)
        np.testing.assert_array_equal(test, their_test)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_stratified_folds_have_the_sizes_of_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.repeat([0, 1, 2], [11, 24, 8]))
    theirs = selection.StratifiedKFold(4).split(y, y)
    ours = stratified_k_fold(y, 4, rng=rng)
    for pairs in (ours, theirs):
        counts = np.array([np.bincount(y[test]) for _, test in pairs])
        assert (np.sort(counts, axis=0) == [[2, 6, 2], [3, 6, 2], [3, 6, 2], [3, 6, 2]]).all()


@pytest.mark.parametrize(("n", "batch_size"), [(10, 3), (12, 4), (5, 8), (1, 1)])
def test_an_epoch_has_as_many_steps_as_in_keras(n, batch_size):
    keras = pytest.importorskip("keras")
    steps = []
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    count = keras.callbacks.LambdaCallback(
        on_predict_batch_end=lambda step, logs: steps.append((step, logs))
    )
    model.predict(np.zeros((n, 1)), batch_size=batch_size, verbose=0, callbacks=[count])
    assert len(minibatches(n, batch_size)) == len(steps)
