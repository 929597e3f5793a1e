"""Pages as notebooks: what is in them, that they run, and the branch that Colab opens them from."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

GIT = shutil.which("git")
REPOSITORY = Path(__file__).parents[2]

CONF = """
extensions += ["sphinx_design"]
book_translated = {}
book_install = "package[all]"
copyright = "2026, somebody. CC BY 4.0"
release = "1.2"
myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
html_theme_options = {}
"""

GLOSSARY = """# Words

```{glossary}
bit
binary digit
  The unit of $\\log_2$.
```
"""

PAGE = r"""# A *page*: 5 < 6 & $a<b$

Stars * and _ and [brackets], a `code` cell, **strong**, a \<tag>, {term}`bits <bit>`,
{doc}`words`, {numref}`fig-line`, [here](https://example.org/a_(b)), [there](#more) and
{eq}`sum`. The answer is {glue:text}`page.md::answer:.1f`.
{strong}`“Quoted”`and *plain*. A note[^1].

[^1]: At the foot.

```{math}
:label: sum

\begin{aligned}
a &= 1 \\
b &= 2
\end{aligned}
```

\begin{align}
x &= 1 \\
y &= \begin{cases} 1 & z < 2 \\ 0 \end{cases}
\end{align}

| norm | means |
| --- | --- |
| $\|x\|$ | `a\|b` *or* **c** |

first term
: Its definition,
  in two lines.

second term
: Another.

1. One
2. Two
   - inner

:::{claim} answer-is-more-than-four
:misconception: It is four.
The answer is more than $4$.
:::

```{code-cell}
from dlnotes import check
from myst_nb import glue
from package import answer
glue("answer", answer(), display=False)
check.greater("answer-is-more-than-four", answer(), 4, what="a sum")
```

```{code-cell}
:tags: [remove-cell]
kept = 3
```

```{code-cell}
---
tags: [hide-input, mine]
mystnb:
  image:
    alt: A line "up" & on.
  figure:
    name: fig-line
    caption: A line to $1$.
---
import matplotlib.pyplot as plt
from dlnotes.plotting import use_book_style
use_book_style()
plt.plot([0, kept]);
```

## More

:::{note}
A remark.
:::

1990\. A year begins this.

:::{exercise}
:label: ex-one

**Try** it.
:::

:::{solution-start} ex-one
:::

Like *this*:

```{code-cell}
print("kept:", kept)
kept + 1
```

And so.

:::{solution-end}
:::
"""

SOLUTION = """\
<details>
<summary>Solution</summary>

Like *this*:

</details>"""


@pytest.fixture
def written(book):
    """A book whose page has one of everything, and its conf.py."""
    for name in (book.root / "docs/locale").rglob("*.po"):
        name.unlink()
    conf = (book.root / "conf.py").read_text(encoding="utf-8") + CONF
    book.write("conf.py", conf)
    book.write("docs/words.md", GLOSSARY)
    book.write("docs/index.md", "# Home\n\n```{toctree}\npage\nwords\n```\n")
    book.write_page(PAGE)
    return book, conf


def notebook(book, name="page"):
    file = book.root / f"build/html/en/_notebooks/{name}.ipynb"
    found = nbformat.read(file, 4)
    nbformat.validate(found)
    return found


def text(cells):
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


RUN = """
import sys, nbformat
from nbclient import NotebookClient
book = nbformat.read(sys.argv[1], 4)
NotebookClient(book, timeout=120, kernel_name="python3").execute()
nbformat.write(book, sys.argv[2])
"""


def said(cells):
    """What code cells wrote, figures aside, with one entry for each run of prints."""
    found = []
    for cell in cells:
        if cell.cell_type == "code":
            parts = [
                output.get("text", output.get("data", {}).get("text/plain", ""))
                for output in cell.outputs
            ]
            found.append("".join(parts))
    return found


def check_text(markdown):
    assert "# A *page*: 5 &lt; 6 & $a\\lt b$" in markdown
    assert (
        "Stars \\* and \\_ and \\[brackets\\], a `code` cell, **strong**, a &lt;tag>, bits, Words, "
        "Fig. 1, [here](https://example.org/a_%28b%29), there and (1). The answer is 4.2."
    ) in markdown
    assert "<strong>“Quoted”</strong>and *plain*. A note\\[1\\]." in markdown
    assert "\\[1\\] At the foot." in markdown
    assert "> **Note**\n>\n> A remark." in markdown
    assert "1990\\. A year begins this." in markdown
    assert (
        "- **first term**: Its definition, in two lines.\n- **second term**: Another." in markdown
    )
    assert "1. One\n\n2. Two\n\n   - inner" in markdown
    assert "| $\\vert x\\vert $ | `a\\|b` *or* **c** |" in markdown

    # Formulas.
    assert "b &= 2\n\\end{aligned} \\tag{1}\n$$" in markdown
    assert markdown.count("**Note**") == 1
    assert "$$\n\\begin{aligned}\nx &= 1 \\\\\ny &= \\begin{cases} 1 & z < 2" in markdown

    # What is the book's own.
    assert (
        "> **✗ Misconception** It is four.\n>\n> **✓ Claim** The answer is more than $4$.\n>\n"
        "> *a sum: measured 4.25, expected greater than 4*"
    ) in markdown
    assert "> **Exercise 1**\n>\n> **Try** it." in markdown
    assert SOLUTION in markdown
    assert "**Fig. 1** A line to $1$." in markdown


def check_code(code):
    """See that every cell that ran is there, in order, with its outputs."""
    assert [cell.get("execution_count") for cell in code] == [None, 1, 2, 3, 4]
    (measured,) = code[1].outputs  # and not what `glue` left
    assert list(measured.data) == ["text/plain"]
    assert measured.metadata == {}
    hidden = {"source_hidden": True, "outputs_hidden": True}
    assert code[2].metadata == {"jupyter": hidden}
    assert code[3].metadata == {"jupyter": {"source_hidden": True}}
    assert code[4].metadata == {"jupyter": hidden}
    (figure,) = code[3].outputs
    assert list(figure.data) == ["text/html", "text/plain"]
    assert figure.data["text/html"].startswith('<img src="data:image/svg+xml;base64,')
    assert 'alt="A line &quot;up&quot; &amp; on."' in figure.data["text/html"]


def test_a_notebook_reads_like_its_page_and_runs(written):
    book, conf = written
    run = book.build()
    assert run.returncode == 0, run.stdout
    found = notebook(book)
    cells = {cell.id: cell for cell in found.cells}
    markdown = text(found.cells)

    assert cells["about"].source.startswith(
        "This is the page *A page: 5 &lt; 6 & a&lt;b* of fixture 1.2"
    )
    assert cells["about"].source.endswith("© 2026, somebody. CC BY 4.0")
    assert cells["set-up"].source.startswith(
        "# The cells need package. In a checkout of its repository: %pip install .[all]\n"
    )

    check_text(markdown)
    check_code([cell for cell in found.cells if cell.cell_type == "code"])

    # It runs, and says the same.
    done = book.root / "done.ipynb"
    file = book.root / "build/html/en/_notebooks/page.ipynb"
    subprocess.run(
        [sys.executable, "-c", RUN, str(file), str(done)],
        env={**os.environ, "PYTHONPATH": str(book.root)},
        check=True,
        timeout=200,
    )
    assert said(nbformat.read(done, 4).cells) == said(found.cells)
    assert said(found.cells)[-1] == "kept: 3\n4"

    # With an address, links lead to the site from anywhere; with a repository, it is installed.
    book.write(
        "conf.py",
        f"{conf}html_baseurl = 'https://host/some/'\nbook_repository = 'https://hub/a/b'\n",
    )
    run = book.build()
    assert run.returncode == 0, run.stdout
    found = notebook(book)
    markdown = text(found.cells)
    for link in (
        "[bits](https://host/some/en/words.html#term-bit)",
        "[Words](https://host/some/en/words.html)",
        "[Fig. 1](https://host/some/en/page.html#fig-line)",
        "[there](https://host/some/en/page.html#more)",
    ):
        assert link in markdown
    assert "(https://host/some/en/page.html)* of fixture 1.2" in markdown
    assert found.cells[1].source.splitlines()[-2:] == [
        'if importlib.util.find_spec("package") is None:',
        '    %pip install --quiet "package[all] @ git+https://hub/a/b@main"',
    ]


RARE = """# Rare

H{sub}`2`O, 2{sup}`3` and ![a dot](dot.svg) in a line.

```python
a = "`"
```

```{rubric} Aside
```

> It is so.
>
> -- Somebody

```{raw} html
<hr class="mine">
```

***

```{list-table}
* - one
  - two
```

:::{exercise}
:label: ex-cell

Do it.
:::

:::{solution-start} ex-cell
:::

```{code-cell}
print("at once")
```

:::{solution-end}
:::
"""


def test_markup_that_is_rare(written):
    book, conf = written
    book.write("conf.py", conf)
    box = 'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" width="9" height="9"'
    book.write("docs/dot.svg", f'<svg {box}><circle r="4" cx="4" cy="4"/></svg>')
    book.write_page(RARE)
    book.write("docs/index.md", "# Home\n\n```{toctree}\npage\nwords\n```\n")
    run = book.build()
    assert run.returncode == 0, run.stdout
    found = notebook(book)
    markdown = text(found.cells)
    assert "H<sub>2</sub>O, 2<sup>3</sup> and ![a dot](attachment:dot.svg) in a line." in markdown
    assert '```python\na = "`"\n```' in markdown
    assert "**Aside**\n\n> It is so.\n>\n> – Somebody" in markdown
    assert '<hr class="mine">\n\n---\n\n|  |  |\n| --- | --- |\n| one | two |' in markdown
    assert markdown.endswith("**Solution**")
    assert said(found.cells)[1:] == ["at once\n"]


def test_only_changed_pages_are_written_again(written):
    book, _ = written
    book.write_page("# Other\n\n```{code-cell}\n1 + 1\n```\n", "other")
    book.write("docs/index.md", "# Home\n\n```{toctree}\npage\nwords\nother\n```\n")
    assert book.build().returncode == 0
    work = book.root / "build/work/en/html/_notebooks"
    before = {file.name: file.stat().st_mtime_ns for file in work.iterdir()}
    book.write_page("# Other\n\nMore words.\n\n```{code-cell}\n1 + 1\n```\n", "other")
    assert book.build().returncode == 0
    after = {file.name: file.stat().st_mtime_ns for file in work.iterdir()}
    assert {name for name in after if after[name] != before[name]} == {"other.ipynb"}
    assert "More words." in text(notebook(book, "other").cells)


def test_the_branch_of_notebooks(tmp_path):
    root, remote = tmp_path / "checkout", tmp_path / "remote.git"
    env = {**os.environ, "BOOK_REPOSITORY": "https://hub/a/b", "BOOK_BRANCH": "next"}
    for folder, options in ((root, ()), (remote, ("--bare",))):
        subprocess.run([GIT, "init", "-q", *options, str(folder)], check=True)
    for language in ("en", "ko"):
        file = root / f"build/html/{language}/_notebooks/part/page.ipynb"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps({"language": language}))
    (root / ".gitignore").write_text("*.ipynb\n")
    script = [sys.executable, str(REPOSITORY / "tools/notebooks_branch.py")]
    script += ["--root", str(root), "--remote", str(remote)]
    for _ in range(2):  # the second replaces the first
        subprocess.run(script, env=env, check=True, timeout=60)

    def git(*arguments):
        command = [GIT, "--git-dir", str(remote), *arguments]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout

    assert git("ls-tree", "-r", "--name-only", "notebooks").split() == [
        "en/part/page.ipynb",
        "ko/part/page.ipynb",
        "requirements.txt",
    ]
    assert git("rev-list", "--count", "notebooks").strip() == "1"
    assert json.loads(git("show", "notebooks:ko/part/page.ipynb")) == {"language": "ko"}
    assert (
        git("show", "notebooks:requirements.txt") == "dlnotes[pages] @ git+https://hub/a/b@next\n"
    )
    status = [GIT, "-C", str(root), "status", "--porcelain"]
    out = subprocess.run(status, check=True, stdout=subprocess.PIPE, text=True).stdout
    assert out.split() == ["??", ".gitignore"]  # the checkout is as it was
    without = {
        **env,
        "BOOK_REPOSITORY": "",
        "GITHUB_REPOSITORY": "",
        "READTHEDOCS_GIT_CLONE_URL": "",
    }
    run = subprocess.run(script, env=without, check=False, stderr=subprocess.PIPE, text=True)
    assert run.returncode == 1
    assert "set BOOK_REPOSITORY" in run.stderr
