"""Pages made from the claims, links to claims, folded solutions; and the same files every time."""

import filecmp
import re
import shutil

import pytest

PAGE = """# Page

See {claim}`sum-of-two`, {claim}`this one <sky-is-blue>` and [that one](sky-is-blue).

:::{claim} sum-of-two
Two and two make {glue:text}`page.md::four:.1f`, as $2 + 2$.
:::

:::{claim} sky-is-blue
:misconception: The sky is $green$.
The sky is blue.
:::

```{code-cell}
from dlnotes import check
from myst_nb import glue
glue("four", 4.04, display=False)
check.close("sum-of-two", 2 + 2, 4)
check.equal("sky-is-blue", "blue", "blue", what="at noon")
check.equal("sky-is-blue", "blue", "blue", what="at <dusk>")
```

:::{exercise}
:label: ex-count

How many?
:::

:::{solution-start} ex-count
:class: dropdown
:::

Three.

```{code-cell}
1 + 2
```

:::{solution-end}
:::

:::{exercise}
:label: ex-again

And now?
:::

:::{solution} ex-again
:class: dropdown

Still three.
:::
"""

LEDGER = """# Ledger

{claims-count}`verdicts`.
{claims-count}`passed` of {claims-count}`measured` on {claims-count}`pages`.

```{claims-ledger}
```
"""

BOX = """# One

{claims-count}`corrected` of these.

```{claim-box} sky-is-blue
```
"""


@pytest.fixture
def ledgers(book):
    conf = book.root / "conf.py"
    conf.write_text(conf.read_text().replace('["index", "page"]', "[]"))
    book.write_page(PAGE)
    book.write("docs/all/ledger.md", LEDGER)
    book.write("docs/wrong.md", "# Wrong\n\n```{misconceptions-ledger}\n```\n")
    book.write("docs/one.md", BOX)
    toctree = "```{toctree}\n:caption: Part\npage\nall/ledger\nwrong\none\n```\n"
    book.write("docs/index.md", f"# Home\n\n{toctree}")
    return book


def test_ledgers_links_and_solutions(ledgers):
    run = ledgers.build()
    assert run.returncode == 0, run.stdout

    page = ledgers.html()
    assert 'href="#claim-sum-of-two"' in page
    links = re.findall(r'href="#claim-sky-is-blue"[^>]*>(.*?)</a>', page, re.DOTALL)
    assert {"this one", "that one"} <= {re.sub("<[^>]*>", "", link) for link in links}
    assert page.count("<details") == 4  # two claims' evidence and two solutions
    assert "<summary>Solution</summary>" in page
    assert "Solution to" not in page
    solution = page.split("<summary>Solution</summary>")[1].split("</details>")[0]
    assert "Three." in solution
    assert "Still three." in page
    assert "<pre>" in solution
    assert "at &lt;dusk&gt;" in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert "all 2" in page

    ledger = ledgers.html("en/all/ledger.html")
    assert "1 hold, 0 under a condition, 1 correct a misconception, 0 cite a source" in ledger
    assert "<strong>2</strong> of <strong>2</strong> on <strong>1</strong>." in ledger
    assert 'id="part-part"' in ledger
    assert '<a class="reference external" href="../page.html">Page</a>' in ledger
    assert 'href="../page.html#claim-sum-of-two">sum-of-two</a>' in ledger
    assert 'href="../page.html#cell-1"' in ledger
    assert '<span class="pasted-text">4.0</span>' in ledger
    assert 'class="katex"' in ledger  # formulas too

    assert ledger.count("<li><div") == ledger.count('<span class="claim-verdict">') == 2
    assert '<span class="claim-verdict">corrects a misconception</span>' in ledger
    assert "<dt>holds</dt><dd><p>Measured, and true.</p>" in ledger
    assert '<option value="part-part">Part</option>' in ledger
    assert '<option value="corrected">corrects a misconception</option>' in ledger
    assert 'data-none="No claim matches.">' in ledger
    assert "claim-verdict" not in page
    assert "claims.js" not in page
    assert 'data-count="명제 {all}개 중 {shown}개"' in ledgers.html("ko/all/ledger.html")

    wrong = ledgers.html("en/wrong.html")
    assert 'name="part"' in wrong
    assert 'name="verdict"' not in wrong
    assert "The sky is blue." in wrong
    assert "sum-of-two" not in wrong

    box = ledgers.html("en/one.html")
    assert "<p><strong>1</strong> of these.</p>" in box
    assert box.count('<div class="claim ') == 1
    assert 'href="page.html#claim-sky-is-blue">sky-is-blue</a>' in box

    # a claim changes its wording on one page: the ledgers follow
    path = ledgers.root / "docs/page.md"
    path.write_text(path.read_text().replace("The sky is blue.", "It is quite blue."))
    assert ledgers.build().returncode == 0
    assert "It is quite blue." in ledgers.html("en/wrong.html")
    assert "It is quite blue." in ledgers.html("ko/all/ledger.html")
    assert "It is quite blue." in ledgers.html("en/one.html")


