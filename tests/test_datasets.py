"""The bundled data arrive whole, in the stated range, and divided as the docstring says."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn.datasets import load_digits as bundled

from dlnotes.datasets import load_digits


def test_every_scan_is_on_exactly_one_side_in_stored_order():
    (x_train, y_train), (x_test, y_test) = load_digits()
    original = bundled()
    np.testing.assert_array_equal(np.concatenate([x_train, x_test]) * 16, original.images)
    np.testing.assert_array_equal(np.concatenate([y_train, y_test]), original.target)


def test_types_shapes_and_range():
    (x_train, y_train), (x_test, y_test) = load_digits()
    assert (x_train.shape, y_train.shape) == ((915, 8, 8), (915,))
    assert (x_test.shape, y_test.shape) == ((882, 8, 8), (882,))
    assert x_train.dtype == x_test.dtype == np.float64
    assert y_train.dtype == y_test.dtype == np.int64
    for x in (x_train, x_test):
        assert (x.min(), x.max()) == (0, 1)
    assert set(y_train) == set(y_test) == set(range(10))


def test_the_division_falls_between_two_forms():
    _, (_, y_test) = load_digits()
    (_, y_train), _ = load_digits()
    once = list(range(10))
    assert list(y_train[:30]) == once * 3
    assert list(y_test[:20]) == once * 2  # this form lacks its third run of ten
    starts = [i for i in range(915 - 30) if list(y_train[i : i + 30]) == once * 3]
    assert len(starts) == 7


def test_shuffling_keeps_image_and_label_together_and_all_scans():
    (x_train, y_train), (x_test, y_test) = load_digits(rng=np.random.default_rng(0))
    original = bundled()
    label_of = {i.tobytes(): t for i, t in zip(original.images / 16, original.target, strict=True)}
    assert len(label_of) == 1797  # no two scans are the same, so an image tells its label
    x, y = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])
    assert len({i.tobytes() for i in x}) == 1797
    assert [label_of[i.tobytes()] for i in x] == list(y)
    assert list(y[:10]) != list(range(10))


def test_the_same_seed_gives_the_same_split_and_another_seed_another():
    a, b, c = (load_digits(rng=np.random.default_rng(s))[0][1] for s in (3, 3, 4))
    np.testing.assert_array_equal(a, b)
    assert not np.array_equal(a, c)


def test_a_caller_may_change_what_it_got():
    (x, _), _ = load_digits()
    x[:] = 0
    assert load_digits()[0][0].max() == 1


def test_rng_must_be_named():
    with pytest.raises(TypeError, match="takes 0 positional arguments"):
        load_digits(np.random.default_rng(0))


def test_importing_the_module_does_not_import_scikit_learn():
    code = "import sys, dlnotes.datasets; sys.exit('sklearn' in sys.modules)"
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, check=False).returncode == 0
