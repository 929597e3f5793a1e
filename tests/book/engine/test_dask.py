"""Pages on a cluster: a real scheduler with worker processes, and each part on its own."""

import asyncio
import io
import os
import subprocess
import sys
import sysconfig
import textwrap
import threading
import zipfile
from concurrent.futures import CancelledError
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from dlnotes.book.engine import Book, Limits, PageError, exchange, packing, remote
from dlnotes.book.engine import dask as executors
from dlnotes.book.engine import versions as versions_here
from dlnotes.book.engine.dask import DaskExecutor
from dlnotes.book.engine.execution import executed
from dlnotes.book.engine.executors import ExecutorError, ForkExecutor, Task
from dlnotes.book.engine.pages import Page
from dlnotes.book.engine.running import Run
from dlnotes.book.engine.store import Store

distributed = pytest.importorskip("distributed")

FRONT = "---\nfile_format: mystnb\nkernelspec:\n  name: {kernel}\n---\n\n# Page\n"
LONG = 60  # seconds, for what ends much sooner unless something is wrong


def page(*codes, kernel="python3"):
    blocks = (f"\n```{{code-cell}}\n{textwrap.dedent(code).strip()}\n```\n" for code in codes)
    return FRONT.format(kernel=kernel) + "".join(blocks)


def write(root, **files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture
def book(tmp_path, monkeypatch):
    """Three pages, a module and a data file, in a folder whose name has to be escaped in JSON."""
    root = tmp_path / 'a "project"'
    files = {
        "src/project/__init__.py": "",
        "src/project/answers.py": "def answer():\n    return 42\n",
        "data/numbers.csv": "1\n2\n3\n",
        "docs/module.md": page(
            "from project import answers\nprint(answers.__file__)\nanswers.answer()"
        ),
        "docs/part/data.md": page('import numpy as np\nnp.loadtxt("../../data/numbers.csv").sum()'),
        "docs/plain.md": page(
            "import os\nsorted(os.listdir())", "from pathlib import Path\nPath.cwd()"
        ),
        "docs/locale/ko.po": "",
    }
    write(root, **files)
    monkeypatch.setenv("PYTHONPATH", str(root / "src"))
    return Book(root, root / "docs", root / "build/cache", sources=(root / "src", root / "data"))


def only(book, **pages):
    """Leave the book these pages alone."""
    for path in book.docs.rglob("*.md"):
        path.unlink()
    write(book.docs, **{f"{name}.md": text for name, text in pages.items()})


def waiting(folder):
    """Give a cell that says that it has begun and waits until it is let through."""
    return f"""
    import os, pathlib, time
    folder = pathlib.Path({str(folder)!r})
    with (folder / "begun").open("a") as file:
        print(os.getpid(), file=file)
    while not (folder / "gate").exists():
        time.sleep(0.01)
    """


async def begun(folder, count):
    """Wait until the cell of :func:`waiting` has begun that often; return its processes."""
    file = folder / "begun"
    async with asyncio.timeout(LONG):
        while not file.exists() or file.read_text().count("\n") < count:
            await asyncio.sleep(0.01)
    return [psutil.Process(int(line)) for line in file.read_text().split()[count - 1 :]]


def outputs(notebook):
    return [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]


class Built:
    """What a build gave: the results by page, the outputs, the events."""

    def __init__(self):
        self.outputs, self.events, self.results = {}, [], {}

    async def build(self, book, executor):
        results = await executed(
            book,
            executor=executor,
            take=lambda page, notebook: self.outputs.update({page.docname: outputs(notebook)}),
            report=lambda event, result, _: self.events.append((event, result.page.docname)),
        )
        self.results = {result.page.docname: result for result in results}
        return self


def run(book, work, executor_class=DaskExecutor):
    """Do some work with an executor, in an event loop."""

    async def with_executor():
        executor = executor_class(Store(book.cache, book.root).cache)
        try:
            return await work(executor)
        finally:
            await executor.close()

    return asyncio.run(with_executor())


def build(book, executor_class=DaskExecutor):
    return run(book, lambda executor: Built().build(book, executor), executor_class)


# On a cluster of processes.


@pytest.fixture(scope="module")
def processes():
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=":0"
    ) as cluster:
        yield cluster


