"""The cell that fetches MNIST in the chapter on LeNet: no build runs it, this test does.

A file of the same form takes the place of the download. Keras would refuse it, as its hash is
another, so the comparison of hashes is replaced, and so is the download.
"""

import ast
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from myst_nb.core.read import read_myst_markdown_notebook

from dlnotes.datasets import load_digits

PAGE = Path(__file__).parents[2] / "docs/vision/lenet.md"
N_TRAIN = 1500

OFFLINE = """\
import sys
from keras.src.utils import file_utils

FILE = sys.argv[1]
def no_network(*_, **__):
    raise AssertionError("Keras did not look where the file is")
def is_our_file(path, expected_hash, **_):
    assert path == FILE, path
    return len(expected_hash) == 64
file_utils.urlretrieve, file_utils.validate_file = no_network, is_our_file
"""

REPORT = """
fields = mnist_in_field(x_new)
np.savez(sys.argv[2], fields=fields, answers=answers, read=mnist_read)
"""


def is_tagged(cell, tag):
    return tag in cell.metadata.get("tags", ())


def used(code):
    return {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}


def with_what_it_uses(cells, last):
    """Return a cell after the imports, the seeds and the definitions that it uses, in order."""
    needed, wanted = [last], used(last)
    for code in reversed(cells[: cells.index(last)]):
        statements = ast.parse(code).body
        kept = [
            node
            for node in statements
            if isinstance(node, ast.Import | ast.ImportFrom)
            or (isinstance(node, ast.FunctionDef) and node.name in wanted)
            or (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "seeds")
        ]
        # A cell can use what it defines further down, so look until nothing is new.
        while True:
            wanted |= used("\n".join(map(ast.unparse, kept)))
            more = [n for n in statements if isinstance(n, ast.FunctionDef) and n.name in wanted]
            if all(node in kept for node in more):
                break
            kept = [n for n in statements if n in kept or n in more]
        needed.insert(0, "\n".join(map(ast.unparse, kept)))
    return "\n".join(needed)


@pytest.fixture(scope="module")
def code():
    notebook = read_myst_markdown_notebook(PAGE.read_text(encoding="utf-8"))
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    [cell] = [cell for cell in cells if is_tagged(cell, "skip-execution")]
    assert "keras.datasets.mnist.load_data()" in cell.source
    return with_what_it_uses([cell.source for cell in cells], cell.source)


@pytest.fixture(scope="module")
def digits():
    """The scans of the book as 8-bit pictures of 28 by 28, and their labels."""
    (x, y), (x_test, y_test) = load_digits(rng=np.random.default_rng(0))
    large = np.concatenate([x, x_test]).repeat(3, axis=1).repeat(3, axis=2)
    images = np.pad(255 * large, [(0, 0), (2, 2), (2, 2)]).astype(np.uint8)
    return images, np.concatenate([y, y_test]).astype(np.uint8)


def test_the_cell_puts_mnist_into_the_field_and_learns_to_read_it(tmp_path, code, digits):
    images, labels = digits
    file, report = tmp_path / "datasets/mnist.npz", tmp_path / "report.npz"
    file.parent.mkdir()
    np.savez(
        file,
        x_train=images[:N_TRAIN],
        y_train=labels[:N_TRAIN],
        x_test=images[N_TRAIN:],
        y_test=labels[N_TRAIN:],
    )
    run = subprocess.run(
        [sys.executable, "-c", OFFLINE + code + REPORT, str(file), str(report)],
        env={**os.environ, "KERAS_HOME": str(tmp_path), "MPLBACKEND": "agg"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=240,
    )
    assert run.returncode == 0, run.stdout
    found = np.load(report)

    fields = found["fields"]
    assert fields.shape == (len(images) - N_TRAIN, 32, 32, 1)
    assert fields.dtype == np.float32
    middle = fields[:, 2:30, 2:30, 0]
    np.testing.assert_allclose(middle, images[N_TRAIN:] / 255, atol=1e-6)
    assert fields.sum() == pytest.approx(middle.sum())  # nothing in the margin

    right = np.mean(found["answers"] == labels[N_TRAIN:])
    assert found["read"] == right
    assert right > 0.8
