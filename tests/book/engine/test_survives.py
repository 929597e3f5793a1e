"""Whatever one page does, it is named, nothing of it stays, and the other pages have results."""

import asyncio
import contextlib
import json
import shutil
import sqlite3
import sys
import tempfile
import textwrap
from pathlib import Path

import nbformat
import psutil
import pytest

from dlnotes.book.engine import Limits, Page, running
from dlnotes.book.engine.execution import executed, stale
from dlnotes.book.engine.executors import ForkExecutor
from dlnotes.book.engine.store import Store

MEMORY = psutil.virtual_memory().total / 1e9
FOREVER = "import time\n\nwhile True:\n    time.sleep(1)"
FAULTS = {
    # name: (cells, what the front matter asks for, cell, line, what is said)
    "raises": (
        ["x = 1", "y = x / 0"],
        "{}",
        2,
        14,
        "ZeroDivisionError: division by zero",
    ),
    "raises-elsewhere": (
        ["from helper import divide", "def half(x):\n    return divide(x, 0)", "half(1)"],
        "{}",
        3,
        19,
        """ZeroDivisionError: division by zero
    docs/raises-elsewhere.md:19
    docs/raises-elsewhere.md:15
    docs/helper.py:2 in divide""",
    ),
    "raises-and-is-gone": (
        ["import os", "os.remove('raises-and-is-gone.md')\n1 / 0"],
        "{}",
        2,
        15,
        "ZeroDivisionError: division by zero",
    ),
    "not-python": (
        ["x ="],
        "{}",
        1,
        10,
        "SyntaxError: invalid syntax",
    ),
    "leaves-by-the-door": (
        ["import sys\n\nsys.exit()"],
        "{}",
        1,
        9,
        "SystemExit: ",
    ),
    "loops": (
        ["while True:\n    pass"],
        "{time_limit: 2}",
        1,
        9,
        "the page was over its time limit of 2 s in this cell",
    ),
    "loops-in-a-cell": (
        ["x = 1", FOREVER],
        "{cell_time_limit: 1.5}",
        2,
        13,
        "this cell was over its time limit of 1.5 s",
    ),
    "stops": (
        ["import os, signal\n\nos.kill(os.getpid(), signal.SIGSTOP)"],
        "{time_limit: 2}",
        1,
        9,
        "the page was over its time limit of 2 s in this cell",
    ),
    "asks": (
        ["input()"],
        "{}",
        1,
        10,
        "StdinNotImplementedError: raw_input was called, but this frontend does not support input "
        "requests.",
    ),
    "hoards": (
        ["x = 1", "hoard = b'x' * 600_000_000\n" + FOREVER],
        "{memory: 300 MB}",
        2,
        13,
        "the page used more than its 0.3 GB of memory in this cell",
    ),
    "hoards-elsewhere": (
        [
            """
            import subprocess, sys

            hoard = "import time; x = b'x' * 600_000_000; time.sleep(1000)"
            subprocess.run(["setsid", "--fork", sys.executable, "-c", hoard])
            while True:
                pass
            """
        ],
        "{memory: 300 MB}",
        1,
        9,
        "the page used more than its 0.3 GB of memory in this cell",
    ),
    "kills-itself": (
        ["import os, signal\n\nos.kill(os.getpid(), signal.SIGKILL)"],
        "{}",
        1,
        9,
        "the kernel ended in this cell (signal 9)",
    ),
    "kills-its-supervisor": (
        [
            "import os, signal, subprocess\n\nsubprocess.run(['setsid', '--fork', 'sleep', '99'])\n"
            "os.kill(os.getppid(), signal.SIGKILL)\n" + FOREVER,
        ],
        "{}",
        1,
        9,
        "the kernel ended in this cell (signal 9)",
    ),
    "crashes": (
        ["import ctypes\n\nctypes.string_at(0)"],
        "{}",
        1,
        9,
        "the kernel ended in this cell (signal 11)",
    ),
    "exits": (
        ["x = 1", "import os\n\nos._exit(3)"],
        "{}",
        2,
        13,
        "the kernel ended in this cell (exit code 3)",
    ),
    "prints": (
        ["print('x' * 100_000_000)"],
        "{}",
        1,
        9,
        "the page wrote more than 10 MB of output",
    ),
    "prints-lines": (
        ["for _ in range(5_000_000):\n    print('a line of twenty')"],
        "{}",
        1,
        9,
        "the page wrote more than 10 MB of output",
    ),
    "prints-elsewhere": (
        ["import os\n\nos.system('head --bytes=100000000 /dev/zero | tr \\\\0 x')"],
        "{}",
        1,
        9,
        "the page wrote more than 10 MB of output",
    ),
    "breaks-its-kernel": (
        ["get_ipython().display_pub.publish({'text/plain': {1, 2}})"],
        "{}",
        1,
        9,
        "the output of this cell is not valid: [1, 2] is not valid under any of the given schemas",
    ),
}


