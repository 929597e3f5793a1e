"""A build that ends early, whoever ends it and when: what ran is kept, and nothing stays behind."""

import ctypes
import os
import resource
import shutil
import signal
import subprocess
import sys
import textwrap

import psutil
import pytest

CONF = """\
import time
from pathlib import Path

project = "fixture"
extensions = ["dlnotes.book"]
html_theme = "basic"
signals = Path({signals!r})


def wait(app, *_):
    if (signals / "hold").exists():
        (signals / "writing").touch()
        while (signals / "hold").exists():
            time.sleep(0.01)


def setup(app):
    app.connect("html-page-context", wait)
"""
INTERRUPTED = "\nInterrupted. Pages that had run to the end are kept.\n"
TOUCH = "from pathlib import Path\nPath({!r}).touch()"
WAIT = "from pathlib import Path\nwhile not Path({!r}).exists():\n    pass"
DAEMON = """
import subprocess

subprocess.Popen(["setsid", "--fork", "sleep", "1000"])
"""
FOREVER = "while True:\n    pass"


@pytest.fixture
def running(pages, until):
    """A command that runs pages: the first has ended and the second will not by itself."""
    started = pages.signal("started")
    pages.page("a", "1")
    pages.page("b", DAEMON, TOUCH.format(str(started)), FOREVER)
    process = pages.command("execute", "docs", "--jobs", "2")
    until(lambda: started.exists() and list(pages.root.glob("docs/_build/cache/pages/*.json")))
    return process


def states(pages):
    output = pages.finish(pages.command("status", "docs"))
    return [line.split()[:2] for line in output.splitlines()]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_build_that_is_told_to_end(pages, running, how):
    running.send_signal(how)
    output = pages.finish(running)
    assert running.returncode == 130
    assert output.endswith(INTERRUPTED)
    assert "Traceback" not in output
    assert states(pages) == [["fresh", "a"], ["stale", "b"]]


def test_a_build_that_is_told_to_end_twice(pages, running, until):
    for _ in range(2):
        running.send_signal(signal.SIGINT)
    output, _ = running.communicate()
    assert running.returncode == 130
    assert output.endswith(INTERRUPTED)
    until(lambda: not pages.processes())
    assert states(pages) == [["fresh", "a"], ["stale", "b"]]


def warm(pages):
    """Find the process that pages are forked from; its supervisors and pages look the same."""
    warm = [each for each in pages.processes() if "warm.py" in " ".join(each.cmdline())]
    return next(each for each in warm if each.parent() not in warm)


@pytest.mark.parametrize("which", ["template", "supervisor", "kernel"])
def test_a_process_that_runs_pages_is_killed(pages, running, which):
    template = warm(pages)
    (supervisor,) = template.children()
    (kernel,) = [each for each in supervisor.children() if each.name() != "sleep"]
    {"template": template, "supervisor": supervisor, "kernel": kernel}[which].kill()
    output = pages.finish(running)
    assert running.returncode == 1
    assert output.endswith(
        "docs/b.md:17: cell 3 failed: the kernel ended in this cell (signal 9)\n"
    )
    pages.page("b", "1")
    again = pages.command("execute", "docs")
    assert "[1/1] ran " in pages.finish(again)
    assert again.returncode == 0


def test_the_whole_build_is_killed(pages, running, until):
    running.kill()
    running.communicate()
    until(lambda: not pages.processes())
    pages.page("b", "1")
    again = pages.command("execute", "docs")
    assert "[1/1] ran " in pages.finish(again)
    assert again.returncode == 0
    assert states(pages) == [["fresh", "a"], ["fresh", "b"]]


def test_the_build_is_killed_while_packages_are_imported(pages, until):
    importing = pages.signal("importing")
    pages.write("../packages/slow.py", TOUCH.format(str(importing)) + f"\n{FOREVER}\n")
    pages.page("a", "import slow")
    path = os.pathsep.join([str(pages.root.parent / "packages"), os.environ.get("PYTHONPATH", "")])
    process = pages.command("execute", "docs", PYTHONPATH=path)
    until(importing.exists)
    process.kill()
    process.communicate()
    until(lambda: not pages.processes())
    importing.unlink()
    process = pages.command("execute", "docs", PYTHONPATH=path)
    until(importing.exists)
    process.send_signal(signal.SIGINT)
    assert pages.finish(process) == INTERRUPTED
    assert process.returncode == 130


def test_a_template_that_is_killed_is_started_again(pages):
    kill = """
    import os
    from pathlib import Path

    def parent(process):
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])

    os.kill(parent(os.getppid()), 9)
    while True:
        pass
    """
    for name in "ac":
        pages.page(name, "1")
    pages.page("b", kill)
    results = pages.execute(jobs=1)
    assert [result.state for result in results.values()] == ["ran", "failed", "ran"]
    assert results["b"].describe(pages.root) == (
        "docs/b.md:9: cell 1 failed: the kernel ended in this cell (signal 9)"
    )


def test_an_import_that_ends_the_template_is_for_its_page_to_tell(pages, monkeypatch):
    pages.write("../packages/deadly.py", "import os\nos._exit(7)\n")
    path = os.pathsep.join([str(pages.root.parent / "packages"), os.environ.get("PYTHONPATH", "")])
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.syspath_prepend(pages.root.parent / "packages")
    pages.page("a", "import deadly")
    pages.page("b", "1")
    results = pages.execute()
    assert [result.state for result in results.values()] == ["failed", "ran"]
    assert results["a"].describe(pages.root) == (
        "docs/a.md:9: cell 1 failed: the kernel ended in this cell (exit code 7)"
    )


def test_a_template_that_never_starts(pages, monkeypatch):
    pages.page("a", "1")
    monkeypatch.setenv("PYTHONHOME", str(pages.root))
    with pytest.raises(ChildProcessError, match="^the process that pages are forked from ended$"):
        pages.execute()
