"""A build that ends early, whoever ends it and when: what ran is kept, and nothing stays behind."""

import asyncio
import os
import re
import signal
import subprocess
import sys

import psutil
import pytest

from dlnotes.book.engine.execution import executed

CONF = """\
import time
from pathlib import Path

project = "fixture"
extensions = ["dlnotes.book"]
html_theme = "basic"


def wait(*_):
    if Path({hold!r}).exists():
        Path({writing!r}).touch()
    while Path({hold!r}).exists():
        time.sleep(0.01)


def setup(app):
    app.connect("html-page-context", wait)
"""
TOUCH = "from pathlib import Path\nPath({!r}).touch()\n"
WAIT = (
    "import time\nfrom pathlib import Path\nwhile not Path({!r}).exists():\n    time.sleep(0.01)\n"
)
FOREVER = "import time\nwhile True:\n    time.sleep(1)\n"
DAEMON = "import subprocess\nsubprocess.Popen(['setsid', '--fork', 'sleep', '1000'])\n"
INTERRUPTED = "\nInterrupted. Pages that had run to the end are kept.\n"


@pytest.fixture
def running(pages, until):
    """A command that runs pages: the first has ended, and the second will not by itself."""
    started = pages.signal("started")
    pages.write("conf.py", "extensions = ['dlnotes.book']\n")
    pages.page("a", "1")
    pages.page("b", DAEMON, TOUCH.format(str(started)) + FOREVER)
    process = pages.command("execute", "docs", "--jobs", "2")
    until(lambda: started.exists() and list(pages.root.glob("build/cache/pages/*.json")))
    return process


def test_a_build_that_is_told_to_end(pages, running):
    running.send_signal(signal.SIGINT)
    output = pages.finish(running)
    assert running.returncode == 130
    assert output.endswith(INTERRUPTED)
    assert "Traceback" not in output
    assert pages.states() == {"a": "fresh", "b": "stale"}


@pytest.mark.parametrize("how", ["killed", "told twice"])
def test_a_build_that_cannot_tidy_up(pages, running, how, until):
    if how == "killed":
        running.kill()
    else:
        running.send_signal(signal.SIGINT)
        running.send_signal(signal.SIGTERM)
    running.communicate(timeout=60)
    until(lambda: not pages.processes())
    assert pages.states() == {"a": "fresh", "b": "stale"}
    compiled, half_compiled = (
        pages.write(f"build/cache/jax/{name}", name) for name in ("compiled", "half compiled")
    )
    os.utime(compiled, (0, 0))
    pages.page("b", "1")
    assert [result.state for result in pages.execute().values()] == ["fresh", "ran"]
    assert compiled.exists()
    assert not half_compiled.exists()


@pytest.fixture
def package(pages, monkeypatch):
    """Installs a module of one file beside the project."""
    folder = pages.root.parent / "packages"
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.syspath_prepend(folder)
    return lambda name, code: pages.write(f"../packages/{name}.py", code)


def test_a_build_that_is_killed_while_packages_are_imported(pages, package, until):
    importing = pages.signal("importing")
    package("slow", TOUCH.format(str(importing)) + FOREVER)
    pages.page("a", "import slow")
    process = pages.command("execute", "docs")
    until(importing.exists)
    process.kill()
    process.communicate()
    until(lambda: not pages.processes())


def test_a_build_that_is_cancelled_while_packages_are_imported(pages, package, monkeypatch):
    importing = pages.signal("importing")
    package("slow_too", TOUCH.format(str(importing)) + FOREVER)
    pages.page("a", "import slow_too")
    monkeypatch.setenv("BOOK_TEST", pages.mark)

    async def cancelled():
        task = asyncio.create_task(executed(pages.book()))
        while not importing.exists():
            await asyncio.sleep(0.01)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())


def test_an_import_that_ends_the_process_is_for_its_page_to_tell(pages, package):
    package("deadly", "import os\nos._exit(7)\n")
    pages.page("a", "import deadly")
    pages.page("b", "1")
    results = pages.execute()
    assert [result.state for result in results.values()] == ["failed", "ran"]
    assert results["a"].describe(pages.root) == (
        "docs/a.md:9: cell 1 failed: the kernel ended in this cell (exit code 7)"
    )


