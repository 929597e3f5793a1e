"""Figures of the book: one style, and the drawings that several pages share."""

from dlnotes.plotting.color_names import ColorNames, color_names
from dlnotes.plotting.curves import layer_histograms, learning_curves
from dlnotes.plotting.diagrams import nested_sets, network_diagram, scan_grid
from dlnotes.plotting.graphs import computational_graph
from dlnotes.plotting.regions import decision_regions, polygons
from dlnotes.plotting.style import COLORS, use_book_style
from dlnotes.plotting.surfaces import loss_surface

__all__ = [
    "COLORS",
    "ColorNames",
    "color_names",
    "computational_graph",
    "decision_regions",
    "layer_histograms",
    "learning_curves",
    "loss_surface",
    "nested_sets",
    "network_diagram",
    "polygons",
    "scan_grid",
    "use_book_style",
]
