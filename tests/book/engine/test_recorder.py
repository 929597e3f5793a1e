"""What the recorder reports of code that runs in its process."""

import json
import os
import py_compile
import shutil
import subprocess
import sys
from hashlib import sha256
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec
from pathlib import Path

import pytest

from dlnotes.book.engine.recorder import Recorder, hash_file, hash_folder, is_module

DRIVER = """
import functools, json, sys

add = sys.addaudithook

def add_so_that_coverage_sees_into_it(hook):
    hook = functools.partial(hook)
    hook.__cantrace__ = True
    add(hook)

sys.addaudithook = add_so_that_coverage_sees_into_it
sys.path.insert(0, sys.argv[1] + "/first")
sys.path.insert(1, sys.argv[1] + "/lib")
from dlnotes.book.engine import recorder
running = recorder.record(sys.argv[1], [sys.argv[2]])
assert recorder.record("elsewhere", []) is running
try:
    import early
except ImportError as error:
    assert str(error) == "modules of the project are imported by pages"
for line in sys.stdin:
    running.begin_page()
    error = ""
    try:
        exec(json.loads(line), {"__name__": "__main__"})
    except Exception as raised:
        error = f"{type(raised).__name__}: {raised}"
    print(json.dumps({**json.loads(running.report()), "error": error}), flush=True)
"""

FILES = {
    "lib/early.py": "",
    "lib/package/__init__.py": "",
    "lib/package/outer.py": "from . import inner\nfrom .inner import deep\n",
    "lib/package/inner.py": "import numpy.linalg\ndeep = 1\n",
    "lib/package/stars.py": "from package.starred import *\n",
    "lib/package/starred/__init__.py": "__all__ = ['part']\n",
    "lib/package/starred/part.py": "import psutil\n",
    "lib/plain.py": "import json\n",
    "lib/broken.py": "import nowhere.at.all\n",
    "lib/climbs.py": "__package__ = ''\nfrom .. import x\n",
    "lib/named.py": "import importlib\npart = importlib.import_module('.part', 'parts')\n",
    "lib/parts/__init__.py": "",
    "lib/parts/part.py": "import psutil\n",
    "lib/warns.py": "import warnings\n\ndef __getattr__(name):\n    warnings.warn(name)\n",
    "lib/warns_once.py": "import warnings\n\ndef __getattr__(name):\n"
    "    if name.startswith('_'):\n        raise AttributeError(name)\n    warnings.warn(name)\n",
    "lib/quick.py": "x = 1\n",
    "data/a.txt": "a",
    "data/b.txt": "b",
    "data/c.txt": "c",
    "data/d.txt": "d",
    "build/cache/made.txt": "",
}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = (tmp_path_factory.mktemp("recorder") / "project").resolve()
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "docs").mkdir()
    (root / "outside").symlink_to(root.parent / "outside")
    (root.parent / "outside").mkdir()
    (root.parent / "outside/linked.txt").write_text("linked")
    (root.parent / "back").symlink_to(root / "data")
    return root


