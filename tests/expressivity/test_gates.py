import itertools

import numpy as np
import pytest

from dlnotes.expressivity.gates import (
    AND,
    NAND,
    NOT,
    OR,
    ThresholdUnit,
    boolean_inputs,
    nand_circuit,
    run_nand_circuit,
)

INPUTS = boolean_inputs(2)
# NANDs that each function of two inputs takes, by hand: NOT is one, AND is NAND and NOT, ...
FEWEST = {
    (1, 1, 1, 0): 1,  # NAND
    (1, 1, 0, 0): 1,  # NOT of the first
    (1, 0, 1, 0): 1,  # NOT of the second
    (0, 0, 0, 1): 2,  # AND
    (0, 0, 1, 1): 2,  # the first, negated twice
    (0, 1, 0, 1): 2,  # the second, negated twice
    (1, 1, 1, 1): 2,  # NAND of a wire and its negation
    (1, 1, 0, 1): 2,  # not the first, or the second
    (1, 0, 1, 1): 2,  # not the second, or the first
    (0, 0, 0, 0): 3,  # the opposite of 1111
    (0, 1, 1, 1): 3,  # OR
    (0, 0, 1, 0): 3,  # the first, but not the second
    (0, 1, 0, 0): 3,  # the second, but not the first
    (0, 1, 1, 0): 4,  # XOR
    (1, 0, 0, 0): 4,  # NOR
    (1, 0, 0, 1): 5,  # XNOR
}


def test_truth_tables():
    assert AND(INPUTS).tolist() == [0, 0, 0, 1]
    assert OR(INPUTS).tolist() == [0, 1, 1, 1]
    assert NAND(INPUTS).tolist() == [1, 1, 1, 0]
    assert NOT([[0], [1]]).tolist() == [1, 0]


def test_weights_leave_the_widest_gap():
    for gate in (AND, OR, NAND):
        assert np.abs(INPUTS @ gate.w + gate.b).min() == 0.5
    assert (NOT.w, NOT.b) == ((-1,), 0.5)


def test_units_take_any_shape():
    x = np.zeros((2, 3, 2), np.int32)
    assert NAND(x).tolist() == [[1, 1, 1], [1, 1, 1]]
    assert NAND(x).dtype == np.int64
    assert AND([1, 1]).shape == ()
    assert int(AND([1, 1])) == 1


def test_a_sum_of_zero_does_not_fire():
    assert ThresholdUnit((1,), -1)([[1]]).tolist() == [0]
    assert ThresholdUnit((1,), -0.999)([[1]]).tolist() == [1]


def test_inputs_count_up_in_binary():
    assert boolean_inputs(1).tolist() == [[0], [1]]
    assert boolean_inputs(3).tolist() == [
        list(bits) for bits in itertools.product((0, 1), repeat=3)
    ]
    assert boolean_inputs(3).dtype == np.int64


def test_nand_makes_all_sixteen_functions_with_the_fewest_gates():
    assert set(FEWEST) == set(itertools.product((0, 1), repeat=4))
    for table, gates in FEWEST.items():
        circuit = nand_circuit(table)
        assert run_nand_circuit(circuit, INPUTS).tolist() == list(table)
        assert len(circuit) == gates


def test_the_first_shortest_circuits():
    assert nand_circuit([1, 1, 1, 0]) == ((0, 1),)
    assert nand_circuit([1, 1, 0, 0]) == ((0, 0),)
    assert nand_circuit([0, 0, 0, 1]) == ((0, 1), (2, 2))


def test_circuits_take_any_shape_and_leave_it_alone():
    x = np.array([[[0, 1], [1, 1]]])
    circuit = ((0, 1), (0, 2), (1, 2), (3, 4))
    assert run_nand_circuit(circuit, x).tolist() == [[1, 0]]
    assert x.tolist() == [[[0, 1], [1, 1]]]
    assert int(run_nand_circuit(circuit, [1, 0])) == 1


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        ([[0, 1, 1]], ValueError, "`x` must have shape (..., 2). Received: shape=(1, 3)"),
        ([0, 2], ValueError, "`x` must be at most 1. Received: 2"),
        ([0, -1], ValueError, "`x` must be at least 0. Received: -1"),
        (np.ones((0, 2), int), ValueError, "`x` must not be empty. Received: shape=(0, 2)"),
        ([0.0, 1.0], TypeError, "`x` must be integers. Received: dtype=float64"),
    ],
)
def test_units_and_circuits_take_bits(x, error, message):
    for function in (AND, lambda bits: run_nand_circuit(((0, 0),), bits)):
        with pytest.raises(error) as caught:
            function(x)
        assert str(caught.value) == message


@pytest.mark.parametrize(
    ("circuit", "message"),
    [
        ((), "`circuit` must have at least one gate. Received: ()"),
        (
            ((0, 1), (3, 2)),
            "`circuit` must read wires that come before the gate. "
            "Received: (3, 2) where there are 3",
        ),
        (
            ((0, 2),),
            "`circuit` must read wires that come before the gate. "
            "Received: (0, 2) where there are 2",
        ),
        (
            ((-1, 0),),
            "`circuit` must read wires that come before the gate. "
            "Received: (-1, 0) where there are 2",
        ),
        (
            ((0, -1),),
            "`circuit` must read wires that come before the gate. "
            "Received: (0, -1) where there are 2",
        ),
    ],
)
def test_circuits_read_earlier_wires(circuit, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        run_nand_circuit(circuit, INPUTS)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("table", "error", "message"),
    [
        ([0, 1], ValueError, "`table` must have shape (4,). Received: shape=(2,)"),
        ([0, 1, 2, 0], ValueError, "`table` must be at most 1. Received: 2"),
        ([0, 1, -2, 0], ValueError, "`table` must be at least 0. Received: -2"),
        ([0.5] * 4, TypeError, "`table` must be integers. Received: dtype=float64"),
    ],
)
def test_tables_have_four_bits(table, error, message):
    with pytest.raises(error) as caught:
        nand_circuit(table)
    assert str(caught.value) == message


def test_number_of_bits():
    with pytest.raises(ValueError, match=r"^`n` must be at least 1\. Received: 0$"):
        boolean_inputs(0)
