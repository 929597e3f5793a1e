"""Every page with code as a notebook with its outputs, to run it somewhere else.

A notebook is written together with its page, to ``_notebooks/<page>.ipynb``.
"""

from __future__ import annotations

import base64
import mimetypes
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from docutils import nodes

from dlnotes.book.strings import text
from dlnotes.book.web.markdown import Code, MarkdownWriter
from dlnotes.book.web.markdown_text import plain
from dlnotes.check import MIME_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbformat import NotebookNode
    from sphinx.application import Sphinx

    from dlnotes.book.engine import Page

    Cell = dict[str, Any]

__all__ = ["FOLDER", "Notebooks", "connect"]

FOLDER = "_notebooks"
"""Where the notebooks are, relative to the pages."""

_JUPYTER_TAGS = {"raises-exception", "skip-execution"}
"""Tags that mean something to whoever runs a notebook."""

_HIDES_CODE = {"hide-input", "hide-cell", "remove-input", "remove-cell"}
_HIDES_OUTPUT = {"hide-output", "hide-cell", "remove-output", "remove-cell"}


_SVG = "image/svg+xml"


class Notebooks:
    """Knows the pages as they ran, and writes each as a notebook when its page is written."""

    def __init__(self) -> None:
        self._executed: dict[str, NotebookNode] = {}

    def take(self, _app: Sphinx, page: Page, notebook: NotebookNode) -> None:
        """Keep a page as it ran."""
        self._executed[page.docname] = notebook

    def write(
        self,
        app: Sphinx,
        page: str,
        _template: str,
        _context: dict[str, Any],
        doctree: nodes.document | None,
    ) -> None:
        """Write the notebook of a page that has just been written."""
        if app.builder.name != "html" or doctree is None or page not in self._executed:
            return
        notebook = _notebook(app, page, doctree, self._executed[page])
        file = Path(app.outdir, FOLDER, f"{page}.ipynb")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_written(notebook), encoding="utf-8")


def _notebook(app: Sphinx, page: str, doctree: nodes.document, executed: NotebookNode) -> Cell:
    writer = MarkdownWriter(app.builder, page)
    kernel = executed.metadata.get("kernelspec", {"name": "python3", "display_name": "Python 3"})
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {**kernel, "language": "python"},
            "language_info": {"name": "python"},
        },
        "cells": [
            _text_cell("about", _about(app, page)),
            _code_cell("set-up", _set_up(app)),
            *_cells(writer, doctree, executed),
        ],
    }


def _written(notebook: Cell) -> str:
    node = nbformat.from_dict(notebook)  # type: ignore[no-untyped-call]
    return f"{nbformat.writes(node)}\n"  # type: ignore[no-untyped-call]


def _about(app: Sphinx, page: str) -> str:
    config, language = app.config, app.config.language
    title = plain(nodes.Text(app.env.titles[page].astext()))
    if config.html_baseurl:
        title = f"[{title}]({config.html_baseurl.rstrip('/')}/{app.builder.get_target_uri(page)})"
    about = text("notebook-about", language).format(
        title=title, project=config.project, release=config.release
    )
    return "\n\n".join(filter(None, [about, f"© {config.copyright}" if config.copyright else ""]))


def _set_up(app: Sphinx) -> str:
    """Write the cell that installs what the others need, unless it is there."""
    config, language = app.config, app.config.language
    package, bracket, extras = config.book_install.partition("[")
    backend = 'os.environ["KERAS_BACKEND"] = os.environ.get("KERAS_BACKEND", "jax")'
    lines = ["import os", "", backend]
    if package and config.book_repository:
        source = f"git+{config.book_repository}@{config.book_branch}"
        lines = [
            f"# {text('notebook-set-up', language)}",
            "import importlib.util",
            *lines,
            f'if importlib.util.find_spec("{package}") is None:',
            f'    %pip install --quiet "{config.book_install} @ {source}"',
        ]
    elif package:
        how = text("notebook-install", language).format(package=package)
        lines = [f"# {how} %pip install .{bracket}{extras}", *lines]
    return "\n".join(lines)


def _cells(
    writer: MarkdownWriter, doctree: nodes.document, executed: NotebookNode
) -> Iterator[Cell]:
    """Yield text and code in the order of the page, and what code the page does not show."""
    waiting: list[str] = []
    texts, done = 0, 0

    def flush() -> Iterator[Cell]:
        nonlocal texts
        if waiting:
            source = "\n\n".join(waiting)
            cell = _text_cell(f"text-{texts}", source)
            if shown := {n: f for n, f in writer.images.items() if f"(attachment:{n})" in source}:
                cell["attachments"] = {name: _attachment(file) for name, file in shown.items()}
            texts += 1
            waiting.clear()
            yield cell

    for piece in [*writer.pieces(doctree), None]:
        if isinstance(piece, str):
            if piece.startswith("#"):
                yield from flush()
            waiting.append(piece)
            continue
        yield from flush()
        end = piece.index if piece else len(executed.cells)
        for index in range(done, end):
            if executed.cells[index].cell_type == "code":
                yield _executed_cell(executed.cells[index], Code(index, folded=True))
        if piece:
            yield _executed_cell(executed.cells[piece.index], piece)
            done = piece.index + 1


def _text_cell(name: str, source: str) -> Cell:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}


def _code_cell(name: str, source: str) -> Cell:
    count: Cell = {"execution_count": None, "outputs": []}
    return {"cell_type": "code", "id": name, "metadata": {}, "source": source, **count}


def _executed_cell(cell: NotebookNode, place: Code) -> Cell:
    tags = {*cell.metadata.get("tags", [])}
    hidden = {
        "source_hidden": place.folded or bool(tags & _HIDES_CODE),
        "outputs_hidden": place.folded or bool(tags & _HIDES_OUTPUT),
    }
    metadata: dict[str, Any] = {}
    if any(hidden.values()):
        metadata["jupyter"] = {name: True for name, hides in hidden.items() if hides}
    if kept := sorted(tags & _JUPYTER_TAGS):
        metadata["tags"] = kept
    alternatives = iter(place.alternatives)
    return {
        **_code_cell(f"cell-{place.index}", cell.source),
        "metadata": metadata,
        "execution_count": cell.execution_count,
        "outputs": [output for each in cell.outputs if (output := _clean(each, alternatives))],
    }


def _clean(output: NotebookNode, alternatives: Iterator[str]) -> Cell | None:
    """Copy an output without what only the site reads; None if nothing is left.

    A drawing becomes a picture in HTML: of a notebook from somewhere else Jupyter shows no SVG, and
    a picture has an alternative text, and a background to be seen on in the dark.
    """
    if "data" not in output:
        return output
    data = {
        kind: value
        for kind, value in output.data.items()
        if kind != MIME_TYPE and not kind.startswith("application/papermill.record/")
    }
    alternative = next(alternatives, "") if any(kind.startswith("image/") for kind in data) else ""
    if drawing := data.pop(_SVG, None):
        source = f"data:{_SVG};base64,{_base64(drawing.encode())}"
        style = "background-color: white"
        data = {
            "text/html": f'<img src="{source}" alt="{escape(alternative)}" style="{style}">',
            **data,
        }
    return {**output, "data": data, "metadata": {}} if data else None


def _attachment(file: Path) -> dict[str, str]:
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return {kind: _base64(file.read_bytes())}


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def connect(app: Sphinx) -> None:
    """Write a notebook beside every page with code.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        Is being set up.
    """
    app.add_config_value("book_install", "", "html")
    notebooks = Notebooks()
    app.connect("book-page", notebooks.take)
    app.connect("html-page-context", notebooks.write)
