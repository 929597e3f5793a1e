"""Layers with an explicit ``forward`` and ``backward``, one per module."""
