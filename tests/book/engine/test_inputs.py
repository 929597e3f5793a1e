"""A page runs again when something that its result depends on has changed, and only then."""

import os
import platform
import shutil
import sqlite3
import sys
from contextlib import closing
from importlib.metadata import PackageNotFoundError, distributions, version

import numpy as np
import pytest

from dlnotes.book.engine import inputs, stale
from dlnotes.book.engine.recorder import hash_folder
from dlnotes.book.engine.running import Run

from .books import FakeExecutor, Project

PAGES = {
    "plain": "print(1 + 1)",
    "module": "from package.model import answer\nprint(answer())",
    "same-second": "import quick\nprint(quick.x)",
    "lazy": """
        def later():
            from package import lazy
            return lazy.answer()

        print(later())
        """,
    "through": "import package.outer\nprint(package.outer.answer())",
    "deleted": """
        try:
            import doomed
            print(doomed.x)
        except ImportError:
            print("none")
        """,
    "appears": """
        try:
            import appearing
            print(appearing.x)
        except ImportError:
            print("none")
        """,
    "appears-inside": """
        try:
            from package import fast
            print(fast.x)
        except ImportError:
            print("none")
        """,
    "shadowed": "import helper\nprint(helper.x)",
    "spread": "import spread.inner\nprint(spread.inner.x)",
    "open": "print(open('../data/open.txt').read())",
    "pathlib": "from pathlib import Path\nprint(Path('../data/pathlib.txt').read_text())",
    "load": "import numpy as np\nprint(np.load('../data/numbers.npy').sum())",
    "loadtxt": "import numpy as np\nprint(np.loadtxt('../data/numbers.txt').sum())",
    "memmap": "import numpy as np\nprint(np.load('../data/mapped.npy', mmap_mode='r').sum())",
    "mmap": """
        import mmap
        with open("../data/mmap.bin", "rb") as file:
            print(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)[:2])
        """,
    "sqlite": """
        import sqlite3
        database = sqlite3.connect("file:../data/numbers.db?mode=ro", uri=True)
        print(database.execute("SELECT sum(x) FROM numbers").fetchall())
        """,
    "later": """
        try:
            print(open("../data/later.txt").read())
        except FileNotFoundError:
            print("none")
        """,
    "glob": "from glob import glob\nprint(sorted(glob('../globbed/*.txt')))",
    "listdir": "import os\nprint(sorted(os.listdir('../listed')))",
    "iterdir": """
        from pathlib import Path
        print(sorted(path.name for path in Path("../iterated").iterdir()))
        """,
    "plugins": """
        import pkgutil, plugins
        print(sorted(module.name for module in pkgutil.iter_modules(plugins.__path__)))
        """,
    "writes": """
        with open("written.txt", "w") as file:
            file.write("hello")
        print(open("written.txt").read())
        """,
    "programs": "import subprocess\nprint(subprocess.run(['cat', '../sources/shared.txt'],"
    " capture_output=True, text=True).stdout)",
    "fake-keras": "import keras\nprint(keras.backend())",
}

FILES = {
    "lib/package/__init__.py": "",
    "lib/package/model.py": "def answer():\n    return 42\n",
    "lib/package/unused.py": "",
    "lib/package/lazy.py": "def answer():\n    return 'late'\n",
    "lib/package/outer.py": "from .inner import answer\n",
    "lib/package/inner.py": "def answer():\n    return 'inner'\n",
    "lib/quick.py": "x = 1\n",
    "lib/doomed.py": "x = 'there'\n",
    "lib/helper.py": "x = 'in lib'\n",
    "lib/spread/inner.py": "x = 'no __init__ here'\n",
    "lib/plugins/__init__.py": "",
    "lib/plugins/one.py": "",
    "data/open.txt": "open",
    "data/pathlib.txt": "pathlib",
    "data/numbers.txt": "1\n2\n3\n",
    "data/mmap.bin": "mmap",
    "sources/shared.txt": "shared",
    "sources/__pycache__/made.pyc": "",
    "conf.py": "",
    "globbed/a.txt": "",
    "listed/a.txt": "",
    "iterated/a.txt": "",
}

