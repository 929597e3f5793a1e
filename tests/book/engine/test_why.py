"""What an author is told of a page: what it depends on and why it would run, or would not."""

import platform
import signal
from contextlib import closing
from importlib.metadata import version

import pytest

from dlnotes.book.__main__ import main
from dlnotes.book.engine import inputs
from dlnotes.book.engine.running import Run
from dlnotes.book.engine.why import explain

from .books import FakeExecutor, Project

PACKAGES = "".join(
    f"    {name} {version(name)}\n" for name in ("ipykernel", "ipython", "matplotlib-inline")
)
KERNEL = f"  Python {platform.python_version()} on {platform.machine()}\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Two pages that ran; it is made up what they used and what it took."""
    used = {
        "files": {f"{tmp_path}/data/a.txt": "?", f"{tmp_path}/data/none.txt": None},
        "folders": {f"{tmp_path}/data": "?", f"{tmp_path}": "?", f"{tmp_path}/none": None},
        "gaps": [f"{tmp_path}/docs/numpy"],
        "imports": ["numpy", "keras"],
        "failed": ["torch_of_the_future"],
        "programs": False,
    }
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    tops = {"keras": ["keras"], "numpy": ["numpy"]}
    monkeypatch.setattr(inputs, "packages_distributions", lambda: tops)  # it takes a second

    def run(task, _notebook):
        busy = Run(seconds=12.34, cpu=3.21, memory=456 * 10**6, used=used)
        return busy if task.page.docname == "part/busy" else Run(used={"programs": False})

    monkeypatch.chdir(tmp_path)
    with closing(Project(tmp_path)) as project:
        project.write("conf.py", "project = 'Fixture'\n")
        project.page("idle", "1")
        project.page("part/busy", "2")
        project.executor = FakeExecutor(run)
        project.run()
        yield project


IDLE = f"""\
When it ran last it took 0.0 s, 0.0 s of processor time, 0 MB.
It depends on its code cells and on
  packages (3)
{PACKAGES}{KERNEL}"""

BUSY = f"""\
When it ran last it took 12.3 s, 3.2 s of processor time, 456 MB.
It depends on its code cells and on
  files (1)
    data/a.txt
  names in folders (2)
    .
    data
  not there, though looked for (2)
    data/none.txt
    none
  packages (5)
    ipykernel {version("ipykernel")}
    ipython {version("ipython")}
    keras {version("keras")}
    matplotlib-inline {version("matplotlib-inline")}
    numpy {version("numpy")}
  packages not there (1)
    torch_of_the_future
  settings (3)
    JAX_PLATFORMS=cpu
    KERAS_BACKEND=jax
    XLA_FLAGS=--xla_backend_optimization_level=1
{KERNEL}"""


def test_a_page_that_would_not_run(project, capsys):
    assert explain(project.book, "idle") == 0
    assert capsys.readouterr().out == (
        f"idle would not run: nothing that its result depends on has changed.\n\n{IDLE}"
    )


def test_a_page_that_would_run(project, capsys):
    project.write("data/none.txt", "here")
    assert explain(project.book, "part/busy") == 0
    assert capsys.readouterr().out == (
        "part/busy would run, because\n"
        "  data/a.txt is gone\n"
        "  data/none.txt is there now\n"
        "  the files in . are others\n"
        f"  the files in data are others\n\n{BUSY}"
    )


def test_a_page_without_a_result(project, capsys):
    project.page("new", "3")
    assert explain(project.book, "new") == 0
    assert capsys.readouterr().out == "new would run, because\n  there is no result yet\n"


def test_a_page_that_cannot_run(project, capsys):
    project.replace("docs/idle.md", "\n---\n\n#", "\nbook: {time_limit: soon}\n---\n\n#")
    assert explain(project.book, "idle") == 0
    assert capsys.readouterr().out == (
        "idle cannot run: the page cannot be read: "
        f"`time_limit` must be a number of seconds above 0. Received: 'soon'\n\n{IDLE}"
    )


def test_a_page_that_there_is_not(project, capsys):
    assert explain(project.book, "part") == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "No page with code is named 'part'. There are:\n  idle\n  part/busy\n"


@pytest.mark.parametrize(
    "name",
    ["part/busy", "part/busy.md", "docs/part/busy", "docs/part/busy.md", "{docs}/part/busy.md"],
)
def test_ways_to_name_a_page(project, capsys, name):
    assert explain(project.book, name.format(docs=project.book.docs)) == 0
    assert "part/busy would run" in capsys.readouterr().out


def test_a_page_named_from_where_one_is(project, capsys, monkeypatch):
    monkeypatch.chdir(project.book.docs / "part")
    assert explain(project.book, "busy.md") == 0
    assert "part/busy would run" in capsys.readouterr().out


@pytest.fixture
def command(project):
    """Run ``python -m dlnotes.book`` in this process."""
    before = signal.getsignal(signal.SIGTERM)
    yield lambda name, *arguments: main([name, str(project.book.docs), *arguments])
    signal.signal(signal.SIGTERM, before)


def test_status_says_of_every_page_whether_it_is_fresh(project, command, capsys):
    project.replace(
        "docs/idle.md", "\n---\n\n#", "\nbook: {requires: torch_of_the_future}\n---\n\n#"
    )
    project.page("new", "3")
    project.page("part/other", "4")
    project.executor = FakeExecutor(lambda *_: Run(used={"programs": False}))
    project.run()
    project.page("new", "5")
    assert command("status") == 0
    assert capsys.readouterr().out.splitlines() == [
        "failed  idle  it needs torch_of_the_future, not installed here",
        "stale   new  its cells have changed",
        "fresh   part/busy",
        "fresh   part/other",
    ]


def test_why_is_a_command(command, capsys):
    assert command("why", "idle") == 0
    assert capsys.readouterr().out.startswith("idle would not run")