@pytest.fixture
def cluster(processes, monkeypatch):
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", processes.scheduler_address)
    return processes


def worker_of(process, cluster):
    workers = {nanny.pid for nanny in cluster.workers.values()}
    return next(each for each in process.parents() if each.pid in workers)


def test_workers_with_other_versions_are_refused(book, cluster, monkeypatch):
    others = {**versions_here.versions(), "numpy": "0.1", "ipykernel": "0.2"}
    monkeypatch.setattr(packing, "versions", lambda: others)
    with pytest.raises(ExecutorError) as refused:
        build(book)
    here = versions_here.versions()
    message = f"ipykernel {here['ipykernel']} (here 0.2), numpy {here['numpy']} (here 0.1)"
    assert str(refused.value) in {
        f"the worker {worker} is not as this machine: {message}"
        for worker in cluster.scheduler.workers
    }


@pytest.mark.usefixtures("cluster")
def test_outputs_inputs_and_errors_are_those_of_a_local_run(book):
    write(book.root, **{"src/project/bad.py": "def fail():\n    1 / 0\n"})
    write(book.docs, **{"wrong.md": page("from project.bad import fail\n\nfail()")})
    there = build(book)
    here = build(replace(book, cache=book.root / "build/other"), ForkExecutor)
    assert there.outputs == here.outputs
    assert there.outputs["part/data"][0][0].data["text/plain"] == "np.float64(6.0)"
    assert there.outputs["plain"][0][0].data["text/plain"] == (
        "['locale', 'module.md', 'part', 'plain.md', 'wrong.md']"
    )
    for name in ("module", "part/data", "plain"):
        assert there.results[name].state == "ran"
        assert there.results[name].kept.inputs == here.results[name].kept.inputs
    inputs = there.results["module"].kept.inputs
    assert set(inputs.files) == {"src/project/__init__.py", "src/project/answers.py"}
    error = there.results["wrong"].error
    assert error == here.results["wrong"].error
    assert (error.message, error.line) == ("ZeroDivisionError: division by zero", 12)
    assert error.frames[-1] == (str(book.root / "src/project/bad.py"), 2, "fail")
    assert sorted(there.events) == [
        ("failed", "wrong"),
        ("plan", there.events[0][1]),
        *(("ran", name) for name in ("module", "part/data", "plain")),
        *(("started", name) for name in ("module", "part/data", "plain", "wrong")),
    ]
    assert there.events[0][0] == "plan"


@pytest.mark.usefixtures("cluster")
def test_pages_see_an_edit_of_a_module(book):
    only(book, module=page("from project.answers import answer\nanswer()"), plain=page("1 + 1"))
    assert build(book).outputs["module"][0][0].data["text/plain"] == "42"
    write(book.root, **{"src/project/answers.py": "def answer():\n    return 43\n"})
    built = build(book)
    assert built.outputs["module"][0][0].data["text/plain"] == "43"
    assert built.results["plain"].state == "fresh"


def test_a_build_that_is_interrupted_ends_its_pages(book, cluster, tmp_path):
    only(book, waits=page(waiting(tmp_path)))

    async def work(executor):
        building = asyncio.create_task(Built().build(book, executor))
        (process,) = await begun(tmp_path, 1)
        building.cancel()
        with pytest.raises(asyncio.CancelledError):
            await building
        return process

    run(book, work).wait(LONG)

    async def no_tasks():
        async with asyncio.timeout(LONG):
            while cluster.scheduler.tasks:
                await asyncio.sleep(0.01)

    asyncio.run(no_tasks())


