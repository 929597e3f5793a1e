"""Every way in which a book can fail to hold, each by its message."""

import re

import pytest

FAULTS = """# Page

The result is 3.142, or 42.4 %, not 2, 3.143, $3.142$ or `3.142`. It is $1
+ 1$.

:::{claim} measured-nowhere
Nobody measures this.
:::

:::{claim} stated-twice
Once.
:::

:::{claim} stated-twice
Twice.
:::

:::{claim} cited-and-measured
:verdict: cited
:source: someone1986
It was so.
:::

:::{claim} in-parts
It holds twice.
:::

```{code-cell}
from dlnotes import check
from myst_nb import glue
glue("result", 3.14159, display=False)
glue("share", 0.4239, display=False)
glue("two", 2, display=False)
glue("words", "3.142", display=False)
glue("function", print, display=False)
check.equal("claimed-nowhere", 1, 1)
check.equal("stated-twice", 1, 1)
check.equal("cited-and-measured", 1, 1)
check.equal("in-parts", 1, 1)
check.equal("in-parts", 1, 1)
```

```{code-cell}
---
mystnb:
  figure:
    name: fig-bare
    caption: No alternative text.
---
import matplotlib.pyplot as plt
plt.plot([1, 2]);
```

Of these, 40
% are lost.

% This is a comment
% of two lines.

| | $x$ | word $x$ |
|---|---|---|
| 1 | 2 | 3 |

```{code-cell}
object()
```
"""


@pytest.fixture
def faulty(book):
    conf = book.root / "conf.py"
    conf.write_text(
        conf.read_text().replace("book_translated", "bibtex_bibfiles = ['x.bib']\nnot_translated")
    )
    book.write("x.bib", "@misc{someone1986, author={One, Some}, title={T}, year={1986}}\n")
    return book


def test_what_does_not_match(faulty):
    conf = faulty.root / "conf.py"
    with_sources = '["dlnotes.book", "sphinxcontrib.bibtex"]'
    conf.write_text(conf.read_text().replace('["dlnotes.book"]', with_sources))
    faulty.write("docs/index.md", "# Home\n\n```{toctree}\npage\n```\n\n```{bibliography}\n```\n")
    faulty.write_page(FAULTS)
    run = faulty.sphinx("-b", "html")
    assert run.returncode == 1
    for line, message in [
        (13, "claim 'measured-nowhere' is measured nowhere"),
        (21, "claim 'stated-twice' is stated twice, first at page:17"),
        (25, "claim 'cited-and-measured' is cited, yet a cell measures it"),
        (35, "'claimed-nowhere' is measured but the page has no such claim"),
        (35, "'in-parts' is measured twice: name the parts with `what=`"),
        (52, "figure without alt text"),
        (10, "3.142 is typed by hand: glue it as 'result'"),
        (10, "42.4 % is typed by hand: glue it as 'share'"),
        (10, "markup that did not render: '. It is $1'"),
        (11, "markup that did not render: '1$.'"),
        (62, "a line that begins with % is a comment: '% are lost.'"),
        (67, "column without a name in words"),
        (73, "the address of an object in an output: 'at 0x"),
    ]:
        assert f"docs/page.md:{line}: WARNING: {message}" in run.stdout, (message, run.stdout)
    assert run.stdout.count("typed by hand") == 2
    assert run.stdout.count("Duplicate ID") == 1  # docutils sees the id that is used twice
    assert run.stdout.count("WARNING") == 14, run.stdout


def test_a_failed_check_is_reported_even_where_its_error_is_expected(faulty):
    faulty.write_page(
        "# Page\n\n:::{claim} less-than-one\nIt is.\n:::\n\n"
        "```{code-cell}\n:tags: [raises-exception]\n"
        "from dlnotes import check\n"
        'check.less("less-than-one", 2, 1)\n```\n'
    )
    run = faulty.sphinx("-b", "html")
    assert run.returncode == 1
    warning = "docs/page.md:14: WARNING: 'less-than-one': measured 2, expected less than 1 [claims"
    assert warning in run.stdout, run.stdout


