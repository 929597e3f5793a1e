"""Figure numbers, worked out from an outline that every page leaves when it is read.

Sphinx loads all pages of the book to number their figures, after an edit of any page. That takes
longer than to read and write the page.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from docutils import nodes
from sphinx import addnodes
from sphinx.domains.std import StandardDomain
from sphinx.environment.collectors.toctree import TocTreeCollector

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

__all__ = ["connect", "number_figures"]

_OUTLINE = "book-outline"


class _Section(NamedTuple):
    anchor: str
    entries: list[_Entry]


class _Pages(NamedTuple):
    names: list[str]


class _Figure(NamedTuple):
    kind: str
    anchor: str


_Entry = _Section | _Pages | _Figure


def _note_outline(app: Sphinx, doctree: nodes.document) -> None:
    app.env.metadata[app.env.docname][_OUTLINE] = _outline(doctree, app.env)


def _outline(node: nodes.Element, env: BuildEnvironment) -> list[_Entry]:
    """List what is numbered, what has a number of its own that counts, and the pages below."""
    found: list[_Entry] = []
    for child in node.children:
        if isinstance(child, nodes.section):
            found.append(_Section(child["ids"][0], _outline(child, env)))
        elif isinstance(child, addnodes.toctree):
            found.append(_Pages([page for _, page in child["entries"]]))
        elif isinstance(child, nodes.Element):
            kind = _kind(child, env)
            if kind and child["ids"]:
                found.append(_Figure(kind, child["ids"][0]))
            found += _outline(child, env)
    return found


def _kind(node: nodes.Element, env: BuildEnvironment) -> str | None:
    for domain in env.domains.sorted():
        if isinstance(domain, StandardDomain) and not domain.get_numfig_title(node):
            continue
        if kind := domain.get_enumerable_node_type(node):
            return kind
    return None


class _Numbers:
    """Counts the figures of a book, page after page.

    Parameters
    ----------
    env : sphinx.environment.BuildEnvironment
        Has the outlines and the numbers of the sections.
    """

    def __init__(self, env: BuildEnvironment) -> None:
        self._env = env
        self._counts: Counter[tuple[str, tuple[int, ...]]] = Counter()
        self._counted: set[str] = set()
        self.found: dict[str, dict[str, dict[str, tuple[int, ...]]]] = {}

    def count(self, page: str, section: tuple[int, ...] = ()) -> None:
        """Count a page and those below it, which are in a section with a number."""
        if page not in self._counted:
            self._counted.add(page)
            self._count(page, self._env.metadata.get(page, {}).get(_OUTLINE, ()), section)

    def _count(self, page: str, entries: Sequence[_Entry], section: tuple[int, ...]) -> None:
        for entry in entries:
            if isinstance(entry, _Section):
                self._count(page, entry.entries, self._section(page, entry.anchor) or section)
            elif isinstance(entry, _Pages):
                for name in entry.names:
                    self.count(name, section)
            else:
                above = section[: self._env.config.numfig_secnum_depth]
                self._counts[entry.kind, above] += 1
                number = (*above, self._counts[entry.kind, above])
                numbers = self.found.setdefault(page, {}).setdefault(entry.kind, {})
                numbers[entry.anchor] = number

    def _section(self, page: str, anchor: str) -> tuple[int, ...] | None:
        numbers = self._env.toc_secnumbers.get(page, {})
        return numbers.get(f"#{anchor}", numbers.get(""))


def number_figures(env: BuildEnvironment) -> list[str]:
    """Number the figures of all pages, as Sphinx does.

    Parameters
    ----------
    env : sphinx.environment.BuildEnvironment
        Gets the numbers.

    Returns
    -------
    list of str
        The pages whose numbers are not what they were.
    """
    before, numbers = env.toc_fignumbers, _Numbers(env)
    if env.config.numfig:
        numbers.count(env.config.root_doc)
    env.toc_fignumbers = numbers.found
    return [page for page, found in numbers.found.items() if found != before.get(page)]


def connect(app: Sphinx) -> None:
    """Number figures from outlines.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        Is being set up.
    """
    for listener in app.events.listeners["env-get-updated"]:
        collector = getattr(listener.handler, "__self__", None)
        if isinstance(collector, TocTreeCollector):
            collector.assign_figure_numbers = number_figures  # type: ignore[method-assign]
    app.connect("doctree-read", _note_outline, priority=900)  # after all that change the page
