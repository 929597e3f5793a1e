"""The benchmark of the build needs stock MyST-NB to write this book, without what is ours."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = ("foundations", "generalization", "networks", "training", "keras", "vision", "sequences")


def test_stock_writes_this_book(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    from books import whole_book

    book = whole_book(tmp_path / "book")
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
