"""The worker's side of :mod:`~dlnotes.book.engine.dask`: runs pages there as they run here.

A worker runs tasks in threads, and for whoever asks. So it keeps an event loop in a thread of its
own and, for each state of a project, the files and the process that pages are forked from.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import importlib
import itertools
import os
import shutil
import tempfile
import threading
import time
from concurrent.futures import CancelledError
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from dlnotes.book.engine.exchange import Returned
from dlnotes.book.engine.executors import drop_newer, socket_folder
from dlnotes.book.engine.forks import Forks
from dlnotes.book.engine.inputs import is_setting, kernel_environment
from dlnotes.book.engine.kernels import can_fork, new_kernel
from dlnotes.book.engine.packing import unpack
from dlnotes.book.engine.pages import Page
from dlnotes.book.engine.running import run_page
from dlnotes.book.engine.versions import refuse_others, versions

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from concurrent.futures import Future

    from dlnotes.book.engine.exchange import Job
    from dlnotes.book.engine.packing import Project

__all__ = ["TOPIC", "Host", "forget", "run_here"]

TOPIC = "dlnotes-pages"
"""Under this, workers say which page they begin."""

_LONGEST_UNUSED = 600.0
_ORDER = "_book_search_path"
_MOVE_TO_THE_END = """\
# The worker may have another copy of the project, so that these folders come first in PYTHONPATH.
# Where the engine is they come after installed packages, and a page may see the difference.
import sys

