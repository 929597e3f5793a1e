"""The tool that measures claims with other seeds, on pages of its own."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "tools/robustness.py"

PAGE = """---
file_format: mystnb
kernelspec:
  name: python3
---

# Page

```{code-cell}
:tags: [parameters]
seeds = range(2)  # the first
```

```{code-cell}
from dlnotes import check
check.less("always", len(seeds), 3)
check.less("always", seeds[0], 1000, what="again")
```

```{code-cell}
check.less("at-times", seeds[0], 250)
```

```{code-cell}
check.equal("reached", len(seeds), 2)
```
"""


@pytest.fixture
def run(tmp_path):
    (tmp_path / "tools").mkdir()
    (tmp_path / "docs/reference").mkdir(parents=True)
    shutil.copy(SCRIPT, tmp_path / "tools")

    def run(*pages, **files):
        for name, text in files.items():
            (tmp_path / f"docs/{name}.md").write_text(text)
        command = [sys.executable, tmp_path / "tools/robustness.py", *pages]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=200)
        table = tmp_path / "docs/reference/robustness.md"
        return done, table.read_text() if table.exists() else ""

    return run


def test_a_claim_that_hangs_on_its_seeds_is_found(run):
    done, table = run(page=PAGE, other="# No cells\n")
    row = "| {doc}`/page` | 3 | {claim}`at-times` failed in 1 of 3 |\n"
    assert done.returncode == 1
    assert done.stdout == (
        f"{row}  seeds from 300: CheckError: at-times: measured 300, expected less than 250\n"
    )
    assert table.endswith(f"| --- | --- | --- |\n{row}")


def test_a_page_that_is_asked_for(run):
    good = PAGE.replace("250", "1000")
    done, table = run("docs/page.md", page=good)
    assert (done.returncode, done.stdout) == (0, "| {doc}`/page` | 3 | all hold |\n")
    assert not table


def test_an_error_is_no_success(run):
    broken = PAGE.replace('"reached", len(seeds)', '"reached", len(seed)')
    done, _ = run("page", page=broken.replace("250", "1000"))
    assert done.returncode == 1
    assert "| {doc}`/page` | 2 | an error in a cell |" in done.stdout
    assert done.stdout.count("NameError: name 'seed' is not defined") == 3


def test_seeds_have_one_form(run):
    done, _ = run("page", page=PAGE.replace("range(2)", "[0, 1]"))
    assert done.returncode == 1
    assert "must be `seeds = range(n)`. Received: seeds = [0, 1]" in done.stderr
