import numpy as np
import pytest

from dlnotes.expressivity.tent import tent_network


def run(weights, biases, x):
    for W, b in zip(weights[:-1], biases[:-1], strict=True):
        x = np.maximum(x @ W + b, 0)
    return x @ weights[-1] + biases[-1]


@pytest.mark.parametrize("k", [1, 2, 5])
def test_k_layers_of_two_units_compose_k_tents(k):
    weights, biases = tent_network(k)
    assert [W.shape for W in weights] == [(1, 2), *[(2, 2)] * (k - 1), (2, 1)]
    assert [b.shape for b in biases] == [(2,)] * k + [(1,)]
    x = np.arange(257) / 256
    y = x
    for _ in range(k):
        y = 1 - np.abs(2 * y - 1)
    assert run(weights, biases, x[:, None])[:, 0].tolist() == y.tolist()


def test_layers_do_not_share_memory():
    weights, biases = tent_network(3)
    weights[1][:] = 0
    biases[0][:] = 0
    assert weights[2].tolist() == [[2, 2], [-4, -4]]
    assert biases[1].tolist() == [0, -0.5]


def test_at_least_one_tent():
    with pytest.raises(ValueError, match=r"^`k` must be at least 1\. Received: 0$"):
        tent_network(0)
    with pytest.raises(TypeError, match=r"^`k` must be an integer\. Received: 2\.0$"):
        tent_network(2.0)
