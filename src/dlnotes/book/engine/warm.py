"""A process that imports heavy packages once and forks itself for every job.

Started by its path, so that what it holds does not include :mod:`dlnotes`: a job always imports
the project as it is now. The other side is :class:`~dlnotes.book.engine.forks.Forks`; the two
exchange JSON messages over a socket. Linux only.

Every job has a supervisor: a process of its own that adopts whatever the job leaves behind and
ends it with the job. When this process or the build dies, by whatever cause, so do the jobs.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import importlib.util
import json
import os
import random
import select
import signal
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

__all__ = ["Server", "run_kernel"]

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_LONGEST_MESSAGE = 1 << 20


class Server:
    """Answers the messages of one engine until it goes away.

    Parameters
    ----------
    connection : socket.socket
        Keeps the messages apart (``SOCK_SEQPACKET``).
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._supervisors: dict[int, str] = {}

    def serve(self) -> None:
        """Answer until the engine closes its end."""
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)  # of jobs whose supervisor is killed
        woken, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        sources: list[Any] = [self._connection, woken]
        while True:
            ready, _, _ = select.select(sources, [], [])
            if woken in ready:
                os.read(woken, 4096)
                self._reap()
            if self._connection in ready:
                data = self._connection.recv(_LONGEST_MESSAGE)
                if not data:
                    break
                self._answer(json.loads(data))
        for supervisor in self._supervisors:
            os.kill(supervisor, signal.SIGTERM)
        while self._supervisors:
            self._forget(*os.waitpid(-1, 0))

    def _answer(self, message: dict[str, Any]) -> None:
        if "preload" in message:
            self._preload(message)
        elif "start" in message:
            warm = os.getpid()
            supervisor = os.fork()
            if supervisor == 0:
                self._supervise(message, warm)
            self._supervisors[supervisor] = message["start"]
        else:
            for supervisor, job in self._supervisors.items():
                if job == message["kill"]:
                    os.kill(supervisor, signal.SIGTERM)

    def _preload(self, message: dict[str, Any]) -> None:
        if message["record"]:
            path = Path(__file__).with_name("recorder.py")
            spec = importlib.util.spec_from_file_location("_book_recorder", path)
            recorder = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
            sys.modules["_book_recorder"] = recorder
            spec.loader.exec_module(recorder)  # type: ignore[union-attr]
            recorder.record(*message["record"])
        gc.disable()  # what is imported stays
        for name in message["preload"]:
            # A package that cannot be imported is for the page that needs it to report.
            with contextlib.suppress(Exception):
                importlib.import_module(name)
            if len(os.listdir("/proc/self/task")) > 1:
                self._send({"ready": [], "unsafe": name})
                os._exit(0)
        gc.freeze()  # or a job that looks for garbage would copy all memory that is shared
        gc.enable()
        self._send({"ready": _project_files(), "unsafe": ""})

    def _send(self, message: dict[str, Any]) -> None:
        self._connection.send(json.dumps(message).encode())

    def _reap(self) -> None:
        while self._supervisors:
            process, status = os.waitpid(-1, os.WNOHANG)
            if process == 0:
                return
            self._forget(process, status)

    def _forget(self, process: int, status: int) -> None:
        job = self._supervisors.pop(process, None)
        if job and status:  # it was killed or could not fork, and so has not reported itself
            self._end_orphans()
            with contextlib.suppress(OSError):  # the engine may have gone
                self._send({"ended": job, "status": os.waitstatus_to_exitcode(status)})

    def _end_orphans(self) -> None:
        """End what a supervisor that was killed can see to no more."""
        while orphans := set(_children()) - self._supervisors.keys():
            for orphan in orphans:
                os.kill(orphan, signal.SIGKILL)
                os.waitpid(orphan, 0)

    def _supervise(self, message: dict[str, Any], warm: int) -> NoReturn:
        """Run a job in a further fork, see that nothing of it stays, report how it ended."""
        signal.set_wakeup_fd(-1)
        signals = {signal.SIGCHLD, signal.SIGTERM}
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        os.setsid()
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)
        _die_with(warm, signal.SIGTERM)
        supervisor = os.getpid()
        job = os.fork()
        if job == 0:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._connection.close()
            _die_with(supervisor, signal.SIGKILL)
            os._exit(_run_job(message))
        with contextlib.suppress(OSError):  # the engine may have gone
            self._send({"started": message["start"], "supervisor": supervisor, "process": job})
        status = None
        while status is None:
            if signal.sigwait(signals) == signal.SIGTERM:
                os.kill(job, signal.SIGKILL)
            status = _wait_for(job)
        _end_children()
        with contextlib.suppress(OSError):  # as above
            self._send({"ended": message["start"], "status": os.waitstatus_to_exitcode(status)})
        os._exit(0)


def _wait_for(job: int) -> int | None:
    """Reap what has ended; return the job's status if it is among it."""
    found = None
    with contextlib.suppress(ChildProcessError):
        while True:
            process, status = os.waitpid(-1, os.WNOHANG)
            if process == 0:
                break
            if process == job:
                found = status
    return found


def _end_children() -> None:
    """End every process that the job left behind: orphans become children of the supervisor."""
    with contextlib.suppress(ChildProcessError):
        while True:
            for child in _children():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            os.waitpid(-1, 0)


def _children() -> list[int]:
    me, found = os.getpid(), []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                stat = Path("/proc", entry, "stat").read_bytes()
                if int(stat.rpartition(b")")[2].split()[1]) == me:
                    found.append(int(entry))
    return found


def _project_files() -> list[str]:
    """List the files of modules that are not installed: an edit makes this process stale."""
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    return sorted(f for f in files if f and not f.startswith((sys.prefix, sys.base_prefix)))


def _run_job(message: dict[str, Any]) -> int:
    os.chdir(message["cwd"])
    os.environ.clear()
    os.environ.update(message["env"])
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2) if message["quiet"] else (0,):
        os.dup2(null, stream)
    random.seed()
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()
    module, _, function = message["call"].partition(":")
    try:
        return int(getattr(importlib.import_module(module), function)(*message["arguments"]) or 0)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def run_kernel(connection_file: str) -> None:
    """Be the kernel of a page."""
    with contextlib.suppress(OSError):  # if memory runs out, the page goes and not the build
        Path("/proc/self/oom_score_adj").write_text("1000")
    from ipykernel.kernelapp import IPKernelApp

    IPKernelApp.launch_instance(
        ["-f", connection_file, "--HistoryManager.enabled=False", "--IPKernelApp.parent_handle=0"]
    )


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _die_with(parent: int, how: signal.Signals) -> None:
    _prctl(_PR_SET_PDEATHSIG, how)
    if os.getppid() != parent:  # it died before it could be watched
        os._exit(1)


if __name__ == "__main__":
    _die_with(os.getppid(), signal.SIGKILL)  # the engine, even during a long import
    del sys.path[0]  # the folder of this file
    sys.modules["_book_warm"] = sys.modules["__main__"]
    Server(socket.socket(fileno=int(sys.argv[1]))).serve()