FAKE_KERAS = """
import os

def backend():
    return os.environ["KERAS_BACKEND"]
"""


def _database(path, *numbers):
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE numbers (x)")
        database.executemany("INSERT INTO numbers VALUES (?)", [(x,) for x in numbers])
    database.close()


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """One page for each kind of thing to depend on; every test leaves everything fresh."""
    folder = tmp_path_factory.mktemp("inputs")
    root = folder / "project"
    project = Project(root, sources=(root / "sources", root / "conf.py"))
    for name, text in FILES.items():
        project.write(name, text)
    for name, code in PAGES.items():
        project.page(name, code)
    np.save(root / "data/numbers.npy", np.arange(4))
    np.save(root / "data/mapped.npy", np.arange(5))
    _database(root / "data/numbers.db", 1, 2, 3)
    paths = [root / "first", root / "lib", folder / "installed"]
    (folder / "installed").mkdir()
    (folder / "installed/keras.py").write_text(FAKE_KERAS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(map(str, paths)))
        patch.delenv("KERAS_BACKEND", raising=False)
        try:
            assert project.ran() == PAGES.keys()
            yield project
        finally:
            project.close()


def _save(name, numbers):
    return lambda project: np.save(project.root / name, numbers)


def _write(name, content):
    return lambda project: project.write(name, content)


def _remove(name):
    return lambda project: (project.root / name).unlink()


def _replace(name, old, new):
    return lambda project: project.replace(name, old, new)


def _same_second(project):
    file = project.root / "lib/quick.py"
    times = file.stat().st_atime_ns, file.stat().st_mtime_ns
    project.write("lib/quick.py", "x = 2\n")
    os.utime(file, ns=times)


EDITS = {
    # what is edited: (how, the page that runs again, why, what it then shows)
    "a cell": (
        _replace("docs/plain.md", "1 + 1", "1 + 2"),
        "plain",
        "its cells have changed",
        "3",
    ),
    "a tag that lets a cell raise": (
        _replace("docs/plain.md", "print(1 + 2)", ":tags: [raises-exception]\n\nprint(1 + 3)"),
        "plain",
        "its cells have changed",
        "4",
    ),
    "a module": (
        _write("lib/package/model.py", "def answer():\n    return 43\n"),
        "module",
        "lib/package/model.py has changed",
        "43",
    ),
    "a module, within a tick of the clock, as long as before": (
        _same_second,
        "same-second",
        "lib/quick.py has changed",
        "2",
    ),
    "a module that a function imports": (
        _write("lib/package/lazy.py", "def answer():\n    return 'later'\n"),
        "lazy",
        "lib/package/lazy.py has changed",
        "later",
    ),
    "a module that a module imports": (
        _write("lib/package/inner.py", "def answer():\n    return 'core'\n"),
        "through",
        "lib/package/inner.py has changed",
        "core",
    ),
    "a module is deleted": (_remove("lib/doomed.py"), "deleted", "lib/doomed.py is gone", "none"),
    "a module appears": (
        _write("lib/appearing.py", "x = 'here'"),
        "appears",
        "lib/appearing is there now, to be imported",
        "here",
    ),
    "a module appears in a package": (
        _write("lib/package/fast.py", "x = 'fast'"),
        "appears-inside",
        "lib/package/fast is there now, to be imported",
        "fast",
    ),
    "a module appears before another": (
        _write("first/helper.py", "x = 'in first'"),
        "shadowed",
        "first/helper is there now, to be imported",
        "in first",
    ),
    "a module in a folder without __init__.py": (
        _write("lib/spread/inner.py", "x = 'other'\n"),
        "spread",
        "lib/spread/inner.py has changed",
        "other",
    ),
    "a file that open() opened": (
        _write("data/open.txt", "opened"),
        "open",
        "data/open.txt has changed",
        "opened",
    ),
    "a file that pathlib opened": (
        _write("data/pathlib.txt", "path"),
        "pathlib",
        "data/pathlib.txt has changed",
        "path",
    ),
    "a file that numpy.load opened": (
        _save("data/numbers.npy", np.arange(3)),
        "load",
        "data/numbers.npy has changed",
        "3",
    ),
    "a file that numpy.loadtxt opened": (
        _write("data/numbers.txt", "1\n"),
        "loadtxt",
        "data/numbers.txt has changed",
        "1.0",
    ),
    "a file that NumPy mapped": (
        _save("data/mapped.npy", np.arange(6)),
        "memmap",
        "data/mapped.npy has changed",
        "15",
    ),
    "a file that mmap mapped": (
        _write("data/mmap.bin", "mapped"),
        "mmap",
        "data/mmap.bin has changed",
        "b'ma'",
    ),
    "a database": (
        lambda project: _database(project.root / "data/numbers.db", 7),
        "sqlite",
        "data/numbers.db has changed",
        "[(7,)]",
    ),
    "a file appears": (
        _write("data/later.txt", "late"),
        "later",
        "data/later.txt is there now",
        "late",
    ),
    "a file disappears": (
        _remove("data/later.txt"),
        "later",
        "data/later.txt is gone",
        "none",
    ),
    "a file in a folder that glob listed": (
        _write("globbed/b.txt", ""),
        "glob",
        "the files in globbed are others",
        "['../globbed/a.txt', '../globbed/b.txt']",
    ),
    "a file in a folder that os.listdir listed": (
        _write("listed/b.txt", ""),
        "listdir",
        "the files in listed are others",
        "['a.txt', 'b.txt']",
    ),
    "a file in a folder that pathlib listed": (
        _write("iterated/b.txt", ""),
        "iterdir",
        "the files in iterated are others",
        "['a.txt', 'b.txt']",
    ),
    "a module in a package that pkgutil listed": (
        _write("lib/plugins/two.py", ""),
        "plugins",
        "the files in lib/plugins are others",
        "['one', 'two']",
    ),
    "a source, for a page that starts a program": (
        _write("sources/shared.txt", "split"),
        "programs",
        "sources/shared.txt has changed",
        "split",
    ),
}


