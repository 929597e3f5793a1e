"""Kernels to run pages in: forks of a warm process, or processes of their own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import uuid
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING, Any, Protocol

import psutil
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.connect import write_connection_file
from jupyter_client.manager import AsyncKernelManager

if TYPE_CHECKING:
    import nbformat

    from dlnotes.book.engine.forks import Forks, Job

__all__ = ["Kernel", "can_fork", "new_kernel"]

_PATIENCE = 60.0
_WATCH_EVERY = 0.05
_MARK = "BOOK_KERNEL"
"""Environment variable by which to find what a kernel started, whoever is its parent by then."""
_SILENT = logging.getLogger(__name__)
_SILENT.disabled = True  # what goes wrong is raised too, and told as the page's error


class Kernel(Protocol):
    """A kernel that runs one page."""

    client: AsyncKernelClient
    process: int
    ended: asyncio.Future[int]
    language: dict[str, Any]

    def processes(self) -> list[psutil.Process]:
        """List the process of the kernel and all that were started from it."""

    async def start(self, env: dict[str, str], folder: Path) -> None:
        """Start it with an environment in a folder, ready to run cells."""

    async def stop(self) -> None:
        """End it and everything that it started, and wait until they are gone."""


def can_fork() -> bool:
    """Tell whether pages can run in forks here: Linux has all that it takes."""
    return sys.platform == "linux"


def new_kernel(
    notebook: nbformat.NotebookNode, forks: Forks | None, sockets: str, number: int
) -> Kernel:
    """Make the kernel that a page asks for.

    Parameters
    ----------
    notebook : NotebookNode
        The page.
    forks : Forks, optional
        The process that kernels for Python can be forked from.
    sockets : str
        The folder for sockets; empty for TCP ports.
    number : int
        Another one for each kernel.

    Returns
    -------
    Kernel
        Not started.
    """
    name = notebook.metadata.get("kernelspec", {}).get("name", "python3")
    names = f"{sockets}/{number}" if sockets else ""
    if forks and name == "python3":
        return ForkedKernel(forks, names)
    return OrdinaryKernel(name, names)


class ForkedKernel:
    """A kernel in a fork of a process that has imported the heavy packages already.

    Parameters
    ----------
    forks : Forks
        That process.
    sockets : str
        The path that the names of its sockets begin with.
    """

    def __init__(self, forks: Forks, sockets: str) -> None:
        self._forks, self._sockets = forks, sockets
        self._job: Job | None = None
        self.client = AsyncKernelClient()
        self.process = 0

    def processes(self) -> list[psutil.Process]:
        """List the process of the kernel and all that were started from it."""
        job = self._job
        return psutil.Process(job.supervisor).children(recursive=True) if job else []

    async def start(self, env: dict[str, str], folder: Path) -> None:
        """Fork, and wait until cells can be run."""
        file, _ = write_connection_file(
            f"{self._sockets}.json", transport="ipc", ip=self._sockets, key=self.client.session.key
        )
        call = "_book_warm:run_kernel"
        self._job = await self._forks.run(call, file, env=env, folder=folder, quiet=True)
        self.ended = self._job.ended
        self.process = await asyncio.shield(self._job.process)
        self.client.load_connection_file(file)
        self.language = await _connect(self.client, self.ended)

    async def stop(self) -> None:
        """End it and everything that it started, and wait until they are gone."""
        self.client.stop_channels()
        if self._job:
            await self._forks.kill(self._job)
        for file in Path(self._sockets).parent.glob(f"{Path(self._sockets).name}[.-]*"):
            file.unlink(missing_ok=True)


class OrdinaryKernel:
    """A kernel in a process of its own, as Jupyter starts it.

    Parameters
    ----------
    name : str
        Name of the kernel's specification, such as ``python3``.
    sockets : str
        The path that the names of its sockets begin with; empty for TCP ports.
    """

    def __init__(self, name: str, sockets: str = "") -> None:
        options: dict[str, Any] = {"transport": "ipc", "ip": sockets} if sockets else {}
        self._manager = AsyncKernelManager(kernel_name=name, log=_SILENT, **options)
        self._watching: asyncio.Task[None] | None = None
        self._mark = uuid.uuid4().hex
        self.client = AsyncKernelClient()
        self.process = 0

    def processes(self) -> list[psutil.Process]:
        """List the process of the kernel and all that were started from it."""
        process = psutil.Process(self.process)
        return [process, *process.children(recursive=True)]

    async def start(self, env: dict[str, str], folder: Path) -> None:
        """Start it and wait until cells can be run."""
        self.ended = asyncio.get_running_loop().create_future()
        await self._manager.start_kernel(env={**env, _MARK: self._mark}, cwd=str(folder))
        self.process = int(getattr(self._manager.provisioner, "pid", 0))
        self._watching = asyncio.create_task(self._watch())
        self.client = self._manager.client()
        self.language = await _connect(self.client, self.ended)

    async def _watch(self) -> None:
        provisioner = self._manager.provisioner
        assert provisioner  # noqa: S101 - tells the type checker
        while (status := await provisioner.poll()) is None:
            await asyncio.sleep(_WATCH_EVERY)
        self.ended.set_result(status)

    async def stop(self) -> None:
        """End it and everything that it started, and wait until they are gone."""
        self.client.stop_channels()
        if self._watching:
            self._watching.cancel()
        if self._manager.has_kernel:
            await self._manager.shutdown_kernel(now=True)
        while left := [process for process in psutil.process_iter() if self._started(process)]:
            for process in left:
                with contextlib.suppress(psutil.Error):  # it has gone by itself
                    process.kill()
            await asyncio.sleep(_WATCH_EVERY)

    def _started(self, process: psutil.Process) -> bool:
        """Tell whether a process was started by the kernel, or by what it started."""
        with contextlib.suppress(psutil.Error, OSError):  # it has ended, or is somebody else's
            return bool(process.environ().get(_MARK) == self._mark)
        return False


async def _connect(client: AsyncKernelClient, ended: asyncio.Future[int]) -> dict[str, Any]:
    """Open the channels, wait until the kernel answers and is heard; return its language.

    Raises
    ------
    RuntimeError
        If it ends or does not answer.
    """
    client.start_channels(hb=False, stdin=False)
    give_up = asyncio.get_running_loop().time() + _PATIENCE
    asked: set[str] = set()
    heard: dict[str, dict[str, Any]] = {}
    while len(heard) < 2:
        if ended.done() or asyncio.get_running_loop().time() > give_up:
            raise RuntimeError("the kernel did not start")
        asked.add(client.kernel_info())
        for name, channel in (("shell", client.shell_channel), ("iopub", client.iopub_channel)):
            with contextlib.suppress(Empty):
                while name not in heard:
                    message = await channel.get_msg(timeout=0.05)
                    if message["parent_header"].get("msg_id") in asked:
                        heard[name] = message["content"]
    language: dict[str, Any] = heard["shell"]["language_info"]
    return language
