"""Measure the build: stock MyST-NB, this engine and the lower bounds, on the same pages in one run.

``python benchmarks/build.py`` prints tables and returns 1 if a goal is missed. That takes an hour
or more; ``--only`` selects a part, ``--runs`` says how often the steps of a book are taken. All
have the same two processor cores, environment and temporary folder. A run takes all steps by turns;
ratios are within a run, and their median counts. Other work on the machine disturbs them.

``small``
    20 pages, each a tiny Keras fit and a figure, and two modules of their own; pages 10 apart
    differ only in their seed. Stock is MyST-NB and nothing else.
``whole``
    A copy of this book, package included: ``PYTHONPATH`` puts the copy before the installed
    package, so that the edit of a module counts. In English only on both sides, for stock would run
    every page again for Korean. Stock reads the same ``conf.py`` with the tag ``stock``: ``claim``
    and its kin need our extension, so its directives and roles stay, but every handler of Sphinx's
    events that it connects is disconnected, but for the words that templates ask for, and MyST-NB
    runs the cells. Stock is then spared our checks and the evidence of the claims.
``scale``
    Pages with trivial cells in nested folders. Exponents are fitted to what 100, 300 and 1,000
    pages take more than 10 do, so that the time to start does not hide growth.
``lower-bound``
    Of ``small`` and ``whole`` the steps that the engine's lower bound needs, without the others.

The lower bounds are each page's cells as a plain script that saves its open figures as SVG after
each cell, as a kernel would: in fresh interpreters, or in forks of one that has the imports. XLA
optimizes in them as the engine has it; stock leaves that at its default.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import psutil
from books import RUN_SCRIPTS, Book, small_book, synthetic_book, whole_book, write_scripts

CORES = 2
if hasattr(os, "sched_setaffinity"):  # whatever is started from here inherits it
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])

FASTER_GOALS = {"small": 3.0, "whole": 1.8}
BOUND_GOAL, UNCHANGED_GOAL, PROSE_GOAL, KEPT_GOAL = 1.15, 5.0, 6.0, 0.7
EXPONENT_GOAL, MEMORY_GOAL = 1.05, 1.1
SIZES = (10, 100, 300, 1000)

PYTHON = sys.executable
ENGINE = [PYTHON, "-m", "dlnotes.book"]
STOCK = [PYTHON, "-m", "sphinx", "-q", "-j", str(CORES), "-t", "stock", "-c", ".", "docs"]
FORCE = [*STOCK, "-D", "nb_execution_mode=force", "stock/force"]
CACHE = [*STOCK, "-D", "nb_execution_mode=cache", "stock/cache"]


class Step(NamedTuple):
    """One thing to time: a command, after folders were removed and a line was added to a file."""

    command: list[str]
    removes: tuple[str, ...] = ()
    edits: str = ""


class Cost(NamedTuple):
    """What a step took: seconds, and those of the processor, which other work disturbs less."""

    seconds: float
    processor: float


class Goal(NamedTuple):
    """What has to be at most something, or at least; one value for each run."""

    what: str
    values: list[float]
    limit: float
    at_least: bool = False

    @property
    def missed(self) -> bool:
        """Whether the median misses the goal."""
        measured = statistics.median(self.values)
        return not (measured >= self.limit if self.at_least else measured <= self.limit)

    def __str__(self) -> str:
        sign, verdict = ">=" if self.at_least else "<=", " MISSED" if self.missed else ""
        return f"{self.what:50} {spread(self.values):26} {sign} {self.limit:g}{verdict}"


def say(line: str) -> None:
    """Print a line at once: some take minutes to come."""
    print(line, flush=True)  # noqa: T201 - printing is its job


def spread(values: list[float]) -> str:
    """Show the median, the least and the greatest."""
    return f"{statistics.median(values):7.2f} ({min(values):.2f} to {max(values):.2f})"


def take(step: Step, root: Path) -> Cost:
    """Take a step in a book; if it fails, stop with what it said."""
    for folder in step.removes:
        shutil.rmtree(root / folder, ignore_errors=True)
    if step.edits:
        with (root / step.edits).open("a", encoding="utf-8") as file:
            file.write("\n_EDITED = True\n" if step.edits.endswith(".py") else "\nAn edit.\n")
    environment = {key: os.environ[key] for key in os.environ if not key.startswith("JAX_")}
    path = filter(None, [str(root / "src"), os.environ.get("PYTHONPATH")])
    environment |= {"PYTHONPATH": os.pathsep.join(path), "PYTHONHASHSEED": "0"}
    environment |= {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with (root / "output.txt").open("w+", encoding="utf-8") as output:
        started, before = time.perf_counter(), os.times()
        ended = subprocess.run(  # noqa: S603 - commands of our own
            step.command, cwd=root, env=environment, stdout=output, stderr=output, check=False
        )
        seconds, after = time.perf_counter() - started, os.times()
        if ended.returncode:
            output.seek(0)
            sys.exit(f"{output.read()}\nfailed: {' '.join(step.command)[:200]}")
    user = after.children_user - before.children_user
    return Cost(seconds, user + after.children_system - before.children_system)


def book_steps(book: Book, bound_only: bool) -> dict[str, Step]:
    """List what is timed, in an order in which a step leaves what the next one needs."""
    build, scripts = [*ENGINE, "build"], write_scripts(book)
    run_scripts = [PYTHON, "-c", RUN_SCRIPTS, str(CORES)]
    for_bound = {
        "stock, cache: cold": Step(CACHE, ("stock/cache", "stock/results")),
        "stock, cache: render only": Step(CACHE, ("stock/cache",)),
        "lower bound: fresh interpreters": Step([*run_scripts, "", *scripts]),
        "lower bound: shared imports": Step([*run_scripts, book.imports, *scripts]),
        "engine: cold": Step(build, ("build",)),
    }
    if bound_only:
        return for_bound
    return {
        "stock, force": Step(FORCE, ("stock/force",)),
        **for_bound,
        "engine: nothing changed": Step(build),
        "engine: one prose edit": Step(build, edits=book.prose),
        "engine: one module edit": Step(build, edits=book.module),
        "engine: all stale, compilations kept": Step([*build, "--force"]),
        "stock, cache: nothing changed": Step(CACHE),
        "stock, cache: one prose edit": Step(CACHE, edits=book.prose),
    }


def check_figures(root: Path) -> None:
    """Stop if the engine's site has fewer figures than stock's: its times would say nothing."""
    stock, ours = (
        len(list((root / site / "_images").glob("*.svg")))
        for site in ("stock/cache", "build/html/en")
    )
    if not 0 < stock <= ours:
        sys.exit(f"{root.name}: {stock} figures from stock, {ours} from the engine")


def measure(name: str, book: Book, runs: int, bound_only: bool) -> list[Goal]:
    """Take a book's steps, print how long they took, and return the goals."""
    times: dict[str, list[float]] = defaultdict(list)
    processor: dict[str, list[float]] = defaultdict(list)
    for number in range(runs):
        for what, step in book_steps(book, bound_only).items():
            cost = take(step, book.root)
            times[what].append(cost.seconds)
            processor[what].append(cost.processor)
            say(f"{name}, run {number + 1} of {runs}: {what} {cost.seconds:.1f} s")
        check_figures(book.root)

    def ratios(above: str, *below: str) -> list[float]:
        runs_below = zip(*(times[what] for what in below), strict=True)
        return [a / sum(b) for a, b in zip(times[above], runs_below, strict=True)]

    head = f"{name}: median and spread"
    say(f"\n{head:40} {'seconds':28} of the processor   of stock, force")
    for what, seconds in times.items():
        share = "" if bound_only else spread(ratios(what, "stock, force"))
        of_processor = statistics.median(processor[what])
        say(f"  {what:38} {spread(seconds):28} {of_processor:16.1f}   {share}".rstrip())
    say("")
    cold, bound = "engine: cold", ("lower bound: shared imports", "stock, cache: render only")
    goals = [Goal(f"{name}: cold / (shared imports + rendering)", ratios(cold, *bound), BOUND_GOAL)]
    if not bound_only:
        faster, kept = ratios("stock, force", cold), "engine: all stale, compilations kept"
        unchanged, prose = times["engine: nothing changed"], times["engine: one prose edit"]
        goals += [
            Goal(f"{name}: stock by force / cold", faster, FASTER_GOALS[name], at_least=True),
            Goal(f"{name}: nothing changed, seconds", unchanged, UNCHANGED_GOAL),
            Goal(f"{name}: one prose edit, seconds", prose, PROSE_GOAL),
            Goal(f"{name}: compilations kept / cold", ratios(kept, cold), KEPT_GOAL),
        ]
    return goals