def test_a_worker_that_is_killed_costs_its_page_a_second_run(book, cluster, tmp_path):
    write(book.docs, **{"waits.md": page(waiting(tmp_path), "print('through')")})

    async def work(executor):
        building = asyncio.create_task(Built().build(book, executor))
        (first,) = await begun(tmp_path, 1)
        worker_of(first, cluster).kill()
        await begun(tmp_path, 2)
        (tmp_path / "gate").touch()
        return first, await building

    first, built = run(book, work)
    first.wait(LONG)  # nothing is left of the first run
    assert {name: result.state for name, result in built.results.items()} == dict.fromkeys(
        ["module", "part/data", "plain", "waits"], "ran"
    )
    assert built.outputs["waits"][1][0].text == "through\n"
    assert sorted(event for event, _ in built.events) == ["plan"] + ["ran"] * 4 + ["started"] * 4
    assert len((tmp_path / "begun").read_text().split()) == 2


def test_a_page_that_kills_workers_fails_and_the_others_do_not(book, cluster, monkeypatch):
    monkeypatch.setattr(cluster.scheduler, "allowed_failures", 0)
    # Its parents are its supervisor, the warm process, the worker.
    only(
        book,
        killer=page("import psutil\npsutil.Process().parents()[2].kill()\nwhile True:\n    pass"),
        plain=page("1 + 1"),
    )
    built = build(book)
    assert built.results["killer"].error == PageError("it ended every worker that it ran on")
    assert built.results["plain"].state == "ran"


# With a scheduler and a worker in this process.


def with_worker(book, monkeypatch, work, threads=2):
    """Do some work with an executor, whose scheduler and worker are in the same event loop."""

    async def with_scheduler(executor):
        options = {"host": "127.0.0.1", "dashboard_address": ":0"}
        async with distributed.Scheduler(port=0, **options) as scheduler:
            monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", scheduler.address)
            if not threads:
                return await work(executor, scheduler, None)
            async with distributed.Worker(scheduler.address, nthreads=threads, **options) as worker:
                try:
                    return await work(executor, scheduler, worker)
                finally:
                    await executor.close()
                    if host := remote._hosts.pop(worker.local_directory, None):
                        host.close()

    return run(book, with_scheduler)


def test_pages_on_one_worker_share_the_process_that_they_are_forked_from(book, monkeypatch):
    # Between them is its supervisor.
    cell = "import os, psutil\npsutil.Process(os.getppid()).ppid()"
    only(book, one=page(cell), two=page(cell + "\n"))

    async def work(executor, _, worker):
        first = await Built().build(book, executor)
        host = remote._hosts[worker.local_directory]
        places = list(host._places)
        (book.docs / "two.md").unlink()
        await executed(book, executor=executor, force=True)
        (place,) = host._places
        assert place not in places
        again = await executed(book, executor=executor, force=True)
        assert list(host._places) == [place]  # nothing has changed
        await executor.close()
        assert not host._places
        folder = Path(worker.local_directory, "pages")
        assert [path.name for path in folder.iterdir() if path.name != "cache"] == []
        return first, again

    first, again = with_worker(book, monkeypatch, work)
    assert first.outputs["one"][0][0].data == first.outputs["two"][0][0].data
    assert [(result.state, result.error) for result in again] == [("ran", None)]


def test_a_scheduler_that_is_lost_ends_the_build(book, monkeypatch, tmp_path):
    only(book, waits=page(waiting(tmp_path)))

    async def work(executor, scheduler, _):
        building = asyncio.create_task(Built().build(book, executor))
        await begun(tmp_path, 1)
        (tmp_path / "gate").touch()
        await scheduler.close()
        message = "^the scheduler was lost, and the pages with it$"
        with pytest.raises(ExecutorError, match=message):
            await building

    with_worker(book, monkeypatch, work)


