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
    supervisor : int
        The id of the process from which all that the job starts descends; 0 before it runs.
    process : asyncio.Future of int
        Its process id, once there is one.
    ended : asyncio.Future of int
        Its exit code, or minus the signal that ended it.
    """

    name: str
    supervisor: int = 0
    process: asyncio.Future[int] = field(default_factory=asyncio.Future)
    ended: asyncio.Future[int] = field(default_factory=asyncio.Future)


@dataclass
class _Life:
    """One warm process, from its start until it and its jobs are gone.

    Its ``ready`` says what it cannot be forked with, if anything, or None if it ended before.
    """

    process: subprocess.Popen[bytes]
    connection: socket.socket
    ready: asyncio.Future[str | None] = field(default_factory=asyncio.Future)
    gone: asyncio.Future[None] = field(default_factory=asyncio.Future)


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
        self._life: _Life | None = None
        self._starting = asyncio.Lock()
        self._jobs: dict[str, Job] = {}
        self._count = 0
        self.loaded: set[str] = set()

    @property
    def alive(self) -> bool:
        """Whether the warm process is there."""
        return self._life is not None and self._life.process.poll() is None

    async def start(self) -> None:
        """Start the warm process, if it is not there, and wait until everything is imported.

        Raises
        ------
        ChildProcessError
            If it ends before, even when it has nothing to import.
        """
        async with self._starting:
            while not self.alive:
                if self._life:
                    await asyncio.wait([self._life.gone])  # with the last of its jobs
                self._life = await self._launch()
                unsafe = await asyncio.shield(self._life.ready)
                if unsafe:
                    self._preload.remove(unsafe)
                    await asyncio.wait([self._life.gone])
                elif unsafe is None and self._preload:
                    self._preload.clear()  # what ends a process is for the page that imports it
                elif unsafe is None:
                    raise ChildProcessError("the process that pages are forked from ended")

    async def _launch(self) -> _Life:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        self._folder.mkdir(parents=True, exist_ok=True)
        chatter = subprocess.DEVNULL if self._record else None
        with theirs:
            process = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("warm.py")), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                cwd=self._folder,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=chatter,
                stderr=chatter,
                start_new_session=True,  # Ctrl-C is for the engine, which then ends the jobs
            )
        life = _Life(process, ours)
        # Not a task: those are cancelled together, and then nobody would see the jobs end.
        asyncio.get_running_loop().add_reader(ours, self._receive, life)
        await _send(life, {"preload": self._preload, "record": self._record})
        return life

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
        await self.start()
        self._count += 1
        job = Job(f"{self._count}")
        self._jobs[job.name] = job
        assert self._life  # noqa: S101 - tells the type checker
        await _send(
            self._life,
            {"start": job.name, "call": call, "arguments": arguments, "env": env}
            | {"cwd": str(folder), "quiet": quiet},
        )
        return job

    async def kill(self, job: Job) -> None:
        """End a job and everything that it started, and wait until they are gone."""
        if self._life and not job.ended.done():
            await _send(self._life, {"kill": job.name})
            await asyncio.wait([job.ended])

    async def close(self) -> None:
        """End all jobs and the warm process, and wait until they are gone."""
        if self._life:
            if not self._life.ready.done():
                self._life.process.kill()  # it would import everything first
            with contextlib.suppress(OSError):  # it has gone already
                self._life.connection.shutdown(socket.SHUT_WR)
            await asyncio.wait([self._life.gone])

    def _receive(self, life: _Life) -> None:
        """Take in a message; they end when the process and the supervisors of its jobs have."""
        data = b""
        with contextlib.suppress(OSError):  # it ended without reading all that it was sent
            data = life.connection.recv(_LONGEST_MESSAGE)
        if data:
            self._heard(json.loads(data), life)
            return
        asyncio.get_running_loop().remove_reader(life.connection)
        life.connection.close()
        life.process.wait()
        for job in list(self._jobs.values()):
            self._ended(job, -signal.SIGKILL)
        if not life.ready.done():
            life.ready.set_result(None)
        life.gone.set_result(None)

    def _heard(self, message: dict[str, Any], life: _Life) -> None:
        if "ready" in message:
            self.loaded = set(message["ready"])
            life.ready.set_result(message["unsafe"])
        elif "started" in message:
            job = self._jobs[message["started"]]
            job.supervisor = message["supervisor"]
            job.process.set_result(message["process"])
        else:
            self._ended(self._jobs[message["ended"]], message["status"])

    def _ended(self, job: Job, status: int) -> None:
        del self._jobs[job.name]
        if not job.process.done():
            job.process.set_result(0)
        if not job.ended.done():  # whoever waited for it may have been cancelled
            job.ended.set_result(status)


async def _send(life: _Life, message: dict[str, Any]) -> None:
    data = json.dumps(message).encode()
    with contextlib.suppress(ConnectionError):  # it has ended, which it tells by closing its end
        await asyncio.get_running_loop().sock_sendall(life.connection, data)
