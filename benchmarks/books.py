"""The books that build.py measures, and their cells as plain scripts."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook

from dlnotes.book.engine.inputs import kernel_environment

CONF = """
project = "benchmark"
extensions = ["myst_nb"] if tags.has("stock") else ["dlnotes.book"]
book_sources = ["src"]
html_theme = "sphinx_book_theme"
"""
BENCHMARK_CONF = """
book_translated = {}
book_time_limit = 3600
if tags.has("stock"):
    from jupyter_cache import get_cache

    nb_execution_raise_on_error = True
    nb_execution_timeout = -1
    nb_execution_cache_path = "stock/results"
    get_cache(nb_execution_cache_path).list_cache_records()  # with -j 2 both would make it and fail

    from dlnotes.book.claims import claims_domain

    def note_claims(app, doctree):
        claims_domain(app.env).note_page(app.env.docname, doctree)

    def setup(app):
        for listeners in app.events.listeners.values():
            for listener in list(listeners):
                handler = listener.handler
                ours = handler.__module__.startswith("dlnotes.book")
                if ours and handler.__name__ not in ("_page_context", "_add_scripts"):
                    app.disconnect(listener.id)
        app.connect("doctree-read", note_claims)
"""
TOCTREE = "# Contents\n\n```{{toctree}}\n:glob:\n\n{0}\n```\n"
PAGE = """\
---
file_format: mystnb
kernelspec:
  name: python3
  display_name: Python 3
---

# Page {n}

```{{code-cell}}
{first_cell}
```
"""
IMPORTS = """\
import keras
import matplotlib.pyplot as plt
import numpy as np

from dlnotes.plotting import use_book_style
from {module} import f

use_book_style()
keras.utils.set_random_seed({n})"""
FIT_AND_FIGURE = """
Prose between the cells.

```{{code-cell}}
x = np.linspace(-1, 1, {samples})[:, None]
model = keras.Sequential([keras.layers.Dense({units}, "tanh"), keras.layers.Dense(1)])
model.compile("adam", "mse")
history = model.fit(x, f(x), epochs=10, batch_size=32, verbose=0)
```

```{{code-cell}}
---
mystnb:
  image:
    alt: The loss falls with the epochs.
---
fig, ax = plt.subplots()
ax.plot(history.history["loss"])
ax.set(xlabel="epoch", ylabel="loss");
```
"""
MODULE = "import numpy as np\n\n\ndef f(x):\n    return np.{0}(x)\n"
SAVE_FIGURES = """\
import os, sys
os.chdir({folder!r})
os.environ["MPLBACKEND"] = "agg"
os.environ["XLA_FLAGS"] = {xla_flags!r}

def _save_figures():
    from io import BytesIO
    if plt := sys.modules.get("matplotlib.pyplot"):
        for number in plt.get_fignums():
            plt.figure(number).savefig(BytesIO(), format="svg", bbox_inches="tight")
        plt.close("all")
"""
RUN_SCRIPTS = """
import importlib, os, runpy, sys
os.environ["MPLBACKEND"] = "agg"
cores, modules, scripts = int(sys.argv[1]), sys.argv[2].split(), sys.argv[3:]
for module in modules:
    importlib.import_module(module)
running, failed = 0, 0
while scripts or running:
    if not scripts or running == cores:
        running, failed = running - 1, failed | os.wait()[1]
        continue
    script, running = scripts.pop(0), running + 1
    if os.fork() == 0:
        if not modules:
            os.execv(sys.executable, [sys.executable, script])
        runpy.run_path(script, run_name="__main__")
        os._exit(0)
sys.exit(failed != 0)
"""


class Book(NamedTuple):
    """A book to measure: its folder, the files that get edited, what its pages import."""

    root: Path
    prose: str
    module: str
    imports: str


def write(path: Path, text: str) -> None:
    """Write a file and make its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def small_book(root: Path) -> Book:
    """Write pages that differ in seed, samples and units; two import the module that is edited."""
    write(root / "conf.py", CONF + BENCHMARK_CONF)
    write(root / "src/waves.py", MODULE.format("sin"))
    write(root / "src/steps.py", MODULE.format("sign"))
    for n in range(20):
        imports = IMPORTS.format(n=n, module="steps" if n % 10 == 5 else "waves")
        fit = FIT_AND_FIGURE.format(samples=128 + 32 * (n % 5), units=8 + n % 10)
        write(root / f"docs/page-{n:02}.md", PAGE.format(n=n, first_cell=imports) + fit)
    write(root / "docs/index.md", TOCTREE.format("page-*"))
    imports = "numpy keras matplotlib.pyplot dlnotes.plotting"
    return Book(root, "docs/page-03.md", "src/steps.py", imports)


def whole_book(root: Path) -> Book:
    """Copy this book."""
    source = Path(__file__).resolve().parents[1]
    for folder in ("docs", "src"):
        shutil.copytree(source / folder, root / folder)
    shutil.copy(source / "requirements.lock", root)
    write(root / "conf.py", (source / "conf.py").read_text(encoding="utf-8") + BENCHMARK_CONF)
    imports = "numpy keras matplotlib.pyplot myst_nb.ext.glue dlnotes.plotting"
    return Book(root, "docs/information/entropy.md", "src/dlnotes/huffman.py", imports)


def synthetic_book(root: Path, pages: int) -> None:
    """Write trivial pages: ten a chapter, ten chapters a part."""
    write(root / "conf.py", CONF + BENCHMARK_CONF)
    write(root / "src/module.py", "")
    folders = {"docs": "*/index"}
    for n in range(pages):
        part, chapter = f"docs/part-{n // 100}", f"docs/part-{n // 100}/chapter-{n // 10 % 10}"
        folders |= {part: "*/index", chapter: "page-*"}
        write(root / f"{chapter}/page-{n}.md", PAGE.format(n=n, first_cell=f"{n} + 1"))
    for folder, entries in folders.items():
        write(root / f"{folder}/index.md", TOCTREE.format(entries))


def write_scripts(book: Book) -> list[str]:
    """Write each page's cells as a plain script; return the paths."""
    scripts: list[Path] = []
    xla_flags = kernel_environment(book.root)["XLA_FLAGS"]
    for path in sorted((book.root / "docs").rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        if is_myst_markdown_notebook(text):
            notebook = read_myst_markdown_notebook(text, path=path)
            code = [cell for cell in notebook.cells if cell.cell_type == "code"]
            run = [cell for cell in code if "skip-execution" not in cell.metadata.get("tags", [])]
            head = SAVE_FIGURES.format(folder=str(path.parent), xla_flags=xla_flags)
            scripts.append(book.root / f"scripts/{len(scripts)}.py")
            cells = [head, *(cell.source for cell in run), ""]
            write(scripts[-1], "\n_save_figures()\n".join(cells))
    return [str(script) for script in scripts]
