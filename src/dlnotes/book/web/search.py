"""The search: what Sphinx puts into its index, and the script that looks things up in it.

Sphinx notes which words are on which page. Here the index also says how often, in which part of
the book a page is, and what the page of results says; particles and endings of Korean words are
taken off (:mod:`~dlnotes.book.web.korean`). The scripts are ``static/search*.js``.
"""

from __future__ import annotations

import fnmatch
import re
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sphinx.search
from sphinx.search import IndexBuilder, WordStore
from sphinx.search.en import SearchEnglish

from dlnotes.book.reading_order import reading_order
from dlnotes.book.strings import text
from dlnotes.book.web.korean import KeptWords
from dlnotes.book.web.words import English, Korean, left_out

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

__all__ = ["BookIndex", "connect"]

_WORDS = ["many", "near", "none", "one", "reading", "some", "terms", "tip"]
_SCRIPTS = (
    "searchtools.js",
    "language_data.js",
    "search-words.js",
    "search-excerpt.js",
    "search.js",
)
"""In this order, after Sphinx's ``doctools.js`` and before the index."""

_OFTEN = 3
"""Times that two words are next to each other on a page, for the index to say so."""


class BookIndex(IndexBuilder):
    """Sphinx's index, which also says how often a word is on a page, and where the page is.

    Parameters
    ----------
    env : sphinx.environment.BuildEnvironment
        Knows the pages.
    lang : str
        Language code.
    options : dict
        Of the search language.
    scoring : str
        A script of the book's own; empty if there is none.
    """

    def __init__(
        self, env: BuildEnvironment, lang: str, options: dict[str, str], scoring: str
    ) -> None:
        super().__init__(env, lang, options, scoring)
        self._env, self._options = env, options
        self._counts: dict[str, dict[str, int]] = {}
        self._pairs: dict[str, dict[str, int]] = {}
        self._unread: dict[str, WordStore] = {}
        if isinstance(self.lang, Korean):
            self.lang.words = KeptWords(Path(env.doctreedir) / "korean-words.json")

    def load(self, stream: Any, layout: Any) -> None:
        """Read the last index, and what Sphinx forgets of it."""
        frozen: dict[str, Any] = {}

        class Reader:
            @staticmethod
            def load(stream: Any) -> Any:
                frozen.update(layout.load(stream))
                return frozen

        super().load(stream, Reader)
        if "pairs" not in frozen.get("book", {}):
            msg = "an index that Sphinx wrote alone"
            raise ValueError(msg)
        names = frozen["docnames"]
        for term, counts in frozen["book"]["counts"].items():
            places = _places(frozen["terms"].get(term, [])) + _places(
                frozen["titleterms"].get(term, [])
            )
            self._counts[term] = {names[n]: int(c) for n, c in zip(places, counts, strict=True)}
        for pair, found in frozen["book"]["pairs"].items():
            self._pairs[pair] = {names[n]: count for n, count in found}
        self._index_entries = {name: [] for name in names}
        for entry, places in frozen["indexentries"].items():
            for n, target, main in places:
                self._index_entries[names[n]].append((entry, target, "main" if main else ""))

    def _word_collector(self, doctree: nodes.document) -> WordStore:
        """Put the words of a page aside: pages are shown while words are not yet looked at."""
        store = super()._word_collector(doctree)
        self._found = store
        return WordStore(titles=store.titles)

    def feed(self, docname: str, filename: Any, title: str, doctree: nodes.document) -> None:
        """Take a page."""
        super().feed(docname, filename, title, doctree)
        self._unread[docname] = self._found

    def _read_words(self) -> None:
        terms_of = cache(self._terms)
        for docname, store in self._unread.items():
            meant = [w for title, _ in store.titles for w in left_out(title, store.words)]
            title_words = {term for word in [*store.title_words, *meant] for term in terms_of(word)}
            each = [terms_of(word) for word in store.words]
            counts = Counter(term for terms in each for term in terms)
            pairs = Counter(f"{a[-1]} {b[0]}" for a, b in pairwise(each) if a and b)
            for term in title_words:
                self._title_mapping.setdefault(term, set()).add(docname)
            for term in {*counts} - title_words:
                self._mapping.setdefault(term, set()).add(docname)
            for term in {*counts, *title_words}:
                self._counts.setdefault(term, {})[docname] = min(9, counts[term].bit_length())
            for found in self._pairs.values():
                found.pop(docname, None)
            for pair, count in pairs.items():
                if count >= _OFTEN and not re.search(r"[\d_]", pair):
                    self._pairs.setdefault(pair, {})[docname] = min(9, count.bit_length())
        self._unread = {}
        if isinstance(self.lang, Korean):
            self.lang.words.save()

    def _terms(self, word: str) -> list[str]:
        terms = self.lang.terms(word) if isinstance(self.lang, English) else [word]
        return [term for term in terms if self.lang.word_filter(term)]

    def freeze(self) -> dict[str, Any]:
        """Return what is written: the same, whichever pages were read anew."""
        self._read_words()
        for mapping in (self._mapping, self._title_mapping):
            for term in [term for term, names in mapping.items() if not names]:
                del mapping[term]
        pages = self._env.found_docs
        anchors = {o[4] for d in self._env.domains.sorted() for o in d.get_objects() if o[5] >= 0}
        self._index_entries = {
            name: sorted(e for e in entries if e[1] not in anchors)
            for name, entries in sorted(self._index_entries.items())
            if name in pages
        }
        index = super().freeze()
        names = index["docnames"]
        counts = {}
        for term in {*index["terms"], *index["titleterms"]}:
            places = _places(index["terms"].get(term, [])) + _places(
                index["titleterms"].get(term, [])
            )
            counts[term] = "".join(str(self._counts[term][names[n]]) for n in places)
        parts = reading_order(self._env)
        order = {name: n for n, name in enumerate(parts)}
        language = self._env.config.language
        index["book"] = {
            "counts": counts,
            "pairs": self._frozen_pairs({name: n for n, name in enumerate(names)}),
            "order": [order.get(name, len(order)) for name in names],
            "parts": [parts.get(name, "") for name in names],
            "weights": [_weight(name, self._env.config.book_search_weights) for name in names],
            "words": {key: text(f"search-{key}", language) for key in _WORDS},
        }
        return index

    def _frozen_pairs(self, numbers: dict[str, int]) -> dict[str, list[tuple[int, int]]]:
        pairs = {
            pair: sorted((numbers[name], n) for name, n in found.items() if name in numbers)
            for pair, found in self._pairs.items()
        }
        return {pair: found for pair, found in pairs.items() if found}

    def get_js_stemmer_code(self) -> str:
        """Return the English stemmer for Korean too: English words are on its pages."""
        if isinstance(self.lang, Korean):
            english = IndexBuilder(self._env, "en", self._options, "")
            english.lang = SearchEnglish(self._options)
            return english.get_js_stemmer_code()
        return super().get_js_stemmer_code()


def _places(numbers: int | list[int]) -> list[int]:
    return [numbers] if isinstance(numbers, int) else numbers


def _weight(docname: str, weights: dict[str, float]) -> float:
    return next((w for pattern, w in weights.items() if fnmatch.fnmatch(docname, pattern)), 1)


def connect(app: Sphinx) -> None:
    """Take over the index and the page of results of a book that is written as HTML."""
    app.add_config_value("book_search_weights", {}, "html")
    app.add_search_language(English)
    app.add_search_language(Korean)
    sphinx.search.IndexBuilder = BookIndex  # type: ignore[misc]
    app.connect("html-page-context", _add_scripts)


def _add_scripts(
    app: Sphinx, pagename: str, _template: str, context: dict[str, Any], _: Any
) -> None:
    if pagename == "search":
        context["book_search"] = {"script": text("search-script", app.config.language)}
        for name in _SCRIPTS:
            app.add_js_file(name, loading_method="defer")