def test_a_process_to_fork_pages_from_that_is_killed_is_started_again(pages):
    family = "import psutil\nsupervisor = psutil.Process().parent()\nwarm = supervisor.parent()\n"
    pages.page("a", "1")
    pages.page("b", family, f"warm.kill()\n{FOREVER}")
    pages.page("c", "1")
    pages.page("d", family, f"supervisor.suspend()\nwarm.kill()\nsupervisor.kill()\n{FOREVER}")
    results = pages.execute(jobs=1)
    assert [result.state for result in results.values()] == ["ran", "failed", "ran", "failed"]
    for name in "bd":
        assert results[name].describe(pages.root) == (
            f"docs/{name}.md:15: cell 2 failed: the kernel ended in this cell (signal 9)"
        )


def test_an_import_that_starts_a_thread_is_left_to_the_pages(pages, package):
    package(
        "threads", "import threading, time\nthreading.Thread(target=time.sleep, args=(99,)).start()"
    )
    pages.page("a", "import threads")
    pages.page("b", "import threads, threading", "threading.active_count() > 1")
    assert [result.state for result in pages.execute().values()] == ["ran", "ran"]


def test_a_process_to_fork_pages_from_that_cannot_be_started(pages, monkeypatch):
    pages.page("a", "1")
    monkeypatch.setenv("PYTHONHOME", str(pages.root))
    with pytest.raises(ChildProcessError, match=r"^the process that pages are forked from ended$"):
        pages.execute()


# The site.


