"""A small book in a temporary folder, and the commands that build it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

CONF = """
project = "fixture"
extensions = ["dlnotes.book"]
book_sources = ["package", "requirements.lock"]
book_translated = {"ko": ["index", "page"]}
locale_dirs = ["locale"]
gettext_compact = False
nitpicky = True
numfig = True
html_theme = "sphinx_book_theme"
html_title = "Fixture"
html_theme_options = {"article_header_end": ["language-switch.html"]}
templates_path = ["templates"]
myst_enable_extensions = ["colon_fence", "dollarmath"]
katex_prerender = True
katex_css_path = "katex.css"
"""

FRONT_MATTER = """---
file_format: mystnb
kernelspec:
  name: python3
  display_name: Python 3
---

"""


@dataclass
class Book:
    """A book: ``write`` its files, ``build`` it, look into what came out."""

    root: Path

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def write_page(self, text: str, name: str = "page") -> Path:
        return self.write(f"docs/{name}.md", FRONT_MATTER + text)

    def build(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the site driver; output and errors together in ``stdout``."""
        return self._run("-m", "dlnotes.book", "build", *arguments, **environment)

    def sphinx(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Sphinx alone, as a host like Read the Docs may do."""
        return self._run(
            "-m", "sphinx", "-W", "--keep-going", "-q", "-c", ".", *arguments, "docs", "out"
        )

    def _run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(self.root), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=240,
        )

    def html(self, name: str = "en/page.html") -> str:
        return (self.root / "build/html" / name).read_text(encoding="utf-8")


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """A book that holds: one page with one claim, in English and Korean."""
    repository = Path(__file__).parents[2]
    fixture = Book(tmp_path)
    fixture.write("conf.py", CONF)
    fixture.write("requirements.lock", "numpy==2.0.0\n")
    fixture.write("package/__init__.py", "def answer():\n    return 4.25\n")
    switch = repository / "docs/_templates/language-switch.html"
    fixture.write("templates/language-switch.html", switch.read_text(encoding="utf-8"))
    fixture.write(
        "docs/index.md",
        "# Home\n\n{claims-count}`total`.\n\n```{toctree}\n:caption: Part\npage\n```\n",
    )
    fixture.write_page(PAGE)
    messages = {
        "index": {"Home": "집", "{claims-count}`total`.": "{claims-count}`total`.", "Part": "부"},
        "page": {
            "Page": "쪽",
            f"The answer is {GLUED}.": f"답은 {GLUED}입니다.",
            "The answer is more than four, $a > 4$.": "답은 4보다 큽니다, $a > 4$.",
            "It is four.": "답은 4이다.",
        },
    }
    for page, entries in messages.items():
        lines = ['msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n']
        lines += [f'msgid "{english}"\nmsgstr "{korean}"\n' for english, korean in entries.items()]
        fixture.write(f"docs/locale/ko/LC_MESSAGES/{page}.po", "\n".join(lines))
    return fixture


GLUED = "{glue:text}`page.md::answer:.1f`"

PAGE = f"""# Page

The answer is {GLUED}.
"""

PAGE += """
:::{claim} answer-is-more-than-four
:misconception: It is four.
The answer is more than four, $a > 4$.
:::

```{code-cell}
from dlnotes import check
from myst_nb import glue
from package import answer
glue("answer", answer(), display=False)
check.greater("answer-is-more-than-four", answer(), 4)
```
"""
