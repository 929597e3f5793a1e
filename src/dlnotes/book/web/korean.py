"""What a Korean word is searched by: its stem without particles and endings, and its parts.

Kiwi finds them while the site is built, and what it found is kept. Kiwi takes a second to load, so
it is loaded only when a word comes up that was never seen before.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlnotes.book.engine.store import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiwipiepy import Kiwi

__all__ = ["KeptWords", "load_kiwi", "search_terms"]

_FORM = 1
"""Of what is kept; a change of :func:`search_terms` needs another number."""

_NAMES = ("NN", "NR", "NP", "XPN", "XSN", "XR", "SL", "SN")
_ENDS = ("J", "E", "XSV", "XSA", "VCP", "VCN", "VX")
_PARTS = ("NNG", "NNP", "XR")


def load_kiwi() -> Kiwi:
    """Load Kiwi, without threads and without its lists of names, which double the time."""
    from kiwipiepy import Kiwi

    kiwi = Kiwi(num_workers=1, load_default_dict=False, load_typo_dict=False, load_multi_dict=False)
    kiwi.tokenize("말")  # loads the model
    return kiwi


def search_terms(kiwi: Kiwi, word: str) -> list[str]:
    """List what a word is to be found by.

    Parameters
    ----------
    kiwi : kiwipiepy.Kiwi
        The analyser.
    word : str
        Syllables between spaces or other characters.

    Returns
    -------
    list of str
        The stem first, as it is written in a query; then the words that a compound consists of.
        Nothing for a particle alone.

    Examples
    --------
    >>> kiwi = load_kiwi()
    >>> search_terms(kiwi, "과적합을"), search_terms(kiwi, "학습한다"), search_terms(kiwi, "배운다")
    (['과적합'], ['학습'], ['배우'])
    >>> search_terms(kiwi, "교차엔트로피의")
    ['교차엔트로피', '교차', '엔트로피']
    """
    tokens: list[Any] = kiwi.tokenize(word)
    cut, names, verbs = len(word), [], []
    for token in tokens:
        if token.tag.startswith(_ENDS):
            cut = min(cut, token.start)
            break
        if token.tag.startswith(_NAMES):
            names.append(token)
        elif token.tag.startswith(("VV", "VA")):
            verbs.append(token)
            cut = min(cut, token.start)
            break
    terms = [word[:cut]] if cut else []
    if len(names) > 1 or verbs:
        terms += [t.form for t in names if t.tag in _PARTS and len(t.form) > 1]
    # The form of a verb is the part that all its endings share, except irregular ones.
    terms += [token.form for token in verbs]
    return list(dict.fromkeys(terms))


class KeptWords:
    """The terms of words, looked up in a file or asked of Kiwi.

    Parameters
    ----------
    file : Path
        Where they are kept.
    load : callable, optional
        Gives the analyser when a word comes up that is not kept.
    """

    def __init__(self, file: Path, load: Callable[[], Kiwi] = load_kiwi) -> None:
        self._file, self._load = file, load
        self._kiwi: Kiwi | None = None
        self._key = f"{_FORM} {version('kiwipiepy')} {version('kiwipiepy_model')}"
        try:
            kept = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            kept = {}
        self._words: dict[str, list[str]] = kept["words"] if kept.get("key") == self._key else {}
        self._new = False

    def __call__(self, word: str) -> list[str]:
        """List what a word is to be found by."""
        if word not in self._words:
            if self._kiwi is None:
                self._kiwi = self._load()
            self._words[word] = search_terms(self._kiwi, word)
            self._new = True
        return self._words[word]

    def save(self) -> None:
        """Keep what is new."""
        if self._new:
            words = dict(sorted(self._words.items()))
            kept = {"key": self._key, "words": words}
            write_whole(self._file, json.dumps(kept, ensure_ascii=False))
            self._new = False
