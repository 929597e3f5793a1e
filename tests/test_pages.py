"""The cells of the book, as its readers see them."""

from pathlib import Path

import pytest

from dlnotes.book.engine.pages import Page

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGES = sorted(path for path in DOCS.glob("*/*.md") if "{code-cell}" in path.read_text("utf-8"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_cells_fit_beside_the_contents(path):
    for cell in Page(path.stem, path).read().cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "code" and not {"hide-input", "remove-cell"}.intersection(tags):
            lines = cell.source.splitlines()
            assert max(map(len, lines)) <= 84, cell.source
            assert len(lines) <= 20 or "import keras" in lines, cell.source
