"""One small door to the real data that scikit-learn bundles, so that pages need no download.

scikit-learn is imported when data is asked for, not before.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["load_digits"]

LabelledImages = tuple[NDArray[np.float64], NDArray[np.int64]]
"""Images ``(N, H, W)`` with values in [0, 1], and their labels ``(N,)``."""

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
    from sklearn.datasets import load_digits as bundled

    data = bundled()
    x, y = data.images / 16, data.target.astype(np.int64)
    if rng is not None:
        order = rng.permutation(len(y))
        x, y = x[order], y[order]
    return (x[:_N_TRAIN], y[:_N_TRAIN]), (x[_N_TRAIN:], y[_N_TRAIN:])
