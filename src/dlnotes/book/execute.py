"""Run the pages that have no fresh result, several at once; keep results in a jupyter-cache.

Works without Sphinx. A result is fresh as long as the page's cells and everything in
:func:`environment_key` are unchanged: the cache of each key is a folder of its own, so that a
result from another state of the package, the lock file, the installed versions or the Keras
backend can never be served.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from importlib.metadata import distributions
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from traitlets.config import Config

from dlnotes.book.results import Page, PageError, PageResult, stored_results

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["environment_key", "execute"]

_MADE_BY_TOOLS = {".mo", ".pyc"}

Event = Literal["start", "done", "failed"]


def environment_key(sources: Iterable[Path]) -> str:
    """Hash everything outside a page that its result may depend on.

    That is the content of every file in ``sources`` (folders count with all files in them), the
    installed version of every package, the version of Python, the machine's architecture and the
    Keras backend.
    """
    digest = hashlib.sha256()

    def add(*parts: str | bytes) -> None:
        for part in parts:
            data = part if isinstance(part, bytes) else part.encode()
            digest.update(len(data).to_bytes(8, "big") + data)

    add(platform.python_version(), platform.machine(), _kernel_environment()["KERAS_BACKEND"])
    for name, version in sorted({(d.name.lower(), d.version) for d in distributions()}):
        add(name, version)
    for root in sources:
        files = sorted(root.rglob("*")) if root.is_dir() else [root]
        for file in files:
            if file.is_file() and file.suffix not in _MADE_BY_TOOLS:
                add(file.relative_to(root.parent).as_posix(), file.read_bytes())
    return digest.hexdigest()[:16]


def execute(
    docs: Path,
    cache: Path,
    *,
    sources: Iterable[Path] = (),
    time_limit: float = 60.0,
    force: bool = False,
    jobs: int | None = None,
    report: Callable[[Event, PageResult, list[Page]], None] = lambda *_: None,
) -> dict[str, PageResult]:
    """Bring every page's result up to date.

    Parameters
    ----------
    docs : Path
        The folder of the pages.
    cache : Path
        Where results are kept, in one jupyter-cache for each :func:`environment_key`. The caches of
        other keys are deleted.
    sources : iterable of Path
        Files and folders whose change makes every result stale.
    time_limit : float
        Seconds that the cells of a page may take together. A page's front matter may set its own:
        ``book: {time_limit: 90}``.
    force : bool
        Run every page, whatever the cache holds.
    jobs : int, optional
        Pages at a time; by default as many as there are processors.
    report : callable
        Told of each page's start and end, with the pages still waiting.

    Returns
    -------
    dict of str to PageResult
        For each page by name; a failed page's result has its ``error`` set.
    """
    folder = cache / environment_key(sources)
    if cache.exists():
        for other in cache.iterdir():
            if force or other != folder:
                shutil.rmtree(other)
    store = get_cache(str(folder))
    results, stale = stored_results(docs, folder)
    for result, notebook in _run_all(stale, time_limit, jobs or os.cpu_count() or 1, report):
        if result.error is None:
            store.cache_notebook_bundle(
                CacheBundleIn(
                    notebook,
                    str(result.page.path),
                    data={"execution_seconds": round(result.seconds, 2)},
                ),
                check_validity=False,
                overwrite=True,
            )
        results[result.page.docname] = result
    return dict(sorted(results.items()))


def _run_all(
    stale: list[tuple[Page, nbformat.NotebookNode]],
    time_limit: float,
    jobs: int,
    report: Callable[[Event, PageResult, list[Page]], None],
) -> Iterator[tuple[PageResult, nbformat.NotebookNode]]:
    """Run pages, at most ``jobs`` at a time, and yield each as it ends."""
    waiting = list(stale)
    running: dict[Future[PageResult], nbformat.NotebookNode] = {}
    with ThreadPoolExecutor(jobs) as pool:
        while waiting or running:
            while waiting and len(running) < jobs:
                page, notebook = waiting.pop(0)
                report("start", PageResult(page), [p for p, _ in waiting])
                running[pool.submit(_run, page, notebook, time_limit)] = notebook
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                result, notebook = future.result(), running.pop(future)
                report("failed" if result.error else "done", result, [p for p, _ in waiting])
                yield result, notebook


def _kernel_environment() -> dict[str, str]:
    """Every kernel's environment: the same hashes, one backend, one thread for BLAS, no GPU."""
    return {
        **os.environ,
        "PYTHONHASHSEED": "0",
        "OMP_NUM_THREADS": "1",  # as many pages as cores run at once; sums keep their order
        "OPENBLAS_NUM_THREADS": "1",
        "KERAS_BACKEND": os.environ.get("KERAS_BACKEND", "jax"),
        "JAX_PLATFORMS": os.environ.get("JAX_PLATFORMS", "cpu"),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }


def _run(page: Page, notebook: nbformat.NotebookNode, time_limit: float) -> PageResult:
    """Run one page in a fresh kernel; the outputs go into ``notebook``."""
    limit = float(notebook.metadata.get("book", {}).get("time_limit", time_limit))
    result = PageResult(page)
    started = time.monotonic()
    current = [0]

    def seconds_left(cell: Any) -> int:
        current[0] = notebook.cells.index(cell)
        return max(1, round(started + limit - time.monotonic()))

    def failed(message: str, line_in_cell: int = 0) -> PageError:
        line = notebook.metadata["source_map"][current[0]]  # of the fence
        if line_in_cell:
            line = _first_line(page, notebook.cells[current[0]].source, line) + line_in_cell - 1
        return PageError(line, current[0], message)

    with TemporaryDirectory(prefix="book-") as sockets:
        client = NotebookClient(
            notebook,
            kernel_name="python3",
            # Sockets in the file system, which nobody else on the network can reach.
            config=Config({"ConnectionFileMixin": {"transport": "ipc", "ip": f"{sockets}/k"}}),
            timeout_func=seconds_left,
            record_timing=False,  # it writes into the cells: the cache would not know them again
            resources={"metadata": {"path": str(page.path.parent)}},
        )
        try:
            # What cells write is captured; the kernel's own chatter is not for the author.
            client.execute(env=_kernel_environment(), stderr=subprocess.DEVNULL)
        except CellTimeoutError:
            result.error = failed(f"the page was over its time limit of {limit:g} s in this cell")
        except CellExecutionError as error:
            result.error = failed(f"{error.ename}: {error.evalue}", _line_in_cell(error.traceback))
        except (DeadKernelError, RuntimeError) as error:
            result.error = failed(f"the kernel died in this cell ({error})")
    result.seconds = time.monotonic() - started
    result.read_outputs(notebook)
    return result


def _first_line(page: Page, source: str, fence: int) -> int:
    """Find the line of a page on which a cell's code begins, below its fence and its options."""
    lines = page.path.read_text(encoding="utf-8").splitlines()
    first = source.splitlines()[0]
    return next((n for n, line in enumerate(lines[fence:], fence + 1) if line == first), fence)


def _line_in_cell(traceback: str) -> int:
    """Find the line of a cell that raised, from IPython's traceback; 0 if it does not say."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", traceback)
    found = re.search(r"Cell In\[\d+\], line (\d+)", plain)
    return int(found[1]) if found else 0