def test_an_edit_makes_its_page_run_and_no_other(project):
    """Each page says why it would run, and that is its own edit: so no edit concerns another."""
    outputs = project.outputs()
    waiting = list(EDITS.values())
    while waiting:
        expected, later = {}, []
        for edit, page, why, shown in waiting:
            if page in expected:
                later.append((edit, page, why, shown))
                continue
            edit(project)
            expected[page] = [why]
            outputs[page] = f"{shown}\n"
        assert project.stale() == expected
        assert project.ran() == expected.keys()
        assert project.outputs() == outputs
        waiting = later
    assert project.stale() == {}


CAPTION = "---\nmystnb:\n  figure:\n    caption: A sum.\n---\n"


OTHER_EDITS = {
    "prose and comments": _replace(
        "docs/open.md", "# Page\n", "# Page\n\nOther prose.\n\n% a comment\n"
    ),
    "a caption": _replace("docs/open.md", "{code-cell}\n", "{code-cell}\n" + CAPTION),
    "a tag": _replace("docs/load.md", "{code-cell}\n", "{code-cell}\n:tags: [hide-input]\n\n"),
    "a limit": _replace("docs/glob.md", "\n---\n\n#", "\nbook: {time_limit: 50}\n---\n\n#"),
    "a module that nobody imports": _write("lib/package/unused.py", "x = 1\n"),
    "a module that nobody imports is added": _write("lib/package/another.py", ""),
    "a module beside a page": _write("docs/part/helper.py", "x = 'not on the path of any page'\n"),
    "a page without cells is added": _write("docs/prose.md", "# Prose\n"),
    "a file is added elsewhere": _write("data/another.txt", ""),
    "what is in a file that was listed": _write("listed/a.txt", "the names are the same"),
    "a file that the page writes and reads": _write(
        "docs/written.txt", "what the page wrote is written again when it runs"
    ),
    "what Python makes": _write("sources/__pycache__/another.pyc", ""),
    "the time of a file": lambda project: (project.root / "lib/quick.py").touch(),
}


def test_an_edit_of_anything_else_makes_none_run(project):
    before = project.outputs()
    for edit in OTHER_EDITS.values():
        edit(project)
    assert project.stale() == {}
    assert project.outputs() == before
    project.replace("docs/open.md", "caption: A sum.", "caption: The sum.")
    assert project.ran() == set()
    assert project.outputs() == before