def test_workers_that_do_not_come_back_end_the_build(book, monkeypatch, tmp_path):
    only(book, waits=page(waiting(tmp_path)))
    monkeypatch.setattr(executors, "_LONGEST_ALONE", 0.0)

    async def work(executor, *_):
        with pytest.raises(ExecutorError, match=r"^the scheduler has had no workers for 0 s$"):
            await Built().build(book, executor)

    with_worker(book, monkeypatch, work)


def test_a_scheduler_without_workers(book, monkeypatch):
    monkeypatch.setattr(executors, "_PATIENCE", 0.5)

    async def work(executor, scheduler, _):
        with pytest.raises(ExecutorError) as error:
            await Built().build(book, executor)
        assert str(error.value) == f"the scheduler at {scheduler.address} has no workers"

    with_worker(book, monkeypatch, work, threads=0)


def test_a_scheduler_that_cannot_be_reached_is_one_error_soon():
    script = """
import asyncio, time
from dlnotes.book.engine.dask import DaskExecutor
from dlnotes.book.engine.executors import ExecutorError
begun = time.monotonic()
try:
    asyncio.run(DaskExecutor(None).run_pages(None, [], started=print, ended=print))
except ExecutorError as error:
    print(error)
print(time.monotonic() - begun)
"""
    ran = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "DASK_SCHEDULER_ADDRESS": "tcp://127.0.0.1:1"},
        capture_output=True,
        text=True,
        timeout=LONG,
        check=True,
    )
    message, seconds = ran.stdout.splitlines()
    assert message.startswith("the scheduler at tcp://127.0.0.1:1 cannot be reached: ")
    assert float(seconds) < 30  # under 10 where nothing else runs
    assert ran.stderr == ""


@pytest.mark.parametrize(
    ("address", "message"),
    [
        (
            "nowhere",
            "the scheduler at nowhere cannot be reached: missing port number in address 'nowhere'",
        ),
        (
            "",
            "the executor dask needs DASK_SCHEDULER_ADDRESS in the environment: the address of a "
            "Dask scheduler, such as tcp://127.0.0.1:8786",
        ),
    ],
)
def test_an_address_that_is_none(book, monkeypatch, address, message):
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", address)
    with pytest.raises(ExecutorError) as error:
        build(book)
    assert str(error.value) == message


def test_dask_is_not_installed(book, monkeypatch):
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", "tcp://127.0.0.1:1")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ExecutorError) as error:
        build(book)
    assert str(error.value) == (
        "the executor dask needs the package distributed: pip install 'dlnotes[dask]'"
    )


# The engine's side alone.


class Client:
    """Stands for a cluster; it gives for each page, time after time, what it is told to."""

    def __init__(self, **given):
        self.given = given

        self.priorities, self.running, self.most = [], 0, 0

    def submit(self, call, *_, key, priority):
        del call
        self.priorities.append(priority)
        return Future(self, self.given[key[1]].pop(0))


class Future:
    def __init__(self, client, result):
        self.client, self.result = client, result

    def __await__(self):
        self.client.running += 1
        self.client.most = max(self.client.most, self.client.running)
        yield from asyncio.sleep(0).__await__()
        self.client.running -= 1
        if isinstance(self.result, BaseException):
            raise self.result
        return self.result

    def release(self):
        pass


def send(book, client):
    """Run all pages of a book with a client; return how they went."""
    tasks = [Task(Page(path.stem, path), Limits()) for path in sorted(book.docs.glob("*.md"))]
    events = []
    batch = executors._Batch(
        client,
        book,
        project=None,
        sent=None,
        started=lambda task: events.append(("started", task.page.docname)),
        ended=lambda task, _, run: events.append((task.page.docname, run.error)),
    )
    asyncio.run(batch.run(tasks, [task.page.read() for task in tasks]))
    return events


def returned(book):
    """Make what a page of one cell gives that has no output."""
    return exchange.Returned.of(book.root, Page("", next(book.docs.glob("*.md"))).read(), Run())


