"""Arithmetic of networks: how many parameters, how many steps, in exact whole numbers."""

from __future__ import annotations

from dlnotes._validation import as_count
from dlnotes._windows import IntOrPair, as_pair

__all__ = [
    "conv2d_parameters",
    "dense_parameters",
    "gru_parameters",
    "lstm_parameters",
    "simple_rnn_parameters",
    "steps_per_epoch",
]


def dense_parameters(in_features: int, units: int) -> int:
    r"""Count the weights and biases of a fully connected layer.

    .. math:: D_\text{in} D_\text{out} + D_\text{out}

    Parameters
    ----------
    in_features : int
        Number :math:`D_\text{in}` of inputs.
    units : int
        Number :math:`D_\text{out}` of outputs.

    Returns
    -------
    int
        The number of parameters.

    Raises
    ------
    ValueError
        If a number is less than 1.
    TypeError
        If a number is not an integer.

    Examples
    --------
    A dense layer in place of LeNet's first convolution: every input reaches every output.

    >>> dense_parameters(32 * 32, 28 * 28 * 6), conv2d_parameters(1, 6, 5)
    (4821600, 156)
    """
    inputs, outputs = as_count("in_features", in_features), as_count("units", units)
    return inputs * outputs + outputs


def conv2d_parameters(in_channels: int, filters: int, kernel_size: IntOrPair) -> int:
    r"""Count the weights and biases of a convolution, whatever the size of its images.

    .. math:: f_h f_w C F + F

    Parameters
    ----------
    in_channels : int
        Number :math:`C` of channels in.
    filters : int
        Number :math:`F` of channels out.
    kernel_size : int or (int, int)
        Height :math:`f_h` and width :math:`f_w` of the kernel.

    Returns
    -------
    int
        The number of parameters.

    Raises
    ------
    ValueError
        If a number is less than 1, or ``kernel_size`` is neither a number nor a pair.
    TypeError
        If a number is not an integer.

    Examples
    --------
    LeNet-5, the variant in which every map of one layer reaches every map of the next.

    >>> convolutions = conv2d_parameters(1, 6, 5) + conv2d_parameters(6, 16, 5)
    >>> dense = dense_parameters(400, 120) + dense_parameters(120, 84) + dense_parameters(84, 10)
    >>> convolutions + dense
    61706
    """
    c, f = as_count("in_channels", in_channels), as_count("filters", filters)
    height, width = as_pair("kernel_size", kernel_size)
    return height * width * c * f + f


def simple_rnn_parameters(in_features: int, units: int) -> int:
    r"""Count the weights and biases of a plain recurrent layer, whatever the length of a sequence.

    .. math:: D U + U^2 + U

    Parameters
    ----------
    in_features : int
        Number :math:`D` of inputs at each step.
    units : int
        Number :math:`U` of units in the state.

    Returns
    -------
    int
        The number of parameters.

    Raises
    ------
    ValueError
        If a number is less than 1.
    TypeError
        If a number is not an integer.

    Examples
    --------
    The state counts as more inputs.

    >>> simple_rnn_parameters(3, 4), dense_parameters(3 + 4, 4)
    (32, 32)
    """
    return _recurrent(in_features, units, gates=1, biases=1)


def lstm_parameters(in_features: int, units: int) -> int:
    r"""Count the weights and biases of a long short-term memory: three gates and the candidate.

    .. math:: 4 (D U + U^2 + U)

    Parameters
    ----------
    in_features : int
        Number :math:`D` of inputs at each step.
    units : int
        Number :math:`U` of units in the state.

    Returns
    -------
    int
        The number of parameters.

    Raises
    ------
    ValueError
        If a number is less than 1.
    TypeError
        If a number is not an integer.

    Examples
    --------
    >>> lstm_parameters(3, 4) == 4 * simple_rnn_parameters(3, 4)
    True
    """
    return _recurrent(in_features, units, gates=4, biases=1)


def gru_parameters(in_features: int, units: int, *, reset_after: bool = True) -> int:
    r"""Count the weights and biases of a gated recurrent unit: two gates and the candidate.

    .. math:: 3 (D U + U^2 + 2U)

    Parameters
    ----------
    in_features : int
        Number :math:`D` of inputs at each step.
    units : int
        Number :math:`U` of units in the state.
    reset_after : bool, default True
        Whether the reset gate acts after the product of the state and its weights, as in Keras by
        default. Input and state then have a bias each; otherwise they share one, :math:`U` instead
        of :math:`2U`.

    Returns
    -------
    int
        The number of parameters.

    Raises
    ------
    ValueError
        If a number is less than 1.
    TypeError
        If a number is not an integer.

    Examples
    --------
    >>> gru_parameters(3, 4), gru_parameters(3, 4, reset_after=False)
    (108, 96)
    """
    return _recurrent(in_features, units, gates=3, biases=2 if reset_after else 1)


def steps_per_epoch(n_examples: int, batch_size: int) -> int:
    r"""Count the batches that it takes to see every example once: :math:`\lceil N / B \rceil`.

    Parameters
    ----------
    n_examples : int
        Number :math:`N` of examples.
    batch_size : int
        Examples :math:`B` in a batch. The last batch holds what is left, perhaps fewer.

    Returns
    -------
    int
        The number of steps.

    Raises
    ------
    ValueError
        If a number is less than 1.
    TypeError
        If a number is not an integer.

    Examples
    --------
    >>> steps_per_epoch(1000, 100), steps_per_epoch(1001, 100), steps_per_epoch(7, 100)
    (10, 11, 1)
    """
    return -(-as_count("n_examples", n_examples) // as_count("batch_size", batch_size))


def _recurrent(in_features: int, units: int, *, gates: int, biases: int) -> int:
    d, u = as_count("in_features", in_features), as_count("units", units)
    return gates * (d * u + u * u + biases * u)
