"""Links to other sites, as ``make linkcheck`` tries them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["address_to_try", "connect"]

_DOI, _REGISTRY = "https://doi.org/", "https://doi.org/api/handles/"


def address_to_try(_app: Sphinx, uri: str) -> str | None:
    """Ask the registry of DOIs whether it has one: many publishers refuse to answer programs.

    Parameters
    ----------
    uri : str
        What a page links to.

    Returns
    -------
    str or None
        What to try instead, if anything.

    Examples
    --------
    >>> address_to_try(None, "https://doi.org/10.1002/j.1538-7305.1948.tb01338.x")
    'https://doi.org/api/handles/10.1002/j.1538-7305.1948.tb01338.x'
    >>> address_to_try(None, "https://example.org/doi.org/10.1")
    """
    return _REGISTRY + uri.removeprefix(_DOI) if uri.startswith(f"{_DOI}10.") else None


def connect(app: Sphinx) -> None:
    """Change which addresses Sphinx's link checker asks for."""
    app.connect("linkcheck-process-uri", address_to_try)
