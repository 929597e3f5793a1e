"""The executor ``dask``: runs pages on a cluster that is there already.

``BOOK_EXECUTOR=dask DASK_SCHEDULER_ADDRESS=tcp://...:8786 make html``. Workers need the packages
that are installed here, in the same versions, dlnotes among them; others are refused. The project
need not be there. Its files go from here, packed (:mod:`~dlnotes.book.engine.packing`), through the
scheduler to every worker that gets a page. They are unpacked into a folder that the worker drops
after the build, and kernels import the project's modules from there before they look elsewhere. So
an edit needs nothing done to the cluster. Files that a page writes stay on the worker.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import os
import pickle
import uuid
import warnings
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dlnotes.book.engine.exchange import Job
from dlnotes.book.engine.executors import ExecutorError, PageExecutor
from dlnotes.book.engine.packing import Project, pack
from dlnotes.book.engine.pages import PageError
from dlnotes.book.engine.remote import TOPIC, forget, run_here
from dlnotes.book.engine.running import Run
from dlnotes.book.engine.versions import refuse_others, versions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import nbformat

    from dlnotes.book.engine.executors import Task
    from dlnotes.book.engine.pages import Book

__all__ = ["DaskExecutor"]

_PATIENCE = 4.0
_LONGEST_ALONE = 60.0
_LOOK_EVERY = 1.0
_ADDRESS = "DASK_SCHEDULER_ADDRESS"


class DaskExecutor(PageExecutor):
    """Runs pages on the workers of the Dask scheduler that the environment names."""

    def __init__(self, cache: Any, logger: Any = None) -> None:
        super().__init__(cache, logger)
        self._name = uuid.uuid4().hex
        self._client: Any = None
        self._key = ""

    async def run_pages(
        self,
        book: Book,
        tasks: Sequence[Task],
        *,
        started: Callable[[Task], None],
        ended: Callable[[Task, nbformat.NotebookNode, Run], None],
    ) -> None:
        """Run pages, as many at once as the book says or the cluster can.

        ``started`` is called when a worker begins a page, once even if that worker is lost and
        another begins anew.

        Raises
        ------
        ExecutorError
            If there is no scheduler, if it has no workers, if they have other versions than this
            machine, or if they are lost and none comes back.
        """
        client = await self._connect()
        notebooks = [task.page.read() for task in tasks]
        try:
            project, files = pack(book, notebooks, self._name)
        except OSError as error:
            raise ExecutorError(f"the project's files cannot be packed: {error}") from error
        await _check_workers(client, project)
        if project.key != self._key:
            await self._forget()
            self._key = project.key
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Sending large graph")
            sent = client.submit(bytes, files, key=f"project-{project.key}")

        batch = _Batch(client, book, project, sent, started, ended)
        client.subscribe_topic(TOPIC, lambda event: batch.heard(event[1]))
        watch = asyncio.create_task(_watch_workers(client))
        work = asyncio.create_task(batch.run(tasks, notebooks))
        try:
            await asyncio.wait({watch, work}, return_when=asyncio.FIRST_COMPLETED)
            (work if work.done() else watch).result()
        finally:
            watch.cancel()
            work.cancel()
            await asyncio.gather(watch, work, return_exceptions=True)

    async def _connect(self) -> Any:
        """Return a client of a scheduler that has workers."""
        address = os.environ.get(_ADDRESS, "")
        if not address:
            raise ExecutorError(
                f"the executor dask needs {_ADDRESS} in the environment: the address of a Dask "
                "scheduler, such as tcp://127.0.0.1:8786"
            )
        if self._client and self._client.status == "running":
            return self._client
        try:
            distributed: Any = importlib.import_module("distributed")
        except ImportError as error:
            raise ExecutorError(
                "the executor dask needs the package distributed: pip install 'dlnotes[dask]'"
            ) from error
        await self.close()  # of a client that has lost its scheduler
        for name in ("distributed", "distributed.client", "distributed.gc"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is in our errors
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", distributed.versions.VersionMismatchWarning)
            try:
                client = self._client = distributed.Client(
                    address, asynchronous=True, set_as_default=False, timeout=_PATIENCE
                )
                await client
            except Exception as error:
                await self.close()
                unreachable = f"the scheduler at {address} cannot be reached: {error}"
                raise ExecutorError(unreachable) from error
        try:
            await client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError as error:
            raise ExecutorError(f"the scheduler at {address} has no workers") from error
        return client

    async def _forget(self) -> None:
        """Have the workers drop what they keep for this executor, and end its pages."""
        if self._key and self._client.status == "running":
            with contextlib.suppress(OSError, TimeoutError):  # they have gone, and all with them
                async with asyncio.timeout(_PATIENCE):
                    await self._client.run(forget, self._key, on_error="ignore")
        self._key = ""

    async def close(self) -> None:
        """Have the workers drop what they keep, and leave the cluster."""
        if self._client:
            await self._forget()
            await self._client.close()
            self._client = None


@dataclass
class _Batch:
    """The pages of one run, each a task of the cluster."""

    client: Any
    book: Book
    project: Project
    sent: Any
    started: Callable[[Task], None]
    ended: Callable[[Task, nbformat.NotebookNode, Run], None]
    name: str = field(default_factory=lambda: uuid.uuid4().hex)
    waiting: dict[str, Task] = field(default_factory=dict)

    async def run(self, tasks: Sequence[Task], notebooks: Sequence[nbformat.NotebookNode]) -> None:
        """Run the pages, the first first as far as they have to wait for workers."""
        self.waiting = {task.page.docname: task for task in tasks}
        places = asyncio.Semaphore(self.book.jobs or len(tasks))
        suspects = []

        async def run(order: int, task: Task, notebook: nbformat.NotebookNode) -> None:
            async with places:
                outcome = await self._attempt(task, notebook, -order)
            if outcome:
                self._finish(task, notebook, outcome)
            else:
                suspects.append((task, notebook))

        pages = [
            asyncio.create_task(run(order, task, notebook))
            for order, (task, notebook) in enumerate(zip(tasks, notebooks, strict=True))
        ]
        try:
            await asyncio.gather(*pages)
        finally:
            for page in pages:
                page.cancel()
            await asyncio.gather(*pages, return_exceptions=True)
        for task, notebook in suspects:
            # Dask suspects every page that a lost worker had, so see which of them it is.
            outcome = await self._attempt(task, notebook, 0) if len(suspects) > 1 else None
            killer = Run(error=PageError("it ended every worker that it ran on"))
            self._finish(task, notebook, outcome or killer)

    async def _attempt(
        self, task: Task, notebook: nbformat.NotebookNode, priority: int
    ) -> Run | None:
        """Run a page; None if it has been given up because workers were lost with it."""
        job = Job(
            docname=task.page.docname,
            path=task.page.path.relative_to(self.book.root).as_posix(),
            notebook=notebook,
            limits=task.limits,
            allow_errors=self.book.allow_errors,
        )
        ticket = f"{self.name}/{job.docname}"
        future = self.client.submit(
            _caller(),
            self.sent,
            pickle.dumps((run_here, (self.project, job, ticket))),
            key=(f"page-{self.name}", job.docname, uuid.uuid4().hex),
            priority=priority,
        )
        distributed: Any = importlib.import_module("distributed")
        try:
            returned = await future
        except distributed.KilledWorker:
            return None
        except CancelledError as error:
            raise ExecutorError("the scheduler was lost, and the pages with it") from error
        except ExecutorError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever happens on a worker, as a full disk
            message = f"its worker could not run it: {type(error).__name__}: {error}"
            return Run(error=PageError(message))
        finally:
            future.release()
        run: Run = returned.put(notebook, self.book.root)
        return run

    def heard(self, ticket: str) -> None:
        """Take in that a worker has begun a page, perhaps not for the first time."""
        name, _, docname = ticket.partition("/")
        if name == self.name and docname in self.waiting:
            self.started(self.waiting.pop(docname))

    def _finish(self, task: Task, notebook: nbformat.NotebookNode, outcome: Run) -> None:
        self.heard(f"{self.name}/{task.page.docname}")  # that can be slower than the page
        self.ended(task, notebook, outcome)


def _caller() -> Callable[[bytes, bytes], Any]:
    """Make a function that Dask sends by value: the scheduler then needs nothing of ours."""

    def call(files: bytes, pickled: bytes) -> Any:
        import pickle

        function, arguments = pickle.loads(pickled)  # noqa: S301 - it comes from _Batch
        return function(files, *arguments)

    return call


async def _check_workers(client: Any, project: Project) -> None:
    """See that every worker can run the pages of a project as this machine would.

    Raises
    ------
    ExecutorError
        If one cannot.
    """
    found = await client.run(versions, on_error="return")
    for worker, theirs in found.items():
        if isinstance(theirs, dict):
            refuse_others(worker, theirs, project.versions, project.needed)
        elif not isinstance(theirs, OSError):  # that one has just gone
            problem = f"{type(theirs).__name__}: {theirs}"
            raise ExecutorError(f"the worker {worker} cannot run pages: {problem}")


async def _watch_workers(client: Any) -> None:
    """Return when there have been no workers for long.

    Raises
    ------
    ExecutorError
        Then.
    """
    loop = asyncio.get_running_loop()
    seen = loop.time()
    while loop.time() - seen < _LONGEST_ALONE:
        await asyncio.sleep(_LOOK_EVERY)
        with contextlib.suppress(OSError, AttributeError):  # a lost scheduler ends the pages
            if await client.scheduler.ncores():
                seen = loop.time()
    raise ExecutorError(f"the scheduler has had no workers for {_LONGEST_ALONE:g} s")
