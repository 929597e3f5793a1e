"""Sphinx's words for scripts, in the language of the book, without ``new Function``.

Sphinx hands over the rule for plurals as text, which its ``doctools.js`` makes into a function. A
Content-Security-Policy without ``unsafe-eval`` refuses that. Then the rest of the script does not
run either, and the search counts its results in the plural of English.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["connect", "without_eval"]

_CALL = re.compile(r"\s*Documentation\.addTranslations\((\{.*\})\);?\s*", re.DOTALL)
_PLURAL = re.compile(r"[\sn0-9()!=<>%&|?:+-]+")

_SCRIPT = """\
Object.assign(Documentation.TRANSLATIONS, {messages});
Documentation.PLURAL_EXPR = (n) => {plural};
Documentation.LOCALE = {locale};
"""


def without_eval(script: str) -> str:
    """Rewrite a script of Sphinx so that it says the same without evaluating text.

    Parameters
    ----------
    script : str
        Calls ``Documentation.addTranslations``. Any other comes back as it is.

    Returns
    -------
    str
        A script.

    Examples
    --------
    >>> catalog = '{"locale": "ko", "messages": {}, "plural_expr": "0"}'
    >>> print(without_eval(f"Documentation.addTranslations({catalog});").splitlines()[1])
    Documentation.PLURAL_EXPR = (n) => 0;
    """
    call = _CALL.fullmatch(script)
    catalog = json.loads(call[1]) if call else {}
    if not _PLURAL.fullmatch(catalog.get("plural_expr", "")):
        return script
    words = {name: json.dumps(catalog[name]) for name in ("messages", "locale")}
    return _SCRIPT.format(plural=catalog["plural_expr"], **words)


def connect(app: Sphinx) -> None:
    """Rewrite the script of a book that is written as HTML."""
    app.connect("builder-inited", _start)


def _start(app: Sphinx) -> None:
    if app.builder.name != "html":
        return
    builder: Any = app.builder
    copy = builder.copy_translation_js

    def copy_and_rewrite() -> None:  # before pages are written, which name it by its hash
        copy()
        file = Path(builder.outdir, "_static", "translations.js")
        if file.exists():
            file.write_text(without_eval(file.read_text(encoding="utf-8")), encoding="utf-8")

    builder.copy_translation_js = copy_and_rewrite