def peak_memory(task: Callable[[], Cost]) -> tuple[Cost, float]:
    """Return a task's result and the peak resident memory of all processes it started, in MB."""

    def resident() -> int:
        total = 0
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.NoSuchProcess):  # it has just ended
                total += process.memory_info().rss
        return total

    peak = 0
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(task)
        while wait([running], timeout=0.2).not_done:
            peak = max(peak, resident())
    return running.result(), peak / 1e6


def exponent(times: dict[int, float]) -> float:
    """Fit how time grows with the pages, to what each size takes more than the smallest."""
    (few, least), *others = times.items()
    pages = [math.log(size - few) for size, _ in others]
    more = [math.log(max(taken - least, 1e-3)) for _, taken in others]
    return statistics.linear_regression(pages, more).slope


def scale(folder: Path) -> list[Goal]:
    """Build books of many pages, once each; return how time and memory grow."""
    stages = {"execution stage": [*ENGINE, "execute", "docs"], "whole build": [*ENGINE, "build"]}
    usage = subprocess.run([*ENGINE, "--help"], capture_output=True, text=True, check=True).stdout  # noqa: S603 - as above
    if "execute" not in usage:
        del stages["execution stage"]
    times: dict[str, dict[int, float]] = defaultdict(dict)
    processor: dict[str, dict[int, float]] = defaultdict(dict)
    memory: dict[str, dict[int, float]] = defaultdict(dict)
    for size in (SIZES[0], *SIZES):  # the first warms up
        root = folder / f"{size}-pages"
        synthetic_book(root, size)
        for stage, command in stages.items():
            cost, peak = peak_memory(partial(take, Step(command, ("build",)), root))
            times[stage][size], processor[stage][size] = cost
            memory[stage][size] = peak
            used = f"{cost.seconds:.1f} s, {cost.processor:.1f} s of the processor, {peak:.0f} MB"
            say(f"scale, {size} pages: {stage} {used}")
        if size == SIZES[1]:
            a_page = sum(t[size] - t[SIZES[0]] for t in times.values()) / (size - SIZES[0])
            say(f"scale: the rest takes {a_page * sum(SIZES[2:]) / 60:.0f} min if time is linear")
    for stage in stages:
        say(f"scale: exponent of the processor's time, {stage}: {exponent(processor[stage]):.2f}")
    measured = next(iter(stages))
    growth = memory[measured][SIZES[-1]] / memory[measured][SIZES[-2]]
    return [
        *(Goal(f"scale: exponent, {s}", [exponent(times[s])], EXPONENT_GOAL) for s in stages),
        Goal(f"scale: memory, 1,000 / 300 pages, {measured}", [growth], MEMORY_GOAL),
    ]


def main() -> int:
    """Print the tables and the goals; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", choices=["small", "whole", "scale", "lower-bound"])
    parser.add_argument("--runs", type=int, default=3, help="how often a book's steps are taken")
    options = parser.parse_args()
    goals: list[Goal] = []
    with TemporaryDirectory(prefix="book-benchmark-") as temporary:
        folder = Path(temporary).resolve()
        for name, make in [("small", small_book), ("whole", whole_book)]:
            if options.only in (None, name, "lower-bound"):
                book = make(folder / name)
                goals += measure(name, book, options.runs, options.only == "lower-bound")
        if options.only in (None, "scale"):
            goals += scale(folder)
    say("Goals")
    for goal in goals:
        say(f"  {goal}")
    return int(any(goal.missed for goal in goals))


if __name__ == "__main__":
    sys.exit(main())
