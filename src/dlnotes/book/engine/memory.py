"""What pages were found to be, so that the next time only those that have changed are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dlnotes.book.engine.pages import code_of

if TYPE_CHECKING:
    import nbformat

    from dlnotes.book.engine.pages import Page
    from dlnotes.book.engine.store import Kept

__all__ = ["Memory"]


@dataclass(frozen=True)
class _Seen:
    digest: str | None
    kept: Kept
    notebook: nbformat.NotebookNode


class Memory:
    """The fresh pages of a book as they were looked at last, for a process that goes on.

    Attributes
    ----------
    versions : dict of str to str
        The versions of packages that have been looked up. Start with a new memory when packages
        have been installed.
    """

    def __init__(self) -> None:
        self.versions: dict[str, str] = {}
        self._pages: dict[Page, _Seen] = {}

    def note(
        self, page: Page, digest: str | None, kept: Kept, notebook: nbformat.NotebookNode
    ) -> None:
        """Keep a fresh page in mind.

        Parameters
        ----------
        page : Page
            The page.
        digest : str or None
            Hash of its file from before it was read.
        kept : Kept
            What is known of its result.
        notebook : NotebookNode
            The page with its outputs.
        """
        self._pages[page] = _Seen(digest, kept, notebook)

    def recall(
        self, page: Page, digest: str | None, kept: Kept | None
    ) -> nbformat.NotebookNode | None:
        """Return a page with its outputs, if neither its file nor its result has changed."""
        seen = self._pages.get(page)
        return seen.notebook if seen and (seen.digest, seen.kept) == (digest, kept) else None

    def codes(self) -> list[str]:
        """List what the code cells of these pages hold."""
        return code_of(seen.notebook for seen in self._pages.values())
