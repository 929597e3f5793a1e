"""Kernels to run pages in: forks of a warm process, or processes of their own."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING, Any, Protocol

import psutil
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.connect import write_connection_file
from jupyter_client.manager import AsyncKernelManager

if TYPE_CHECKING:
    from dlnotes.book.engine.forks import Forks, Job

__all__ = ["ForkedKernel", "Kernel", "OrdinaryKernel", "can_fork"]

_PATIENCE = 60.0


class Kernel(Protocol):
    """A kernel that runs one page."""

    client: AsyncKernelClient
    process: int
    ended: asyncio.Future[int]
    language: dict[str, Any]

    async def start(self, env: dict[str, str], folder: Path) -> None:
        """Start it with an environment in a folder, ready to run cells."""

    async def stop(self) -> None:
        """End it and everything that it started, and wait until they are gone."""


def can_fork() -> bool:
    """Tell whether pages can run in forks here: Linux has all that it takes."""
    return sys.platform == "linux"


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

    async def start(self, env: dict[str, str], folder: Path) -> None:
        """Fork, and wait until cells can be run."""
        file, _ = write_connection_file(
            f"{self._sockets}.json", transport="ipc", ip=self._sockets, key=self.client.session.key
        )
        call = "_book_warm:run_kernel"
        self._job = await self._forks.run(call, file, env=env, folder=folder, quiet=True)
        self.ended = self._job.ended
        self.process = await self._job.process
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
        self._manager = AsyncKernelManager(kernel_name=name, **options)
        self._poll: asyncio.Task[None] | None = None
        self._tree: list[psutil.Process] = []
        self.client = AsyncKernelClient()
        self.process = 0

    async def start(self, env: dict[str, str], folder: Path) -> None:
        """Start it and wait until cells can be run."""
        self.ended = asyncio.get_running_loop().create_future()
        await self._manager.start_kernel(env=env, cwd=str(folder))
        self.process = int(getattr(self._manager.provisioner, "pid", 0))
        self._poll = asyncio.create_task(self._watch())
        self.client = self._manager.client()
        self.language = await _connect(self.client, self.ended)

    async def _watch(self) -> None:
        while await self._manager.is_alive():
            with contextlib.suppress(psutil.Error):
                self._tree = psutil.Process(self.process).children(recursive=True)
            await asyncio.sleep(0.1)
        self.ended.set_result(1)

    async def stop(self) -> None:
        """End it and everything that was seen to be started from it."""
        self.client.stop_channels()
        if self._poll:
            self._poll.cancel()
        with contextlib.suppress(psutil.Error):
            self._tree += psutil.Process(self.process).children(recursive=True)
        if self._manager.has_kernel:
            await self._manager.shutdown_kernel(now=True)
        for child in self._tree:
            with contextlib.suppress(psutil.Error):  # it has gone by itself
                child.kill()


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
