"""Run one page: its cells in order, within its limits, with its errors traced to its lines."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import time
from ast import literal_eval
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete

from dlnotes.book.engine.pages import Limits, Page, PageError, allows_errors

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from contextlib import AbstractAsyncContextManager

    import nbformat

    from dlnotes.book.engine.kernels import Kernel

__all__ = ["Run", "run_page"]

_REPORT = "__import__('sys').modules['_book_recorder'].running.report()"
_WATCH_EVERY = 0.25
_PATIENCE = 60.0
_FRAMES = re.compile(r"(?:Cell In\[(\d+)\], line|File (\S.*?):)\s*(\d+)(?:, in ([^\n(]+))?")
_CELL_FILE = re.compile(r" \(\d+\.py, line \d+\)$")
"""What a SyntaxError calls a cell and its line, which is not the line of the page."""


@dataclass
class Run:
    """What running a page gave, besides the outputs, which are in the notebook.

    Attributes
    ----------
    seconds, cpu : float
        Time that passed, and seconds of processor time, both from the first cell on.
    cpu_before : float
        Seconds of processor time that its kernel took to start.
    memory : int
        Bytes held at most.
    error : PageError, optional
        Why it did not run to the end.
    used : dict
        The recorder's report; empty if there is none.
    began : bool
        Whether its first cell was about to run.
    """

    seconds: float = 0.0
    cpu: float = 0.0
    cpu_before: float = 0.0
    memory: int = 0
    error: PageError | None = None
    used: dict[str, Any] = field(default_factory=dict)
    began: bool = False


class _Trouble(Exception):
    """The page has to end: it has reached one of its limits, or a cell raised."""

    def __init__(self, message: str, frames: tuple[tuple[str, int, str], ...] = ()) -> None:
        super().__init__(message)
        self.frames = frames


async def run_page(
    page: Page,
    notebook: nbformat.NotebookNode,
    kernel: Kernel,
    limits: Limits,
    *,
    env: dict[str, str],
    recorder: tuple[str, list[str]],
    allow_errors: bool = False,
    place: AbstractAsyncContextManager[None] | None = None,
    begin: Callable[[], None] | None = None,
) -> Run:
    """Run a page in a kernel that has not been started, and end the kernel.

    Parameters
    ----------
    page : Page
        The page.
    notebook : NotebookNode
        Its cells, which get the outputs.
    kernel : Kernel
        For this page alone.
    limits : Limits
        What the page may use.
    env : dict
        The kernel's environment.
    recorder : (str, list of str)
        The project's folder, and folders of it that do not count.
    allow_errors : bool
        Whether to go on after a cell that raises.
    place : async context manager, optional
        Held from when the kernel is ready until it is gone.
    begin : callable, optional
        Called when the first cell is about to run.

    Returns
    -------
    Run
        With its ``error`` set if the page did not run to the end.
    """
    run = Run()
    cells = _Cells(page, notebook, kernel, limits, allow_errors=allow_errors)
    async with contextlib.AsyncExitStack() as held:

        async def take_turn() -> None:
            await held.enter_async_context(place or contextlib.nullcontext())
            if kernel.ended.done():
                raise _Trouble("the kernel ended before its turn came")
            _measure(kernel, run)
            run.cpu_before, run.began = run.cpu, True
            if begin:
                begin()

        work = asyncio.create_task(cells.run(env, recorder, take_turn))
        watch = asyncio.create_task(_watch_memory(kernel, limits, run))
        try:
            await asyncio.wait({work, watch}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                run.used = work.result()
            else:
                watch.result()
        except _Trouble as trouble:
            run.error = cells.error(str(trouble), trouble.frames)
        except (OSError, RuntimeError, NoSuchKernel) as error:
            run.error = PageError(
                f"its kernel {notebook.metadata.get('kernelspec', {}).get('name')!r} "
                f"cannot be used: {error}"
            )
        finally:
            _measure(kernel, run)
            await _to_the_end(_stop(kernel, work, watch))
    run.seconds = cells.seconds
    return run


async def _stop(kernel: Kernel, *tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await kernel.stop()


async def _to_the_end(ending: Coroutine[Any, Any, None]) -> None:
    """Wait until something is done, and only then be cancelled."""
    task = asyncio.create_task(ending)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


class _Cells(NotebookClient):
    """Sends the cells of a page to its kernel and takes in what comes back."""

    def __init__(
        self,
        page: Page,
        notebook: nbformat.NotebookNode,
        kernel: Kernel,
        limits: Limits,
        *,
        allow_errors: bool,
    ) -> None:
        allow_errors = allow_errors or allows_errors(notebook)
        super().__init__(notebook, allow_errors=allow_errors, record_timing=False)
        self._page, self._kernel, self._limits = page, kernel, limits
        self._current = -1
        self._written = 0
        self._started = 0.0
        self.seconds = 0.0

    async def run(
        self,
        env: dict[str, str],
        recorder: tuple[str, list[str]],
        take_turn: Callable[[], Awaitable[None]],
    ) -> dict[str, Any]:
        """Run all cells; return the recorder's report."""
        await self._kernel.start(env, self._page.path.parent)
        self.kc = self._kernel.client
        self.nb.metadata["language_info"] = self._kernel.language
        python = self._kernel.language.get("name") == "python"
        if python:
            await self._quietly(_start_recorder(recorder))
        await take_turn()
        self._started = time.monotonic()
        try:
            await self._run_cells()
        finally:
            self.seconds = time.monotonic() - self._started
        self.set_widgets_metadata()
        if not python:
            return {}
        answer = await self._quietly("", report=_REPORT)
        with contextlib.suppress(KeyError, ValueError):  # a page that broke its own kernel
            report: dict[str, Any] = json.loads(
                literal_eval(answer["user_expressions"]["report"]["data"]["text/plain"])
            )
            return report
        return {}

    async def _run_cells(self) -> None:
        for index, cell in enumerate(self.nb.cells):
            tags = cell.metadata.get("tags", [])
            if cell.cell_type == "code" and cell.source.strip() and "skip-execution" not in tags:
                self._current = index
                await self._run_cell(cell, index)

    async def _run_cell(self, cell: nbformat.NotebookNode, index: int) -> None:
        page_left = self._started + self._limits.seconds - time.monotonic()
        allowed = min(page_left, self._limits.cell_seconds or page_left)
        raises = self.allow_errors or "raises-exception" in cell.metadata.get("tags", [])
        self.clear_before_next_output = False
        message = self._kernel.client.execute(cell.source, stop_on_error=not raises)
        try:
            async with asyncio.timeout(allowed):
                await self._take_output(message, cell, index)
                reply = await self._reply(message)
        except TimeoutError:
            if allowed < page_left:
                limit = f"this cell was over its time limit of {self._limits.cell_seconds:g} s"
            else:
                limit = (
                    f"the page was over its time limit of {self._limits.seconds:g} s in this cell"
                )
            raise _Trouble(limit) from None
        cell.execution_count = reply.get("execution_count")
        if reply["status"] == "error" and not raises:
            frames = self._frames("\n".join(reply.get("traceback", [])))
            said = _CELL_FILE.sub("", reply["evalue"])
            raise _Trouble(f"{reply['ename']}: {said}", frames)

    async def _take_output(self, message: str, cell: nbformat.NotebookNode, index: int) -> None:
        while True:
            got = await self._hear(self._kernel.client.iopub_channel.get_msg())
            if got["parent_header"].get("msg_id") == message:
                self._written += _length(got["content"])
                if self._written > self._limits.output:
                    raise _Trouble(
                        f"the page wrote more than {self._limits.output / 1e6:g} MB of output"
                    )
                try:
                    self.process_message(got, cell, index)
                except CellExecutionComplete:
                    return
                except Exception as error:
                    reason = str(error).partition("\n")[0]
                    raise _Trouble(f"the output of this cell is not valid: {reason}") from error

    async def _reply(self, message: str) -> dict[str, Any]:
        while True:
            got = await self._hear(self._kernel.client.shell_channel.get_msg())
            if got["parent_header"].get("msg_id") == message:
                content: dict[str, Any] = got["content"]
                return content

    async def _quietly(self, code: str, **expressions: str) -> dict[str, Any]:
        message = self._kernel.client.execute(code, silent=True, user_expressions=expressions)
        try:
            async with asyncio.timeout(_PATIENCE):
                return await self._reply(message)
        except TimeoutError:
            raise _Trouble("the kernel does not answer after this cell") from None

    async def _hear(self, channel: Any) -> dict[str, Any]:
        """Wait for a message, as long as the kernel is there to send one."""
        hearing = asyncio.ensure_future(channel)
        try:
            await asyncio.wait({hearing, self._kernel.ended}, return_when=asyncio.FIRST_COMPLETED)
            if not hearing.done():
                how = self._kernel.ended.result()
                ended = f"signal {-how}" if how < 0 else f"exit code {how}"
                raise _Trouble(f"the kernel ended in this cell ({ended})")
        finally:
            hearing.cancel()
        heard: dict[str, Any] = hearing.result()
        return heard

    def error(self, message: str, frames: tuple[tuple[str, int, str], ...]) -> PageError:
        """Say where in the page's file something happened."""
        here = [line for file, line, _ in frames if file == str(self._page.path)]
        lines = self.nb.metadata.get("source_map", [])
        line = here[0] if here else lines[self._current] if lines and self._current >= 0 else 0
        return PageError(message, self._current, line if lines else 0, frames)

    def _frames(self, traceback: str) -> tuple[tuple[str, int, str], ...]:
        """Find the calls in IPython's traceback; those in cells as lines of the page's file.

        The file of a notebook has no such lines: there they are lines of a cell, as of a function.
        """
        plain = re.sub(r"\x1b\[[0-9;]*m", "", traceback)
        frames = []
        for count, file, line, function in _FRAMES.findall(plain):
            if count:
                cell = self._cell_of_count(int(count))
                inside = "" if self.nb.metadata.get("source_map") else f"cell {cell}"
                frames.append((str(self._page.path), self._line(cell, int(line)), inside))
            else:
                path = os.path.normpath(Path(file).expanduser())  # a search path may have `..`
                frames.append((path, int(line), function))
        return tuple(frames)

    def _cell_of_count(self, count: int) -> int:
        counts = [cell.get("execution_count") for cell in self.nb.cells]
        return counts.index(count) if count in counts else self._current

    def _line(self, cell: int, line: int) -> int:
        """Find the line of the file that holds a line of a cell, below fence and options."""
        fences = self.nb.metadata.get("source_map")
        if not fences:
            return line
        fence, lines = fences[cell], []
        with contextlib.suppress(OSError):  # it may have been deleted since
            lines = self._page.path.read_text(encoding="utf-8").splitlines()[fence:]
        first = self.nb.cells[cell].source.splitlines()[0]
        options = lines.index(first) if first in lines else 0
        return int(fence + options + line)


