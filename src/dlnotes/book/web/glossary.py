"""Terms of the glossary in the text: linked at their first use, defined where the reader points.

An author links a term with the role ``term`` where its link helps most. A term that a page uses and
nobody has linked is linked at its first use in a paragraph of its own. This is done when a page is
written, after translation, so translators need not link anything either. Words that are terms only
at times are left alone: the front matter of the glossary names them under ``unlinked``, for all
pages, and the front matter of a page names more, for that page.

:mod:`dlnotes.book.web.definitions` shows what the linked terms mean.
"""

from __future__ import annotations

import hashlib
import json
import re
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_exercise.nodes import is_extension_node

from dlnotes.book.claims import claim_node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

__all__ = ["KOREAN_NAMES", "Glossary", "LinkTerms", "Term", "connect", "read_glossary"]

_NOTE = "book-glossary"
"""Under this name a page that has a glossary notes its terms in the metadata."""

KOREAN_NAMES = re.compile(r"\(([^()]*[가-힣][^()]*)\)\s*")
"""What a definition starts with: the names of the term in Korean, separated by commas."""

_PARTICLES = (
    "은|는|이|가|을|를|의|에|도|만|와|과|로|으로|이나|나|이란|란|이라는|라는|이라고|라고|인|이고|이며|"
    "입니다|이다|에서|에는|에서는|에게|으로는|로는|까지|부터|마다|보다|처럼|이라|라|이라면|라면|이면|"
    "이지만|일|이든|든"
)
"""What may follow a noun in Korean, without a space."""

_NOT_PROSE = (
    claim_node,
    addnodes.desc,
    addnodes.glossary,
    nodes.Admonition,
    nodes.figure,
    nodes.footnote,
    nodes.sidebar,
    nodes.table,
    nodes.topic,
)


class Term(NamedTuple):
    """A term of the glossary.

    Attributes
    ----------
    page : str
        Where the glossary is.
    anchors : tuple of str
        The ids of its names there.
    names : tuple of str
        All of them, those in Korean included.
    by_hand : tuple of str
        Keys of the names that only an author links.
    digest : str
        Stands for the definition.
    """

    page: str
    anchors: tuple[str, ...]
    names: tuple[str, ...]
    by_hand: tuple[str, ...]
    digest: str


class Glossary:
    """All terms of the book, and a pattern that finds them.

    Parameters
    ----------
    env : sphinx.environment.BuildEnvironment
        In which all pages have been read.
    """

    def __init__(self, env: BuildEnvironment) -> None:
        self.terms = list(_noted(env))
        self._by_name: dict[str, Term | None] = {}
        for term in self.terms:
            for name in term.names:
                # A name of two terms could mean either.
                known = self._by_name.get(_key(name), term)
                self._by_name[_key(name)] = term if known is term else None
        self._by_hand = {key for term in self.terms for key in term.by_hand}
        # The longest name first, so that nothing is found within a longer name.
        names = sorted({name for term in self.terms for name in term.names}, key=len, reverse=True)
        self._korean = [name for name in names if _is_korean(name)]
        self._latin = [name for name in names if not _is_korean(name)]
        self._pattern = re.compile(self._alternatives())

    def _alternatives(self) -> str:
        never = "(?!)"
        latin = "|".join(map(_with_plural, self._latin)) or never
        korean = "|".join(re.escape(name).replace(r"\ ", r"\s*") for name in self._korean) or never
        return (
            rf"(?<![A-Za-z0-9_-])(?:{latin})(?![A-Za-z0-9_-])"
            rf"|(?<![가-힣A-Za-z0-9_-])(?:{korean})(?=들?(?:{_PARTICLES})?(?![가-힣A-Za-z0-9_-]))"
        )

    def find(self, text: str, unlinked: set[str]) -> Iterator[tuple[re.Match[str], Term]]:
        """Find every use of a term in a text, with names that are not wanted as keys.

        Not where a name could mean either of two terms, nor within a longer name.
        """
        for match in self._pattern.finditer(text):
            key = self._known(match[0])
            term = self._by_name[key]
            if term and key not in self._by_hand | unlinked:
                yield match, term

    def named(self, words: str) -> Term | None:
        """Return the term that the words mean, in the singular or the plural."""
        return self._by_name.get(self._known(words))

    def _known(self, words: str) -> str:
        """Return the key of the name that stands there, if need be in the plural."""
        key = _key(words)
        keys = [key, key.removesuffix("s"), key.removesuffix("es"), key.removesuffix("ies") + "y"]
        return next((k for k in keys if k in self._by_name), key)


_glossaries: WeakKeyDictionary[BuildEnvironment, Glossary] = WeakKeyDictionary()


def read_glossary(env: BuildEnvironment) -> Glossary:
    """Return the terms of a book all of whose pages have been read."""
    if env not in _glossaries:
        _glossaries[env] = Glossary(env)
    return _glossaries[env]


def _key(name: str) -> str:
    """Return what different spellings of a name have in common."""
    name = "".join(name.split()) if _is_korean(name) else " ".join(name.split())
    return name.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").lower()


def _is_korean(name: str) -> bool:
    return re.search("[가-힣]", name) is not None


def _with_plural(name: str) -> str:
    """Write a pattern for a name: with a capital where a sentence starts, and in the plural."""
    words = re.escape(name).replace(r"\ ", r"\s+")
    words = words.replace("'", "['\N{RIGHT SINGLE QUOTATION MARK}]")
    if name[0].islower():
        words = f"[{name[0].upper()}{name[0]}]{words[1:]}"
    return f"{words[:-1]}(?:y|ies)" if name.endswith("y") else f"{words}(?:e?s)?"


