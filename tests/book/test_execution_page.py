"""The page on execution: what it shows, in which language, and when it is written anew."""

import functools
import json
import platform
import re
import subprocess
import sys

import pytest
from bs4 import BeautifulSoup
from sphinx.testing.util import SphinxTestApp

from dlnotes.book.engine.executors import processors

SPHINX = [sys.executable, "-m", "sphinx", "-W", "-b", "html", "-j", "2", ".", "_build/html"]
CONF = """
import json
from pathlib import Path

from dlnotes.book import claims, execution_page
from dlnotes.book.engine import Page
from dlnotes.book.results import PageResult

project = "fixture"

def measured(app):
    text = (Path(app.confdir) / "results.json").read_text(encoding="utf-8")
    claims.claims_domain(app.env).measured = {
        name: PageResult(Page(name, Path(f"{name}.rst")), **result)
        for name, result in json.loads(text).items()
    }

def setup(app):
    app.add_config_value("book_cache", "build/cache", "")
    app.add_domain(claims.ClaimsDomain)
    app.connect("builder-inited", measured)
    execution_page.connect(app)
"""

RESULTS = {
    "a-last": {
        "seconds": 2.04,
        "cpu": 3.25,
        "memory": 312_400_000,
        "packages": {"numpy": "2.4.1", "scikit-learn": "1.8.0", "ipykernel": "7.1.0"},
    },
    "excluded": {"seconds": 100.0, "cpu": 100.0, "memory": 10**9},
    "orphan": {"seconds": 1.0, "cpu": 0.5, "memory": 100_000_000, "from_cache": True},
    "part/first": {
        "seconds": 8.21,
        "cpu": 1.75,
        "memory": 290_600_000,
        "from_cache": True,
        "packages": {"numpy": "2.4.1", "keras": "3.12.0", "jax": "0.8.1"},
    },
}


@pytest.fixture
def folder(tmp_path):
    """A book of three pages with code in an order of their own, and a page with the tables."""
    folder = tmp_path / "book"
    (folder / "part").mkdir(parents=True)
    write = {
        "conf.py": CONF,
        "index.rst": "Home\n====\n\n.. toctree::\n\n   part/first\n   a-last\n   part/execution\n",
        "part/first.rst": "A *first* page\n==============\n",
        "a-last.rst": "Last\n====\n",
        "orphan.rst": ":orphan:\n\nOrphan\n======\n",
        "part/execution.rst": "Execution\n=========\n\n.. execution-table::\n",
        "results.json": json.dumps(RESULTS),
    }
    for name, text in write.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def build(folder, builder="html", **options):
    """Build the book; return the pages that were written."""
    written = []
    app = SphinxTestApp(builder, srcdir=folder, confoverrides=options)
    try:
        app.connect("html-page-context", lambda _app, name, *_: written.append(name))
        app.build()
        assert app.warning.getvalue() == ""
    finally:
        app.cleanup()
    return {name for name in written if (folder / f"{name}.rst").exists()}


def tables(folder):
    html = (folder / "_build/html/part/execution.html").read_text(encoding="utf-8")
    return BeautifulSoup(html, "html.parser").select("table.execution")


def cells(table):
    return [
        [cell.get_text().strip() for cell in row.select("th, td")] for row in table.select("tr")
    ]


def change_results(folder, **pages):
    changed = {name: {**RESULTS[name], **pages.get(name, {})} for name in RESULTS}
    (folder / "results.json").write_text(json.dumps(changed), encoding="utf-8")


