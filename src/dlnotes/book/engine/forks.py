"""The engine's side of :mod:`~dlnotes.book.engine.warm`: start it, have it fork jobs, end them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Forks", "Job"]

_LONGEST_MESSAGE = 1 << 20


@dataclass
class Job:
    """A job that runs in a fork.

    Attributes
    ----------
    name : str
        Unique.
    process : asyncio.Future of int
        Its process id, once there is one.
    ended : asyncio.Future of int
        Its exit code, or minus the signal that ended it.
    """

    name: str
    process: asyncio.Future[int] = field(default_factory=asyncio.Future)
    ended: asyncio.Future[int] = field(default_factory=asyncio.Future)


class Forks:
    """A warm process and the jobs that were forked from it.

    Parameters
    ----------
    preload : sequence of str
        Modules to import before the first job. One that starts a thread cannot be there: a process
        with threads cannot be forked safely. Jobs import such a module themselves.
    record : (str, list of str), optional
        Arguments for the recorder that every job inherits.
    env : dict
        Environment of the warm process.
    folder : Path
        An empty folder, where it runs.
    """

    def __init__(
        self,
        preload: Sequence[str],
        *,
        record: tuple[str, list[str]] | None = None,
        env: dict[str, str],
        folder: Path,
    ) -> None:
        self._preload = list(preload)
        self._record, self._env, self._folder = record, env, folder
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: socket.socket | None = None
        self._listener: asyncio.Task[None] | None = None
        self._jobs: dict[str, Job] = {}
        self._count = 0
        self.loaded: set[str] = set()

    @property
    def alive(self) -> bool:
        """Whether the warm process is there."""
        return self._process is not None and self._process.poll() is None

    async def start(self) -> None:
        """Start the warm process and wait until everything is imported.

        Raises
        ------
        RuntimeError
            If it ends before.
        """
        while unsafe := await self._launch():
            self._preload.remove(unsafe)

    async def _launch(self) -> str:
        """Start the warm process; return the module that it cannot be forked with, if any."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        self._connection = ours
        self._folder.mkdir(parents=True, exist_ok=True)
        chatter = subprocess.DEVNULL if self._record else None
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("warm.py")), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                cwd=self._folder,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=chatter,
                stderr=chatter,
                start_new_session=True,  # Ctrl-C is for the engine, which then ends the jobs
            )
        ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._listener = asyncio.create_task(self._listen(ours, self._process, ready))
        await self._send({"preload": self._preload, "record": self._record})
        return await ready

    async def run(
        self,
        call: str,
        *arguments: str,
        env: dict[str, str],
        folder: Path,
        quiet: bool,
    ) -> Job:
        """Fork a job that calls a function.

        Parameters
        ----------
        call : str
            ``module:function``.
        *arguments : str
            Passed to it.
        env : dict
            The job's environment.
        folder : Path
            Where it runs.
        quiet : bool
            Whether what it writes is dropped.

        Returns
        -------
        Job
            Its process may not have started yet.
        """
        if not self.alive:
            await self.start()
        self._count += 1
        job = Job(f"{self._count}")
        self._jobs[job.name] = job
        await self._send(
            {"start": job.name, "call": call, "arguments": arguments, "env": env}
            | {"cwd": str(folder), "quiet": quiet}
        )
        return job

    async def kill(self, job: Job) -> None:
        """End a job and everything that it started, and wait until they are gone."""
        if not job.ended.done():
            with contextlib.suppress(OSError):  # the warm process has gone, and its jobs with it
                await self._send({"kill": job.name})
            await asyncio.wait([job.ended])

    async def close(self) -> None:
        """End all jobs and the warm process, and wait until they are gone."""
        if self._connection and self._process and self._listener:
            self._listener.cancel()
            self._connection.close()
            while self._process.poll() is None:
                await asyncio.sleep(0.005)

    async def _send(self, message: dict[str, Any]) -> None:
        assert self._connection  # noqa: S101 - tells the type checker
        await asyncio.get_running_loop().sock_sendall(
            self._connection, json.dumps(message).encode()
        )

    async def _listen(
        self,
        connection: socket.socket,
        process: subprocess.Popen[bytes],
        ready: asyncio.Future[str],
    ) -> None:
        """Take in messages until the warm process is gone."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                data = await loop.sock_recv(connection, _LONGEST_MESSAGE)
            except OSError:
                break
            if not data:
                break
            self._heard(json.loads(data), ready)
        connection.close()
        code = process.wait()
        for job in list(self._jobs.values()):
            self._ended(job, code or -signal.SIGKILL)
        if not ready.done():
            ready.set_exception(RuntimeError("the process that pages are forked from ended"))

    def _heard(self, message: dict[str, Any], ready: asyncio.Future[str]) -> None:
        if "ready" in message:
            self.loaded = set(message["ready"])
            ready.set_result(message["unsafe"])
        elif "started" in message:
            self._jobs[message["started"]].process.set_result(message["process"])
        elif message["ended"] in self._jobs:
            self._ended(self._jobs[message["ended"]], message["status"])

    def _ended(self, job: Job, status: int) -> None:
        del self._jobs[job.name]
        if not job.process.done():
            job.process.set_result(0)
        if not job.ended.done():
            job.ended.set_result(status)