def files(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def site(new_pages, until):
    """A book that was built by two builds at the same time, what both said, and a third."""
    pages = new_pages()
    hold, writing, go = pages.signal("hold"), pages.signal("writing"), pages.signal("go")
    pages.write("conf.py", CONF.format(hold=str(hold), writing=str(writing)))
    pages.write("docs/index.md", "# Home\n\n```{toctree}\npage\n```\n")
    ran = f"with open({str(pages.signal('count'))!r}, 'a') as file:\n    file.write('ran ')\n"
    pages.page("page", ran, TOUCH.format(str(pages.signal("runs"))), WAIT.format(str(go)))
    builds = [pages.command("build")]
    until(pages.signal("runs").exists)
    builds += [pages.command("build"), pages.command("build")]
    waiting = [build.stdout.readline() for build in builds[1:]]
    builds[2].send_signal(signal.SIGINT)
    builds[2].wait(60)
    go.touch()
    outputs = [build.communicate(timeout=120)[0] for build in builds]
    pages.nothing_is_left()
    return pages, waiting, [build.returncode for build in builds], outputs


def test_builds_at_once_in_one_checkout(site):
    pages, waiting, codes, outputs = site
    assert waiting == ["Another build of this book is running: waiting for it to end.\n"] * 2
    assert codes == [0, 0, 130], outputs
    summary = "2 pages in 1 languages, 0 claims measured and true: build/html/index.html"
    assert f"\nBuilt {summary} (" in outputs[0]
    assert outputs[1] == f"Nothing has changed. {summary}\n"
    assert outputs[2] == INTERRUPTED
    assert pages.signal("count").read_text() == "ran "


def test_a_build_that_ends_while_sphinx_writes_leaves_the_site_as_it_was(site, until):
    pages, *_ = site
    html = pages.root / "build/html"
    before = files(html)
    pages.write("docs/index.md", "# New\n\n```{toctree}\npage\n```\n")
    pages.signal("hold").touch()

    def build_until_it_writes():
        process = pages.command("build")
        until(pages.signal("writing").exists)
        pages.signal("writing").unlink()
        return process

    process = build_until_it_writes()
    process.send_signal(signal.SIGTERM)
    assert pages.finish(process).endswith(INTERRUPTED)
    assert process.returncode == 130

    process = build_until_it_writes()
    process.kill()
    process.communicate()
    until(lambda: not pages.processes())

    process = build_until_it_writes()
    (warm,) = psutil.Process(process.pid).children()
    warm.kill()
    output = pages.finish(process)
    assert "\nSee the warnings above (language: en).\nNot built (" in output
    assert process.returncode == 1

    assert files(html) == before
    assert not html.with_name("html.new").exists()
    pages.signal("hold").unlink()
    process = pages.command("build")
    assert "\nBuilt 2 pages" in pages.finish(process)
    assert "<title>New" in (html / "en/index.html").read_text()
    assert pages.signal("count").read_text() == "ran "


# Without what root may do with files of others.
OBEYING = ["setpriv", "--bounding-set=-dac_override"]


def test_a_source_tree_that_cannot_be_written_to(site, tmp_path):
    pages, *_ = site
    tree = [pages.root, *(path for path in pages.root.rglob("*") if "build" not in path.parts)]
    before = set(pages.root.rglob("*"))
    for path in tree:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        touch = subprocess.run(
            [*OBEYING, sys.executable, "-c", "open('new', 'w')"],
            cwd=pages.root,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        assert touch.returncode == 1
        process = pages.command("build", "--output", str(tmp_path), within=OBEYING)
        output = pages.finish(process)
    finally:
        for path in tree:
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert process.returncode == 0, output
    assert f"true: {tmp_path}/html/index.html (" in output
    assert (tmp_path / "html/en/page.html").exists()
    assert set(pages.root.rglob("*")) == before


# A file system of its own, for what is run in it only.
OWN_FILES = ["unshare", "--map-root-user", "--mount", "sh", "-ec"]
ON_A_FULL_DISK = """
mount -t tmpfs -o size=8m none "$1"
cp -r build/. "$1"
for left in 0 40
do
  free=$(df -k --output=avail "$1" | tail -1)
  head -c $(((free - left) * 1024)) /dev/zero > "$1/filler"
  "$2" -m dlnotes.book build --output "$1" > output 2>&1 || echo "exit code $?"
  grep "No space left on device" output | tail -n 1
  diff -r build/html "$1/html"
  test ! -e "$1/html.new"
  rm "$1/filler"
done
"""


def can_have_own_files(folder):
    mount = [*OWN_FILES, 'mount -t tmpfs none "$1"', "sh", str(folder)]
    try:
        return subprocess.run(mount, stderr=subprocess.DEVNULL, check=False).returncode == 0
    except FileNotFoundError:
        return False


def test_a_disk_that_is_full(site, tmp_path):
    if not can_have_own_files(tmp_path):
        pytest.skip("needs a file system of its own")
    pages, *_ = site
    page = pages.root / "docs/page.md"
    page.write_text(page.read_text() + "\nMore prose.\n")
    script = [*OWN_FILES, ON_A_FULL_DISK, "sh", str(tmp_path), sys.executable]
    run = subprocess.run(script, cwd=pages.root, stdout=subprocess.PIPE, text=True, check=False)
    full = r"\[Errno 28\] No space left on device"
    said = re.fullmatch(r"exit code 1\n(.*)\nexit code 1\n(.*)\n", run.stdout)
    assert said, run.stdout
    # Before anything is written, and while the site is written or assembled.
    assert re.fullmatch(rf"Not built: {full}: '.*' -> '{tmp_path / 'work'}/.*'", said[1])
    assert re.fullmatch(
        rf"Not built: {full}: '.*' -> '{tmp_path}/(work|html\.new)/.*'"
        rf"|    sphinx\.errors\.ExtensionError: Handler .* \(exception: {full}\)",
        said[2],
    )


def test_a_result_that_cannot_be_written(pages):
    pages.write("conf.py", "extensions = ['dlnotes.book']\n")
    pages.page("large", "print('x' * 2_000_000)")
    pages.page("small", "1")
    process = pages.command("execute", "docs", within=["prlimit", "--fsize=1000000"])
    output = pages.finish(process)
    assert process.returncode == 1
    assert output.endswith(
        "\ndocs/large.md: the result of large cannot be kept: [Errno 27] File too large\n"
    )
    assert pages.states() == {"large": "stale", "small": "fresh"}
