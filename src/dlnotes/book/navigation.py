"""The sidebar and the links between pages: worked out once a folder, and never out of date.

The theme resolves the whole table of contents anew for every page, so the time to write a book
grows with the square of its pages. Here Sphinx resolves it once, and the theme makes one sidebar
for all pages of a folder that see the same of it; a page only marks its own place. Up to
``book_sidebar_pages`` links the sidebar is what the theme always makes of it. A longer one opens
only the lists that lead to the page and the list below it; the caption of a part that stays closed
is a link to its first page.

Sphinx writes the pages that have changed. Here a page is also written when its sidebar or the pages
before and after it have changed.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx import addnodes
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment.adapters.toctree import TocTree
from sphinx.util.osutil import relative_uri

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bs4 import BeautifulSoup, Tag
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

    Context = dict[str, Any]
    Lists = frozenset[nodes.Node]
    Maker = Callable[[nodes.Element], BeautifulSoup]

__all__ = ["Contents", "Navigation", "Sidebar", "connect", "read_contents"]

_TEMPLATE = "sbt-sidebar-nav.html"
"""The theme's template of the sidebar: it calls ``generate_toctree_html``."""

_NOT_TRIED = "sidebar-nav-bs.html"
"""A template that the theme does not render just to see whether it comes out empty."""

_TAG = re.compile(r"(<[a-z][^>]*>)")
"""A tag that opens; in attributes that the theme's parser wrote there is no ``>``."""


@dataclass(frozen=True)
class Contents:
    """The table of contents as no page sees it, and what each page sees of it.

    Pages are named by their URL, which is relative to the root of the site.

    Parameters
    ----------
    parts : list of (docutils.nodes.title or None, docutils.nodes.bullet_list)
        The caption and the links of each part.
    opened : dict of str to frozenset of docutils.nodes.Node
        The lists that a page opens.
    otherwise : frozenset of docutils.nodes.Node
        The lists that all other pages open.
    above : dict of str to set of str
        For a page that is too deep to be listed, the page above it that is.
    """

    parts: list[tuple[nodes.title | None, nodes.bullet_list]]
    opened: dict[str, Lists]
    otherwise: Lists
    above: dict[str, set[str]]

    def seen_from(self, url: str) -> Lists:
        """Return the lists that a page opens."""
        return self.opened.get(url, self.otherwise)

    def cut(self, opened: Lists) -> nodes.Element:
        """Copy the table of contents without the lists that are not opened.

        A part without a caption stays, as nothing could stand for it.
        """
        short = addnodes.compact_paragraph(toctree=True)
        for caption, entries in self.parts:
            if caption is None:
                short += _cut(entries, opened)
            elif entries in opened:
                short += [caption.deepcopy(), _cut(entries, opened)]
            else:
                short += _closed(caption, entries)
        return short


def read_contents(
    builder: StandaloneHTMLBuilder,
    most: int,
    *,
    maxdepth: int = -1,
    collapse: bool = False,
    **options: Any,
) -> Contents:
    """Resolve the table of contents of the book.

    Parameters
    ----------
    builder : sphinx.builders.html.StandaloneHTMLBuilder
        Is going to write the pages, all of which have been read.
    most : int
        With up to so many links every part is open on every page.
    maxdepth : int
        How many levels may be listed: as many as there are if negative, and if 0 as many as each
        ``toctree`` says.
    collapse : bool
        Whether lists within a part are closed except on the way to the page, however few they are.
    **options
        Other options of Sphinx's template function ``toctree``.

    Returns
    -------
    Contents
        What there is to see, and what each page sees of it.
    """
    env = builder.env
    parts: list[tuple[nodes.title | None, nodes.bullet_list]] = []
    lists: set[nodes.Node] = set()
    # Not from `env.master_doctree`, which the next build would find again, and out of date.
    for tree in env.get_doctree(env.config.root_doc).findall(addnodes.toctree):
        part = TocTree(env).resolve("", builder, tree, prune=False, **options)
        if part is not None:
            levels = maxdepth or tree.get("maxdepth", -1)
            parts.append(
                (next(part.findall(nodes.title), None), next(part.findall(nodes.bullet_list)))
            )
            lists.update(
                x for x in part.findall(nodes.bullet_list) if _level(x) <= levels or levels < 0
            )

    opened: defaultdict[str, Lists] = defaultdict(frozenset)
    above: defaultdict[str, set[str]] = defaultdict(set)
    listed = 0
    for _, entries in parts:
        for link in entries.findall(nodes.reference):
            item = link.parent.parent
            opened[link["refuri"]] |= lists.intersection([*_ancestors(item), *item.children])
            if item.parent in lists:
                listed += 1
            else:
                near = next(a for a in _ancestors(item) if a.parent in lists)
                above[link["refuri"]].add(next(near.findall(nodes.reference))["refuri"])
    if listed <= most and not collapse:
        return Contents(parts, {}, frozenset(lists), above)
    always: Lists = frozenset(part for name, part in parts if name is None or listed <= most)
    return Contents(parts, {url: always | ways for url, ways in opened.items()}, always, above)


