"""Which files are pages, what of them runs, and what they may ask for."""

import nbformat
import pytest

from dlnotes.book.engine import Book, Limits, Page, find_pages
from dlnotes.book.engine.pages import (
    allows_errors,
    code_hash,
    page_limits,
    page_requires,
    runs_itself,
)

FRONT = "---\nfile_format: mystnb\nkernelspec: {name: python3}\n---\n\n"
PAGE = FRONT + "# Page\n\n```{code-cell}\n1\n```\n"
JUPYTEXT = "---\njupytext:\n  text_representation: {format_name: myst}\n---\n"


@pytest.fixture
def book(tmp_path):
    return Book(tmp_path, tmp_path / "docs", tmp_path / "docs/_build/cache")


def write(book, *names, text=PAGE):
    for name in names:
        path = book.docs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def names(book, **settings):
    return [page.docname for page in find_pages(Book(book.root, book.docs, book.cache, **settings))]


@pytest.fixture
def read(book):
    """Read a text as a page."""

    def read(text, name="page.md", **settings):
        write(book, name, text=text)
        return Page("page", book.docs / name, **settings).read()

    return read


def test_pages_are_the_files_with_code(book):
    write(book, "b.md", "a/deep/page.md", "a page é.md")
    write(book, "jupytext.md", text=JUPYTEXT)
    write(book, "notebook.ipynb", text="{}")
    write(book, "prose.md", text="# Prose\n")
    write(book, "options.md", text="---\ntitle: Options\n---\n")
    write(book, "page.py", "page.rst")
    assert names(book) == ["a/deep/page", "a page é", "b", "jupytext", "notebook"]
    assert find_pages(book)[0] == Page("a/deep/page", book.docs / "a/deep/page.md")


def test_files_that_cannot_be_read_are_pages_that_will_say_so(book):
    write(book, "latin.md", text="---\nfile_format: mystnb\n---\né".encode("latin-1"))
    write(book, "odd.md", text="---\njupytext: odd\n---\n")
    (book.docs / "loop.md").symlink_to(book.docs / "loop.md")
    assert names(book) == ["latin", "loop", "odd"]
    for page in find_pages(book)[:2]:
        with pytest.raises((OSError, UnicodeDecodeError)):
            page.read()


def test_what_is_hidden_or_built_is_no_page(book):
    write(book, "_drafts/page.md", ".trash/page.md", "a/_b.md", "_build/cache/page.md", ".#page.md")
    assert names(book) == []
    assert names(book, exclude=()) == [".trash/page", "_drafts/page", "a/_b"]


@pytest.mark.parametrize(
    ("settings", "left"),
    [
        ({"exclude": ("a",)}, ["b/a", "b/c/a", "p"]),
        ({"exclude": ("a/*",)}, ["b/a", "b/c/a", "p"]),
        ({"exclude": ("**/a.md",)}, ["p"]),
        ({"exclude": ("b/*.md",)}, ["a/a", "b/c/a", "p"]),
        ({"exclude": ("b/**",)}, ["a/a", "p"]),
        ({"include": ("b/**",), "exclude": ("**/c",)}, ["b/a"]),
        ({"stored": ("c/*.md",)}, ["a/a", "b/a", "p"]),
        ({"stored": ("a.md",)}, ["p"]),
    ],
)
def test_patterns_are_those_of_sphinx_and_of_myst_nb(book, settings, left):
    write(book, "p.md", "a/a.md", "b/a.md", "b/c/a.md")
    assert names(book, **settings) == left


def test_a_page_is_read_as_myst_nb_reads_it(read):
    found = read(PAGE)
    assert [cell.cell_type for cell in found.cells] == ["markdown", "code"]
    assert found.metadata.source_map == [4, 8]
    assert found.metadata.kernelspec == {"name": "python3", "display_name": "python3"}


def test_extensions_matter_to_what_is_a_cell(read):
    text = FRONT + "$$\n```{code-cell}\n1\n```\n$$\n"
    assert [cell.cell_type for cell in read(text).cells] == ["markdown", "code", "markdown"]
    assert [c.cell_type for c in read(text, extensions=("dollarmath",)).cells] == ["markdown"]


def test_a_notebook_is_read_without_its_outputs(read):
    new = nbformat.v4
    cells = [
        new.new_code_cell("1", outputs=[new.new_output("stream", text="x")], execution_count=7),
        new.new_markdown_cell("# Title"),
    ]
    found = read(nbformat.writes(new.new_notebook(cells=cells)), "page.ipynb")
    assert [cell.source for cell in found.cells] == ["1", "# Title"]
    assert found.cells[0].outputs == []
    assert found.cells[0].execution_count is None


