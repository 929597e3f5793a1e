"""What the benchmark of the build needs: this book as stock MyST-NB writes it, and as scripts."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("foundations", "generalization", "networks", "training", "keras", "vision", "sequences")


@pytest.fixture
def books(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return importlib.import_module("books")


def test_the_cells_of_a_page_are_a_script_without_those_that_are_skipped(books, tmp_path):
    book = books.whole_book(tmp_path / "book")
    scripts = [Path(script).read_text(encoding="utf-8") for script in books.write_scripts(book)]
    assert len(scripts) > 40
    assert not any("mnist.load_data" in text for text in scripts)


def test_stock_writes_this_book(books, tmp_path):
    book = books.whole_book(tmp_path / "book")
    for part in PARTS:  # one part is enough
        for page in (book.root / "docs" / part).glob("*.md"):
            page.unlink()
    command = [sys.executable, "-m", "sphinx", "-q", "-t", "stock", "-c", ".", "docs", "out"]
    command += ["-D", "nb_execution_mode=off"]
    environment = os.environ | {"PYTHONPATH": str(book.root / "src")}
    run = subprocess.run(
        command, cwd=book.root, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr[-2000:]
    for page in ("index", "search", "information/entropy", "reference/claims"):
        assert (book.root / f"out/{page}.html").exists(), page
