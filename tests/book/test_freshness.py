"""What makes results stale: everything outside a page that they may depend on."""

import importlib

import pytest

from dlnotes.book.execute import environment_key
from dlnotes.book.results import find_pages


@pytest.fixture
def sources(tmp_path):
    package = tmp_path / "package"
    package.mkdir()
    (package / "a.py").write_text("x = 1\n")
    (tmp_path / "requirements.lock").write_text("numpy==2.0.0\n")
    return [package, tmp_path / "requirements.lock"]


def test_the_key_is_stable(sources):
    assert environment_key(sources) == environment_key(sources)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("package/a.py", "x = 2\n"),
        ("package/b.py", ""),
        ("package/data/words.csv", "a,b\n"),
        ("requirements.lock", "numpy==2.0.1\n"),
    ],
)
def test_a_source_changes_the_key(sources, file, text):
    before = environment_key(sources)
    path = sources[0].parent / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    assert environment_key(sources) != before


def test_a_file_renamed_changes_the_key(sources):
    before = environment_key(sources)
    (sources[0] / "a.py").rename(sources[0] / "c.py")
    assert environment_key(sources) != before


@pytest.mark.parametrize("name", ["package/__pycache__/a.pyc", "package/ko.mo"])
def test_what_tools_make_does_not(sources, name):
    before = environment_key(sources)
    path = sources[0].parent / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x")
    assert environment_key(sources) == before


def test_the_keras_backend_changes_the_key(sources, monkeypatch):
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    by_default = environment_key(sources)
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert environment_key(sources) == by_default
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    assert environment_key(sources) != by_default


def test_an_installed_version_changes_the_key(sources, monkeypatch):
    before = environment_key(sources)
    upgraded = type("Distribution", (), {"name": "numpy", "version": "99"})
    module = importlib.import_module("dlnotes.book.execute")
    monkeypatch.setattr(module, "distributions", lambda: [upgraded])
    assert environment_key(sources) != before


def test_pages_are_the_files_with_code(tmp_path):
    front_matter = "---\nfile_format: mystnb\nkernelspec: {name: python3}\n---\n"
    (tmp_path / "part").mkdir()
    (tmp_path / "part/page.md").write_text(f"{front_matter}# P\n\n```{{code-cell}}\n1\n```\n")
    (tmp_path / "prose.md").write_text("# Prose\n")
    assert [page.docname for page in find_pages(tmp_path)] == ["part/page"]
