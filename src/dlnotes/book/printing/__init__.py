"""The book off the site: e-books and a PDF, from the same results as the site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlnotes.book.printing.epub import BookEpub
from dlnotes.book.printing.pages import BookPages

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["connect"]


def connect(app: Sphinx) -> None:
    """Register the builders.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        Is being set up.
    """
    app.add_builder(BookPages)
    app.add_builder(BookEpub, override=True)
