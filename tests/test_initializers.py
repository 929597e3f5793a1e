import math

import numpy as np
import pytest

from dlnotes import initializers
from dlnotes.initializers import fans, orthogonal
from dlnotes.layers import Dense

VARIANCES = {
    "glorot": lambda shape: 2 / sum(fans(shape)),
    "he": lambda shape: 2 / fans(shape)[0],
    "lecun": lambda shape: 1 / fans(shape)[0],
}
KINDS = [(name, dist) for name in VARIANCES for dist in ("uniform", "normal")]


@pytest.fixture
def rng():
    return np.random.default_rng(4)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((3, 5), (3, 5)), ((2, 4, 3, 5), (24, 40)), ((7, 3, 5), (21, 35)), ((1, 1), (1, 1))],
)
def test_fans(shape, expected):
    assert fans(shape) == expected


@pytest.mark.parametrize(("name", "dist"), KINDS)
@pytest.mark.parametrize("shape", [(300, 200), (3, 3, 60, 80)])
def test_mean_and_variance(rng, name, dist, shape):
    W = getattr(initializers, f"{name}_{dist}")(shape, rng=rng)
    expected = VARIANCES[name](shape)
    assert (W.shape, W.dtype) == (shape, np.float64)
    n = W.size
    assert abs(W.mean()) < 5 * math.sqrt(expected / n)
    assert W.var() == pytest.approx(expected, rel=5 * math.sqrt(2 / n))


@pytest.mark.parametrize(("name", "dist"), KINDS)
def test_range(rng, name, dist):
    W = getattr(initializers, f"{name}_{dist}")((300, 200), rng=rng)
    variance = VARIANCES[name]((300, 200))
    cut = 1 - 4 * math.exp(-2) / math.sqrt(2 * math.pi) / math.erf(math.sqrt(2))
    limit = math.sqrt(3 * variance if dist == "uniform" else 4 * variance / cut)
    assert 0.999 * limit < np.abs(W).max() <= limit
    # A uniform distribution has a kurtosis of 1.8; the cut normal one of 2.37.
    kurtosis = (W**4).mean() / W.var() ** 2
    assert kurtosis == pytest.approx(1.8 if dist == "uniform" else 2.366, abs=0.04)


class Fixed(np.random.Generator):
    """Draws what it is told to."""

    def __init__(self, *draws):
        super().__init__(np.random.PCG64(0))
        self.draws = list(draws)

    def standard_normal(self, size):
        return np.full(size, self.draws.pop(0))

    def normal(self, size):
        return self.standard_normal(size)


def test_two_standard_deviations_are_not_too_many():
    W = initializers.he_normal((3, 2), rng=Fixed(2.0))
    limit = initializers.he_normal((3, 2), rng=Fixed(np.nextafter(2, 3), 1.0)) * 2
    np.testing.assert_array_equal(W, limit)


@pytest.mark.parametrize(("name", "dist"), KINDS)
def test_the_same_seed_gives_the_same_weights(name, dist):
    draw = getattr(initializers, f"{name}_{dist}")
    first, second, other = (draw((4, 3), rng=np.random.default_rng(s)) for s in (0, 0, 1))
    np.testing.assert_array_equal(first, second)
    assert (first != other).all()


def test_dense_draws_what_it_is_told(rng):
    assert Dense(3, 2, rng=rng).W.std() > 0
    layer = Dense(3, 2, rng=np.random.default_rng(7), kernel_initializer=initializers.he_normal)
    np.testing.assert_array_equal(
        layer.W, initializers.he_normal((3, 2), rng=np.random.default_rng(7))
    )
    np.testing.assert_array_equal(
        Dense(3, 2, rng=np.random.default_rng(7)).W,
        initializers.glorot_uniform((3, 2), rng=np.random.default_rng(7)),
    )


@pytest.mark.parametrize("shape", [(5, 5), (6, 3), (3, 6), (1, 1)])
def test_orthogonal_columns_or_rows(rng, shape):
    W = orthogonal(shape, rng=rng)
    assert W.shape == shape
    short = W if shape[0] >= shape[1] else W.T
    np.testing.assert_allclose(short.T @ short, np.eye(min(shape)), atol=1e-14)


def test_orthogonal_even_if_all_draws_are_0():
    W = orthogonal((3, 2), rng=Fixed(0.0))
    np.testing.assert_allclose(W.T @ W, np.eye(2), atol=1e-14)


def test_orthogonal_starts_from_the_first_random_column():
    for shape in [(4, 4), (5, 3)]:
        z = np.random.default_rng(6).normal(size=shape)
        W = orthogonal(shape, rng=np.random.default_rng(6))
        np.testing.assert_allclose(W[:, 0], z[:, 0] / np.linalg.norm(z[:, 0]), rtol=1e-13)


def test_no_orthogonal_matrix_is_likelier_than_its_negative(rng):
    """A plain QR decomposition always gives the same signs, here to the first entry."""
    first = np.array([orthogonal((2, 2), rng=rng)[0, 0] for _ in range(400)])
    assert 0.4 < (first > 0).mean() < 0.6
    # On the circle the entry is a cosine: uniform angle, mean square 1/2.
    assert (first**2).mean() == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize("name", [f"{name}_{dist}" for name, dist in KINDS] + ["orthogonal"])
@pytest.mark.parametrize(
    ("shape", "error", "message"),
    [
        ((3, 0), ValueError, "`shape` must be at least 1. Received: 0"),
        ((3.0, 2), TypeError, "`shape` must be an integer. Received: 3.0"),
    ],
)
def test_wrong_lengths(rng, name, shape, error, message):
    with pytest.raises(error) as caught:
        getattr(initializers, name)(shape, rng=rng)
    assert str(caught.value) == message


@pytest.mark.parametrize("name", [f"{name}_{dist}" for name, dist in KINDS] + ["orthogonal"])
def test_a_seed_is_no_generator(name):
    with pytest.raises(TypeError) as caught:
        getattr(initializers, name)((3, 2), rng=0)
    assert str(caught.value) == "`rng` must be a numpy.random.Generator. Received: 0"


def test_wrong_number_of_lengths(rng):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below
        fans([3])
    assert str(caught.value) == "`shape` must hold two or more lengths. Received: (3,)"
    for shape in [(3,), (3, 3, 3)]:
        with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below
            orthogonal(shape, rng=rng)
        assert str(caught.value) == f"`shape` must hold two lengths. Received: {shape}"
