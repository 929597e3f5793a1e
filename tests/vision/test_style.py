import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlnotes.gradient_check import numerical_gradient
from dlnotes.vision.style import gram_matrix, style_loss, style_loss_gradient


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def test_gram_matrix_by_hand():
    features = np.array([[[1.0, 2.0], [3.0, 0.0]], [[0.0, 1.0], [1.0, -1.0]]])
    np.testing.assert_array_equal(gram_matrix(features), [[11, 1], [1, 6]])


def test_gram_matrices_of_several_images(rng):
    features = rng.normal(size=(2, 3, 4, 5, 6))
    grams = gram_matrix(features)
    assert grams.shape == (2, 3, 6, 6)
    for i, j in np.ndindex(2, 3):
        by_hand = np.einsum("ijk,ijl->kl", features[i, j], features[i, j])
        np.testing.assert_allclose(grams[i, j], by_hand, rtol=1e-12)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 999))
def test_laws_of_gram_matrices(seed):
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(3, 4, 5))
    gram = gram_matrix(features)
    shuffled = rng.permutation(features.reshape(12, 5)).reshape(2, 6, 5)
    np.testing.assert_allclose(gram_matrix(shuffled), gram, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(gram, gram.T, rtol=1e-14, atol=1e-15)
    assert np.linalg.eigvalsh(gram).min() > -1e-12
    np.testing.assert_allclose(gram_matrix(-2 * features), 4 * gram, rtol=1e-13)
    assert style_loss(shuffled, features) < 1e-28


def test_style_loss_by_hand():
    style = np.array([2.0, 0.0, 0.0, 0.0]).reshape(1, 2, 2)  # Gram [[4, 0], [0, 0]], two places
    features = np.array([1.0, 3.0]).reshape(1, 1, 2)  # Gram [[1, 3], [3, 9]], one place
    squares = (1 - 2) ** 2 + 3**2 + 3**2 + 9**2
    assert style_loss(style, features) == squares / 16
    difference = np.array([[1 - 2, 3], [3, 9]])
    np.testing.assert_array_equal(style_loss_gradient(style, features), (features @ difference) / 4)


def test_for_one_size_it_is_the_formula_of_the_paper(rng):
    style, features = rng.normal(size=(2, 4, 5, 3))
    difference = gram_matrix(features) - gram_matrix(style)
    by_the_paper = (difference**2).sum() / (4 * 3**2 * 20**2)
    assert style_loss(style, features) == pytest.approx(by_the_paper, rel=1e-13)


@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 3, 4), (3, 2, 2), (1, 5, 3)])
def test_gradient(rng, shape):
    style, features = rng.normal(size=(4, 2, shape[2])), rng.normal(size=shape)
    [numerical] = numerical_gradient(lambda f: style_loss(style, f), 1.0, features)
    ours = style_loss_gradient(style, features)
    assert ours.shape == shape
    np.testing.assert_allclose(ours, numerical, rtol=1e-7, atol=1e-9)


def test_a_style_costs_nothing_where_it_is_met(rng):
    tile = rng.normal(size=(2, 3, 4))
    tiled = np.tile(tile, (3, 2, 1))
    assert style_loss(tile, tile) == 0
    np.testing.assert_array_equal(style_loss_gradient(tile, tile), np.zeros((2, 3, 4)))
    assert style_loss(tile, tiled) == pytest.approx(0, abs=1e-28)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_float_type_of_the_features_is_kept(rng, dtype):
    style, features = rng.normal(size=(2, 2, 2)), rng.normal(size=(3, 2, 2)).astype(dtype)
    assert gram_matrix(features).dtype == dtype
    assert style_loss(style, features).dtype == dtype
    assert style_loss_gradient(style, features).dtype == dtype


def test_integers_become_float64():
    features = np.full((1, 2, 1), 200, np.uint8)
    assert gram_matrix(features).tolist() == [[80000.0]]
    assert style_loss(features, features).dtype == np.float64


def test_overflow_gives_no_warning():
    large, small = np.full((1, 2, 1), 1e200), np.ones((1, 1, 1))
    assert gram_matrix(large).tolist() == [[np.inf]]
    assert style_loss(large, small) == np.inf
    assert style_loss(small, large) == np.inf
    assert style_loss(small, 1e-100 * large) == np.inf  # a Gram matrix of 1e200, squared
    assert np.isnan(style_loss(large, large))
    mixed = np.full((1, 4096, 2), 1e200)
    mixed[:, 2048:, 1] *= -1  # infinity less infinity, once the sums of two blocks are added up
    assert not np.isfinite(gram_matrix(mixed)).any()
    assert (style_loss_gradient(small, 1e-50 * large) == np.inf).all()
    apart = np.array([[[1e200, 0.0], [0.0, 1.0]]])
    np.testing.assert_array_equal(
        style_loss_gradient(np.ones((1, 1, 2)), apart)[0, 1, 0],
        np.nan,  # 0 times infinity
    )
    assert (style_loss_gradient(small, large) == np.inf).all()
    assert style_loss(large, small.astype(np.float32)) == np.inf
    assert style_loss(1e30 * small, small.astype(np.float32)) == np.inf


def test_arrays_stay_as_they_are(rng):
    style, features = rng.normal(size=(2, 3, 3, 2))
    copies = style.copy(), features.copy()
    gram_matrix(features)
    style_loss(style, features)
    style_loss_gradient(style, features)
    np.testing.assert_array_equal(style, copies[0])
    np.testing.assert_array_equal(features, copies[1])


@pytest.mark.parametrize(
    ("features", "error", "message"),
    [
        (
            np.ones((2, 3)),
            ValueError,
            "`features` must have shape ({}H, W, C). Received: shape=(2, 3)",
        ),
        (
            np.ones((2, 0, 3)),
            ValueError,
            "`features` must not be empty. Received: shape=(2, 0, 3)",
        ),
        ([[[np.nan]]], ValueError, "`features` must not contain NaN. Received: 1 NaN"),
        ([[[np.inf]]], ValueError, "`features` must be finite. Received: inf"),
        ([[["a"]]], TypeError, "`features` must be real numbers. Received: dtype=<U1"),
    ],
)
def test_bad_features(features, error, message):
    style = np.ones((1, 1, 3))
    for call, axes in [
        (gram_matrix, "..., "),
        (lambda f: style_loss(style, f), ""),
        (lambda f: style_loss_gradient(style, f), ""),
    ]:
        with pytest.raises(error) as caught:
            call(features)
        assert str(caught.value) == message.format(axes)


@pytest.mark.parametrize(
    ("style", "message"),
    [
        (np.ones((2, 2, 2)), "`style` must have shape (H_A, W_A, 3). Received: shape=(2, 2, 2)"),
        (np.ones((2, 3)), "`style` must have shape (H_A, W_A, 3). Received: shape=(2, 3)"),
        (np.full((1, 1, 3), np.nan), "`style` must not contain NaN. Received: 3 NaN"),
        (np.full((1, 1, 3), np.inf), "`style` must be finite. Received: inf"),
    ],
)
def test_bad_style(style, message):
    for loss in (style_loss, style_loss_gradient):
        with pytest.raises(ValueError, match="style") as caught:
            loss(style, np.ones((2, 2, 3)))
        assert str(caught.value) == message
