"""Books of other authors, of other shapes than ours, that switch the engine on in their conf.py."""

import ast
import html
import os
import re
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from dlnotes.book.__main__ import find_book, main
from dlnotes.book.engine import Book, extension, find_pages

TWO_LINES = """
extensions = ["myst_nb", "dlnotes.book.engine.extension"]
exclude_patterns = ["_build", "drafts"]
"""
JUPYTEXT = """\
---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
    format_version: 0.13
    jupytext_version: 1.16.0
kernelspec:
  display_name: Python 3
  name: python3
---
"""
STORED = "an output that is stored in the file"


@dataclass
class Other:
    """A book: ``write`` its files, build it with ``sphinx``, look at the ``outputs`` of a page."""

    root: Path

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def notebook(self, name, title, *codes, kernel=("python3", "Python 3 (ipykernel)"), **metadata):
        """Write a notebook as Jupyter saves it, with an output in every code cell."""
        spec = {"name": kernel[0], "display_name": kernel[1], "language": "python"}
        language = {"name": "python", "pygments_lexer": "ipython3"}
        metadata = {"kernelspec": spec, "language_info": language, **metadata}
        cells = [nbformat.v4.new_markdown_cell(title)]
        for code in codes:
            stored = nbformat.v4.new_output("stream", text=STORED)
            cells.append(nbformat.v4.new_code_cell(code, outputs=[stored], execution_count=7))
        self.write(name, nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata=metadata)))

    def sphinx(self, *arguments, source="docs", **environment):
        """Run Sphinx as its users do; output and warnings together in ``stdout``."""
        command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"]
        return subprocess.run(
            [*command, *arguments, source, "site"],
            cwd=self.root,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=240,
        )

    def outputs(self, page):
        """Read what the site shows below the cells of a page."""
        text = (self.root / f"site/{page}.html").read_text(encoding="utf-8")
        blocks = re.findall(r'<div class="output [^>]*>(.*?)</pre>', text, re.DOTALL)
        return [html.unescape(re.sub("<[^>]*>", "", block)).strip() for block in blocks]


def ran(run):
    """List the pages that ran, and see that nothing went wrong."""
    assert run.returncode == 0, run.stdout
    assert "WARNING" not in run.stdout
    return sorted(re.findall(r"^\[\d+/\d+\] ran .* s  (\S+)", run.stdout, re.MULTILINE))


@pytest.fixture
def other(tmp_path):
    """A book of notebooks in nested folders; ``conf.py`` is among them, its modules are not."""
    book = Other(tmp_path)
    book.write("pyproject.toml", "[project]\nname = 'other'\nversion = '1'\n")
    book.write("src/growth.py", "def rate():\n    return 1250\n")
    book.write("src/decay.py", "def rate():\n    return 3750\n")
    book.write("docs/conf.py", f"{TWO_LINES}nb_execution_excludepatterns = ['slow*.ipynb']\n")
    contents = "guide/growth\nguide/decay\nguide/deep/both\nguide/deep/slow-one\nwords"
    book.notebook("docs/index.ipynb", f"# Other\n\n```{{toctree}}\n{contents}\n```")
    path = "import sys; sys.path.insert(0, '../../src')"
    book.notebook(
        "docs/guide/growth.ipynb", "# Growth", path, "import growth\nprint(growth.rate() * 3)"
    )
    decay = f"```{{code-cell}} ipython3\n{path}\nimport decay\ndecay.rate() * 2\n```\n"
    book.write("docs/guide/decay.md", f"{JUPYTEXT}\n# Decay\n\n{decay}")
    book.notebook(
        "docs/guide/deep/both.ipynb",
        "# Both",
        path.replace("../..", "../../.."),
        "import decay, growth\nprint(growth.rate() + decay.rate())",
        kernel=("python3", "The author's environment"),
    )
    book.notebook("docs/guide/deep/slow-one.ipynb", "# Slow", "1 / 0")
    book.notebook("docs/drafts/unfinished.ipynb", "# Draft", "1 / 0")
    book.write("docs/words.md", "# Words\n\nNo code here.\n")
    return book