@pytest.mark.parametrize(("jobs", "most"), [(None, 3), (2, 2)])
def test_pages_are_sent_longest_first_and_no_more_at_once_than_asked_for(book, jobs, most):
    only(book, one=page("1"), two=page("2"), three=page("3"))
    client = Client(**{name: [returned(book)] for name in ("one", "two", "three")})
    send(replace(book, jobs=jobs), client)
    assert client.priorities == [0, -1, -2]
    assert client.most == most


def test_of_the_pages_that_a_lost_worker_had_the_one_that_killed_it_is_found(book):
    only(book, one=page("1"), two=page("2"))
    killed = distributed.KilledWorker("page", None, 3)
    events = send(book, Client(one=[killed, returned(book)], two=[killed, killed]))
    assert events == [
        ("started", "one"),
        ("one", None),
        ("started", "two"),
        ("two", PageError("it ended every worker that it ran on")),
    ]


def test_a_fault_of_a_worker_is_a_failed_page(book):
    only(book, one=page("1"))
    error = PageError("its worker could not run it: OSError: No space left on device")
    events = send(book, Client(one=[OSError("No space left on device")]))
    assert events == [("started", "one"), ("one", error)]


def test_a_worker_that_came_later_may_refuse(book):
    only(book, one=page("1"), two=page("2"))
    refused = ExecutorError("the worker is not as this machine")
    with pytest.raises(ExecutorError, match=r"^the worker is not as this machine$"):
        send(book, Client(one=[refused], two=[refused]))


def test_a_worker_without_the_engine_is_refused_and_one_that_has_gone_is_not():
    async def answers(*_, **__):
        return {
            "tcp://gone": OSError("closed"),
            "tcp://here": ModuleNotFoundError("No module named 'dlnotes'"),
        }

    problem = "ModuleNotFoundError: No module named 'dlnotes'"
    with pytest.raises(ExecutorError) as error:
        asyncio.run(executors._check_workers(SimpleNamespace(run=answers), None))
    assert str(error.value) == f"the worker tcp://here cannot run pages: {problem}"


def test_workers_may_be_gone_for_a_while(monkeypatch):
    monkeypatch.setattr(executors, "_LOOK_EVERY", 0.0)
    monkeypatch.setattr(executors, "_LONGEST_ALONE", 0.1)
    answers = [{"tcp://worker": 1}, OSError("reconnecting"), {}, {"tcp://worker": 1}, {}]
    given = []

    async def ncores():
        given.append(answers.pop(0) if len(answers) > 1 else answers[0])
        if isinstance(given[-1], OSError):
            raise given[-1]
        return given[-1]

    client = SimpleNamespace(scheduler=SimpleNamespace(ncores=ncores))
    with pytest.raises(ExecutorError, match=r"^the scheduler has had no workers for 0\.1 s$"):
        asyncio.run(executors._watch_workers(client))
    assert len(given) > 5


def test_files_that_cannot_be_read(book, monkeypatch):
    def no_files(*_):
        raise PermissionError(13, "Permission denied", "docs/page.md")

    monkeypatch.setattr(executors, "pack", no_files)

    async def work(executor):
        executor._client = SimpleNamespace(status="running", close=lambda: asyncio.sleep(0))
        await Built().build(book, executor)

    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", "tcp://127.0.0.1:1")
    with pytest.raises(ExecutorError) as error:
        run(book, work)
    assert str(error.value) == (
        "the project's files cannot be packed: [Errno 13] Permission denied: 'docs/page.md'"
    )


def test_the_function_that_dask_carries_calls_what_it_is_given():
    call = executors._caller()
    assert call(b"a,b", executors.pickle.dumps((bytes.split, (b",",)))) == [b"a", b"b"]


# The worker's side alone.


