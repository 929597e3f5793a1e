"""Figures of the book: one style, and the drawings that several pages share."""

from dlnotes.plotting.diagrams import nested_sets, network_diagram, scan_grid
from dlnotes.plotting.style import COLORS, use_book_style

__all__ = ["COLORS", "nested_sets", "network_diagram", "scan_grid", "use_book_style"]
