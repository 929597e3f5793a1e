"""Run tests in other environments than .venv, each made anew in build/environments.

``python tools/environments.py oldest`` runs the whole suite on the oldest versions of what
pyproject.toml names; ``torch`` and ``tensorflow`` run, on an engine of Keras that the book does not
come with, the tests that depend on it and all pages. An engine that cannot be installed is skipped,
in one sentence.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

BUILD = Path("build/environments")
ENGINES = {"torch": "torch==2.13.0", "tensorflow": "tensorflow-cpu"}
UPSTREAM = "-Wignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
"""Other engines' tensors do not know NumPy 2's keyword; Keras meets that, no code of ours."""
OLDEST_ONLY = ("pyparsing==3.2.*",)
"""An old Matplotlib uses names that a new pyparsing warns of."""
NEEDED_BYTES = 10 * 10**9
"""PyTorch may come with the libraries for graphics cards."""

COVERAGE = """
[run]
branch = true
source = dlnotes
patch = subprocess
[report]
fail_under = 100
include = src/dlnotes/autodiff.py
exclude_also = def _(?!{engine}\\b)({engines})\\b
show_missing = true
"""
"""The engine's own branch must be reached, the branches of the others cannot be."""


def call(*command: str | Path, **environment: str) -> int:
    """Run a command, show what it says, and return its exit code."""
    return subprocess.run(command, env={**os.environ, **environment}, check=False).returncode


def run_oldest() -> int:
    """Run the suite on the oldest versions; return the exit code."""
    python = BUILD / "oldest/bin/python"
    uv = (sys.executable, "-m", "uv", "--no-python-downloads")
    install = ("pip", "install", "--quiet", "--python", python, "--resolution", "lowest-direct")
    return (
        call(*uv, "venv", "--quiet", "--clear", "--python", "3.11", BUILD / "oldest")
        or call(*uv, *install, "--group", "dev", "--editable", ".[book]", *OLDEST_ONLY)
        or call(*uv, "pip", "list", "--quiet", "--python", python)
        or call(python, "-m", "pytest", "--ignore", "tests/site")
    )


def run_engine(engine: str) -> int:
    """Test one engine of Keras and build the book on it; return the exit code, 0 if skipped."""
    folder = BUILD / engine
    python = folder / "bin/python"
    if shutil.disk_usage(".").free < NEEDED_BYTES:
        print(f"Skipped {engine}: 10 GB of disk are needed.")
        return 0
    print(f"Installing {ENGINES[engine]} in {folder}.", flush=True)
    tools = ("hypothesis", "pytest", "pytest-cov")
    pip = (python, "-m", "pip", "--quiet", "--disable-pip-version-check")
    if call(sys.executable, "-m", "venv", "--clear", folder) or call(
        *pip, "install", *tools, "--editable", ".[book]", ENGINES[engine]
    ):
        print(f"Skipped {engine}: {ENGINES[engine]} cannot be installed, as pip says above.")
        return 0
    configuration = BUILD / f"{engine}.coveragerc"
    names = "|".join(("jax", *ENGINES))
    configuration.write_text(COVERAGE.format(engine=engine, engines=names), encoding="utf-8")
    tests = ("tests/parity", "tests/test_autodiff.py", "src/dlnotes", "--ignore=src/dlnotes/book")
    measure = ("--cov", f"--cov-config={configuration}", "--doctest-modules")
    settings = {"KERAS_BACKEND": engine}
    tested = call(python, "-m", "pytest", UPSTREAM, *tests, *measure, **settings)
    book = (python, "-m", "dlnotes.book", "build", "--output", BUILD / f"{engine}-book")
    return call(*book, **settings) or tested


def main(names: list[str]) -> int:
    """Run the named environments, all of them, and return 1 if tests failed in any."""
    BUILD.mkdir(parents=True, exist_ok=True)
    codes = [run_oldest() if name == "oldest" else run_engine(name) for name in names]
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