@pytest.fixture
def host(tmp_path):
    host = remote.Host("tcp://worker", tmp_path / "worker")
    yield host
    host.close()


def packed(book):
    notebooks = [Page("x", path).read() for path in book.docs.rglob("*.md")]
    return packing.pack(book, notebooks, "owner")


def job(book, name):
    notebook = Page(name, book.docs / f"{name}.md").read()
    return exchange.Job(name, f"docs/{name}.md", notebook, Limits())


def put(book, name, returned):
    """Take in what a page gave; return how it went, and its text."""
    notebook = Page(name, book.docs / f"{name}.md").read()
    ran = returned.put(notebook, book.root)
    texts = [o.get("text", "") for cell in outputs(notebook) for o in cell]
    return ran, "".join(texts)


def test_kernels_have_the_settings_of_the_engine_and_paths_of_the_worker(book, host, monkeypatch):
    names = ["KERAS_BACKEND", "JAX_FLAG", "KERAS_HOME", "PYTHONPATH"]
    only(book, page=page(f"import os\nfor name in {names}: print(os.environ.get(name))"))
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    project, files = packed(book)
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    monkeypatch.setenv("JAX_FLAG", "1")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    ran, text = put(book, "page", host.run(project, files, job(book, "page")))
    assert ran.error is None
    backend, flag, home, path = text.splitlines()
    assert (backend, flag) == ("torch", "None")
    assert home.startswith(str(host._folder))
    assert path.split(os.pathsep)[1:] == [str(book.root / "src"), "/elsewhere"]


def test_folders_that_are_searched_last_here_are_searched_last_there(book, host, monkeypatch):
    only(book, page=page("import sys\nimport project, numpy\nprint('\\n'.join(sys.path))"))
    project, files = packed(book)
    project = replace(project, last=project.code)
    monkeypatch.delenv("PYTHONPATH")
    ran, text = put(book, "page", host.run(project, files, job(book, "page")))
    paths = text.splitlines()
    ours = paths.index(str(book.root / "src"))
    assert paths.index(sysconfig.get_path("purelib")) < ours
    assert paths.count(str(book.root / "src")) == 1
    # Installed packages are found before those of the project, and those after the page's folder.
    gaps = {str(book.docs / name) for name in ("project", "numpy")}
    assert set(ran.used["gaps"]) == gaps


def test_where_there_is_no_fork_pages_run_in_ordinary_kernels(book, host, monkeypatch):
    monkeypatch.setattr(remote, "can_fork", lambda: False)
    only(book, page=page("from project.answers import answer\nprint(answer())"))
    ran, text = put(book, "page", host.run(*packed(book), job(book, "page")))
    assert (ran.error, text) == (None, "42\n")
    assert str(book.root / "src/project/answers.py") in ran.used["files"]


def test_files_that_arrive_damaged_can_come_again_and_a_kernel_may_not_be_there(
    book, host, monkeypatch
):
    monkeypatch.setattr(remote, "can_fork", lambda: False)
    only(book, page=page("1", kernel="nowhere"))
    project, files = packed(book)
    with pytest.raises(zipfile.BadZipFile):
        host.run(project, files[:100], job(book, "page"))
    ran, _ = put(book, "page", host.run(project, files, job(book, "page")))
    message = "its kernel 'nowhere' cannot be used: No such kernel named nowhere"
    assert ran.error == PageError(message)


def test_a_worker_with_other_versions_refuses_by_itself(book, host):
    project, files = packed(book)
    project = replace(project, versions={**project.versions, "numpy": "0.1"})
    with pytest.raises(ExecutorError, match=r"^the worker tcp://worker is not as this machine: "):
        host.run(project, files, job(book, "plain"))