def test_two_lines_in_conf_switch_the_engine_on(other):
    first = other.sphinx("-j", "2")
    assert ran(first) == ["guide/decay", "guide/deep/both", "guide/growth", "index"]
    assert other.outputs("guide/growth") == ["3750"]
    assert other.outputs("guide/decay") == ["7500"]
    assert other.outputs("guide/deep/both") == ["5000"]
    assert other.outputs("guide/deep/slow-one") == [STORED]  # as MyST-NB shows it
    assert other.outputs("words") == []
    assert not (other.root / "site/drafts").exists()
    assert sorted(path.name for path in other.root.glob("docs/*")) == [
        "build", "conf.py", "drafts", "guide", "index.ipynb", "words.md",
    ]  # fmt: skip

    decay = other.root / "docs/guide/decay.md"
    fence = "{code-cell} ipython3\n"
    text = decay.read_text().replace(fence, f"{fence}:tags: [hide-input]\n")
    decay.write_text(text.replace("# Decay", "# How it decays"))
    second = other.sphinx()
    assert (second.returncode, second.stdout) == (0, "")
    assert "How it decays" in (other.root / "site/guide/decay.html").read_text()

    other.write("src/growth.py", "def rate():\n    return 2000\n")
    third = other.sphinx()
    assert ran(third) == ["guide/deep/both", "guide/growth"]
    assert other.outputs("guide/growth") == ["6000"]
    assert other.outputs("guide/deep/both") == ["5750"]
    assert other.outputs("guide/decay") == ["7500"]


def test_a_notebook_that_fails_is_named_with_its_cell(other):
    other.write("src/growth.py", "def rate():\n    return 1 / 0\n")
    other.write("src/decay.py", "def rate():\n    return None\n")
    run = other.sphinx()
    assert run.returncode != 0
    for message in (
        "WARNING: docs/guide/growth.ipynb: cell 2 failed: ZeroDivisionError: division by zero\n"
        "    docs/guide/growth.ipynb:2 in cell 2\n"
        "    src/growth.py:2 in rate [book.cell]\n",
        "WARNING: docs/guide/decay.md:18: cell 1 failed: TypeError: unsupported operand type(s) for"
        " *: 'NoneType' and 'int' [book.cell]\n",
        "BookError: 3 page(s) did not run to the end: guide/decay, guide/deep/both, guide/growth\n",
    ):
        assert message in run.stdout, run.stdout
    assert not list(other.root.glob("site/**/*.html"))


def test_the_commands_need_no_option_of_ours(other, capsys, monkeypatch):
    monkeypatch.setattr("signal.signal", lambda *_: None)  # a command does, for its process
    docs = str(other.root / "docs")
    assert main(["status", docs]) == 0
    pages = ["guide/decay", "guide/deep/both", "guide/growth", "index"]
    assert capsys.readouterr().out.splitlines() == [
        f"stale   {page}  there is no result yet" for page in pages
    ]

    command = [sys.executable, "-m", "dlnotes.book", "execute", docs]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, timeout=240)
    assert ran(run) == pages

    other.write("src/decay.py", "def rate():\n    return 4000\n")
    assert main(["status", docs]) == 0
    assert capsys.readouterr().out == textwrap.dedent("""\
        stale   guide/decay  src/decay.py has changed
        stale   guide/deep/both  src/decay.py has changed
        fresh   guide/growth
        fresh   index
        """)

    assert main(["why", docs, "guide/growth"]) == 0
    fresh = capsys.readouterr().out
    assert fresh.startswith(
        "guide/growth would not run: nothing that its result depends on has changed.\n\n"
        "When it ran last it took "
    )
    assert "\n  files (1)\n    src/growth.py\n  packages (3)\n    ipykernel " in fresh
    assert main(["why", docs, "docs/guide/deep/both.ipynb"]) == 0
    stale = capsys.readouterr().out
    assert stale.startswith("guide/deep/both would run, because\n  src/decay.py has changed\n\n")
    assert "\n  files (2)\n    src/decay.py\n    src/growth.py\n" in stale
    assert main(["why", docs, "guide/deep/slow-one"]) == 1
    assert capsys.readouterr().err == (
        "No page with code is named 'guide/deep/slow-one'. There are:\n"
        + "".join(f"  {page}\n" for page in pages)
    )

    # Sphinx takes what the command left, and the other way round.
    assert main(["execute", docs, "--executor", "none"]) == 1
    unknown = "`executor` must be one of "
    error = capsys.readouterr().err
    assert error.startswith(f"Not built: {unknown}")
    assert error.endswith("fork, local-parallel, local-serial, temp-parallel, temp-serial. "
                          "Received: 'none'\n")  # fmt: skip
    refused = other.sphinx(BOOK_EXECUTOR="none")
    assert refused.returncode != 0
    assert f"BookError: {unknown}" in refused.stdout, refused.stdout
    assert ran(other.sphinx()) == ["guide/decay", "guide/deep/both"]
    assert other.outputs("guide/deep/both") == ["5250"]


