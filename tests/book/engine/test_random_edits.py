"""Whatever is edited in whatever order: results of a clean build, and no page that runs in vain.

A model of the project says what every page prints and what that depends on.
"""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from .books import Project, page_text

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGES = ("one", "two", "three", "four")
MODULES = ("alpha", "beta", "gamma")
DATA = ("a.txt", "b.txt")
FOLDERS = ("first", "lib")  # modules are looked for in this order


@dataclass(frozen=True)
class Page:
    """What a page shows: the value of a module, the text of a file, or the names of all files."""

    kind: str = "module"
    of: int = 0
    number: int = 0
    prose: str = "Prose."
    caption: str = ""

    def code(self) -> str:
        module, file = MODULES[self.of], DATA[self.of % len(DATA)]
        show = {
            "module": f"try:\n    import {module}\n    print({module}.value())\n"
            "except ImportError:\n    print('none')",
            "lazy": f"def show():\n    import {module}\n    return {module}.value()\n"
            "try:\n    print(show())\nexcept ImportError:\n    print('none')",
            "data": f"try:\n    print(open('../data/{file}').read())\n"
            "except FileNotFoundError:\n    print('none')",
            "names": "import os\nprint(sorted(os.listdir('../data')))",
        }
        return show[self.kind]


@dataclass(frozen=True)
class Module:
    """What a module gives: a number, or the value of a later module and a number."""

    number: int
    calls: int | None = None

    def code(self) -> str:
        if self.calls is None:
            return f"def value():\n    return '{self.number}'\n"
        other = MODULES[self.calls]
        return f"import {other}\n\ndef value():\n    return {other}.value() + '{self.number}'\n"


@dataclass
class State:
    """All that an author can edit."""

    pages: dict[str, Page] = field(default_factory=dict)
    modules: dict[tuple[str, str], Module] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)

    def copy(self) -> State:
        return State(dict(self.pages), dict(self.modules), dict(self.data))

    def write(self, project: Project) -> None:
        """Make the files so, without touching those that are so already."""
        files = {f"data/{name}": text for name, text in self.data.items()}
        for (folder, name), module in self.modules.items():
            files[f"{folder}/{name}.py"] = module.code()
        for name, page in self.pages.items():
            figure = f"---\nmystnb:\n  figure:\n    caption: {page.caption}\n---\n"
            cells = f"number = {page.number}", page.code()
            text = page_text(*cells, options=figure if page.caption else "")
            files[f"docs/{name}.md"] = f"{text}\n{page.prose}\n"
        for folder in ("data", "docs", *FOLDERS):
            (project.root / folder).mkdir(parents=True, exist_ok=True)
            for file in (project.root / folder).iterdir():
                if file.is_file() and file.relative_to(project.root).as_posix() not in files:
                    file.unlink()
        for name, text in files.items():
            path = project.root / name
            if not path.exists() or path.read_text() != text:
                project.write(name, text)

    def found(self, name: str) -> tuple[str, str] | None:
        return next(((f, name) for f in FOLDERS if (f, name) in self.modules), None)

    def chain(self, name: str) -> Iterator[tuple[str, str] | None]:
        """Follow the imports of a module to the last, or to the first that is not there."""
        found = self.found(name)
        yield found
        if found and (calls := self.modules[found].calls) is not None:
            yield from self.chain(MODULES[calls])

    def shown(self, name: str) -> str:
        """Say what a page prints."""
        page = self.pages[name]
        if page.kind == "names":
            return f"{sorted(self.data)}\n"
        if page.kind == "data":
            return self.data.get(DATA[page.of % len(DATA)], "none") + "\n"
        chain = list(self.chain(MODULES[page.of]))
        if None in chain:
            return "none\n"
        return "".join(str(self.modules[found].number) for found in reversed(chain)) + "\n"

    def matters(self, name: str) -> object:
        """Say what the result of a page depends on."""
        page = self.pages[name]
        cells = page.number, page.code()
        if page.kind == "names":
            return cells, sorted(self.data)
        if page.kind == "data":
            return cells, self.data.get(DATA[page.of % len(DATA)])
        chain = self.chain(MODULES[page.of])
        return cells, [found and (found, self.modules[found]) for found in chain]


