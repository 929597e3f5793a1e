"""What runs pages makes no difference to results, and works for jupyter-cache's commands too."""

import logging
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import nbformat
import pytest
from jupyter_cache import get_cache
from jupyter_cache.executors import load_executor

from dlnotes.book.engine import executors, stale

from .books import Project

NUMBERS = """
import numpy as np
from package.model import answer
print(answer(), np.loadtxt("../data/numbers.txt").sum(), np.random.default_rng(1).normal(size=3))
"""


def test_forks_and_ordinary_kernels_give_the_same(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "lib"))
    with closing(Project(tmp_path)) as project:
        project.write("lib/package/__init__.py", "")
        project.write("lib/package/model.py", "import yaml\n\ndef answer():\n    return 42\n")
        project.write("data/numbers.txt", "1\n2\n3\n")
        project.page("numbers", NUMBERS)
        project.page("display", "from IPython.display import HTML\nHTML('<b>4</b>')", "2 + 2")
        project.page("raises", "1 / 0", options=":tags: [raises-exception]\n\n")
        assert project.ran() == {"numbers", "display", "raises"}
        forked = {result.page.docname: result.kept for result in stale(project.book)}
        assert forked["numbers"].inputs.files.keys() == {
            "data/numbers.txt",
            "lib/package/__init__.py",
            "lib/package/model.py",
        }
        assert {"numpy", "pyyaml"} <= forked["numbers"].inputs.packages.keys()

    monkeypatch.setattr(executors, "can_fork", lambda: False)
    with closing(Project(tmp_path)) as project:
        project.run(force=True)
        ordinary = {result.page.docname: result.kept for result in stale(project.book)}
    for name, kept in ordinary.items():
        assert kept.outputs == forked[name].outputs, name
    for name in ("numbers", "raises"):
        assert ordinary[name].inputs == forked[name].inputs, name
    # What IPython imported before it could be watched is seen in forks only.
    unseen = forked["display"].inputs.packages.keys() - ordinary["display"].inputs.packages.keys()
    assert "traitlets" in unseen


def test_processor_time_begins_with_the_first_cell(tmp_path, monkeypatch):
    monkeypatch.setattr(executors, "can_fork", lambda: False)
    started = tmp_path / "started.txt"
    measure = "print(sum(os.times()[:4]), file=file)"
    took = f"import os\nwith open({str(started)!r}, 'w') as file:\n    {measure}"
    with closing(Project(tmp_path)) as project:
        project.page("idle", took)
        project.run()
        (result,) = stale(project.book)
    assert 0 <= result.kept.cpu < float(started.read_text()) / 2


def notebook(path, *cells):
    codes = [nbformat.v4.new_code_cell(code) for code in cells]
    for cell in codes:
        cell.outputs = [nbformat.v4.new_output("stream", text="of an earlier time")]
    prose = nbformat.v4.new_markdown_cell("Prose.")
    nbformat.write(nbformat.v4.new_notebook(cells=[*codes, prose]), path)


class Jupyter:
    """A project of jupyter-cache with two notebooks and a page, and what is in its cache."""

    def __init__(self, root):
        self.root = root
        (root / "part").mkdir()
        self.one, self.two = str(root / "one.ipynb"), str(root / "part/two.ipynb")
        self.page = str(root / "page.md")
        notebook(self.one, "import helper\nprint(helper.x)")
        notebook(self.two, "print(open('data.txt').read())")
        Path(self.page).write_text(
            "---\nfile_format: mystnb\nkernelspec: {name: python3}\n---\n\n"
            "```{code-cell}\nprint('page')\n```\n"
        )
        (root / "helper.py").write_text("x = 1\n")
        (root / "part/data.txt").write_text("data")
        self.cache = get_cache(str(root / ".jupyter_cache"))

    def add_all(self):
        for path in (self.one, self.two):
            self.cache.add_nb_to_project(path)
        read = {"name": "myst_nb_md", "type": "plugin"}
        self.cache.add_nb_to_project(self.page, read_data=read)

    def run(self, **options):
        logger = logging.getLogger("jcache-test")
        return load_executor("fork", self.cache, logger=logger).run_and_cache(**options).as_json()

    def output(self, uri):
        """Return the first output that is in the cache for a notebook, None without."""
        record = self.cache.get_cached_project_nb(uri)
        if record is None:
            return None
        (cell,) = self.cache.get_cache_bundle(record.pk).nb.cells
        return cell.outputs[0].get("text", cell.outputs[0].get("ename"))

    def traceback(self, uri):
        return self.cache.get_project_record(uri).traceback


@pytest.fixture
def jupyter(tmp_path):
    return Jupyter(tmp_path)