CANNOT_BE_HAD = {
    "wants-memory": (
        "book: {memory: 999 GB}",
        f"it asks for 999 GB of memory and this machine has {MEMORY:.1f} GB",
    ),
    "wants-some-memory": (
        "book: {memory: lots}",
        "the page cannot be read: `memory` must be a size such as 2 GB. Received: 'lots'",
    ),
    "wants-no-time": (
        "book: {time_limit: -1}",
        "the page cannot be read: `time_limit` must be a number of seconds above 0. Received: -1",
    ),
    "wants-a-package": (
        "book: {requires: [no_such_package]}",
        "it needs no_such_package, not installed here",
    ),
    "wants-a-kernel": (
        "kernelspec: {name: no-such-kernel}",
        "its kernel 'no-such-kernel' cannot be used: No such kernel named no-such-kernel",
    ),
}
CANNOT_BE_READ = {
    "no-notebook.ipynb": (
        b'{"cells": [',
        """the page cannot be read: Notebook does not appear to be JSON: '{"cells": ['""",
    ),
    "no-text.md": (
        b"---\nfile_format: mystnb\n---\n\n\xff\n",
        "the page cannot be read: 'utf-8' codec can't decode byte 0xff in position 29: "
        "invalid start byte",
    ),
}


@pytest.fixture(scope="module")
def faults(new_pages):
    """A book of which nearly every page fails, and what came of it."""
    pages = new_pages()
    pages.write("docs/helper.py", "def divide(x, y):\n    return x / y\n")
    for name, (cells, book, *_) in FAULTS.items():
        pages.page(name, *cells, book=book)
    for name, (front, _) in CANNOT_BE_HAD.items():
        text = f"---\nfile_format: mystnb\n{front}\n---\n\n```{{code-cell}}\n1\n```\n"
        pages.write(f"docs/{name}.md", text)
    for name, (text, _) in CANNOT_BE_READ.items():
        (pages.root / "docs" / name).write_bytes(text)
    pages.page("well", "print('done')")
    pages.page("x-well-at-the-end", "print('done')")
    return pages, pages.execute()


def test_a_page_that_breaks_its_recorder(pages, monkeypatch):
    monkeypatch.setattr(running, "_PATIENCE", 2)
    recorder = "import sys, time\nrecorder = sys.modules['_book_recorder'].running\n"
    pages.page("forgets", "import sys", "sys.modules.pop('_book_recorder')")
    pages.page("hangs", "1", recorder + "recorder.report = lambda: time.sleep(1000)")
    results = pages.execute()
    assert results["forgets"].state == "ran"
    assert "sphinx" in results["forgets"].kept.inputs.packages  # it stands for everything
    assert results["hangs"].describe(pages.root) == (
        "docs/hangs.md:13: cell 2 failed: the kernel does not answer after this cell"
    )


@pytest.mark.parametrize("name", FAULTS)
def test_a_page_that_fails_is_named_with_its_line_and_cell(faults, name):
    pages, results = faults
    *_, cell, line, message = FAULTS[name]
    assert results[name].state == "failed"
    said = results[name].describe(pages.root)
    assert said == f"docs/{name}.md:{line}: cell {cell} failed: {message}"