@pytest.fixture
def apart(tmp_path):
    """A book whose configuration, pages and modules lie side by side, in no project."""
    book = Other(tmp_path)
    book.write("tools/print.py", "print(4000)\n")
    book.write(
        "settings/conf.py",
        textwrap.dedent("""\
            extensions = ["dlnotes.book.engine.extension"]
            suppress_warnings = ["toc.not_included"]
            html_static_path = ["_static"]
            nb_kernel_rgx_aliases = {"conda-.*": "python3"}
            book_sources = ["../tools"]
            book_cache = "../kept"
            """),
    )
    run_tool = "import subprocess, sys\nprint(subprocess.getoutput(f'{sys.executable} {tool}'))"
    book.notebook("text/index.ipynb", "# Program", "tool = '../tools/print.py'", run_tool)
    conda = ("conda-env-old-py", "Conda")
    book.notebook("text/_more/conda.ipynb", "# Conda", "print(40 * 50)", kernel=conda)
    book.write(
        "text/_more/text.md",
        "---\nfile_format: mystnb\nkernelspec: {name: conda-new, language: python}\n---\n\n"
        "# Text\n\n```{code-cell}\n40 * 60\n```\n",
    )
    errors = {"execution_allow_errors": True}
    book.notebook("text/errors.ipynb", "# Errors", "1 / 0", "print(40 * 70)", mystnb=errors)
    book.notebook("text/stored.ipynb", "# Stored", "1 / 0", mystnb={"execution_mode": "off"})
    book.write("settings/_static/style.css", "")
    book.write("text/_static/download.ipynb", "{}")
    return book


def test_what_conf_and_pages_say_to_myst_nb_holds(apart):
    first = apart.sphinx("-c", "settings", source="text")
    assert ran(first) == ["_more/conda", "_more/text", "errors", "index"]
    assert apart.outputs("index") == ["4000"]
    assert apart.outputs("_more/conda") == ["2000"]
    assert apart.outputs("_more/text") == ["2400"]
    assert apart.outputs("stored") == [STORED]
    error, after = apart.outputs("errors")
    assert error.endswith("ZeroDivisionError: division by zero")
    assert after == "2800"

    # A program cannot be watched: its page depends on all that `book_sources` names.
    apart.write("tools/print.py", "print(5000)\n")
    second = apart.sphinx("-c", "settings", source="text")
    assert ran(second) == ["index"]
    assert "(tools/print.py has changed)" in second.stdout
    assert apart.outputs("index") == ["5000"]


def test_pages_can_be_shown_without_being_run(apart):
    run = apart.sphinx("-c", "settings", "-D", "nb_execution_mode=off", source="text")
    assert ran(run) == []
    assert apart.outputs("index") == [STORED, STORED]
    assert apart.outputs("_more/text") == []
    assert not (apart.root / "kept").exists()


def test_a_folder_of_pages_without_conf_is_a_book(tmp_path):
    book = Other(tmp_path)
    for name in ("b", "part/a", "_build/c", ".ipynb_checkpoints/b-checkpoint"):
        book.notebook(f"{name}.ipynb", "# Title", "1")
    book.write("readme.md", "# Words\n")
    book.write("data.csv", "1\n")
    found = find_book(tmp_path)
    assert found == Book(root=tmp_path, docs=tmp_path, cache=tmp_path / "_build/cache")
    assert [page.docname for page in find_pages(found)] == ["b", "part/a"]


@pytest.mark.parametrize("where", [".", "docs"])
def test_conf_is_beside_the_pages_or_above(tmp_path, where):
    book = Other(tmp_path)
    book.write(f"{where}/conf.py", "include_patterns = ['part/**']\nexclude_patterns = ['**/x*']\n")
    for name in ("a", "part/a", "part/x", "part/.ipynb_checkpoints/a", "build/cache/outputs/a"):
        book.notebook(f"docs/{name}.ipynb", "# Title", "1")
    found = find_book(tmp_path / "docs")
    assert found.root == tmp_path / where
    assert found.cache == tmp_path / where / "build/cache"
    assert [page.docname for page in find_pages(found)] == ["part/a"]


def test_a_conf_that_is_not_python_is_one_error(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("signal.signal", lambda *_: None)
    Other(tmp_path).write("conf.py", "extensions = [\n")
    assert main(["status", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert error.startswith("Not built: There is a syntax error in your configuration file: ")


def test_the_page_on_the_engine_lists_every_option_and_every_module():
    page = Path(__file__).parents[2].joinpath("docs/reference/engine.md").read_text("utf-8")
    options = dict(re.findall(r"^\| `(book_\w+)` \| `(.*?)` \|", page, re.MULTILINE))
    ours = {"book_ready"}  # is for the command `build` alone
    assert {name: ast.literal_eval(default) for name, default in options.items()} == {
        name: default for name, default in extension.CONFIG_VALUES.items() if name not in ours
    }
    table = page.partition("## Where to change what")[2].partition("Outside of it")[0]
    modules = {path.name for path in Path(extension.__file__).parent.glob("*.py")}
    assert set(re.findall(r"`(\w+\.py)`", table)) == modules - {"__init__.py"}
