"""The execution engine: runs the pages of a book and keeps their results, never stale.

Works without Sphinx; :mod:`dlnotes.book` calls it before Sphinx reads a page.
"""

from dlnotes.book.engine.execution import Result, execute, executed, stale
from dlnotes.book.engine.pages import Book, Limits, Page, PageError, find_pages

__all__ = [
    "Book",
    "Limits",
    "Page",
    "PageError",
    "Result",
    "execute",
    "executed",
    "find_pages",
    "stale",
]
