"""A book of many pages, which Sphinx reads in several processes, and its table of contents."""

import json
import re

import pytest

PAGES = [f"part/page{i}" for i in range(8)]


@pytest.fixture
def many(book):
    conf = (book.root / "conf.py").read_text()
    conf = conf.replace('["dlnotes.book"]', '["dlnotes.book", "sphinxcontrib.bibtex"]')
    conf += "bibtex_bibfiles = ['x.bib']\nsuppress_warnings = ['toc']\n"
    book.write("conf.py", conf)
    book.write("x.bib", "@misc{someone1986, author={One, Some}, title={T}, year={1986}}\n")
    book.write("docs/ledger.md", "# Ledger\n\n```{claims-ledger}\n```\n")
    for i, name in enumerate(PAGES):
        after = f"see {{claim}}`claim-{(i + 1) % len(PAGES)}`"
        claim = f":::{{claim}} claim-{i}\n:source: someone1986\nSome {i}, {after}.\n:::\n"
        book.write(f"docs/{name}.md", f"# Page {i}\n\n{claim}")
    toctree = "\n".join(reversed(PAGES))
    again = f"```{{toctree}}\n{PAGES[3]}\n```\n"
    listed = f"```{{toctree}}\n:caption: Part\n{toctree}\n```\n"
    works = "```{bibliography}\n```\n"
    book.write("docs/index.md", f"# Home\n\n{listed}\n{again}\n{works}")
    book.write("docs/page.md", "---\norphan: true\n---\n\n# Orphan\n\n```{toctree}\nledger\n```\n")
    return book


@pytest.mark.parametrize("processes", ["1", "2"])
def test_every_claim_is_known_in_the_order_of_the_table_of_contents(many, processes):
    run = many.sphinx("-b", "html", "-j", processes)
    assert run.returncode == 0, run.stdout
    claims = json.loads((many.root / "out/claims.json").read_text())
    assert [claim["page"] for claim in claims] == PAGES[::-1]
    assert claims[0]["statement"] == "Some 7, see claim-0."

    # a link in a claim leads to the same place from its page and from the ledger
    page = (many.root / "out/part/page7.html").read_text()
    ledger = (many.root / "out/ledger.html").read_text()
    assert re.search(r'Some 7, see <a [^>]*href="page0\.html#claim-claim-0"', page)
    assert re.search(r'Some 7, see <a [^>]*href="part/page0\.html#claim-claim-0"', ledger)