START = State(
    pages={
        "one": Page(of=0),
        "two": Page("lazy", 1),
        "three": Page("data", 0),
        "four": Page("names"),
    },
    modules={("lib", "alpha"): Module(1, calls=1), ("lib", "beta"): Module(2)},
    data={"a.txt": "a"},
)


def edit(kind: str, *choices: st.SearchStrategy) -> st.SearchStrategy:
    return st.tuples(st.just(kind), *choices)


names, numbers = st.sampled_from(PAGES), st.integers(0, 3)
places = st.tuples(st.sampled_from(FOLDERS), st.sampled_from(MODULES))
kinds = st.sampled_from(["module", "module", "lazy", "data", "names"])
edits = st.one_of(
    edit("page", names, st.builds(Page, kinds, st.integers(0, 2), numbers)),
    edit("number", names, numbers),
    edit("prose", names, numbers),
    edit("caption", names, numbers),
    edit("remove page", names),
    edit("rename page", names, names),
    edit("module", places, numbers, st.booleans()),
    edit("remove module", places),
    edit("data", st.sampled_from(DATA), st.sampled_from("abc")),
    edit("remove data", st.sampled_from(DATA)),
    edit("revert", numbers),
)


def apply(state: State, history: list[State], kind: str, *choices) -> State:
    """Return the state after an edit; there is nothing to do where there is nothing to edit."""
    state = state.copy()
    match kind, *choices:
        case "page", name, page:
            state.pages[name] = page
        case (("number" | "prose" | "caption"), name, number) if name in state.pages:
            value = number if kind == "number" else f"Text {number}."
            state.pages[name] = Page(**{**state.pages[name].__dict__, kind: value})
        case "remove page", name if len(state.pages) > 1:
            state.pages.pop(name, None)
        case "rename page", name, other if name in state.pages:
            state.pages[other] = state.pages.pop(name)
        case "module", (folder, name), number, calls:
            later = MODULES.index(name) + 1
            state.modules[folder, name] = Module(
                number, calls=later if calls and later < len(MODULES) else None
            )
        case "remove module", place:
            state.modules.pop(place, None)
        case "data", name, text:
            state.data[name] = text
        case "remove data", name:
            state.data.pop(name, None)
        case "revert", number:
            return history[-1 - number % len(history)].copy()
    return state


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    root = tmp_path_factory.mktemp("edits") / "project"
    with pytest.MonkeyPatch.context() as patch, closing(Project(root)) as project:
        patch.setenv("PYTHONPATH", os.pathsep.join(str(root / folder) for folder in FOLDERS))
        yield project


# The same sequences every time, so that what fails is what was changed. Not made smaller when they
# fail, because a step takes a second.
@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
)
@given(steps=st.lists(st.lists(edits, min_size=1, max_size=5), min_size=3, max_size=3))
def test_edits_leave_what_a_clean_build_gives_and_run_nothing_in_vain(project, steps):
    for name in ("pages", "outputs"):
        shutil.rmtree(project.book.cache / name, ignore_errors=True)
    state, history, last = START, [START], {}
    for changes in [[], *steps]:
        for change in changes:
            state = apply(state, history, *change)
        history.append(state)
        state.write(project)
        now = {name: state.matters(name) for name in state.pages}
        assert project.ran() == {name for name in now if last.get(name) != now[name]}
        assert project.outputs() == {name: state.shown(name) for name in now}
        last = now
    assert project.ran() == set()
    shutil.rmtree(project.root / "build/clean", ignore_errors=True)
    assert project.clean_outputs() == project.outputs()