def ran(*succeeded, excepted=(), errored=()):
    return {"succeeded": [*succeeded], "excepted": [*excepted], "errored": [*errored]}


@pytest.mark.parametrize("forks", [True, False])
def test_what_jax_says_of_its_own_files_is_no_output(tmp_path, monkeypatch, forks):
    monkeypatch.setattr(executors, "can_fork", lambda: forks)
    code = """
import warnings
for place in ("reading", "writing"):
    warnings.warn(f"Error {place} persistent compilation cache entry for 'jit_f': /a/file")
warnings.warn("This is about the page.")
"""
    with closing(Project(tmp_path)) as project:
        project.page("a", code)
        project.run()
        said = str(project.outputs())
    assert "This is about the page." in said
    assert "compilation cache" not in said


def test_a_project_of_jupyter_cache_is_run_and_never_stale(jupyter, caplog):
    one, two, page = jupyter.one, jupyter.two, jupyter.page
    jupyter.add_all()
    with caplog.at_level(logging.INFO, "jcache-test"):
        assert jupyter.run() == ran(one, page, two)
    assert [jupyter.output(uri) for uri in (one, two, page)] == ["1\n", "data\n", "page\n"]
    for uri in (one, two, page):
        assert f"Executing: {uri}" in caplog.messages
        assert f"Execution Successful: {uri}" in caplog.messages
    assert jupyter.run() == ran()

    (jupyter.root / "helper.py").write_text("x = 2\n")
    (jupyter.root / "part/data.txt").write_text("other")
    assert jupyter.run(filter_uris=[one]) == ran(one)
    assert [jupyter.output(uri) for uri in (one, two)] == ["2\n", "data\n"]
    pk = jupyter.cache.get_project_record(two).pk
    assert jupyter.run(filter_pks=[pk]) == ran(two)
    assert [jupyter.output(uri) for uri in (one, two)] == ["2\n", "other\n"]


def test_what_fails_in_a_project_has_a_traceback_and_no_outputs(jupyter, caplog):
    one, two, page = jupyter.one, jupyter.two, jupyter.page
    jupyter.add_all()
    assert jupyter.run(filter_uris=[one]) == ran(one)
    assert jupyter.output(one) == "1\n"
    (jupyter.root / "helper.py").write_text("x = 1 / 0\n")
    notebook(two, "while True:\n    pass")
    Path(page).unlink()
    assert jupyter.run(timeout=2) == ran(excepted=[one, two], errored=[page])
    assert jupyter.output(one) is None  # what was there was true of another helper.py
    assert jupyter.traceback(one) == (
        "one.ipynb: cell 0 failed: ZeroDivisionError: division by zero\n"
        "    one.ipynb:1 in cell 0\n    helper.py:1"
    )
    assert jupyter.traceback(two) == (
        "part/two.ipynb: cell 0 failed: the page was over its time limit of 2 s in this cell"
    )
    gone = f"The URI of the project record no longer exists: {page}"
    assert jupyter.traceback(page) == f"page.md: the page cannot be read: {gone}"
    assert f"Execution Failed: {jupyter.traceback(page)}" in caplog.messages

    (jupyter.root / "helper.py").write_text("x = 3\n")
    assert jupyter.run(filter_uris=[one]) == ran(one)
    assert (jupyter.output(one), jupyter.traceback(one)) == ("3\n", None)


def test_a_project_may_allow_errors_and_any_time_and_be_forced(jupyter):
    notebook(jupyter.one, "1 / 0")
    jupyter.cache.add_nb_to_project(jupyter.one)
    options = {"allow_errors": True, "timeout": None}
    assert jupyter.run(**options) == ran(jupyter.one)
    assert jupyter.output(jupyter.one) == "ZeroDivisionError"
    assert jupyter.run(**options) == ran()
    assert jupyter.run(**options, force=True) == ran(jupyter.one)


def test_the_commands_of_jupyter_cache_run_pages_in_forks(jupyter):
    def jcache(*arguments):
        done = subprocess.run(
            [Path(sys.executable).with_name("jcache"), *arguments],
            cwd=jupyter.root,
            env={**os.environ, "JUPYTERCACHE": str(jupyter.cache.path)},  # which makes it
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    jcache("notebook", "add", jupyter.one, jupyter.two)
    execute = ("project", "execute", "--executor", "fork")
    shown = jcache(*execute)
    assert f"succeeded:\n- {jupyter.one}\n- {jupyter.two}\nexcepted: []\nerrored: []" in shown
    assert jupyter.output(jupyter.one) == "1\n"
    (jupyter.root / "helper.py").write_text("x = 2\n")
    assert f"succeeded:\n- {jupyter.one}\nexcepted: []\nerrored: []" in jcache(*execute)
    assert jupyter.output(jupyter.one) == "2\n"