def test_a_page_added_renamed_and_removed_runs_alone(project):
    def kept():
        return len(list((project.book.cache / "pages").iterdir()))

    before = project.outputs()
    records = kept()
    path = project.page("part/added", "print('added')")
    assert project.stale() == {"part/added": ["there is no result yet"]}
    assert project.ran() == {"part/added"}
    assert kept() == records + 1
    path.rename(path.with_name("renamed.md"))
    assert project.ran() == {"part/renamed"}
    assert project.outputs() == {**before, "part/renamed": "added\n"}
    path.with_name("renamed.md").unlink()
    assert project.ran() == set()
    assert project.outputs() == before
    assert kept() == records


def test_pages_with_the_same_cells_share_outputs_that_are_the_same(project):
    for part in ("one", "two"):
        project.write(f"docs/{part}/beside.txt", "same")
        project.page(f"{part}/twin", "print(open('beside.txt').read())")
    assert project.ran() == {"one/twin", "two/twin"}
    outputs = project.outputs()
    assert outputs["one/twin"] == outputs["two/twin"] == "same\n"
    assert project.stale() == {}

    project.write("docs/two/beside.txt", "other")
    assert project.stale() == {"two/twin": ["docs/two/beside.txt has changed"]}
    results = project.run()
    assert {name: r.state for name, r in results.items() if r.state != "fresh"} == {
        "two/twin": "failed"
    }
    assert results["two/twin"].error.message == (
        "it has the same cells as one/twin but other outputs, which the cache cannot tell apart: "
        "change a comment in one of them"
    )
    project.replace("docs/two/twin.md", "print(", "# beside\nprint(")
    assert project.ran() >= {"two/twin"}
    outputs = project.outputs()
    assert (outputs["one/twin"], outputs["two/twin"]) == ("same\n", "other\n")
    for part in ("one", "two"):
        (project.root / f"docs/{part}/twin.md").unlink()
    assert project.ran() == set()


@pytest.fixture
def versions(monkeypatch):
    """Give packages other versions; None is for one that is not installed."""
    here = inputs.version

    def give(**others):
        def version(name):
            if others.get(name, "") is None:
                raise PackageNotFoundError(name)
            return others.get(name) or here(name)

        monkeypatch.setattr(inputs, "version", version)

    return give


def test_a_version_makes_those_run_that_imported_the_package(project, versions):
    now = version("numpy")
    versions(numpy="99.0")
    why = [f"numpy {now} is now 99.0"]
    assert project.stale() == {"load": why, "loadtxt": why, "memmap": why, "programs": why}
    versions(numpy=None)
    why = [f"numpy {now} is now not installed"]
    assert project.stale() == {"load": why, "loadtxt": why, "memmap": why, "programs": why}
    versions(pytest="99.0")
    assert project.stale() == {"programs": [f"pytest {version('pytest')} is now 99.0"]}
    versions(ipykernel="99.0")
    assert project.stale().keys() == project.outputs().keys()


def test_a_package_that_is_installed_makes_those_run_that_missed_it(project, monkeypatch, tmp_path):
    (project.root / "lib/appearing.py").unlink(missing_ok=True)
    assert project.ran() <= {"appears"}
    project.write("elsewhere/appearing.py", "")
    with monkeypatch.context() as patch:
        patch.syspath_prepend(project.root / "elsewhere")
        assert project.stale() == {}  # it is the project's, and in no place that the page looks
    (tmp_path / "appearing").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    assert project.stale() == {"appears": ["appearing can now be imported"]}
    monkeypatch.undo()
    (project.root / "lib/appearing").mkdir()
    assert project.stale() == {"appears": ["lib/appearing is there now"]}
    (project.root / "lib/appearing").rmdir()


