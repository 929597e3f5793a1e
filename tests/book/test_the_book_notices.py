"""The book is the regression test of the package: break a formula, and a page names the claim."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("module", "right", "wrong", "page"),
    [
        (
            "information.py",
            "return _mean(p, _surprise(q, base), axis)",
            "return -_mean(p, _surprise(q, base), axis)",
            "information/cross-entropy",
        ),
        (
            "information.py",
            "return nats / math.log(base)",
            "return nats",
            "information/entropy",
        ),
        (
            "layers/batch_normalization.py",
            "x.var(axis=axes)",
            "x.var(axis=axes, ddof=1)",
            "training/batch-normalization",
        ),
    ],
    ids=["sign of cross-entropy", "base of the logarithm", "unbiased variance"],
)
def test_a_broken_formula_fails_the_build(tmp_path, module, right, wrong, page):
    package = tmp_path / "src/dlnotes"
    shutil.copytree(REPOSITORY / "src/dlnotes", package)
    source = (package / module).read_text(encoding="utf-8")
    assert source.count(right) == 1
    (package / module).write_text(source.replace(right, wrong), encoding="utf-8")
    copy = tmp_path / "docs" / f"{page}.md"
    copy.parent.mkdir(parents=True)
    shutil.copy(REPOSITORY / "docs" / f"{page}.md", copy)
    (tmp_path / "conf.py").write_text("project = 'a copy'\n")

    run = subprocess.run(
        [sys.executable, "-m", "dlnotes.book", "build"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "src")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=240,
    )

    assert run.returncode == 1
    where = rf"^docs/{page}\.md:(\d+): cell \d+ failed: CheckError: ([a-z0-9-]+)"
    failed = re.search(where, run.stdout, re.MULTILINE)
    assert failed, run.stdout
    text = copy.read_text(encoding="utf-8")
    assert f"{{claim}} {failed[2]}\n" in text
    assert "check." in text.splitlines()[int(failed[1]) - 1]