def test_ledgers_are_written_anew_if_what_they_show_has_changed(ledgers):
    def written():
        run = ledgers.build()
        assert run.returncode == 0, run.stdout
        pages = [ledgers.root / f"build/work/ko/html/{n}.html" for n in ("all/ledger", "wrong")]
        return [page.stat().st_mtime_ns for page in pages]

    def edit(old, new):
        path = ledgers.root / "docs/page.md"
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new, 1))

    first = written()
    edit("# Page\n", "# Page\n\nA line more.\n")
    assert written() == first
    edit("# Page\n", "# A page\n")
    second = written()
    assert not {*second} & {*first}
    edit("2 + 2, 4", "1 + 4, 5")  # the claim stays as it is, and what was measured of it does not
    assert not {*written()} & {*second}
    assert "<b>5</b>" in ledgers.html("ko/all/ledger.html")


def test_a_box_needs_its_claim(book):
    book.write("docs/page.md", "# Page\n\n```{claim-box} sky-is-blue\n```\n")
    run = book.build()
    assert run.returncode == 1
    assert "docs/page.md:3: no page makes the claim 'sky-is-blue'" in run.stdout


def test_a_page_below_a_page_is_in_its_part(book):
    book.write("docs/page.md", "# Page\n\n```{toctree}\nbelow\n```\n")
    book.write_page(PAGE.replace("page.md::", "below.md::"), "below")
    book.write("docs/ledger.md", "# Ledger\n\n```{claims-ledger}\n```\n")
    index = (
        "# Home\n\n```{toctree}\n:caption: A\nledger\n```\n```{toctree}\n:caption: B\npage\n```\n"
    )
    book.write("docs/index.md", index)
    conf = book.root / "conf.py"
    conf.write_text(conf.read_text().replace('["index", "page"]', "[]"))
    run = book.build()
    assert run.returncode == 0, run.stdout
    assert '<section class="claims-part" id="part-b">' in book.html("en/ledger.html")


def test_two_builds_in_two_places_give_the_same_files(ledgers, tmp_path):
    assert ledgers.build().returncode == 0
    first = ledgers.root / "build/html"
    kept = tmp_path / "kept"
    first.rename(kept)
    other = tmp_path / "elsewhere"
    shutil.copytree(ledgers.root, other, ignore=shutil.ignore_patterns("build", "kept", "*.mo"))
    ledgers.root = other
    assert ledgers.build().returncode == 0
    second = other / "build/html"
    names = sorted(p.relative_to(kept).as_posix() for p in kept.rglob("*") if p.is_file())
    assert names == sorted(
        p.relative_to(second).as_posix() for p in second.rglob("*") if p.is_file()
    )
    _, different, unreadable = filecmp.cmpfiles(kept, second, names, shallow=False)
    assert (different, unreadable) == ([], [])