def _noted(env: BuildEnvironment) -> Iterator[Term]:
    for page in sorted(env.all_docs):
        for fields in env.metadata.get(page, {}).get(_NOTE, ()):
            yield Term(*fields)


def _unlinked(env: BuildEnvironment, page: str) -> set[str]:
    """Return what the front matter of a page wants no links for."""
    words = env.metadata.get(page, {}).get("unlinked", "[]")  # MyST hands lists over as JSON
    return {_key(word) for word in json.loads(words)}


def _note_glossary(app: Sphinx, doctree: nodes.document) -> None:
    env, page = app.env, app.env.docname
    terms = []
    unlinked = _unlinked(env, page)
    for item in doctree.findall(nodes.definition_list_item):
        if not isinstance(item.parent.parent, addnodes.glossary):
            continue
        named = [child for child in item.children if isinstance(child, nodes.term)]
        anchors = [i for term in named for i in term["ids"]]
        # A translated name has been added to those that authors link to.
        names = [name for (kind, name), place in env.domaindata["std"]["objects"].items()
                 if kind == "term" and place[0] == page and place[1] in anchors]  # fmt: skip
        text = item.children[-1].astext()
        if korean := KOREAN_NAMES.match(text):
            names += korean[1].split(", ")
        left = sorted(unlinked.intersection(map(_key, names)))
        digest = hashlib.sha256(item.pformat().encode()).hexdigest()
        terms.append(Term(page, tuple(anchors), tuple(names), tuple(left), digest))
    if terms:
        env.metadata[page][_NOTE] = [tuple(term) for term in terms]


class LinkTerms(SphinxPostTransform):
    """Link the first use of every term that nobody has linked, on a page with cells."""

    default_priority = 5

    def run(self, **kwargs: Any) -> None:
        """Link the terms of the page that is being written."""
        del kwargs
        page = self.env.docname
        if "kernelspec" not in self.env.metadata.get(page, {}):
            return
        glossary = read_glossary(self.env)
        unlinked = _unlinked(self.env, page)
        linked = set(_linked_by_hand(self.document, glossary))
        for text in list(_prose(self.document)):
            pieces: list[nodes.Node] = []
            end = 0
            for match, term in glossary.find(text, unlinked):
                if term in linked:
                    continue
                linked.add(term)
                pieces += [nodes.Text(text[end : match.start()]), self._link(match[0], term)]
                end = match.end()
            if pieces:
                text.parent.replace(text, [*pieces, nodes.Text(text[end:])])

    def _link(self, words: str, term: Term) -> addnodes.pending_xref:
        """Refer to a term as the role ``term`` does."""
        return addnodes.pending_xref(
            words,
            nodes.inline(words, words, classes=["xref", "std", "std-term"]),
            refdomain="std",
            reftype="term",
            reftarget=term.names[0],
            refdoc=self.env.docname,
            refexplicit=True,
            refwarn=True,
        )


def _linked_by_hand(document: nodes.document, glossary: Glossary) -> Iterator[Term | None]:
    for xref in document.findall(addnodes.pending_xref):
        if xref.get("reftype") == "term":
            yield glossary.named(xref["reftarget"])


def _prose(document: nodes.document) -> Iterator[nodes.Text]:
    """Yield the text of paragraphs that is in no link, formula, code or emphasis."""
    for paragraph in document.findall(nodes.paragraph):
        if not any(map(_is_no_prose, _around(paragraph))):
            children: list[nodes.Node] = []
            for is_text, run in groupby(paragraph.children, lambda n: isinstance(n, nodes.Text)):
                # MyST leaves a text for each line, and one for each end of a line.
                same = list(run)
                children += [nodes.Text("".join(n.astext() for n in same))] if is_text else same
            paragraph.children = []
            paragraph.extend(children)
            yield from (child for child in children if isinstance(child, nodes.Text))


def _is_no_prose(node: nodes.Element) -> bool:
    return isinstance(node, _NOT_PROSE) or is_extension_node(node) or "nb_element" in node


def _around(node: nodes.Node) -> Iterator[nodes.Element]:
    while node.parent is not None:
        node = node.parent
        yield node


def _find_changed(_app: Sphinx, env: BuildEnvironment) -> list[str]:
    """List the pages that name a term which is not what it was when they were written."""
    now, before = set(_noted(env)), getattr(env, "book_glossary", None)
    env.book_glossary = now  # type: ignore[attr-defined]
    if before is None or now == before:
        return []
    names = {_key(name) for term in now ^ before for name in term.names}
    return [page for page in env.all_docs if _names_any(env.get_doctree(page), names)]


def _names_any(document: nodes.document, names: set[str]) -> bool:
    """Tell whether a page may have a link to a term, in words or by its role."""
    text = " ".join(document.astext().lower().split())
    packed = text.replace(" ", "")
    links = (x["reftarget"] for x in document.findall(addnodes.pending_xref) if "reftarget" in x)
    return any(
        name in (packed if _is_korean(name) else text) for name in names
    ) or not names.isdisjoint(map(_key, links))


def connect(app: Sphinx) -> None:
    """Link terms, and let pages carry their definitions.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        Is being set up.
    """
    app.add_post_transform(LinkTerms)
    app.connect("doctree-read", _note_glossary)
    app.connect("env-updated", _find_changed)
