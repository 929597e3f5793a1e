"""What stands around a page: reading time, versions, downloads, links to the repository."""

import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from docutils.utils import new_document
from sphinx.testing.util import SphinxTestApp
from sphinx_exercise.nodes import exercise_enumerable_node, solution_node

from dlnotes.book.engine import Page
from dlnotes.book.repository import repository
from dlnotes.book.results import PageResult
from dlnotes.book.web.furniture import measured_on, minutes

TEMPLATES = Path(__file__).parents[2] / "docs/_templates"
NAMES = ("page-facts.html", "page-measured.html", "page-downloads.html")
OPTIONS = """
from dlnotes.book.repository import repository
book_repository, book_branch = repository()
html_theme_options = {
    "article_header_start": ["page-facts.html"],
    "article_header_end": ["page-downloads.html"],
    "article_footer_items": ["page-measured.html"],
}
"""
NOWHERE = dict.fromkeys(["GITHUB_REPOSITORY", "READTHEDOCS_GIT_CLONE_URL", "BOOK_REPOSITORY"], "")


def paragraph(words):
    return nodes.paragraph("", words)


def container(*children, **attributes):
    return nodes.container("", *children, **attributes)


LINES = nodes.literal_block("", "\n\n".join(["a = 1"] * 80))
CAPTION = nodes.caption("", "word " * 150)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ([], 1),
        ([paragraph("word " * 600)], 3),
        ([paragraph("가나다라 " * 500)], 4),
        ([paragraph("가나다라 " * 250 + "word " * 400)], 4),
        ([paragraph("x2 3.14 -- 100 " * 200)], 1),
        ([nodes.math("", r"x + y + z") for _ in range(400)], 2),
        ([nodes.math_block("", "x") for _ in range(8)], 2),
        ([LINES.deepcopy()], 2),
        ([container(LINES.deepcopy(), hide_mode="input")], 1),
        ([container(LINES.deepcopy(), nb_element="cell_code_output")], 1),
        ([solution_node("", paragraph("word " * 900))], 1),
        ([exercise_enumerable_node("", paragraph("word " * 900))], 1),
        ([nodes.comment("", "word " * 900)], 1),
        ([nodes.figure("", CAPTION.deepcopy()) for _ in range(2)], 2),
        ([container(nodes.figure("", CAPTION.deepcopy()), hide_mode="all") for _ in range(4)], 4),
    ],
)
def test_reading_time(content, expected):
    document = new_document("page")
    document += content
    assert minutes(document) == expected


def result(packages, **settings):
    return PageResult(
        Page("p", Path("p.md")), packages=packages, python="3.11.7", settings=settings
    )


@pytest.mark.parametrize(
    ("ran", "expected"),
    [
        (PageResult(Page("p", Path("p.md"))), ""),
        (result({"ipykernel": "7.1"}), "Python 3.11.7"),
        (
            result({"scipy": "1.16", "numpy": "2.3.4", "matplotlib": "3.10"}),
            "Python 3.11.7, NumPy 2.3.4, SciPy 1.16",
        ),
        (
            result({"keras": "3.12", "jax": "0.8", "torch": "2.9"}, KERAS_BACKEND="jax"),
            "Python 3.11.7, Keras 3.12 (JAX 0.8)",
        ),
        (
            result({"keras": "3.12", "tensorflow-cpu": "2.20"}, KERAS_BACKEND="tensorflow"),
            "Python 3.11.7, Keras 3.12 (TensorFlow 2.20)",
        ),
        (result({"keras": "3.12"}, KERAS_BACKEND="openvino"), "Python 3.11.7, Keras 3.12"),
    ],
)
def test_versions_are_those_of_the_run(ran, expected):
    assert measured_on(ran) == expected


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, ("", "")),
        ({"BOOK_BRANCH": "main"}, ("", "")),
        ({"BOOK_REPOSITORY": "/srv/git/book"}, ("", "")),
        ({"BOOK_REPOSITORY": "https://host/a/b.git/"}, ("https://host/a/b", "main")),
        ({"BOOK_REPOSITORY": "https://host/a/b.git"}, ("https://host/a/b", "main")),
        (
            {"GITHUB_REPOSITORY": "a/b", "GITHUB_REF_NAME": "next"},
            ("https://github.com/a/b", "next"),
        ),
        (
            {
                "GITHUB_SERVER_URL": "https://git.example",
                "GITHUB_REPOSITORY": "a/b",
                "GITHUB_HEAD_REF": "idea",
                "GITHUB_REF_NAME": "12/merge",
            },
            ("https://git.example/a/b", "idea"),
        ),
        (
            {
                "READTHEDOCS_GIT_CLONE_URL": "git@github.com:a/b.git",
                "READTHEDOCS_GIT_IDENTIFIER": "v1",
            },
            ("https://github.com/a/b", "v1"),
        ),
        (
            {
                "BOOK_REPOSITORY": "https://host/mine",
                "BOOK_BRANCH": "own",
                "GITHUB_REPOSITORY": "a/b",
                "GITHUB_REF_NAME": "next",
            },
            ("https://host/mine", "own"),
        ),
    ],
)
def test_the_repository_comes_from_the_environment(environment, expected):
    assert repository(environment) == expected


