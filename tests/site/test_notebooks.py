"""Notebooks of the real pages: the link to them, and that they run to the same outputs."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

HTML = Path(__file__).parents[2] / "build/html"

RUN = """
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], 4)
NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
nbformat.write(notebook, sys.argv[2])
"""


def said(notebook):
    """What each code cell wrote or showed, figures aside, and what `glue` leaves too."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    texts = [[o.get("text", o.get("data", {}).get("text/plain")) for o in c.outputs] for c in code]
    return [list(filter(None, each)) for each in texts]


def test_the_menu_gives_the_notebook_without_javascript(browser, address):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}/ko/information/entropy.html")
        page.locator(".book-menu summary").first.click()
        with page.expect_download() as download:
            page.locator(".book-menu a[href$='.ipynb']").first.click()
        found = nbformat.read(download.value.path(), 4)
    assert download.value.suggested_filename == "entropy.ipynb"
    assert "# 엔트로피" in "\n".join(cell.source for cell in found.cells)


@pytest.mark.parametrize("name", ["en/information/entropy", "ko/foundations/what-is-deep-learning"])
def test_a_notebook_runs_to_the_outputs_of_its_page(tmp_path, name):
    language, _, page = name.partition("/")
    file, done = HTML / language / f"_notebooks/{page}.ipynb", tmp_path / "done.ipynb"
    command = [sys.executable, "-c", RUN, str(file), str(done)]
    env = {key: value for key, value in os.environ.items() if key != "KERAS_BACKEND"}
    subprocess.run(command, cwd=tmp_path, env=env, check=True, timeout=500)
    before = nbformat.read(file, 4)
    nbformat.validate(before)
    assert sum(map(bool, said(before))) > 10
    assert said(nbformat.read(done, 4)) == said(before)