def test_what_is_not_used_any_more_is_dropped(book, tmp_path):
    only(book, page=page("print(1)"))
    host = remote.Host("tcp://worker", tmp_path / "worker", longest_unused=0.0)
    assert put(book, "page", host.run(*packed(book), job(book, "page")))[1] == "1\n"

    async def dropped():
        async with asyncio.timeout(LONG):
            while [path for path in host._folder.iterdir() if path.name != "cache"]:
                await asyncio.sleep(0.01)

    asyncio.run(dropped())
    assert not host._places
    host.close()


def test_a_project_is_dropped_with_the_pages_that_are_running(book, host, tmp_path):
    only(book, waits=page(waiting(tmp_path)), other=page("1"))
    project, files = packed(book)
    ended = []

    def in_thread():
        with pytest.raises(CancelledError):
            host.run(project, files, job(book, "waits"))
        ended.append(True)

    thread = threading.Thread(target=in_thread)
    thread.start()
    (process,) = asyncio.run(begun(tmp_path, 1))
    host.run(project, files, job(book, "other"))
    host.forget("of somebody else").result(LONG)
    assert process.is_running()
    host.forget(project.key).result(LONG)
    process.wait(LONG)
    thread.join(LONG)
    assert ended == [True]


def test_a_page_that_comes_after_the_end_is_cancelled(book, tmp_path):
    only(book, page=page("1"))
    host = remote.Host("tcp://worker", tmp_path / "worker")
    host.close()
    with pytest.raises(CancelledError):
        host.run(*packed(book), job(book, "page"))


def test_the_end_cancels_pages_that_are_running(book, tmp_path):
    only(book, waits=page(waiting(tmp_path)))
    host = remote.Host("tcp://worker", tmp_path / "worker")
    ended = []

    def in_thread():
        with pytest.raises(CancelledError):
            host.run(*packed(book), job(book, "waits"))
        ended.append(True)

    thread = threading.Thread(target=in_thread)
    thread.start()
    (process,) = asyncio.run(begun(tmp_path, 1))
    host.close()
    process.wait(LONG)
    thread.join(LONG)
    assert ended == [True]


# What travels.


def names(files):
    with zipfile.ZipFile(io.BytesIO(files)) as archive:
        return sorted(archive.namelist())


def test_what_is_packed_of_a_book_that_names_its_sources(book):
    write(book.root, **{"other.py": "", "build/cache/x": "", "src/project/__pycache__/x.pyc": ""})
    write(book.root, **{"notes.txt": ""})
    sources = (*book.sources, book.root / "notes.txt", book.root / "missing")
    project, files = packed(replace(book, sources=sources))
    assert names(files) == [
        *("data/", "data/numbers.csv"),
        *("docs/", "docs/locale/", "docs/module.md", "docs/part/", "docs/part/data.md"),
        *("docs/plain.md", "notes.txt"),
        *("src/", "src/project/", "src/project/__init__.py", "src/project/answers.py"),
    ]
    assert project.name == 'a "project"'
    assert project.code == ("src",)
    assert {"numpy", "ipykernel"} <= set(project.needed)
    assert "pytest" not in project.needed


def test_what_is_packed_of_a_book_that_does_not(book):
    for folder in (".git", "build", "conda/conda-meta", "docs/_build", "lib/.cache"):
        write(book.root, **{f"{folder}/file": ""})
    write(book.root, **{"env/pyvenv.cfg": "", "node_modules/file": ""})
    (book.root / "lib/up").symlink_to(book.root)
    (book.root / "lib/data").symlink_to(book.root / "data")
    (book.root / "lib/broken").symlink_to(book.root / "nowhere")
    _, files = packed(replace(book, sources=()))
    assert names(files) == [
        *(".git/", "build/", "conda/", "data/", "data/numbers.csv", "docs/", "docs/_build/"),
        *("docs/locale/", "docs/module.md", "docs/part/", "docs/part/data.md", "docs/plain.md"),
        *("env/", "lib/", "lib/.cache/", "lib/data/", "lib/data/numbers.csv", "lib/up/"),
        *(
            "node_modules/",
            "src/",
            "src/project/",
            "src/project/__init__.py",
            "src/project/answers.py",
        ),
    ]