def _start_recorder(arguments: tuple[str, list[str]]) -> str:
    path = str(Path(__file__).with_name("recorder.py"))
    return (
        "def _start():\n"
        "    import importlib.util, sys\n"
        "    if '_book_recorder' not in sys.modules:\n"
        f"        spec = importlib.util.spec_from_file_location('_book_recorder', {path!r})\n"
        "        recorder = sys.modules['_book_recorder'] = importlib.util.module_from_spec(spec)\n"
        "        spec.loader.exec_module(recorder)\n"
        f"        recorder.record(*{arguments!r})\n"
        "    sys.modules['_book_recorder'].running.begin_page()\n"
        "_start()\n"
        "del _start\n"
    )


def _length(content: dict[str, Any]) -> int:
    """Count the characters of a message's texts."""
    return sum(
        len(value) if isinstance(value, str) else _length(value) if isinstance(value, dict) else 0
        for value in content.values()
    )


async def _watch_memory(kernel: Kernel, limits: Limits, run: Run) -> None:
    while True:
        await asyncio.sleep(_WATCH_EVERY)
        _measure(kernel, run)
        if run.memory > limits.memory:
            raise _Trouble(
                f"the page used more than its {limits.memory / 1e9:g} GB of memory in this cell"
            )


def _measure(kernel: Kernel, run: Run) -> None:
    """Bring the processor time and the memory of a page up to date, as long as it runs."""
    with contextlib.suppress(psutil.Error):
        run.cpu = sum(psutil.Process(kernel.process).cpu_times()[:4]) - run.cpu_before
        memory = 0
        for process in kernel.processes():
            with contextlib.suppress(psutil.Error):
                memory += process.memory_info().rss
        run.memory = max(run.memory, memory)
