"""Results are kept where MyST-NB finds them, or count as not there."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace

import nbformat
import pytest
from jupyter_cache import get_cache

from dlnotes.book.engine import Page
from dlnotes.book.engine.inputs import Inputs
from dlnotes.book.engine.pages import code_hash
from dlnotes.book.engine.running import Run
from dlnotes.book.engine.store import Store, output_hash, read_json, write_whole

from .books import FakeExecutor, Project

INPUTS = Inputs(
    files={"a.txt": "hash", "b.txt": None},
    folders={"data": "hash"},
    gaps=["docs/numpy"],
    packages={"numpy": "2.0.0"},
    missing=["torch"],
    python="3.11.0",
    machine="x86_64",
    settings={"KERAS_BACKEND": "jax"},
)
OPTIONS = "---\nmystnb:\n  figure: {caption: A sum.}\ntags: [hide-input]\n---\n"
LANGUAGE = {"name": "python", "pygments_lexer": "ipython3"}


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "cache", tmp_path)


@pytest.fixture
def project(tmp_path):
    with closing(Project(tmp_path)) as project:
        project.page("page", "1 + 1", "2 + 2")
        yield project


@pytest.fixture
def page(project):
    return Page("page", project.book.docs / "page.md")


def run(page, text="2\n"):
    """Return a page as a kernel leaves it."""
    notebook = page.read()
    notebook.metadata["language_info"] = nbformat.from_dict(LANGUAGE)
    for count, cell in enumerate((c for c in notebook.cells if c.cell_type == "code"), 1):
        cell.outputs = [nbformat.v4.new_output("stream", text=text)]
        cell.execution_count = count
    return notebook


def found(store, page):
    """Return a page with the outputs that MyST-NB finds, as it looks for them."""
    return get_cache(str(store.cache_folder)).merge_match_into_notebook(page.read())[1]


def texts(notebook):
    return [cell.outputs[0].text for cell in notebook.cells if cell.cell_type == "code"]


def test_a_result_is_kept(store, page):
    notebook = run(page)
    kept = store.keep(page, notebook, Run(seconds=1.23456, cpu=0.98765, memory=7), INPUTS)
    assert (kept.seconds, kept.cpu, kept.memory, kept.inputs) == (1.235, 0.988, 7, INPUTS)
    assert (kept.code, kept.outputs) == (code_hash(notebook), output_hash(notebook))
    assert store.kept(page) == kept
    assert texts(store.outputs(page.read(), kept)) == ["2\n", "2\n"]
    assert texts(found(store, page)) == ["2\n", "2\n"]
    again = Store(store.cache_folder.parent, page.path.parents[1])
    assert again.kept(page) == kept
    assert texts(again.outputs(page.read(), kept)) == ["2\n", "2\n"]


def test_a_new_result_takes_the_place_of_the_old(store, page):
    store.keep(page, run(page), Run(), INPUTS)
    kept = store.keep(page, run(page, "four\nlines\nof\ntext"), Run(), Inputs())
    assert store.kept(page) == kept
    assert texts(found(store, page)) == ["four\nlines\nof\ntext"] * 2
    assert len(store.cache.list_cache_records()) == 1


def test_a_page_is_filled_and_not_changed(store, page):
    kept = store.keep(page, run(page), Run(), INPUTS)
    notebook = page.read()
    filled = store.outputs(notebook, kept)
    assert [cell.get("outputs") for cell in notebook.cells] == [None, [], []]
    assert isinstance(filled, nbformat.NotebookNode)
    assert [cell.get("execution_count") for cell in filled.cells] == [None, 1, 2]


def test_outputs_follow_their_page_after_an_edit_of_captions(store, page, project):
    kept = store.keep(page, run(page), Run(), INPUTS)
    project.page("page", "1 + 1", "2 + 2", options=OPTIONS)
    with pytest.raises(KeyError):
        found(store, page)
    moved = store.move(page, store.outputs(page.read(), kept), kept)
    assert moved == replace(kept, notebook=moved.notebook)
    assert moved.notebook != kept.notebook
    assert store.kept(page) == moved
    there = found(store, page)
    assert texts(there) == ["2\n", "2\n"]
    assert there.metadata.language_info == LANGUAGE  # or MyST-NB would not colour the code
    assert store.move(page, store.outputs(page.read(), moved), moved) == moved


def test_what_the_kernel_said_of_the_page_follows_it_too(store, page, project):
    notebook = run(page)
    notebook.metadata["widgets"] = nbformat.from_dict({"state": {"x": {}}})
    kept = store.keep(page, notebook, Run(), INPUTS)
    project.page("page", "1 + 1", "2 + 2", options=OPTIONS)
    store.move(page, store.outputs(page.read(), kept), kept)
    assert found(store, page).metadata.widgets == {"state": {"x": {}}}


def test_a_page_without_a_result(store, page):
    assert store.kept(page) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda _state: "",
        lambda state: json.dumps(state)[:-9],
        lambda state: json.dumps([state]),
        lambda state: json.dumps({**state, "version": 0}),
        lambda state: json.dumps({**state, "page": "docs/other.md"}),
        lambda state: json.dumps({**state, "more": 1}),
        lambda state: json.dumps({key: state[key] for key in state if key != "cpu"}),
        lambda state: json.dumps({**state, "inputs": {"more": 1}}),
        lambda state: json.dumps({**state, "inputs": None}),
    ],
)
def test_what_is_known_of_a_page_is_whole_or_nothing(store, page, change):
    store.keep(page, run(page), Run(), INPUTS)
    (file,) = (store.cache_folder.parent / "pages").iterdir()
    file.write_text(change(json.loads(file.read_text())))
    assert store.kept(page) is None


def executed_file(store):
    (file,) = store.cache_folder.glob("executed/*/base.ipynb")
    return file


@pytest.mark.parametrize(
    "damage",
    [
        lambda store: executed_file(store).unlink(),
        lambda store: executed_file(store).write_text(""),
        lambda store: executed_file(store).write_text("[]"),
        lambda store: executed_file(store).write_text("{}"),
        lambda store: executed_file(store).write_text(
            executed_file(store).read_text().replace("2\\n", "3\\n")
        ),
        lambda store: store.cache.remove_cache(1),
    ],
)
def test_outputs_that_are_gone_or_damaged(store, page, damage):
    kept = store.keep(page, run(page), Run(), INPUTS)
    damage(store)
    assert Store(store.cache_folder.parent, page.path.parents[1]).outputs(page.read(), kept) is None


def test_what_is_not_in_the_book_any_more_is_dropped(store, page, project):
    project.page("other", "3")
    other = Page("other", project.book.docs / "other.md")
    kept = [store.keep(each, run(each), Run(), INPUTS) for each in (page, other)]
    store.prune([page, other])
    assert [store.kept(each) for each in (page, other)] == kept
    store.prune([page])
    assert [store.kept(each) for each in (page, other)] == [kept[0], None]
    assert [r.hashkey for r in store.cache.list_cache_records()] == [kept[0].notebook]
    assert texts(found(store, page)) == ["2\n", "2\n"]
    executed_file(store).unlink()  # a record without a file stays, and is no error
    store.prune([])
    assert list((store.cache_folder.parent / "pages").iterdir()) == []


def test_damage_makes_a_page_run_again_and_says_so(project):
    project.executor = FakeExecutor(lambda *_: Run(used={"programs": False}))
    assert project.ran() == {"page"}
    executed_file(Store(project.book.cache, project.root)).unlink()
    assert project.stale() == {"page": ["its kept outputs are gone or damaged"]}
    assert project.ran() == {"page"}
    assert project.stale() == {}


def test_outputs_differ_by_cell_and_by_what_is_in_them():
    def digest(*outputs):
        cells = [nbformat.v4.new_code_cell(outputs=list(each)) for each in outputs]
        return output_hash(nbformat.v4.new_notebook(cells=cells))

    one, two = (nbformat.v4.new_output("stream", text=text) for text in "12")
    hashes = [
        digest([one]),
        digest([two]),
        digest([], [one]),
        digest([one], []),
        digest([one, two]),
    ]
    assert len({*hashes}) == len(hashes)
    assert digest([one]) == digest([nbformat.v4.new_output("stream", text="1")])


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "a.json"
    write_whole(path, "é")
    assert path.read_text(encoding="utf-8") == "é"
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "\udcff")
    assert path.read_text(encoding="utf-8") == "é"
    assert [file.name for file in tmp_path.iterdir()] == ["a.json"]


def test_a_file_is_read_or_empty(tmp_path):
    path = tmp_path / "a.json"
    assert read_json(path) == {}
    for text in ('{"a": 1', "[1]", "\x00"):
        path.write_text(text)
        assert read_json(path) == {}
    write_whole(path, '{"a": 1}')
    assert read_json(path) == {"a": 1}


def test_a_database_that_is_damaged_is_made_anew(store, page):
    store.keep(page, run(page), Run(), INPUTS)
    (store.cache_folder / "global.db").write_bytes(b"no database" * 1000)
    again = Store(store.cache_folder.parent, page.path.parents[1])
    assert again.outputs(page.read(), again.kept(page)) is None
    again.keep(page, run(page), Run(), INPUTS)
    assert texts(found(again, page)) == ["2\n", "2\n"]


def disk_full(*_, **__):
    cause = sqlite3.OperationalError("database or disk is full")
    cause.sqlite_errorcode = sqlite3.SQLITE_FULL
    raise RuntimeError("the cache cannot be accessed") from cause


def test_a_database_that_is_whole_but_cannot_be_used_is_left_alone(store, page, monkeypatch):
    store.keep(page, run(page), Run(), INPUTS)
    monkeypatch.setattr("dlnotes.book.engine.store.get_cache", disk_full)
    with pytest.raises(OSError, match="cannot be used") as error:
        Store(store.cache_folder.parent, page.path.parents[1])
    assert str(error.value) == "the results cannot be used: database or disk is full"
    assert texts(found(store, page)) == ["2\n", "2\n"]


def test_a_result_that_cannot_be_written(store, page, monkeypatch):
    monkeypatch.setattr(store.cache, "cache_notebook_bundle", disk_full)
    with pytest.raises(OSError, match="cannot be kept") as error:
        store.keep(page, run(page), Run(), INPUTS)
    assert str(error.value) == "the result of page cannot be kept: database or disk is full"
    assert store.kept(page) is None


def test_old_results_that_cannot_be_dropped(store, monkeypatch):
    monkeypatch.setattr(store.cache, "list_cache_records", disk_full)
    with pytest.raises(OSError, match="cannot be dropped") as error:
        store.prune([])
    assert str(error.value) == "old results cannot be dropped: database or disk is full"
