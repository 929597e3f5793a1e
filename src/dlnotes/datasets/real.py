"""One small door to the real data that scikit-learn bundles, so that pages need no download.

scikit-learn is imported when data is asked for, not before.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dlnotes._validation import as_generator

__all__ = [
    "Classes",
    "Photographs",
    "Regression",
    "load_breast_cancer",
    "load_diabetes",
    "load_digits",
    "load_iris",
    "load_photographs",
    "load_wine",
]

LabelledImages = tuple[NDArray[np.float64], NDArray[np.int64]]
"""Images ``(N, H, W)`` with values in [0, 1], and their labels ``(N,)``."""


class Classes(NamedTuple):
    """A table for classification: N rows of D features, each row in one of K classes."""

    x: NDArray[np.float64]
    """Features, shape ``(N, D)``, in the units that ``feature_names`` or the loader gives."""
    y: NDArray[np.int64]
    """Labels from 0 to K - 1, shape ``(N,)``."""
    feature_names: list[str]
    """D names, one a column of ``x``."""
    class_names: list[str]
    """K names. A row with label ``k`` belongs to ``class_names[k]``."""


class Regression(NamedTuple):
    """A table for regression: N rows of D features, with a number to predict for each row."""

    x: NDArray[np.float64]
    """Features, shape ``(N, D)``."""
    y: NDArray[np.float64]
    """What is to be predicted, shape ``(N,)``."""
    feature_names: list[str]
    """D names, one a column of ``x``."""


class Photographs(NamedTuple):
    """Two photographs in colour."""

    china: NDArray[np.float64]
    """A Chinese tower above a lake, shape ``(427, 640, 3)`` for height, width and colour."""
    flower: NDArray[np.float64]
    """A dahlia in front of leaves, of the same shape."""


_N_TRAIN = 915  # seven whole forms; row 915 is the first scan of the eighth


def load_digits(*, rng: np.random.Generator | None = None) -> tuple[LabelledImages, LabelledImages]:
    """Real handwritten digits: 1,797 scans of 8 by 8 pixels, about half of them for testing.

    Thirteen people copied the same sequence of digits onto forms, and the scans are stored form by
    form. In stored order rows 0 to 914 are seven forms and rows 915 to 1796 are seven more. So
    without ``rng`` the test half is in *other people's* handwriting (one person, who filled in two
    forms, may be on both sides). With ``rng`` the scans are shuffled first, the same hands are on
    both sides, and the test is easier.

    Parameters
    ----------
    rng : numpy.random.Generator, optional
        Shuffles the scans before they are divided. Without it the division is by form.

    Returns
    -------
    (x_train, y_train), (x_test, y_test) : tuple of tuples of arrays
        Images ``(915, 8, 8)`` and ``(882, 8, 8)``, float64 from 0 (paper) to 1 (ink) in steps of
        1/16; labels ``(915,)`` and ``(882,)``, int64 from 0 to 9. New arrays in every call.

    Raises
    ------
    ImportError
        If scikit-learn is not installed.

    Notes
    -----
    A pixel is the share of ink in a 4 by 4 square of a 32 by 32 scan of normalised size.
    scikit-learn's copy is the test part of the original data; it names neither the people nor the
    forms. That a form starts at row 915 shows in the labels: the sequence that everyone copied
    starts anew there.

    References
    ----------
    Alpaydin, E. and Kaynak, C. (1998). Optical Recognition of Handwritten Digits. UCI Machine
    Learning Repository. https://doi.org/10.24432/C50P49

    Examples
    --------
    >>> (x_train, y_train), (x_test, y_test) = load_digits()
    >>> x_train.shape, x_test.shape
    ((915, 8, 8), (882, 8, 8))
    >>> y_test[:10]
    array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    >>> float(x_train.min()), float(x_train.max())
    (0.0, 1.0)
    """
    x, y = _scans()
    x, y = x.copy(), y.copy()
    if rng is not None:
        as_generator("rng", rng)
        order = rng.permutation(len(y))
        x, y = x[order], y[order]
    return (x[:_N_TRAIN], y[:_N_TRAIN]), (x[_N_TRAIN:], y[_N_TRAIN:])


def load_iris() -> Classes:
    """Measurements of 150 iris flowers of three species, 50 each, in the order of the species.

    Returns
    -------
    Classes
        ``x`` of shape ``(150, 4)``: length and width of sepal and petal in cm; ``y`` of shape
        ``(150,)``: 0 setosa, 1 versicolor, 2 virginica. New arrays in every call.

    Raises
    ------
    ImportError
        If scikit-learn is not installed.

    References
    ----------
    Fisher, R. A. (1936). The Use of Multiple Measurements in Taxonomic Problems. *Annals of
    Eugenics* 7(2), 179-188. https://doi.org/10.1111/j.1469-1809.1936.tb02137.x

    Examples
    --------
    Petals longer than 2.5 cm rule out setosa, and no other species has shorter ones.

    >>> iris = load_iris()
    >>> bool(np.all((iris.x[:, 2] < 2.5) == (iris.y == 0)))
    True
    """
    from sklearn.datasets import load_iris as bundled

    return _classes(bundled())


def load_wine() -> Classes:
    """Chemical analyses of 178 wines from three cultivars of one region, ordered by cultivar.

    Returns
    -------
    Classes
        ``x`` of shape ``(178, 13)``: alcohol, acids, phenols, colour and others, each on a scale
        of its own; ``y`` of shape ``(178,)``: three cultivars, which the source does not name.
        New arrays in every call.

    Raises
    ------
    ImportError
        If scikit-learn is not installed.

    References
    ----------
    Aeberhard, S. and Forina, M. (1992). Wine. UCI Machine Learning Repository.
    https://doi.org/10.24432/C5PC7J

    Examples
    --------
    The scales differ: proline varies a thousand times as much as hue.

    >>> wine = load_wine()
    >>> hue, proline = (wine.x[:, wine.feature_names.index(name)] for name in ("hue", "proline"))
    >>> bool(proline.std() > 1000 * hue.std())
    True
    """
    from sklearn.datasets import load_wine as bundled

    return _classes(bundled())


def load_breast_cancer() -> Classes:
    """Cell nuclei of 569 breast tumours as seen in a microscope, 212 malignant and 357 benign.

    Returns
    -------
    Classes
        ``x`` of shape ``(569, 30)``: ten measures of the nuclei in an image, and of each the mean,
        the standard error and the mean of the three largest; ``y`` of shape ``(569,)``:
        0 malignant, 1 benign. New arrays in every call.

    Raises
    ------
    ImportError
        If scikit-learn is not installed.

    References
    ----------
    Wolberg, W., Mangasarian, O., Street, N. and Street, W. (1993). Breast Cancer Wisconsin
    (Diagnostic). UCI Machine Learning Repository. https://doi.org/10.24432/C5DW2B

    Examples
    --------
    >>> tumours = load_breast_cancer()
    >>> dict(zip(tumours.class_names, np.bincount(tumours.y).tolist()))
    {'malignant': 212, 'benign': 357}
    """
    from sklearn.datasets import load_breast_cancer as bundled

    return _classes(bundled())


def load_diabetes() -> Regression:
    """Ten measures of 442 people with diabetes, and how far the disease got within a year.

    Returns
    -------
    Regression
        ``x`` of shape ``(442, 10)``, as measured and not standardised: age in years, sex (1 or 2,
        not said which), body mass index in kg/m², mean blood pressure in mmHg, and six blood
        serum values ``s1`` to ``s6``; ``y`` of shape ``(442,)``: progression of the disease after
        a year, 25 to 346 on a scale without a unit. New arrays in every call.

    Raises
    ------
    ImportError
        If scikit-learn is not installed.

    References
    ----------
    Efron, B., Hastie, T., Johnstone, I. and Tibshirani, R. (2004). Least Angle Regression.
    *Annals of Statistics* 32(2), 407-499. https://doi.org/10.1214/009053604000000067

    Examples
    --------
    >>> diabetes = load_diabetes()
    >>> diabetes.feature_names[:4], diabetes.x[0, :4].tolist(), float(diabetes.y[0])
    (['age', 'sex', 'bmi', 'bp'], [59.0, 2.0, 32.1, 101.0], 151.0)
    """
    from sklearn.datasets import load_diabetes as bundled

    data = bundled(scaled=False)
    return Regression(data.data, data.target, list(data.feature_names))


def load_photographs() -> Photographs:
    """Two photographs, 427 pixels high and 640 wide: a Chinese tower above a lake, and a dahlia.

    Returns
    -------
    Photographs
        ``china`` and ``flower``, each of shape ``(427, 640, 3)``: red, green and blue from 0
        (dark) to 1 (bright) in steps of 1/255. New arrays in every call.

    Raises
    ------
    ImportError
        If scikit-learn or Pillow is not installed.

    Notes
    -----
    The photographers are known by their names at Flickr: danielbuechele (china, photograph
    6061409035) and vultilion (flower, photograph 6056698931). Both photographs are under the
    licence Creative Commons Attribution 2.0: a page that shows one names its photographer.

    Examples
    --------
    >>> photographs = load_photographs()
    >>> photographs.china.shape, photographs.flower.shape
    ((427, 640, 3), (427, 640, 3))
    """
    from sklearn.datasets import load_sample_image

    return Photographs(load_sample_image("china.jpg") / 255, load_sample_image("flower.jpg") / 255)


@cache  # scikit-learn reads a compressed table at every call, which takes as long as some trainings
def _scans() -> LabelledImages:
    """Return all scans of digits in stored order, with their labels."""
    from sklearn.datasets import load_digits as bundled

    data = bundled()
    return data.images / 16, data.target.astype(np.int64)


def _classes(data: Any) -> Classes:
    """Return what scikit-learn bundles with names as a table."""
    names = [str(name) for name in data.feature_names]
    return Classes(data.data, data.target.astype(np.int64), names, data.target_names.tolist())