def test_the_tables(folder):
    assert "part/execution" in build(folder)
    pages, environment = tables(folder)
    assert cells(pages) == [
        ["Page", "Time (s)", "CPU (s)", "Memory (MB)", "State"],
        ["A first page", "8.2", "1.8", "291", "kept"],
        ["Last", "2.0", "3.2", "312", "ran"],
        ["Orphan", "1.0", "0.5", "100", "kept"],
        ["Sum", "11.2", "5.5", "", "1 ran, 2 kept"],
        ["Largest", "8.2", "3.2", "312", ""],
    ]
    links = [link["href"] for link in pages.select("tbody th a.internal")]
    assert links == ["first.html", "../a-last.html", "../orphan.html"]
    assert len(pages.select("tbody tr.execution-together")) == 2
    first = pages.select("tbody tr")[0].select("th, td")
    assert [cell.name for cell in first] == ["th", "td", "td", "td", "td"]

    assert cells(environment) == [
        ["Environment", "Value"],
        ["Python", platform.python_version()],
        ["System", f"{platform.system()} {platform.machine()}"],
        ["Processors", str(processors())],
        ["Keras backend", "jax"],
        ["numpy", "2.4.1"],
        ["keras", "3.12.0"],
        ["jax", "0.8.1"],
        ["scikit-learn", "1.8.0"],
    ]


def test_the_tables_in_korean(folder, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    build(folder, language="ko")
    pages, environment = (cells(table) for table in tables(folder))
    assert pages[0] == ["페이지", "시간(초)", "CPU(초)", "메모리(MB)", "상태"]
    assert [row[-1] for row in pages[1:4]] == ["재사용", "실행", "재사용"]
    assert pages[4] == ["합계", "11.2", "5.5", "", "실행 1개, 재사용 2개"]
    assert pages[5][0] == "최댓값"
    assert [row[0] for row in environment[:5]] == [
        *("실행 환경", "Python", "시스템", "프로세서 수", "케라스 백엔드"),
    ]
    assert environment[4][1] == "torch"


def test_a_book_without_code(folder):
    (folder / "results.json").write_text("{}", encoding="utf-8")
    build(folder)
    pages, environment = (cells(table) for table in tables(folder))
    assert pages[1:] == [
        ["Sum", "0.0", "0.0", "", "0 ran, 0 kept"],
        ["Largest", "0.0", "0.0", "0", ""],
    ]
    assert len(environment) == 5


@pytest.mark.parametrize(
    ("change", "column", "shown"),
    [
        ({"seconds": 3.0}, 1, "3.0"),
        ({"cpu": 4.0}, 2, "4.0"),
        ({"memory": 5_000_000}, 3, "5"),
        ({"from_cache": True}, 4, "kept"),
    ],
)
def test_only_the_tables_follow_results_that_changed(folder, change, column, shown):
    build(folder)
    assert build(folder) == set()
    change_results(folder, **{"a-last": change})
    # Sphinx adds the page with the table of contents that holds it.
    assert build(folder) == {"part/execution", "index"}
    assert cells(tables(folder)[0])[2][column] == shown
    assert build(folder) == set()


def test_the_tables_follow_titles(folder):
    build(folder)
    (folder / "part/first.rst").write_text("Renamed\n=======\n", encoding="utf-8")
    assert {"part/first", "part/execution"} <= build(folder)
    assert cells(tables(folder)[0])[1][0] == "Renamed"


def test_the_tables_are_read_and_written_by_several_processes(folder):
    for number in range(12):  # with fewer pages Sphinx does not start any
        page = folder / f"more-{number}.rst"
        page.write_text(f":orphan:\n\nMore {number}\n=======\n", encoding="utf-8")
    run = functools.partial(subprocess.run, SPHINX, cwd=folder, check=True)
    run()
    assert cells(tables(folder)[0])[4] == ["Sum", "11.2", "5.5", "", "1 ran, 2 kept"]
    assert "0 added, 0 changed, 0 removed" in run(stdout=subprocess.PIPE, text=True).stdout


def test_nothing_in_the_tables_is_for_translators(folder):
    build(folder, "gettext")
    template = (folder / "_build/gettext/part.pot").read_text(encoding="utf-8")
    messages = set(re.findall(r'^msgid "(.+)"', template, re.MULTILINE))
    assert messages == {"A *first* page", "Execution"}
