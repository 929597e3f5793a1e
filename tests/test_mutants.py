"""The tool that breaks the package on purpose, on a package of two functions."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "tools/mutants.py"

MODULE = """
def add(a, b):
    return a + b


def half(a):
    return a / 2
"""

TESTS = """
from dlnotes.two import add, half


def test_add():
    assert add(2, 3) == 5


def test_half():
    assert half(0) == 0
"""

EQUIVALENT = """
[[equivalent]]
function = 'two.h*'
change = '''
-return a / 2
+return a * 2
'''
reason = 'Twice nothing is half of nothing.'

[[equivalent]]
function = 'two.half'
change = '''
- return a / 2
+ return a / 3
'''
reason = 'A third of nothing too.'
"""


@pytest.fixture
def run(tmp_path):
    files = {
        "src/dlnotes/__init__.py": "",
        "src/dlnotes/two.py": MODULE,
        "src/dlnotes/untested.py": MODULE,
        "tests/test_two.py": TESTS,
        "tests/mutants.toml": "",
        "pyproject.toml": "",
        "conftest.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    def run(*arguments, equivalent=""):
        (tmp_path / "tests/mutants.toml").write_text(equivalent)
        result = subprocess.run(
            [sys.executable, SCRIPT, *arguments],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=240,
        )
        return result.returncode, result.stdout

    yield run
    assert [p for p in tmp_path.rglob("*.py") if "work-" in str(p)] == []


def test_survivors_are_counted_and_listed(run):
    code, output = run()
    assert code == 1, output
    assert "untested: no tests mirror it.\n" in output
    assert "| two    |       3 |      1 |       0 |          0 |        2 |\n" in output
    assert "function = 'two.half'\nchange = '''\n-return a / 2\n+return a * 2\n'''\n" in output
    assert "function = 'two.half'\nchange = '''\n-return a / 2\n+return a / 3\n'''\n" in output
    assert "33.3% of 3 mutants that a test could notice were killed" in output
    assert output.endswith("At least 95% of the mutants must be killed.\n")


def test_survivors_that_nothing_can_notice_are_not_counted(run):
    code, output = run("two", equivalent=EQUIVALENT)
    assert code == 0, output
    assert "| two    |       3 |      1 |       0 |          2 |        0 |\n" in output
    assert "100.0% of 1 mutants that a test could notice were killed" in output


def test_the_list_of_those_must_be_right(run):
    entry = "[[equivalent]]\nfunction = 'two.{}'\nchange = '''\n-return {}\n+return {}\n'''\n"
    listed = EQUIVALENT.replace("A third of nothing too.", "")
    listed += entry.format("half", "a / 4", "a * 4") + "reason = 'It was so once.'\n"
    listed += entry.format("add", "a + b", "a - b") + "reason = 'It is not so.'\n"
    code, output = run("two", equivalent=listed)
    assert code == 1, output
    for complaint in (
        "two.half, '-return a / 2 +return a / 3': say why nothing can notice it.",
        "two.half, '-return a / 4 +return a * 4': there is no such mutant (any more).",
        "two.add, '-return a + b +return a - b': a test notices it.",
    ):
        assert f"tests/mutants.toml, {complaint}\n" in output


def test_a_sample_is_as_large_as_asked_and_the_same_every_time(run):
    one, again = (run("two", "--sample", "1", equivalent=EQUIVALENT)[1] for _ in range(2))
    assert one.startswith("1 of 3 mutants, sample '0'\n")
    assert "| all    |       1 |" in one
    assert one.split("(")[0] == again.split("(")[0]


def test_a_module_that_is_not_there(run):
    assert run("three") == (1, "src/dlnotes has no numeric module three.\n")