def test_modules_come_from_where_a_kernel_finds_them(book, monkeypatch):
    write(book.root, **{"lib/pack/__init__.py": "", "lib/pack/sub/__init__.py": ""})
    sources = (book.root / "lib/pack/sub",)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["/elsewhere", str(book.root / "src")]))
    project, files = packed(replace(book, sources=sources))
    assert (project.code, project.last) == (("src", "lib"), ("lib",))
    assert "lib/pack/__init__.py" not in names(files)
    monkeypatch.delenv("PYTHONPATH")
    assert packed(book)[0].code == ()


def test_a_project_that_is_too_big(book, monkeypatch):
    monkeypatch.setattr(packing, "_MOST_BYTES", 10)
    with (book.root / "data/numbers.csv").open("wb") as file:
        file.truncate(123_456_789)
    with pytest.raises(ExecutorError) as error:
        packed(book)
    assert str(error.value) == (
        "the project's files take 0.1 GB, too much to send to a cluster: name those that pages use "
        "as sources of the book"
    )


def test_the_key_is_of_the_files_and_of_who_packs(book):
    notebooks = [Page("plain", book.docs / "plain.md").read()]
    first = packing.pack(book, notebooks, "owner")[0].key
    assert packing.pack(book, notebooks, "owner")[0].key == first
    assert packing.pack(book, notebooks, "other")[0].key != first
    write(book.root, **{"data/numbers.csv": "4\n"})
    assert packing.pack(book, notebooks, "owner")[0].key != first


def test_files_keep_their_permissions(book, tmp_path):
    (book.root / "data/numbers.csv").chmod(0o750)
    packing.unpack(packed(book)[1], tmp_path / "there")
    assert (tmp_path / "there/data/numbers.csv").stat().st_mode & 0o777 == 0o750
    assert (tmp_path / "there/docs/locale").is_dir()


# Versions.


def test_versions_are_of_everything_that_is_installed():
    found = versions_here.versions()
    assert list(found)[:3] == ["Python", "processor", "dlnotes.book.engine"]
    assert found["Python"] == sys.version.split()[0]
    assert found["jupyter-cache"] == version("jupyter_cache")
    assert list(found)[3:] == sorted(list(found)[3:])


def test_versions_that_are_the_same_where_it_matters():
    theirs = {"Python": "3.12.1", "numpy": "2.4", "more": "1"}
    ours = {"Python": "3.12.1", "numpy": "2.4", "a-tool": "1"}
    versions_here.refuse_others("tcp://worker", theirs, ours, {"numpy"})


@pytest.mark.parametrize(
    ("count", "message"),
    [
        (1, "a0 0 (here 1)"),
        (5, "a0 0 (here 1), a1 0 (here 1), a2 0 (here 1), a3 0 (here 1), a4 0 (here 1)"),
        (
            7,
            "a0 0 (here 1), a1 0 (here 1), a2 0 (here 1), a3 0 (here 1), a4 0 (here 1) and 2 more",
        ),
    ],
)
def test_the_first_versions_that_differ_are_named(count, message):
    names = [f"a{number}" for number in range(count)]
    theirs, ours = dict.fromkeys(names, "0"), dict.fromkeys(names, "1")
    with pytest.raises(ExecutorError) as error:
        versions_here.refuse_others("tcp://worker", theirs, ours, ())
    assert str(error.value) == f"the worker tcp://worker is not as this machine: {message}"


def test_what_pages_import_has_to_be_there():
    ours = {"numpy": "2.4", "scipy": "1.17"}
    with pytest.raises(ExecutorError) as error:
        versions_here.refuse_others("tcp://worker", {}, ours, {"scipy"})
    message = "the worker tcp://worker is not as this machine: scipy is missing (here 1.17)"
    assert str(error.value) == message