def _ancestors(node: nodes.Node) -> Iterator[nodes.Element]:
    while node.parent is not None:
        node = node.parent
        yield node


def _level(entries: nodes.Node) -> int:
    return 1 + sum(isinstance(node, nodes.bullet_list) for node in _ancestors(entries))


def _cut(node: nodes.Element, opened: Lists) -> nodes.Element:
    """Copy a list or an item of one, without the lists below it that are not opened."""
    copy = node.copy()
    stays = [c for c in node.children if c in opened or not isinstance(c, nodes.bullet_list)]
    for child in stays:
        if isinstance(child, nodes.bullet_list | nodes.list_item):
            copy += _cut(child, opened)
        else:
            copy += child.deepcopy()
    return copy


def _closed(caption: nodes.Element, entries: nodes.Element) -> nodes.Element:
    """Make the caption of a part a link to its first page."""
    first = next(entries.findall(nodes.reference))
    link = nodes.reference("", "", internal=first["internal"], refuri=first["refuri"])
    link += [child.deepcopy() for child in caption.children]
    linked = caption.copy()
    linked += link
    return linked


class Sidebar:
    """The sidebar of one folder, written once, in which every page marks its own place.

    Parameters
    ----------
    soup : bs4.BeautifulSoup
        What the theme made of the table of contents, with links relative to the root of the site.
    folder : str
        The folder that the links are to start from, relative to the root: empty or ``"part/"``.
    """

    def __init__(self, soup: BeautifulSoup, folder: str) -> None:
        for summary in soup("summary"):  # an arrow alone, for the theme
            if (item := summary.find_parent("li")) and item.a:
                summary["aria-label"] = item.a.get_text(strip=True)
        tags = soup.find_all(True)
        number = {id(tag): n for n, tag in enumerate(tags)}
        self._links: defaultdict[str, set[int]] = defaultdict(set)
        self._ways: defaultdict[str, set[int]] = defaultdict(set)
        for link in soup("a", class_="internal"):
            url = str(link["href"])
            link["href"] = relative_uri(folder, url)
            self._links[url].add(number[id(link)])
            for tag in link.find_parents(["li", "ul"]):
                around = [tag, *tag("details", recursive=False)]
                self._ways[url].update(number[id(x)] for x in around)
        self._plain = _TAG.split(str(soup))
        for tag in tags:
            _mark(tag)
        self._marked = _TAG.split(str(soup))

    def mark(self, url: str, above: Iterable[str] = ()) -> str:
        """Write the sidebar with the classes that the theme gives to the way to the current page.

        Parameters
        ----------
        url : str
            Of the page, relative to the root of the site.
        above : iterable of str
            The URLs of the pages below which it would be listed, were it not too deep.

        Returns
        -------
        str
            HTML.
        """
        html = list(self._plain)
        for n in self._links[url].union(*(self._ways[name] for name in (url, *above))):
            html[2 * n + 1] = self._marked[2 * n + 1]
        return "".join(html)


def _mark(tag: Tag) -> None:
    """Change a tag as the theme changes those on the way to the current page."""
    attributes: Any = tag.attrs
    classes = attributes.get("class", [])
    if tag.name == "a":
        attributes.update({"class": ["current", *classes], "href": "#"})
    elif tag.name == "ul":
        attributes["class"] = ["current", *classes]
    elif tag.name == "li":
        attributes["class"] = [classes[0], "current", "active", *classes[1:]]
    elif tag.name == "details":
        attributes["open"] = "open"


