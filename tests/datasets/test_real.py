"""The bundled data arrive whole, in the stated range, and divided as the docstring says."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn import datasets
from sklearn.datasets import load_digits as bundled

from dlnotes.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_digits,
    load_iris,
    load_photographs,
    load_wine,
)

TABLES = [load_iris, load_wine, load_breast_cancer, load_diabetes]


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


def test_iris_arrives_whole():
    x, y, feature_names, class_names = load_iris()
    assert x.shape == (150, 4)
    assert x[0].tolist() == [5.1, 3.5, 1.4, 0.2]
    assert x[-1].tolist() == [5.9, 3.0, 5.1, 1.8]
    assert y.tolist() == [0] * 50 + [1] * 50 + [2] * 50
    assert feature_names == [
        "sepal length (cm)",
        "sepal width (cm)",
        "petal length (cm)",
        "petal width (cm)",
    ]
    assert class_names == ["setosa", "versicolor", "virginica"]


def test_wine_arrives_whole():
    x, y, feature_names, class_names = load_wine()
    assert x.shape == (178, 13)
    assert np.bincount(y).tolist() == [59, 71, 48]
    assert (np.diff(y) >= 0).all()
    assert dict(zip(feature_names, x[0], strict=True))["proline"] == 1065
    assert feature_names[0] == "alcohol"
    assert class_names == ["class_0", "class_1", "class_2"]


def test_breast_cancer_arrives_whole():
    x, y, feature_names, class_names = load_breast_cancer()
    assert x.shape == (569, 30)
    assert np.bincount(y).tolist() == [212, 357]
    assert feature_names[0] == "mean radius"
    assert feature_names[-1] == "worst fractal dimension"
    assert class_names == ["malignant", "benign"]
    radius = x[:, 0]
    assert radius[y == 0].mean() > radius[y == 1].mean()  # malignant nuclei are larger


def test_diabetes_arrives_whole_and_as_measured():
    x, y, feature_names = load_diabetes()
    assert x.shape == (442, 10)
    assert y.shape == (442,)
    assert feature_names == ["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"]
    assert x[0].tolist() == [59, 2, 32.1, 101, 157, 93.2, 38, 4, 4.8598, 87]
    assert (y[0], y.min(), y.max()) == (151, 25, 346)
    assert set(x[:, 1]) == {1, 2}
    assert (x[:, 0].min(), x[:, 0].max()) == (19, 79)


@pytest.mark.parametrize("load", TABLES)
def test_tables_are_scikit_learns_with_plain_names_and_types(load):
    table = load()
    options = {"scaled": False} if load is load_diabetes else {}
    original = getattr(datasets, load.__name__)(**options)
    np.testing.assert_array_equal(table.x, original.data)
    np.testing.assert_array_equal(table.y, original.target)
    assert table.x.dtype == np.float64
    assert table.y.dtype == (np.float64 if load is load_diabetes else np.int64)
    for names in table[2:]:
        assert type(names) is list
        assert {type(name) for name in names} == {str}
    assert len(table.feature_names) == table.x.shape[1]


@pytest.mark.parametrize("load", TABLES)
def test_tables_are_new_in_every_call(load):
    table = load()
    kept = table.x[0, 0], table.y[0]
    table.x[:] = -1
    table.y[:] = -1
    again = load()
    assert (again.x[0, 0], again.y[0]) == kept


def test_photographs_in_colour():
    photographs = load_photographs()
    for photograph in photographs:
        assert photograph.shape == (427, 640, 3)
        assert photograph.dtype == np.float64
        assert photograph.min() == 0
        assert photograph.max() == 1
    # The tower's sky is blue and bright, and the middle of the dahlia is red.
    sky = photographs.china[:20, :20].mean(axis=(0, 1))
    assert sky[2] > sky[0] > 0.6
    heart = photographs.flower[205:235, 290:330].mean(axis=(0, 1))
    assert heart[0] > 0.6 > 2 * heart[2]


def test_photographs_lose_no_level_and_are_new_in_every_call():
    photographs = load_photographs()
    for name in ("china", "flower"):
        original = datasets.load_sample_image(f"{name}.jpg")
        photograph = getattr(photographs, name)
        np.testing.assert_array_equal((photograph * 255).round(), original)
        np.testing.assert_allclose(photograph, original / np.float64(255), rtol=0, atol=1e-15)
        photograph[:] = -1
    assert min(photograph.min() for photograph in load_photographs()) == 0


def test_a_seed_is_no_generator():
    with pytest.raises(TypeError) as caught:
        load_digits(rng=0)
    assert str(caught.value) == "`rng` must be a numpy.random.Generator. Received: 0"