last = {last!r}
paths = [path for path in sys.path if path not in last]
installed = [path.endswith(("site-packages", "dist-packages")) for path in paths]
end = len(paths) - installed[::-1].index(True)
sys.path[:] = [*paths[:end], *last, *paths[end:]]
"""

_T = TypeVar("_T")


class _Place:
    """A state of a project on a worker, in a folder of its own."""

    def __init__(self, project: Project, folder: Path, cache: Path) -> None:
        self._project, self._folder = project, folder
        self._root = folder / project.name
        own = {k: v for k, v in kernel_environment(cache).items() if not is_setting(k)}
        paths = [folder, *(self._root / path for path in project.code), own.get("PYTHONPATH")]
        search = os.pathsep.join(str(path) for path in paths if path)
        self._env = own | project.settings | {"PYTHONPATH": search}
        self._cache = cache
        self._recorder: tuple[str, list[str]] = (str(self._root), [])
        self._stack = contextlib.ExitStack()
        self._opening = asyncio.Lock()
        self._open = False
        self._sockets = ""
        self._forks: Forks | None = None
        self._count = itertools.count()
        self.pages: set[asyncio.Task[Any] | None] = set()
        self.unused: asyncio.Handle = asyncio.get_running_loop().call_soon(lambda: None)

    async def run(self, files: bytes, job: Job) -> Returned:
        """Run a page; unpack the files if it is the first."""
        this = asyncio.current_task()
        self.pages.add(this)
        try:
            async with self._opening:
                await self._prepare(files)
            page = Page(job.docname, self._root / job.path)
            at = time.time()
            kernel = new_kernel(job.notebook, self._forks, self._sockets, next(self._count))
            run = await run_page(
                page, job.notebook, kernel, job.limits,
                env=self._env, recorder=self._recorder, allow_errors=job.allow_errors,
            )  # fmt: skip
            if run.error:
                drop_newer(self._cache / "jax", at)
            return Returned.of(self._root, job.notebook, run)
        finally:
            self.pages.discard(this)

    async def _prepare(self, files: bytes) -> None:
        if self._open:
            return
        shutil.rmtree(self._root, ignore_errors=True)  # what an attempt that failed left there
        await asyncio.to_thread(unpack, files, self._root)
        self._sockets = self._stack.enter_context(socket_folder(self._folder))
        empty = self._cache / "home/empty"
        empty.mkdir(parents=True, exist_ok=True)
        if can_fork():
            last = [str(self._root / path) for path in self._project.last]
            order = self._folder / f"{_ORDER}.py"
            order.write_text(_MOVE_TO_THE_END.format(last=last), encoding="utf-8")
            preload = [_ORDER, *self._project.preload]
            self._forks = Forks(preload, record=self._recorder, env=self._env, folder=empty)
            await self._forks.start()
        self._open = True

    async def close(self) -> None:
        """End the pages that are running, the process that they were forked from, the files."""
        pages = [page for page in self.pages if page]
        for page in pages:
            page.cancel()
        await asyncio.gather(*pages, return_exceptions=True)
        if self._forks:
            await self._forks.close()
        self._stack.close()
        shutil.rmtree(self._folder, ignore_errors=True)


class Host:
    """Runs pages on one worker, in an event loop in a thread of its own.

    Parameters
    ----------
    name : str
        The worker's address, for messages.
    folder : Path
        For the files of projects and for what JAX has compiled.
    longest_unused : float
        Seconds after which the files of a project are dropped if no page of it has run: the engine
        that asked for it has ended without a word.
    """

    def __init__(self, name: str, folder: Path, longest_unused: float = _LONGEST_UNUSED) -> None:
        self._name, self._folder = name, folder.resolve()
        self._longest_unused = longest_unused
        self._places: dict[str, _Place] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._lock, self._closed = threading.Lock(), False
        atexit.register(self.close)
        self._thread = threading.Thread(target=self._loop.run_forever, name="pages", daemon=True)
        self._thread.start()

    def run(self, project: Project, files: bytes, job: Job) -> Returned:
        """Run a page, from any thread.

        Parameters
        ----------
        project : Project
            What is known of the project.
        files : bytes
            Its files, packed.
        job : Job
            The page.

        Returns
        -------
        Returned
            What it gave.

        Raises
        ------
        ExecutorError
            If the versions here are not those that the project asks for.
        """
        if project.key not in self._places:
            refuse_others(self._name, versions(), project.versions, project.needed)
        return self._do(self._run(project, files, job)).result()

    async def _run(self, project: Project, files: bytes, job: Job) -> Returned:
        place = self._places.get(project.key)
        if place is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(dir=self._folder))
            place = self._places[project.key] = _Place(project, folder, self._folder / "cache")
        place.unused.cancel()
        try:
            return await place.run(files, job)
        finally:
            if not place.pages:
                place.unused = self._loop.call_later(self._longest_unused, self._drop, project.key)

    def _drop(self, key: str) -> None:
        closing = self._loop.create_task(self._forget(key))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    async def _forget(self, key: str) -> None:
        if place := self._places.pop(key, None):
            place.unused.cancel()
            await place.close()

    def forget(self, key: str) -> Future[None]:
        """Drop a project, and end its pages that are running; from any thread.

        Parameters
        ----------
        key : str
            The project's.

        Returns
        -------
        concurrent.futures.Future
            Done when nothing is left of it.
        """
        return self._do(self._forget(key))

    def close(self) -> None:
        """Drop all projects and end the thread; pages that threads wait for are cancelled."""
        atexit.unregister(self.close)
        with self._lock:
            self._closed = True
            ended = asyncio.run_coroutine_threadsafe(self._end(), self._loop)
        ended.result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        for key in list(self._places):
            await self._forget(key)
        while left := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    def _do(self, work: Coroutine[Any, Any, _T]) -> Future[_T]:
        with self._lock:
            if not self._closed:
                return asyncio.run_coroutine_threadsafe(work, self._loop)
        work.close()
        raise CancelledError


_hosts: dict[str, Host] = {}
_lock = threading.Lock()


def run_here(files: bytes, project: Project, job: Job, ticket: str) -> Returned:
    """Run a page as a task on a Dask worker.

    Parameters
    ----------
    files : bytes
        The project's files, packed.
    project : Project
        What is known of it.
    job : Job
        The page.
    ticket : str
        What to tell the engine as soon as the page begins.

    Returns
    -------
    Returned
        What the page gave.
    """
    worker = importlib.import_module("distributed").get_worker()
    worker.log_event(TOPIC, ticket)
    with _lock:
        if worker.local_directory not in _hosts:
            folder = Path(worker.local_directory, "pages")
            _hosts[worker.local_directory] = Host(worker.address, folder)
    return _hosts[worker.local_directory].run(project, files, job)


async def forget(key: str, dask_worker: Any) -> None:
    """Drop a project on a Dask worker, if it is there.

    Parameters
    ----------
    key : str
        The project's.
    dask_worker : distributed.Worker
        The worker; Dask fills it in.
    """
    if host := _hosts.get(dask_worker.local_directory):
        await asyncio.wrap_future(host.forget(key))
