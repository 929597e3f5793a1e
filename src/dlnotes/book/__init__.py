"""A Sphinx extension for books that check themselves.

Before Sphinx reads a page its cells are run (:mod:`~dlnotes.book.engine`); what they measured is
paired with what the page claims (:mod:`~dlnotes.book.claims`); anything that does not match fails
the build. ``python -m dlnotes.book`` builds the whole site.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

__all__ = ["CONFIG_VALUES", "setup"]

CONFIG_VALUES: dict[str, Any] = {
    "book_tools": "",
    "book_translated": {},
    "book_untranslated": [],
}
"""Options in ``conf.py`` besides those of the engine: for each language the complete pages; the
pages that get no catalogs. ``book_tools`` is set by the command that builds the site: what stands
for the code and the packages that make it."""


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension with Sphinx."""
    from dlnotes.book import extension  # here, as the engine and the commands do without Sphinx

    return extension.setup(app)