def test_without_the_driver_a_page_that_fails_ends_the_build_but_not_its_translation(faulty):
    faulty.write_page("# Page\n\n```{code-cell}\n1 / 0\n```\n")
    run = faulty.sphinx("-b", "html")
    assert run.returncode != 0
    failure = "docs/page.md:11: cell 1 failed: ZeroDivisionError: division by zero"
    assert failure in run.stdout
    assert "1 page(s) did not run to the end: page\n" in run.stdout
    run = faulty.sphinx("-b", "gettext")
    assert failure in run.stdout
    assert (faulty.root / "out/page.pot").exists()


def test_a_page_that_changes_during_the_build_ends_it(book):
    assert book.build().returncode == 0
    ready = ("-b", "html", "-D", f"book_ready={book.root}/build/work/results.pickle")
    assert book.sphinx(*ready).returncode == 0
    page = book.root / "docs/page.md"
    page.write_text(page.read_text(encoding="utf-8") + "\n```{code-cell}\n1\n```\n", "utf-8")
    run = book.sphinx(*ready)
    assert run.returncode != 0
    assert "changed while the book was being built, so build again: page\n" in run.stdout


def test_a_fault_stays_a_fault_when_nothing_has_changed(faulty):
    faulty.write_page("# Page\n\n:::{claim} a-b\nIt is.\n:::\n\n```{code-cell}\n1\n```\n")
    for _ in range(2):
        run = faulty.build()
        assert run.returncode == 1
        assert "docs/page.md:10: WARNING: claim 'a-b' is measured nowhere" in run.stdout
        assert not (faulty.root / "build/html").exists()


ENDS_BADLY = {
    "error": (
        "# P\n\n```{code-cell}\n---\ntags: [hide-input]\n---\nx = 1\ny = 1 / 0\n```\n",
        "docs/error.md:15: cell 1 failed: ZeroDivisionError: division by zero\n",
    ),
    "exit": (
        "# P\n\n:::{claim} never-reached\nIt is.\n:::\n\n"
        "```{code-cell}\nimport os\nos._exit(1)\n```\n",
        "docs/exit.md:14: cell 1 failed: the kernel ended in this cell (exit code 1)\n"
        "  not shown to hold: never-reached\n",
    ),
    "loop": (
        "# P\n\n```{code-cell}\nwhile True:\n    pass\n```\n",
        "docs/loop.md:10: cell 1 failed: the page was over its time limit of 4 s in this cell\n",
    ),
}


def test_cells_that_do_not_end_well(faulty):
    conf = faulty.root / "conf.py"
    conf.write_text(conf.read_text() + "book_time_limit = 4\n")
    for name, (page, _) in ENDS_BADLY.items():
        faulty.write_page(page, name)
    faulty.write_page("# P\n\n```{code-cell}\n1 + 1\n```\n")
    run = faulty.build()
    assert run.returncode == 1
    said = "".join(message for _, message in ENDS_BADLY.values())
    assert f"{said}3 of 4 pages did not run to the end. The others are kept.\n" in run.stdout
    assert re.search(r"\nNot built \(\d+ s\)\n$", run.stdout)
    assert not (faulty.root / "build/html").exists()


def test_front_matter_that_is_no_yaml(faulty):
    faulty.write("docs/page.md", "---\nfile_format: [mystnb\n---\n\n# Page\n")
    run = faulty.sphinx("-b", "html")
    assert run.returncode == 1
    assert "docs/page.md:1: WARNING: Malformed YAML [myst.topmatter]\n" in run.stdout


@pytest.mark.parametrize(
    ("directive", "message"),
    [
        (
            ":::{claim} a\n:verdict: cited\nIt is.\n:::\n",
            "claim 'a' is cited but names no :source:",
        ),
        (
            ":::{claim} a\n:verdict: corrected\nIt is.\n:::\n",
            "claim 'a' corrects no :misconception:",
        ),
        (":::{claim} a\n:verdict: maybe\nIt is.\n:::\n", '"maybe" unknown'),
        (":::{claim} a\n:::\n", "Content block expected"),
        ("See {claim}`nobody-said`.\n", "claims:claim reference target not found: nobody-said"),
        ("$\\notacommand$\n", "Undefined control sequence"),
    ],
)
def test_a_claim_or_formula_that_is_written_wrongly(faulty, directive, message):
    faulty.write("docs/page.md", f"# Page\n\n{directive}")
    run = faulty.sphinx("-b", "html")
    assert run.returncode != 0
    assert message in run.stdout