def test_the_backend_makes_those_run_that_import_keras(project, monkeypatch):
    monkeypatch.setenv("JAX_PLATFORMS", "cpu")  # as it is for all pages
    monkeypatch.setenv("JAX_COMPILATION_CACHE_MAX_SIZE", "0")
    assert project.stale() == {}
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    why = ["the setting KERAS_BACKEND is another"]
    assert project.stale() == {"fake-keras": why, "programs": why}
    assert project.ran() == {"fake-keras", "programs"}
    assert project.outputs()["fake-keras"] == "torch\n"
    monkeypatch.delenv("KERAS_BACKEND")
    assert project.ran() == {"fake-keras", "programs"}
    assert project.outputs()["fake-keras"] == "jax\n"


def test_python_and_the_processor_make_all_run(project, monkeypatch):
    names = project.outputs().keys()
    with monkeypatch.context() as patch:
        patch.setattr(platform, "python_version", lambda: "4.0.0")
        why = [f"Python {sys.version.split()[0]} is now 4.0.0"]
        assert project.stale() == dict.fromkeys(names, why)
    machine = platform.machine()
    monkeypatch.setattr(platform, "machine", lambda: "pdp11")
    why = [f"the processor {machine} is now pdp11"]
    assert project.stale() == dict.fromkeys(names, why)


def test_nothing_depends_on_what_it_did_not_use(project):
    kept = {result.page.docname: result.kept for result in stale(project.book)}
    packages = {"ipykernel", "ipython", "matplotlib-inline"}
    plain = kept["plain"].inputs
    assert (plain.files, plain.folders, plain.gaps, plain.missing) == ({}, {}, [], [])
    assert plain.packages.keys() == packages
    assert plain.packages["ipykernel"] == version("ipykernel")
    assert (plain.python, plain.machine) == (platform.python_version(), platform.machine())
    assert plain.settings == {}
    assert kept["load"].inputs.packages.keys() == packages | {"numpy"}
    settings = {"KERAS_BACKEND", "JAX_PLATFORMS", "XLA_FLAGS"}
    assert kept["fake-keras"].inputs.settings.keys() == settings
    assert kept["writes"].inputs.files == {}
    everything = kept["programs"].inputs
    assert everything.files.keys() == {"sources/shared.txt", "conf.py"}
    assert everything.folders.keys() == {"sources"}
    assert everything.packages.keys() == {d.name.lower() for d in distributions()}


@pytest.fixture
def small(tmp_path):
    """One page, of which it is made up what it used."""
    with closing(Project(tmp_path, sources=(tmp_path / "sources",))) as project:
        project.page("page", "1")
        yield project


def test_a_kernel_that_cannot_be_watched_depends_on_everything(small):
    small.write("sources/a.txt", "a")
    small.executor = FakeExecutor(lambda _task, _cells: Run(used={}))
    assert small.ran() == {"page"}
    assert small.stale() == {}
    small.write("sources/a.txt", "b")
    assert small.stale() == {"page": ["sources/a.txt has changed"]}
    small.write("sources/part/b.txt", "")
    assert small.stale() == {
        "page": ["sources/a.txt has changed", "the files in sources are others"]
    }
    kept = stale(small.book)[0].kept.inputs
    assert kept.packages.keys() == {d.name.lower() for d in distributions()}
    assert kept.settings["JAX_PLATFORMS"] == "cpu"


def test_a_page_that_starts_programs_depends_on_sources_as_they_were_before(small):
    small.write("sources/a.txt", "before")

    def edit_meanwhile(_task, _cells):
        small.write("sources/a.txt", "after")
        return Run(used={"programs": True})

    small.executor = FakeExecutor(edit_meanwhile)
    assert small.ran() == {"page"}
    assert small.stale() == {"page": ["sources/a.txt has changed"]}


def test_a_folder_that_two_pages_listed(small):
    folder = small.root / "data"
    small.write("data/a.txt", "")
    small.page("other", "2")
    used = {"folders": {str(folder): hash_folder(folder)}, "programs": False}
    small.executor = FakeExecutor(lambda _task, _cells: Run(used=used))
    assert small.ran() == {"page", "other"}
    small.write("data/b.txt", "")
    why = ["the files in data are others"]
    assert small.stale() == {"other": why, "page": why}
    shutil.rmtree(folder)
    why = ["data is gone"]
    assert small.stale() == {"other": why, "page": why}