@pytest.mark.parametrize("name", CANNOT_BE_HAD)
def test_a_page_that_asks_for_what_it_cannot_have_is_named(faults, name):
    pages, results = faults
    assert results[name].state == "failed"
    assert results[name].describe(pages.root) == f"docs/{name}.md: {CANNOT_BE_HAD[name][1]}"


@pytest.mark.parametrize("name", CANNOT_BE_READ)
def test_a_page_that_cannot_be_read_is_named(faults, name):
    pages, results = faults
    result = results[name.partition(".")[0]]
    assert result.state == "failed"
    assert result.describe(pages.root) == f"docs/{name}: {CANNOT_BE_READ[name][1]}"


def test_the_other_pages_are_kept(faults):
    pages, results = faults
    well = ["well", "x-well-at-the-end"]
    assert [name for name, result in results.items() if result.state == "ran"] == well
    assert [name for name, state in pages.states().items() if state == "fresh"] == well


@pytest.fixture(autouse=True, scope="module")
def _kernels(tmp_path_factory):
    """A kernel that is not forked, and two that cannot be used."""
    share = tmp_path_factory.mktemp("share")
    for name, command in {
        "other": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "short": [sys.executable, "-c", ""],
        "gone": ["/no/such/program"],
    }.items():
        spec = {"argv": command, "display_name": name, "language": "python"}
        (share / f"kernels/{name}").mkdir(parents=True)
        (share / f"kernels/{name}/kernel.json").write_text(json.dumps(spec))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(share))
        yield


LEAVES = """
import subprocess, sys, threading, time
from pathlib import Path

signals = Path({signals!r})
loops = "import os, time; open(f'{{os.getpid()}}', 'x'); time.sleep(1000)"
daemon = f"import os\\nif os.fork() == 0:\\n    os.setsid()\\n    if os.fork() == 0:\\n        "
daemon += loops
for code in (loops, daemon, daemon):
    subprocess.Popen([sys.executable, "-c", code], cwd=signals)
subprocess.Popen(["setsid", "--fork", sys.executable, "-c", loops], cwd=signals)
threading.Thread(target=time.sleep, args=(1000,)).start()
while len(list(signals.iterdir())) < 4:
    time.sleep(0.01)
"""
LOOKS = """
import psutil
from pathlib import Path

for path in Path({signals!r}).iterdir():
    try:
        print(psutil.Process(int(path.name)).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        print(False)
"""


@pytest.mark.parametrize("kernel", ["python3", "other"])
def test_what_a_page_leaves_running_is_gone_when_the_next_page_runs(pages, kernel):
    signals = str(pages.signal("").resolve())
    pages.page("a", LEAVES.format(signals=signals), kernel=kernel)
    pages.page("b", LOOKS.format(signals=signals))
    results = {}
    pages.execute(jobs=1, take=lambda page, notebook: results.update({page.docname: notebook}))
    assert results["b"].cells[1].outputs[0].text == "False\n" * 4


def test_a_page_in_an_ordinary_kernel_may_fail_too(pages):
    pages.page("exits", "import os\n\nos._exit(3)", kernel="other")
    pages.page("hoards", FAULTS["hoards"][0][1], kernel="other", book="{memory: 300 MB}")
    pages.page("loops", FOREVER, kernel="other", book="{cell_time_limit: 1.5}")
    pages.page("starts-and-ends", "1", kernel="short")
    pages.page("starts-not", "1", kernel="gone")
    pages.page("well", "print('done')", kernel="other")
    results = pages.execute()
    assert results.pop("well").state == "ran"
    assert [result.describe(pages.root) for result in results.values()] == [
        "docs/exits.md:9: cell 1 failed: the kernel ended in this cell (exit code 3)",
        "docs/hoards.md:9: cell 1 failed: "
        "the page used more than its 0.3 GB of memory in this cell",
        "docs/loops.md:9: cell 1 failed: this cell was over its time limit of 1.5 s",
        "docs/starts-and-ends.md: its kernel 'short' cannot be used: the kernel did not start",
        "docs/starts-not.md: its kernel 'gone' cannot be used: "
        "[Errno 2] No such file or directory: '/no/such/program'",
    ]


