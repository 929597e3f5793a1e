"""Measure the claims of pages with seeds that their authors did not look at.

``tools/robustness.py [part/page ...]`` runs each page that names its seeds, ``seeds = range(5)`` in
a cell tagged ``parameters``, three times, each with other seeds, and goes on after a failed check.
The table in docs/reference/robustness.md says what came out; without names it is written anew.
"""

import ast
import os
import re
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from myst_nb.core.read import read_myst_markdown_notebook
from nbclient import NotebookClient

from dlnotes.book.engine.inputs import kernel_environment
from dlnotes.check import MIME_TYPE

__all__ = ["main"]

DOCS = Path(__file__).parents[1] / "docs"
TABLE = DOCS / "reference/robustness.md"
STARTS = (100, 200, 300)
HEAD = """\
# Robustness

Whoever writes a page sees what its seeds give, and may come to like them. So every page that names
its seeds has been run with three other sets of as many, from {starts} on. Nobody looked at these
while writing. A claim holds if each of its measurements passed with all three.

`make robustness` does that and writes this table. It is not part of the build, as it takes minutes.

| page | claims | outcome |
| --- | --- | --- |
"""


def find_seeds(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return the cell that names the seeds.

    Raises
    ------
    ValueError
        If there is none.
    """
    cells: list[nbformat.NotebookNode] = notebook.cells
    for cell in cells:
        if cell.cell_type == "code" and "parameters" in cell.metadata.get("tags", ()):
            return cell
    raise ValueError("No cell is tagged `parameters`: the page does not name its seeds.")


def number_of_seeds(source: str) -> int:
    """Return n of the one line ``seeds = range(n)``.

    Raises
    ------
    ValueError
        If that is not what the cell says.
    """
    match ast.parse(source).body:
        case [
            ast.Assign(
                targets=[ast.Name(id="seeds")],
                value=ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=int(n))]),
            )
        ]:
            return n
    raise ValueError(f"The cell tagged `parameters` must be `seeds = range(n)`. Received: {source}")


def measure(page: str, start: int) -> tuple[dict[str, bool], list[str]]:
    """Run a page with the seeds from ``start`` on; say which claims held, and what went wrong."""
    notebook = read_myst_markdown_notebook((DOCS / f"{page}.md").read_text(encoding="utf-8"))
    cell = find_seeds(notebook)
    cell.source = f"seeds = range({start}, {start + number_of_seeds(cell.source)})"
    client = NotebookClient(notebook, timeout=600, kernel_name="python3", allow_errors=True)
    client.extra_arguments = ["--log-level=ERROR"]
    client.execute(cwd=str(DOCS.parent), env=kernel_environment(DOCS.parent / "build/cache"))
    held: dict[str, bool] = defaultdict(lambda: True)
    wrong = []
    for output in (out for cell in notebook.cells for out in cell.get("outputs", ())):
        if result := output.get("data", {}).get(MIME_TYPE):
            held[result["claim"]] &= result["passed"]
        if output.output_type == "error":
            wrong.append(": ".join([output.ename, *output.evalue.splitlines()[:1]]))
    return dict(held), wrong


def row(page: str, runs: list[tuple[dict[str, bool], list[str]]]) -> tuple[str, bool]:
    """Write the row of a page; say whether all its claims held."""
    names = sorted({name for held, _ in runs for name in held})
    failed = {
        name: missed for name in names if (missed := sum(not held.get(name) for held, _ in runs))
    }
    outcome = "; ".join(
        f"{{claim}}`{name}` failed in {n} of {len(runs)}" for name, n in failed.items()
    )
    holds = not failed and not any(wrong for _, wrong in runs)
    text = outcome or ("all hold" if holds else "an error in a cell")
    return f"| {{doc}}`/{page}` | {len(names)} | {text} |", holds


def main() -> int:
    """Run the pages, print what failed, write the table; return the exit code."""
    asked = [re.sub(r"^docs/|\.md$", "", name) for name in sys.argv[1:]]
    files = sorted(path.relative_to(DOCS).with_suffix("").as_posix() for path in DOCS.rglob("*.md"))
    pages = asked or [
        name
        for name in files
        if "tags: [parameters]" in (DOCS / f"{name}.md").read_text(encoding="utf-8")
    ]
    orders = [(page, start) for page in pages for start in STARTS]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = dict(zip(orders, pool.map(lambda order: measure(*order), orders), strict=True))
    rows, good = [], True
    for page in pages:
        runs = [found[page, start] for start in STARTS]
        text, holds = row(page, runs)
        rows.append(text)
        good &= holds
        print(text)
        for start, (_, wrong) in zip(STARTS, runs, strict=True):
            for sentence in wrong:
                print(f"  seeds from {start}: {sentence}")
    if not asked:
        head = HEAD.format(starts="{}, {} and {}".format(*STARTS))
        TABLE.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    return not good


if __name__ == "__main__":
    sys.exit(main())