def test_the_first_alias_that_matches_names_the_kernel(read):
    def name(text, *aliases):
        return read(text, kernels=aliases).metadata.kernelspec.name

    assert name(PAGE, ("conda.*", "other"), ("python.*", "mine"), (".*", "last")) == "mine"
    assert name(PAGE, ("python", "mine")) == "python3"
    assert "kernelspec" not in read(PAGE.replace("kernelspec: {name: python3}\n", "")).metadata


def hash_of(read, old="", new=""):
    text = "---\nfile_format: mystnb\nkernelspec: {name: python3}\nbook: {}\n---\n\n# Page\n\n"
    text += (
        "```{code-cell}\n:tags: [hide-input]\n\nx = 1\n```\n\nProse.\n\n```{code-cell}\ny = 2\n```"
    )
    assert old in text
    return code_hash(read(text.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Prose.", "Other prose."),
        ("Prose.", "% a comment"),
        ("[hide-input]", "[hide-output]"),
        (":tags: [hide-input]\n\n", ""),
        (":tags:", ":name: x\n:tags:"),
        ("book: {}", "book: {time_limit: 9}"),
        ("book: {}", "mystnb: {execution_allow_errors: false}"),
        ("{name: python3}", "{name: python3, display_name: Python}"),
    ],
)
def test_what_does_not_run_is_not_in_the_hash(read, old, new):
    assert hash_of(read, old, new) == hash_of(read)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x = 1", "x = 2"),
        ("x = 1", "x = 1  # why"),
        ("Prose.", "```{code-cell}\n```"),
        ("\n```\n\nProse.\n\n```{code-cell}\n", "\n"),
        ("[hide-input]", "[raises-exception]"),
        ("[hide-input]", "[hide-input, skip-execution]"),
        ("{name: python3}", "{name: other}"),
        ("book: {}", "mystnb: {execution_allow_errors: true}"),
    ],
)
def test_what_runs_is_in_the_hash(read, old, new):
    assert hash_of(read, old, new) != hash_of(read)


def front(**metadata):
    return nbformat.v4.new_notebook(metadata=metadata)


def test_a_page_says_how_it_runs():
    assert not allows_errors(front())
    assert allows_errors(front(mystnb={"execution_allow_errors": True}))
    assert not runs_itself(front())
    assert not runs_itself(front(mystnb={"execution_mode": "cache"}))
    assert runs_itself(front(mystnb={"execution_mode": "off"}))


@pytest.mark.parametrize(
    ("asked", "limits"),
    [
        ({}, Limits(seconds=60, cell_seconds=None, memory=4 * 10**9, output=10**7)),
        ({"time_limit": 5}, Limits(seconds=5.0)),
        ({"cell_time_limit": 0.5}, Limits(cell_seconds=0.5)),
        ({"memory": "2 GB"}, Limits(memory=2 * 10**9)),
        ({"memory": " 1.5mb "}, Limits(memory=1_500_000)),
        ({"memory": "3 kB"}, Limits(memory=3000)),
        ({"memory": 1000}, Limits(memory=1000)),
    ],
)
def test_limits_that_a_page_sets(asked, limits):
    assert page_limits(front(book=asked), Limits()) == limits


def test_limits_that_a_page_does_not_set_are_those_of_the_book():
    book = Limits(1, 2, 3, 4)
    assert page_limits(front(), book) == book
    assert page_limits(front(book={"time_limit": 9}), book) == Limits(9, 2, 3, 4)


@pytest.mark.parametrize("value", [0, -1, "5", True, None, float("nan")])
def test_time_limits_that_are_none(value):
    for key in ("time_limit", "cell_time_limit"):
        with pytest.raises(ValueError, match=r"must be a number of seconds above 0\.") as error:
            page_limits(front(book={key: value}), Limits())
        message = f"`{key}` must be a number of seconds above 0. Received: {value!r}"
        assert str(error.value) == message


@pytest.mark.parametrize("value", ["2 TB", "lots", "", "-1 GB", "0", "5 k", None])
def test_memory_that_is_none(value):
    with pytest.raises(ValueError, match="`memory` must be a size") as error:
        page_limits(front(book={"memory": value}), Limits())
    assert str(error.value) == f"`memory` must be a size such as 2 GB. Received: {value!r}"


@pytest.mark.parametrize(
    ("asked", "packages"),
    [
        ({}, []),
        ({"requires": "tensorflow"}, ["tensorflow"]),
        ({"requires": ["torch", "scikit-learn"]}, ["torch", "scikit-learn"]),
    ],
)
def test_packages_that_a_page_requires(asked, packages):
    assert page_requires(front(book=asked)) == packages
