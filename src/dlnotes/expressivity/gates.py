"""Logic gates as threshold units, and circuits of NAND gates alone."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from dlnotes._validation import IntArray, as_count, as_integers

__all__ = [
    "AND",
    "NAND",
    "NOT",
    "OR",
    "Circuit",
    "ThresholdUnit",
    "boolean_inputs",
    "nand_circuit",
    "run_nand_circuit",
]

Circuit: TypeAlias = tuple[tuple[int, int], ...]
"""NAND gates in order, each as the two wires that it reads. Wires 0 and 1 are the inputs, 2 is the
output of the first gate, and so on; the output of the last gate is that of the circuit."""

Table: TypeAlias = tuple[int, ...]


class ThresholdUnit(NamedTuple):
    r"""Neuron that fires or does not: 1 if :math:`w \cdot x + b > 0`, else 0.

    Examples
    --------
    >>> majority = ThresholdUnit(w=(1, 1, 1), b=-1.5)
    >>> majority([[0, 1, 0], [1, 1, 0]]).tolist()
    [0, 1]
    """

    w: tuple[float, ...]
    """Weights, one an input."""
    b: float
    """Bias."""

    def __call__(self, x: ArrayLike) -> IntArray:
        """Output 0 or 1 of shape ``(...)`` for bits ``x`` of shape ``(..., D)``.

        Raises
        ------
        ValueError, TypeError
            If ``x`` is no such array of integers 0 or 1, or is empty.
        """
        x = as_integers("x", x, shape=("...", len(self.w)), low=0, high=1)
        return np.asarray(x @ np.array(self.w) + self.b > 0, np.int64)


AND = ThresholdUnit((1, 1), -1.5)
OR = ThresholdUnit((1, 1), -0.5)
NAND = ThresholdUnit((-1, -1), 1.5)
NOT = ThresholdUnit((-1,), 0.5)


def boolean_inputs(n: int) -> IntArray:
    """All rows of ``n`` bits, counted up in binary.

    Parameters
    ----------
    n : int
        Number of bits.

    Returns
    -------
    numpy.ndarray
        Bits ``(2 ** n, n)``.

    Raises
    ------
    ValueError, TypeError
        If ``n`` is less than 1, or no integer.

    Examples
    --------
    >>> boolean_inputs(2).tolist()
    [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> AND(boolean_inputs(2)).tolist(), OR(boolean_inputs(2)).tolist()
    ([0, 0, 0, 1], [0, 1, 1, 1])
    """
    n = as_count("n", n)
    return np.arange(2**n)[:, None] >> np.arange(n - 1, -1, -1) & 1


def nand_circuit(table: ArrayLike) -> Circuit:
    """Circuit of NAND gates alone, with the fewest gates, for a function of two inputs.

    Every circuit of one gate is tried, then every one of two, and so on. Five are enough for any
    of the 16 functions, because NAND is universal.

    Parameters
    ----------
    table : array_like
        Outputs (4,), integers 0 or 1, for the inputs 00, 01, 10 and 11.

    Returns
    -------
    tuple of pairs of int
        A :data:`Circuit`: one pair of wires a gate, so its length is the number of gates. At least
        one gate, even where the output is one of the inputs.

    Raises
    ------
    ValueError, TypeError
        If ``table`` does not hold 4 integers 0 or 1.

    References
    ----------
    Sheffer, H. M. (1913). A set of five independent postulates for Boolean algebras, with
    application to logical constants. *Transactions of the American Mathematical Society* 14(4),
    481-488. https://doi.org/10.1090/S0002-9947-1913-1500960-1

    Examples
    --------
    XOR takes four.

    >>> xor = nand_circuit([0, 1, 1, 0])
    >>> len(xor), run_nand_circuit(xor, boolean_inputs(2)).tolist()
    (4, [0, 1, 1, 0])
    """
    wanted = tuple(as_integers("table", table, shape=(4,), low=0, high=1).tolist())
    inputs = [tuple(column) for column in boolean_inputs(2).T.tolist()]
    return next(
        circuit
        for gates in itertools.count(1)
        for circuit, wires in _circuits(gates, inputs)
        if wires[-1] == wanted
    )


def run_nand_circuit(circuit: Circuit, x: ArrayLike) -> IntArray:
    """Output of a circuit of NAND threshold units.

    Parameters
    ----------
    circuit : tuple of pairs of int
        The two wires that each gate reads, as :func:`nand_circuit` returns them.
    x : array_like
        Bits of shape ``(..., 2)``.

    Returns
    -------
    numpy.ndarray
        Bits of shape ``(...)``.

    Raises
    ------
    ValueError, TypeError
        If there is no gate, one reads a wire that does not come before it, or ``x`` is no such
        array of integers 0 or 1.

    Examples
    --------
    Both inputs of a NAND on one wire make a NOT.

    >>> run_nand_circuit(((0, 0),), [[0, 1], [1, 1]]).tolist()
    [1, 0]
    """
    x = as_integers("x", x, shape=("...", 2), low=0, high=1)
    if not circuit:
        raise ValueError(f"`circuit` must have at least one gate. Received: {circuit}")
    wires = [x[..., 0], x[..., 1]]
    for i, j in circuit:
        if not (0 <= i < len(wires) and 0 <= j < len(wires)):
            raise ValueError(
                "`circuit` must read wires that come before the gate. "
                f"Received: {(i, j)} where there are {len(wires)}"
            )
        wires.append(NAND(np.stack([wires[i], wires[j]], axis=-1)))
    return wires[-1]


def _circuits(gates: int, inputs: list[Table]) -> Iterator[tuple[Circuit, list[Table]]]:
    """All circuits of so many gates, each with the truth tables of its wires."""
    if gates == 0:
        yield (), inputs
        return
    for circuit, wires in _circuits(gates - 1, inputs):
        for i, j in itertools.combinations_with_replacement(range(len(wires)), 2):
            nand = tuple(1 - a * b for a, b in zip(wires[i], wires[j], strict=True))
            yield (*circuit, (i, j)), [*wires, nand]