class Navigation:
    """What one build knows of its navigation, and gives to the theme.

    Parameters
    ----------
    builder : sphinx.builders.html.StandaloneHTMLBuilder
        Is going to write the pages.
    """

    def __init__(self, builder: StandaloneHTMLBuilder) -> None:
        self._builder = builder
        self._contents: dict[Any, Contents] = {}
        self._sidebars: dict[Any, Sidebar] = {}

    def find_changed(self, _app: Sphinx, env: BuildEnvironment) -> list[str]:
        """List the pages whose sidebar or neighbours are not those of the last build."""
        self._contents.clear()
        self._sidebars.clear()
        most = env.config.book_sidebar_pages
        contents = read_contents(self._builder, most, titles_only=True, includehidden=True)
        kinds = {contents.otherwise, *contents.opened.values()}
        sidebars = {lists: contents.cut(lists).pformat() for lists in kinds}
        relations = env.collect_relations()
        digests: dict[str, str] = {}
        for page in env.all_docs:
            near = [name for name in relations.get(page, ()) if name in env.titles]
            shown = [(name, env.titles[name].astext()) for name in near]
            sidebar = sidebars[contents.seen_from(self._builder.get_target_uri(page))]
            digests[page] = hashlib.sha256(f"{shown}{sidebar}".encode()).hexdigest()
        before = getattr(env, "book_navigation", {})
        env.book_navigation = digests  # type: ignore[attr-defined]
        return [page for page, digest in digests.items() if before.get(page) != digest]

    def hold_back(self, _app: Sphinx, _page: str, _template: str, context: Context, _: Any) -> None:
        """Hide the sidebar from the theme, which would make it just to see whether it is empty."""
        context["sidebars"] = [_NOT_TRIED if t == _TEMPLATE else t for t in context["sidebars"]]

    def hand_over(self, _app: Sphinx, page: str, _template: str, context: Context, _: Any) -> None:
        """Let the template of the sidebar call :meth:`sidebar`."""
        context["sidebars"] = [_TEMPLATE if t == _NOT_TRIED else t for t in context["sidebars"]]
        by_theme, by_sphinx = context["generate_toctree_html"], context["toctree"]

        def generate_toctree_html(
            kind: str, startdepth: int = 1, show_nav_level: int = 1, **options: Any
        ) -> Any:
            if (kind, startdepth) != ("sidebar", 0) or show_nav_level == 0:
                return by_theme(kind, startdepth, show_nav_level, **options)

            def make(tree: nodes.Element) -> BeautifulSoup:
                context["toctree"] = lambda **_: self._builder.render_partial(tree)["fragment"]
                soup: BeautifulSoup = by_theme(kind, startdepth, show_nav_level, **options)
                context["toctree"] = by_sphinx
                return soup

            url = self._builder.get_target_uri(page)
            return self.sidebar(url, make, show_nav_level, **options)

        context["generate_toctree_html"] = generate_toctree_html

    def sidebar(self, url: str, make: Maker, show_nav_level: int, **options: Any) -> str:
        """Write the sidebar of a page.

        Parameters
        ----------
        url : str
            Of the page, relative to the root of the site.
        make : callable
            Makes a sidebar of a table of contents.
        show_nav_level : int
            How many levels ``make`` unfolds.
        **options
            Those of Sphinx's template function ``toctree``.

        Returns
        -------
        str
            HTML.
        """
        wanted = frozenset(options.items())
        if wanted not in self._contents:
            most = self._builder.config.book_sidebar_pages
            self._contents[wanted] = read_contents(self._builder, most, **options)
        contents = self._contents[wanted]
        folder, lists = url[: url.rfind("/") + 1], contents.seen_from(url)
        key = (folder, lists, show_nav_level, wanted)
        if key not in self._sidebars:
            self._sidebars[key] = Sidebar(make(contents.cut(lists)), folder)
        return self._sidebars[key].mark(url, contents.above.get(url, ()))


def connect(app: Sphinx) -> None:
    """Take over the navigation of a book that is written as HTML.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        Is being set up.
    """
    app.add_config_value("book_sidebar_pages", 100, "html")
    app.connect("builder-inited", _start)


def _start(app: Sphinx) -> None:
    if isinstance(app.builder, StandaloneHTMLBuilder) and app.builder.name == "html":
        navigation = Navigation(app.builder)
        # After Sphinx's own handler, which numbers the sections.
        app.connect("env-get-updated", navigation.find_changed, priority=900)
        if app.config.html_theme == "sphinx_book_theme":
            # The theme's own handlers have the priorities 500 and 501.
            app.connect("html-page-context", navigation.hold_back, priority=400)
            app.connect("html-page-context", navigation.hand_over, priority=600)