@pytest.fixture(scope="module")
def page(root):
    """Run code as the cells of a page; return the report, with paths from the project's folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(root), str(root / "build/cache")],
        cwd=root / "docs",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def run(code):
        process.stdin.write(json.dumps(code) + "\n")
        process.stdin.flush()
        report = json.loads(process.stdout.readline())
        for key in ("files", "folders"):
            report[key] = {os.path.relpath(k, root): v for k, v in report[key].items()}
        report["gaps"] = [os.path.relpath(path, root) for path in report["gaps"]]
        assert not report.pop("error"), report
        return report

    with process:
        yield run
        process.stdin.close()
        assert process.wait() == 0


def digest(text):
    return sha256(text.encode()).hexdigest()


def used(*names):
    """What is expected to be in a report of files that hold what they held at first."""
    return {name: digest(FILES[name]) for name in names}


NOTHING = {
    "files": {},
    "folders": {},
    "gaps": [],
    "imports": [],
    "failed": [],
    "programs": False,
}


def test_code_that_uses_nothing(page):
    assert page("1 + 1") == NOTHING


@pytest.mark.parametrize(
    ("code", "files"),
    [
        ("open('../data/a.txt')", used("data/a.txt")),
        ("open(b'../data/a.txt', 'rb')", used("data/a.txt")),
        ("open('../data/a.txt', 'r+')", used("data/a.txt")),
        ("import pathlib; pathlib.Path('../data/a.txt').read_text()", used("data/a.txt")),
        ("import os; os.close(os.open('../data/a.txt', os.O_RDONLY))", used("data/a.txt")),
        ("import os; os.chdir('../data'); open('a.txt'); os.chdir('../docs')", used("data/a.txt")),
        (
            "import threading\nthread = threading.Thread(target=open, args=['../data/a.txt'])\n"
            "thread.start()\nthread.join()",
            used("data/a.txt"),
        ),
        ("open('../data/b.txt'); open('../data/b.txt', 'a').write('?')", used("data/b.txt")),
        ("open('../outside/linked.txt')", {"outside/linked.txt": digest("linked")}),
        ("open('../../back/a.txt')", used("data/a.txt")),
        ("try: open('../data/none.txt')\nexcept OSError: pass", {"data/none.txt": None}),
        ("try: open('../data')\nexcept OSError: pass", {"data": None}),
        ("open('made-1', 'w').write('x'); open('made-1').read()", {}),
        ("open('made-2', 'x').write('x'); open('made-2').read()", {}),
        ("open('made-3', 'a').write('x'); open('made-3').read()", {}),
        ("open('../data/c.txt', 'w+').read()", {}),
        ("open('../build/cache/made.txt')", {}),
        ("open('../../outside/linked.txt')", {}),
        ("import os; open(os.__file__)", {}),
        ("import os; os.mkdir('__pycache__'); open('__pycache__/x.nbi', 'w'); ", {}),
        ("open('__pycache__/x.nbi')", {}),
        ("file = open('../../outside/linked.txt'); open(file.fileno(), closefd=False)", {}),
    ],
)
def test_files_that_are_opened(page, code, files):
    report = page(code)
    assert report == {
        **NOTHING,
        "files": files,
        "gaps": report["gaps"],
        "imports": report["imports"],
    }


@pytest.mark.parametrize(
    ("code", "folder"),
    [
        ("import os; os.listdir('../data')", "data"),
        ("import os; os.listdir()", "docs"),
        ("import os; list(os.scandir('../data'))", "data"),
        ("import os; list(os.walk('../data')); os.listdir('../data')", "data"),
        ("import pathlib; list(pathlib.Path('../data').iterdir())", "data"),
        ("import pathlib; list(pathlib.Path('../data').glob('*.csv'))", "data"),
        ("import glob; glob.glob('../data/*')", "data"),
        ("import pkgutil; list(pkgutil.iter_modules(['../data']))", "data"),
        ("import os; os.listdir(os.open('../data', os.O_RDONLY))", None),
        ("import os; os.listdir('../build/cache')", None),
        ("import os; os.listdir('../..')", None),
        ("import importlib.metadata; importlib.metadata.version('numpy')", None),
    ],
)
def test_folders_that_are_listed(page, root, code, folder):
    assert page(code)["folders"] == ({folder: hash_folder(root / folder)} if folder else {})


def test_a_folder_that_is_not_there(page):
    code = "import os\ntry: os.listdir('../none')\nexcept OSError: pass"
    assert page(code)["folders"] == {"none": None}


def test_databases(page):
    connect = "import sqlite3\nsqlite3.connect({}).close()"
    report = page(connect.format("'../data/new.db'"))
    assert report["files"] == {}  # it was made
    assert page(connect.format("'../data/a.txt'"))["files"] == used("data/a.txt")
    uri = "'file:../data/a.txt?mode=ro', uri=True"
    assert page(connect.format(uri))["files"] == used("data/a.txt")
    assert page(connect.format("':memory:'"))["files"] == {}


@pytest.mark.parametrize(
    "code",
    [
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import os; os.waitpid(os.posix_spawn('/bin/true', ['true'], {}), 0)",
        "import os\nif not (child := os.fork()): os._exit(0)\nos.waitpid(child, 0)",
        "import pty, os\nchild, end = pty.fork()\nif not child: os._exit(0)\n"
        "os.waitpid(child, 0)\nos.close(end)",
        "import sys\nimport multiprocessing.popen_spawn_posix",
    ],
)
def test_programs_that_are_started(page, code):
    assert page(code)["programs"]
    assert not page("import sys; sys.modules.pop('multiprocessing.popen_spawn_posix', 0)")[
        "programs"
    ]


def test_what_an_import_runs_reads_and_imports_in_turn(page):
    report = page("import package.outer")
    assert report == {
        "files": used("lib/package/__init__.py", "lib/package/outer.py", "lib/package/inner.py"),
        "folders": {},
        "gaps": ["docs/numpy", "first/numpy", "first/package", "lib/numpy"],
        "imports": report["imports"],
        "failed": [],
        "programs": False,
    }
    assert {*report["imports"]} - sys.stdlib_module_names == {"numpy"}


def test_a_star_imports_what_it_stands_for(page):
    report = page("import package.stars")
    assert used("lib/package/starred/part.py").items() <= report["files"].items()
    assert "psutil" in report["imports"]


def test_an_attribute_is_not_asked_for(page):
    code = "import warnings\nwith warnings.catch_warnings(record=True) as shown:\n"
    code += "    warnings.simplefilter('always')\n    from {} import old\n"
    code += "assert [str(each.message) for each in shown] == {}"
    report = page(code.format("warns_once", ["old"]))
    assert report["files"] == used("lib/warns_once.py")
    report = page(code.format("warns", ["__path__", "old", "old"]))  # as without the recorder
    assert report["files"] == used("lib/warns.py")


def test_a_function_imports_by_name(page):
    report = page("import named")
    assert report["files"] == used("lib/named.py", "lib/parts/__init__.py", "lib/parts/part.py")
    assert {"importlib", "psutil"} <= {*report["imports"]}


def test_code_that_is_no_module_imports_for_the_cells(page, root):
    (root / "docs/script.py").write_text("import psutil, nothing_of_this_name")
    report = page("import runpy\ntry: runpy.run_path('script.py')\nexcept ImportError: pass")
    assert {"psutil", "runpy"} <= {*report["imports"]}
    assert report["failed"] == ["nothing_of_this_name"]


def test_a_package_that_is_not_there(page):
    report = page("try: import nowhere.inside\nexcept ImportError: pass")
    places = ["docs/nowhere", "first/nowhere", "lib/nowhere"]
    assert report["failed"] == ["nowhere"]
    assert report["gaps"] == places
    assert report["folders"] == dict.fromkeys(places)


def test_a_package_that_a_module_misses(page):
    report = page("try: import broken\nexcept ImportError: pass")
    assert report["files"] == used("lib/broken.py")
    assert report["failed"] == ["nowhere"]
    assert report["gaps"] == ["docs/nowhere", "first/broken", "first/nowhere", "lib/nowhere"]


def test_a_module_that_is_not_in_its_package(page):
    for statement in ("import package.fast", "from package import fast"):
        report = page(f"try: {statement}\nexcept ImportError: pass")
        assert report["failed"] == []
        assert report["gaps"] == ["first/package", "lib/package/fast"]
        assert report["folders"] == {"lib/package/fast": None}


def test_a_package_that_is_looked_for(page):
    find = "import importlib.util\nimportlib.util.find_spec('{}')"
    report = page(find.format("nowhere"))
    assert report["failed"] == ["nowhere"]
    report = page(find.format("sklearn"))
    assert report["failed"] == []
    assert "sklearn" in report["imports"]
    assert not report["folders"]


def test_an_import_that_leads_out_of_its_package(page):
    report = page("try: import climbs\nexcept ImportError as error: message = str(error)")
    assert report["files"] == used("lib/climbs.py")


def test_a_compiled_module(page, root):
    compiled = Path(find_spec("markupsafe._speedups").origin)
    copy = root / "lib/package" / f"_speedups{EXTENSION_SUFFIXES[-1]}"
    shutil.copy(compiled, copy)
    assert page("import package._speedups")["files"] == {
        os.path.relpath(copy, root): hash_file(compiled)
    }


def test_the_source_of_a_module_counts_whatever_its_bytecode(page, root):
    source = root / "lib/quick.py"
    py_compile.compile(str(source))
    times = source.stat().st_atime_ns, source.stat().st_mtime_ns
    source.write_text("x = 2\n")
    os.utime(source, ns=times)
    report = page("import quick\nassert quick.x == 2")
    assert report["files"] == {"lib/quick.py": digest("x = 2\n")}


def test_a_module_is_seen_as_soon_as_it_is_there(page, root):
    folder = root / "lib"
    times = folder.stat().st_atime_ns, folder.stat().st_mtime_ns
    (folder / "brand_new.py").write_text("")
    os.utime(folder, ns=times)  # as if the clock had not ticked since the folder was read
    assert page("import brand_new")["files"] == {"lib/brand_new.py": digest("")}


def test_a_project_inside_a_folder_of_python_and_the_other_way_round(tmp_path, monkeypatch):
    root = tmp_path / "usr/src/project"
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "usr"))
    assert Recorder(str(root), []).of_project(root / "a.py") == str(root / "a.py")
    assert Recorder(str(root), []).of_project(root) == str(root)

    (root / "environment").mkdir(parents=True)
    (root / "link").symlink_to(root / "environment")
    monkeypatch.setattr(sys, "prefix", str(root / "link"))
    recorder = Recorder(str(root), [str(root / "build")])
    for name in ("link/a.py", "environment/a.py", "build/a.py", "build", "../a.py"):
        assert recorder.of_project(root / name) is None
    assert recorder.of_project(f"{root}/builder") == f"{root}/builder"
    assert recorder.of_project(os.fsencode(root / "a.py")) == str(root / "a.py")
    assert recorder.of_project(3) is None
    assert recorder.of_project(None) is None


def test_hashes(tmp_path):
    assert hash_folder(tmp_path) == digest("")
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "b").mkdir()
    (tmp_path / "__pycache__").mkdir()
    assert hash_folder(tmp_path) == digest("a.txt\0b")
    assert hash_folder(tmp_path / "none") is None
    assert hash_folder(tmp_path / "a.txt") is None
    assert hash_file(tmp_path / "a.txt") == digest("a")
    assert hash_file(tmp_path / "none") is None
    assert hash_file(tmp_path / "b") is None
    assert hash_file(os.devnull) is None


@pytest.mark.skipif(sys.platform == "win32", reason="names are text there")
def test_a_name_that_is_no_text(tmp_path):
    (tmp_path / os.fsdecode(b"\xff")).touch()
    assert hash_folder(tmp_path) == sha256(b"\xff").hexdigest()


def test_a_file_that_cannot_be_read(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("a")

    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr("builtins.open", refuse)
    assert hash_file(tmp_path / "a.txt") is None


@pytest.mark.parametrize("name", ["a.py", "a/__init__.py", f"a{EXTENSION_SUFFIXES[0]}"])
def test_a_module_is_at_a_path(tmp_path, name):
    (tmp_path / "a").mkdir()
    assert not is_module(tmp_path / "a")
    (tmp_path / name).touch()
    assert is_module(tmp_path / "a")
    assert is_module(str(tmp_path / "a"))
