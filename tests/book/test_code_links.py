"""Names in code lead to the API page, from cells and from doctests."""

import pytest
from bs4 import BeautifulSoup

API = """# API

```{eval-rst}
.. automodule:: package
   :members:
   :imported-members:

.. automodule:: package.parts
   :members:
```
"""

PARTS = '''"""Parts."""

def half(x):
    """Halve.

    >>> from package import answer
    >>> half(answer())
    2.125
    """
    return x / 2

class Box:
    """A box."""

    def open(self):
        """Open it."""
'''

PACKAGE = '''"""Package."""
from package.parts import Box

__all__ = ["Box", "answer"]

def answer():
    """Answer."""
    return 4.25
'''

PAGE = """# Page

```{code-cell}
import json
from package import Box, answer
from package import parts as p

answer(), answer()
```

```{code-cell}
box = Box()
box.open()
half = p.half(answer())
json.dumps(half < 3)
```

```{code-cell}
%who
answer()
```
"""


@pytest.fixture
def code(book):
    conf = book.root / "conf.py"
    text = conf.read_text().replace('["index", "page"]', "[]")
    conf.write_text(text.replace('["dlnotes.book"]', '["dlnotes.book", "sphinx.ext.autodoc"]'))
    book.write("package/__init__.py", PACKAGE)
    book.write("package/parts.py", PARTS)
    book.write("docs/ref/api.md", API)
    book.write_page(PAGE)
    book.write("docs/index.md", "# Home\n\n```{toctree}\npage\nref/api\n```\n")
    return book


def links(book, name="en/page.html"):
    soup = BeautifulSoup(book.html(name), "html.parser")
    found = soup("a", class_="sphinx-codeautolink-a")
    return [(link.get_text(), link["href"].replace("ref/api.html", "")) for link in found]


def test_names_lead_to_the_api(code):
    run = code.build()
    assert run.returncode == 0, run.stdout
    expected = [
        ("package", "#module-package"),
        ("Box", "#package.parts.Box"),
        ("answer", "#package.answer"),
        ("parts", "#module-package.parts"),
        ("Box", "#package.parts.Box"),
        ("box.open", "#package.parts.Box.open"),
        ("p.half", "#package.parts.half"),
        ("answer", "#package.answer"),
    ]  # nothing in the cell with a magic
    assert links(code) == links(code, "ko/page.html") == expected
    assert ("answer", "../#package.answer") in links(code, "en/ref/api.html")
    soup = BeautifulSoup(code.html(), "html.parser")
    first = soup.find(class_="cell_input").find("pre").get_text()
    assert first.strip() == PAGE.split("```{code-cell}\n")[1].split("```", maxsplit=1)[0].strip()

    # A page that is written anew but not read anew keeps its links; prose changes none.
    path = code.root / "docs/index.md"
    path.write_text(path.read_text().replace("ref/api\n", "ref/api\nnew\n"))
    code.write("docs/new.md", "# New\n")
    assert code.build().returncode == 0
    assert links(code) == expected

    # What is documented no more is linked no more.
    path = code.root / "docs/ref/api.md"
    path.write_text(path.read_text().split(".. automodule:: package.parts")[0] + "```\n")
    assert code.build().returncode == 0
    assert ("p.half", "#package.parts.half") not in links(code)
    assert ("answer", "#package.answer") in links(code)


def test_a_name_that_is_not_found_fails_the_build(code):
    conf = (code.root / "conf.py").read_text()
    patch = "import dlnotes.book.web.code_links as links\nlinks.construct_name_pattern = {}\n"
    code.write("conf.py", conf + patch.format("lambda name: '()no such markup'"))
    run = code.build()
    assert run.returncode == 1
    assert "cannot find the name 'answer' in a listing, to link it [book.code]" in run.stdout