def links(book, name, place):
    soup = BeautifulSoup(book.html(name), "html.parser")
    return {link.get_text(): link["href"] for link in soup.select(f"{place} a")}


def test_a_site_without_and_with_a_repository(book):
    for name in NAMES:
        book.write(f"templates/{name}", (TEMPLATES / name).read_text(encoding="utf-8"))
    conf = (book.root / "conf.py").read_text(encoding="utf-8")
    book.write("conf.py", conf + OPTIONS)

    run = book.build(**NOWHERE)
    assert run.returncode == 0, run.stdout
    facts = BeautifulSoup(book.html(), "html.parser").select_one(".page-facts")
    assert [fact.get_text() for fact in facts.select("span")] == ["Part", "1 min", "1 claim"]
    facts = BeautifulSoup(book.html("ko/page.html"), "html.parser").select_one(".page-facts")
    assert [fact.get_text() for fact in facts.select("span")] == ["부", "1분", "명제 1개"]
    assert links(book, "en/page.html", ".book-menu") == {
        "Notebook (.ipynb)": "_notebooks/page.ipynb",
        "MyST source (.md)": "_sources/page.md",
    }
    for url in links(book, "ko/page.html", ".book-menu").values():
        assert (book.root / "build/html/ko" / url).exists(), url
    assert links(book, "en/index.html", ".book-menu") == {"MyST source (.md)": "_sources/index.md"}
    measured = BeautifulSoup(book.html(), "html.parser").select_one(".page-measured")
    assert re.fullmatch(r"Measured with Python 3\.\S+, NumPy \d\S+\.", measured.get_text().strip())
    for name in ("en/index.html", "en/search.html", "ko/genindex.html"):
        assert "page-facts" not in book.html(name)
        assert "page-measured" not in book.html(name)
    assert "page-downloads" not in book.html("en/search.html")

    # Nothing has changed but the environment.
    run = book.build(**NOWHERE | {"BOOK_REPOSITORY": "https://github.com/some/book"})
    assert run.returncode == 0, run.stdout
    menu = links(book, "ko/page.html", ".book-menu")
    hub = "https://colab.research.google.com/github/some/book/blob/notebooks"
    assert menu["Colab에서 실행"] == f"{hub}/ko/page.ipynb"
    assert menu["Binder에서 실행"] == (
        "https://mybinder.org/v2/gh/some/book/notebooks?urlpath=lab/tree/ko/page.ipynb"
    )
    assert "Run on Colab" not in links(book, "en/index.html", ".book-menu")
    foot = links(book, "en/page.html", ".page-measured")
    assert foot["Edit this page"] == "https://github.com/some/book/edit/main/docs/page.md"
    report = urlsplit(foot["Report a problem"])
    assert report.path == "/some/book/issues/new"
    asked = parse_qs(report.query)
    assert asked["title"] == ["Page: "]
    assert asked["body"] == ["Page: page (en)\n\nWhat is wrong or unclear:\n"]
    foot = links(book, "ko/page.html", ".page-measured")
    catalog = "docs/locale/ko/LC_MESSAGES/page.po"
    assert foot["번역 고치기"] == f"https://github.com/some/book/edit/main/{catalog}"


CONF = """
import json
from pathlib import Path

from dlnotes.book import claims
from dlnotes.book.engine import Page
from dlnotes.book.results import PageResult
from dlnotes.book.web import furniture

project = "fixture"

def measured(app):
    ran = json.loads((Path(app.confdir) / "ran.json").read_text(encoding="utf-8"))
    page = PageResult(Page("page", Path("page.rst")), python="3.11.7", packages=ran)
    claims.claims_domain(app.env).measured = {"page": page}

def setup(app):
    app.add_domain(claims.ClaimsDomain)
    app.connect("builder-inited", measured)
    furniture.connect(app)
"""


def test_a_page_that_ran_with_other_versions_is_written_again(tmp_path):
    write = {
        "conf.py": CONF,
        "index.rst": "Home\n====\n\n.. toctree::\n   :caption: Part\n\n   page\n   other\n",
        "page.rst": "Page\n====\n",
        "other.rst": "Other\n=====\n\n.. toctree::\n\n   below\n",
        "below.rst": "Below\n=====\n",
    }
    for name, text in write.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    def build(**packages):
        (tmp_path / "ran.json").write_text(json.dumps(packages), encoding="utf-8")
        written = {}
        app = SphinxTestApp("html", srcdir=tmp_path)
        try:
            app.connect("html-page-context", lambda _app, n, _t, c, _d: written.update({n: c}), 900)
            app.build()
            assert app.warning.getvalue() == ""
        finally:
            app.cleanup()
        return {name: context["book_page"] for name, context in written.items()}

    first = build(numpy="2.3.4")
    assert first["page"]["measured_on"] == "Python 3.11.7, NumPy 2.3.4"
    assert first["page"]["part"] == first["below"]["part"] == "Part"
    assert (first["page"]["minutes"], first["other"]["minutes"]) == (1, None)
    assert first["search"] is None
    assert not {"page", "other"} & set(build(numpy="2.3.4"))
    again = build(numpy="2.3.5")
    assert again["page"]["measured_on"] == "Python 3.11.7, NumPy 2.3.5"
    assert "other" not in again
