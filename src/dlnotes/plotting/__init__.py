"""Figures of the book: one style, and the drawings that several pages share."""

from dlnotes.plotting.style import COLORS, use_book_style

__all__ = ["COLORS", "use_book_style"]
