"""What a page is searched by: its words, taken apart and stemmed, in each language of the book.

``static/search-words.js`` does the same to the words of a query.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from sphinx.search.en import SearchEnglish

if TYPE_CHECKING:
    from dlnotes.book.web.korean import KeptWords

__all__ = ["English", "Korean", "latin_terms", "left_out"]

_WORD = re.compile(r"[가-힣]+|[Α-ω]|[^\W가-힣Α-ω]+")
_HANGUL = re.compile(r"[가-힣]")
_LAYOUT = re.compile(
    r"\\(begin\{\w+\*?\}|end\{\w+\*?\}|left|right|[dt]?frac|text|math(?:rm|bf|bb|cal|it)"
    r"|operatorname|[lcv]?dots|q?quad|cdot|bigl?|bigr|Bigl?|Bigr|underbrace|phantom)(?![a-z])"
)
"""What LaTeX says about the looks of a formula: nobody looks for it."""
_ELIDED = re.compile(r"(\w+)- (?:and|or) (\w+)")
_SAME_LETTER = re.compile(r"^var(?=epsilon|theta|phi|rho|sigma|pi|kappa)")
_GRAMMAR = """
은 는 이 가 을 를 의 에 에서 에게 으로 로 과 와 도 만 나 이나 까지 부터 보다 마다 처럼
라고 이라고 라는 이라는 란 이란 이다 입니다 이고 이며 인 일 이므로 이면 하는 하고 한다 합니다
그 저 것 수 및 그리고 그러나 그래서 하지만
"""
"""What is left of a word behind a formula or a link, and what is on every page."""


def latin_terms(word: str, stemmer: SearchEnglish) -> list[str]:
    """List what a word in Latin letters, a Greek letter or an identifier is to be found by.

    Parameters
    ----------
    word : str
        Letters, digits and underscores.
    stemmer : sphinx.search.en.SearchEnglish
        Takes English endings off.

    Returns
    -------
    list of str
        A stem; or an identifier as it is, and the stems of its words.

    Examples
    --------
    >>> english = SearchEnglish({})
    >>> latin_terms("Overfitting", english), latin_terms("from_logits", english)
    (['overfit'], ['from_logits', 'logit'])
    >>> latin_terms("γ", english), latin_terms("log_2", english)
    (['gamma'], ['log_2', 'log'])
    """
    if re.fullmatch(r"[Α-ω]", word):
        name = unicodedata.name(word, "").rpartition(" ")[2]
        word = "lambda" if word in "Λλ" else name  # which Unicode spells otherwise
    word = _SAME_LETTER.sub("", word.strip("_").lower())
    if word in stemmer.stopwords or not re.search(r"[^\W\d_]", word):
        return []
    if not re.search(r"[\d_]", word):
        return [stemmer.stem(word)]
    parts = [part for part in word.split("_") if len(part) > 1 and not re.search(r"\d", part)]
    stems = [stemmer.stem(part) for part in parts if part not in stemmer.stopwords]
    return list(dict.fromkeys([word, *stems]))


class English(SearchEnglish):
    """Words of an English page, stemmed; identifiers as they are and by their words."""

    def __init__(self, options: dict[str, str]) -> None:
        super().__init__(options)
        self._english = SearchEnglish(options)

    def split(self, text: str) -> list[str]:
        """Take a text apart."""
        return _WORD.findall(_LAYOUT.sub(" ", text))

    def stem(self, word: str) -> str:
        """Leave a word as it is: :meth:`terms` does more than find stems."""
        return word

    def terms(self, word: str) -> list[str]:
        """List what a word that :meth:`split` found is to be found by."""
        return [word] if _HANGUL.match(word) else latin_terms(word, self._english)


class Korean(English):
    """Words of a page that is Korean, in part or as a whole."""

    lang = "ko"
    language_name = "Korean"
    stopwords = SearchEnglish.stopwords | frozenset(_GRAMMAR.split())
    words: KeptWords
    """Set by :class:`BookIndex`, which knows where they are kept."""

    def terms(self, word: str) -> list[str]:
        """List what a word that :meth:`split` found is to be found by."""
        if not _HANGUL.match(word):
            return super().terms(word)
        return [] if word in self.stopwords else self.words(word)


def left_out(title: str, words: list[str]) -> list[str]:
    """Find the words that a title leaves out.

    Parameters
    ----------
    title : str
        Such as "Over- and underfitting".
    words : list of str
        Those of the page, of which each word must be that is found.

    Returns
    -------
    list of str
        In small letters.

    Examples
    --------
    >>> left_out("Over- and underfitting", ["Overfitting", "is", "learning", "noise"])
    ['overfitting']
    """
    pairs = _ELIDED.findall(title)
    meant = {(one + two[n:]).lower() for one, two in pairs for n in range(2, len(two) - 2)}
    return sorted(meant.intersection(word.lower() for word in words)) if meant else []
