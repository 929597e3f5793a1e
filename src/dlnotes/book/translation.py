"""How complete each translated page is; a page declared complete must be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polib
from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.nodes import extract_messages
from sphinx_exercise.nodes import exercise_title, solution_title

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["CheckTranslation", "Progress", "catalog_progress"]

logger = logging.getLogger(__name__)


@dataclass
class Progress:
    """How many of a page's messages are translated, and which are not."""

    total: int = 0
    missing: list[str] = field(default_factory=list)

    @property
    def percent(self) -> int:
        """Whole percent; 100 only where nothing is missing."""
        done = self.total - len(self.missing)
        return 100 * done // self.total if self.total else 100


def _translated(path: Path) -> set[str]:
    if not path.exists():
        return set()
    return {entry.msgid for entry in polib.pofile(str(path)) if entry.translated()}


def catalog_progress(template: Path, catalog: Path) -> Progress:
    """Compare a translation with the template made from its page.

    Parameters
    ----------
    template, catalog : Path
        The page's ``.pot`` file and its ``.po`` file, which need not exist.

    Returns
    -------
    Progress
        Fuzzy messages count as missing.
    """
    done = _translated(catalog)
    messages = [entry.msgid for entry in polib.pofile(str(template))]
    return Progress(len(messages), [message for message in messages if message not in done])


class CheckTranslation(SphinxTransform):
    """Warn of every message that a page declared complete leaves untranslated or fuzzy.

    Runs just before Sphinx puts the translations in, on the page's own messages, so a catalog that
    has fallen behind its page is found too.
    """

    default_priority = 19

    def apply(self, **kwargs: Any) -> None:
        """Check the page that is being read."""
        del kwargs
        language = self.config.language
        if self.env.docname not in self.config.book_translated.get(language, ()):
            return
        catalogs = (self.env.srcdir / folder for folder in self.config.locale_dirs)
        done: set[str] = set()
        for folder in catalogs:
            done |= _translated(folder / language / "LC_MESSAGES" / f"{self.env.docname}.po")
        for node, message in extract_messages(self.document):
            if message not in done and not _is_made_by_sphinx(node):
                logger.warning(
                    f"declared complete in {language!r} but not translated: {message[:80]!r}",
                    location=node, type="book", subtype="translation",
                )  # fmt: skip


def _is_made_by_sphinx(node: nodes.Node) -> bool:
    """Tell whether a text is no message for translators: front matter, or "Exercise"."""
    if isinstance(node, exercise_title | solution_title):
        return True
    while node.parent is not None:
        if isinstance(node, nodes.field_list) and isinstance(node.parent, nodes.document):
            return True
        node = node.parent
    return False