NAMES = ["한국어/쪽 하나", "a part/a page", "a-long-name-" + "x" * 100]


def test_pages_with_other_names_than_most(pages, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    pages.root = pages.root / "책 한 권" / ("long-" * 20)  # too long a path for sockets
    for name in NAMES:
        pages.page(name, "from helper import half", "half(4)")
        pages.write(f"docs/{name}/../helper.py", "def half(x):\n    return x / 2\n")
    pages.page("한국어/틀린 쪽", "from helper import half", "half('2')")
    results = pages.execute()
    assert list(tmp_path.iterdir()) == []
    assert results.pop("한국어/틀린 쪽").describe(pages.root) == textwrap.dedent(
        """\
        docs/한국어/틀린 쪽.md:14: cell 2 failed: TypeError: unsupported operand type(s) for /: """
        """'str' and 'int'
            docs/한국어/틀린 쪽.md:14
            docs/한국어/helper.py:2 in half"""
    )
    assert {name: result.state for name, result in results.items()} == dict.fromkeys(NAMES, "ran")
    pages.write("docs/a part/helper.py", "def half(x):\n    return x // 2\n")
    assert pages.states() == {
        NAMES[0]: "fresh",
        "한국어/틀린 쪽": "stale",
        NAMES[1]: "stale",
        NAMES[2]: "fresh",
    }


def test_pages_deleted_and_renamed(pages):
    for name in "abc":
        pages.page(name, f"'{name}'")
    pages.execute()
    store = Store(pages.book().cache, pages.root)
    assert len(store.cache.list_cache_records()) == 3

    (pages.root / "docs/a.md").unlink()
    (pages.root / "docs/b.md").rename(pages.root / "docs/new.md")
    taken = {}
    results = pages.execute(take=lambda page, filled: taken.update({page.docname: filled}))
    assert {name: result.state for name, result in results.items()} == {"c": "fresh", "new": "ran"}
    assert taken["new"].cells[1].outputs[0].data["text/plain"] == "'b'"
    assert pages.states() == {"c": "fresh", "new": "fresh"}
    assert len(store.cache.list_cache_records()) == 2
    assert len(list((store.cache_folder / "executed").iterdir())) == 2
    assert len(list((pages.book().cache / "pages").iterdir())) == 2


DATABASE = "outputs/global.db"


def only(folder, pattern):
    (found,) = folder.glob(pattern)
    return found


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


DAMAGES = {
    "state cut": lambda cache: cut(only(cache, "pages/*.json")),
    "state emptied": lambda cache: only(cache, "pages/*.json").write_text(""),
    "state no state": lambda cache: only(cache, "pages/*.json").write_text("[1, 2]"),
    "state of another version": lambda cache: edit_json(
        only(cache, "pages/*.json"), version=0, outputs="of a version that will never be"
    ),
    "state incomplete": lambda cache: edit_json(only(cache, "pages/*.json"), inputs={"more": 1}),
    "outputs cut": lambda cache: cut(only(cache, "outputs/executed/*/base.ipynb")),
    "outputs edited": lambda cache: edit_outputs(only(cache, "outputs/executed/*/base.ipynb")),
    "outputs gone": lambda cache: only(cache, "outputs/executed/*/base.ipynb").unlink(),
    "folder of outputs gone": lambda cache: shutil.rmtree(only(cache, "outputs/executed/*")),
    "database cut": lambda cache: cut(cache / DATABASE),
    "database emptied": lambda cache: (cache / DATABASE).write_text(""),
    "database no database": lambda cache: (cache / DATABASE).write_text("x" * 9999),
    "database gone": lambda cache: (cache / DATABASE).unlink(),
    "database of another version": lambda cache: alter(cache / DATABASE),
    "everything gone": shutil.rmtree,
}


def edit_json(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def edit_outputs(path):
    path.write_text(path.read_text().replace('"2"', '"3"'))


def alter(path):
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("ALTER TABLE nbcache RENAME COLUMN hashkey TO hash")


@pytest.fixture(scope="module")
def kept(new_pages):
    """A book whose results are damaged again and again, and what runs it."""
    pages = new_pages()
    pages.page("page", "1 + 1")
    executor = ForkExecutor(None)
    with asyncio.Runner() as runner:

        def run():
            return runner.run(executed(pages.book(), executor=executor))

        run()
        yield pages, run
        runner.run(executor.close())
    pages.nothing_is_left()


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_made_again(kept, damage):
    pages, run = kept
    DAMAGES[damage](pages.book().cache)
    assert [result.state for result in run()] == ["ran"]
    taken = []
    results = stale(pages.book(), take=lambda _, notebook: taken.append(notebook))
    assert [result.state for result in results] == ["fresh"]
    assert taken[0].cells[1].outputs[0].data["text/plain"] == "2"


@pytest.mark.parametrize("left", ["an empty folder", "a file half written"])
def test_what_a_build_that_was_killed_left_is_no_obstacle(kept, left):
    pages, run = kept
    folder = only(pages.book().cache, "outputs/executed/*")
    Store(pages.book().cache, pages.root).cache.clear_cache()
    folder.mkdir(parents=True)
    if left == "a file half written":
        (folder / "base.ipynb").write_text('{"cells": [')
        (pages.book().cache / "pages/0.json.1.part").write_text("{")
    assert [result.state for result in run()] == ["ran"]
    assert pages.states() == {"page": "fresh"}
    assert list(pages.root.rglob("*.part")) == []


def test_results_that_cannot_be_used_now_are_not_dropped(kept):
    pages, _ = kept
    with contextlib.closing(sqlite3.connect(pages.book().cache / DATABASE)) as database:
        database.execute("BEGIN EXCLUSIVE")
        with pytest.raises(OSError, match=r"^the results cannot be used: database is locked$"):
            stale(pages.book())
    assert pages.states() == {"page": "fresh"}


class UnforeseenError(Exception):
    """Raised where nothing is expected to be."""


@pytest.mark.parametrize("kernel", ["python3", "other"])
def test_an_error_of_the_engine_ends_the_other_pages_at_once(pages, kernel, monkeypatch):
    started = f"__import__('pathlib').Path({str(pages.signal('started'))!r})"
    pages.page("a", f"{started}.touch()\n{FOREVER}", kernel=kernel)
    pages.page("b", f"while not {started}.exists():\n    pass")
    pages.page("c", "1")

    def keep(*_):
        raise UnforeseenError

    with monkeypatch.context() as patch:
        patch.setattr(Store, "keep", keep)
        with pytest.raises(UnforeseenError):
            pages.execute()
    assert pages.states() == dict.fromkeys("abc", "stale")


def test_an_error_of_the_engine_while_kernels_start(pages):
    for name in "abcdef":
        pages.page(name, "1")

    def report(event, _, waiting):
        if event == "started" and not waiting:
            raise UnforeseenError

    with pytest.raises(UnforeseenError):
        pages.execute(jobs=6, report=report)


def test_a_page_that_is_cancelled_still_ends_its_kernel():
    class Kernel:
        process = 0

        def __init__(self):
            self.stopping, self.may_stop, self.stopped = asyncio.Event(), asyncio.Event(), False

        def processes(self):
            return []

        async def start(self, *_):
            raise OSError("it cannot be started")

        async def stop(self):
            self.stopping.set()
            await self.may_stop.wait()
            self.stopped = True

    async def cancelled():
        kernel = Kernel()
        page = Page("page", Path("page.md"))
        task = asyncio.create_task(
            running.run_page(
                page, nbformat.v4.new_notebook(), kernel, Limits(), env={}, recorder=("", [])
            )
        )
        await kernel.stopping.wait()
        task.cancel()
        await asyncio.sleep(0)
        kernel.may_stop.set()
        await asyncio.wait([task])
        return task.cancelled(), kernel.stopped

    assert asyncio.run(cancelled()) == (True, True)
