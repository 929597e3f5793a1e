"""Break the package on purpose, many times, and see whether its tests notice.

``python tools/mutants.py [--sample N] [--seed TEXT] [module ...]`` has mutmut change one operator,
constant or argument at a time in a copy of a module, and run the tests that mirror the module
(tests/layers/test_dense.py for layers/dense.py) as far as they reach the change. What no test
notices survives. Survivors are listed in build/mutants/report.md in the form in which
tests/mutants.toml lists the changes that nothing can notice.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.utils.format_utils import get_mutant_name

LEAST_KILLED = 0.95
PACKAGE = Path("src/dlnotes")
NOT_NUMERIC = (
    "autodiff.py", "book/*", "book/engine/*", "book/printing/*", "book/web/*", "plotting/*",
)  # fmt: skip
EQUIVALENT = Path("tests/mutants.toml")
BUILD = Path("build/mutants").absolute()

CONFIGURATION = """
[tool.mutmut]
source_paths = ["src"]
only_mutate = ["{module}"]
also_copy = ["conftest.py"]
pytest_add_cli_args = ["-p", "no:cacheprovider"]
pytest_add_cli_args_test_selection = {tests}
timeout_multiplier = 5.0
use_git_change_detection = false
"""
CONFTEST = """
# The same examples every time, and none made smaller: that one fails is all that is asked.
from hypothesis import Phase, settings

phases = (Phase.explicit, Phase.generate)
settings.register_profile("mutants", database=None, deadline=None, derandomize=True, phases=phases)
settings.load_profile("mutants")
"""


@dataclass
class Mutant:
    """One change to a function, and whether a test noticed it."""

    name: str
    function: str
    change: tuple[str, ...]
    status: str = "not run"
    reason: str = ""
    """Why nothing can notice it, if the list of such changes says so."""

    @property
    def killed(self) -> bool:
        """Whether a test noticed: it failed, or came to no end."""
        return self.status not in ("survived", "no tests", "not checked", "not run")

    @property
    def entry(self) -> str:
        """The mutant as the list of those that nothing can notice would have it."""
        change = "\n".join(self.change)
        return f"function = '{self.function}'\nchange = '''\n{change}\n'''\nreason = ''\n"


def module_name(path: Path) -> str:
    """Return what a file is called in the command and in the report."""
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


def find_modules(names: list[str]) -> list[Path]:
    """Return the files of the named modules and subpackages, or of all numeric modules."""
    numeric = [
        path
        for path in sorted(PACKAGE.rglob("*.py"))
        if not any(path.relative_to(PACKAGE).match(pattern) for pattern in NOT_NUMERIC)
    ]
    found: list[Path] = []
    for name in names:
        start = PACKAGE / name.removeprefix("dlnotes.").replace(".", "/")
        chosen = [p for p in numeric if p == start.with_suffix(".py") or p.is_relative_to(start)]
        if not chosen:
            sys.exit(f"{PACKAGE} has no numeric module {name}.")
        found += chosen
    return list(dict.fromkeys(found)) if names else numeric


def find_tests(module: Path) -> list[str]:
    """Return the tests that mirror a module, or else those of the subpackage that it is in."""
    folder, stem = "tests" / module.relative_to(PACKAGE).parent, module.stem.lstrip("_")
    mirrors = {*folder.glob(f"test_{stem}.py"), *folder.glob(f"test_{stem}_*.py")}
    if not mirrors and folder != Path("tests"):
        mirrors = {*folder.glob("test_*.py"), *folder.parent.glob(f"test_{folder.name}.py")}
    return sorted(map(str, mirrors))


def list_mutants(module: Path) -> list[Mutant]:
    """Return all mutants of a module, numbered as mutmut will number them."""
    mutated = mutate_file_contents(str(module), module.read_text(encoding="utf-8"))
    lines = mutated.code.splitlines()

    def source(name: str, function: str) -> list[str]:
        span = mutated.line_span_by_function_name[name]
        return [line.strip().replace(name, function) for line in lines[span.start - 1 : span.end]]

    mutants = []
    for name in mutated.mutant_names:
        original = name.partition("__mutmut_")[0]
        function = original.replace("xǁ", "").replace("ǁ", ".").removeprefix("x_")
        short = function.rpartition(".")[2]
        before, after = source(f"{original}__mutmut_orig", short), source(name, short)
        difference = list(difflib.unified_diff(before, after, n=0))[2:]
        change = tuple(line for line in difference if not line.startswith("@@"))
        place = f"{module_name(module)}.{function}"
        mutants.append(Mutant(get_mutant_name(module, name), place, change))
    return mutants


def draw(mutants: list[Mutant], size: int, seed: str) -> list[Mutant]:
    """Return a random sample that changes little when the package changes little."""

    def lot(mutant: Mutant) -> bytes:
        return hashlib.sha256(f"{seed} {mutant.name}".encode()).digest()

    return sorted(mutants, key=lot)[:size]


def test_mutants(module: Path, mutants: list[Mutant]) -> str:
    """Have mutmut run the tests on the mutants of a module; return what went wrong, if anything."""
    name, tests = module_name(module), find_tests(module)
    log = BUILD / f"{name}.log"
    if not tests:
        return f"{name}: no tests mirror it."
    with tempfile.TemporaryDirectory(prefix="work-", dir=BUILD) as temporary:
        folder = Path(temporary)
        copy(folder)
        configuration = CONFIGURATION.format(module=module, tests=tests)
        for file, added in {"pyproject.toml": configuration, "conftest.py": CONFTEST}.items():
            with (folder / file).open("a", encoding="utf-8") as text:
                text.write(added)
        results = call_mutmut(folder, log, "run", "--max-children", "1", *(m.name for m in mutants))
        if results is None:
            return f"{name}: mutmut stopped, see build/mutants/{log.name}. Do its tests pass?"
        results = call_mutmut(folder, log, "results", "--all", "1") or ""
    status = dict(line.strip().rsplit(": ", 1) for line in results.splitlines())
    for mutant in mutants:
        mutant.status = status[mutant.name]
    log.unlink()
    return ""


def copy(folder: Path) -> None:
    """Copy what mutmut needs into a folder."""
    for name in ("src", "tests"):
        shutil.copytree(name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "conftest.py"):
        shutil.copy(name, folder)


def call_mutmut(folder: Path, log: Path, *arguments: str) -> str | None:
    """Run a command of mutmut in a folder; return its output, or None if it failed."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    run = subprocess.run(
        [Path(sys.executable).with_name("mutmut").absolute(), *arguments],
        cwd=folder,
        env={**os.environ, **threads, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    log.write_text(run.stdout.replace("\r", "\n"), encoding="utf-8")
    return None if run.returncode else run.stdout


def excuse(mutants: list[Mutant], *, complete: bool) -> list[str]:
    """Give mutants that nothing can notice their reason; return what is wrong with the list."""
    complaints = []
    for entry in tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get("equivalent", []):
        lines = map(str.strip, entry["change"].strip().splitlines())
        change = tuple(line[:1] + line[1:].strip() for line in lines)
        there = [m for m in mutants if fnmatch(m.function, entry["function"])]
        same = [m for m in there if m.change == change]
        for mutant in same:
            mutant.reason = entry.get("reason", "").strip()
        where = f"{EQUIVALENT}, {entry['function']}, {' '.join(change)!r}"
        if not entry.get("reason", "").strip():
            complaints.append(f"{where}: say why nothing can notice it.")
        if not same and (there or complete):
            complaints.append(f"{where}: there is no such mutant (any more).")
        if same and all(m.status == "killed" for m in same):
            complaints.append(f"{where}: a test notices it.")
    return complaints


def write_report(mutants: list[Mutant], about: str) -> str:
    """Return a table of the modules, then the survivors."""
    columns = ("mutants", "killed", "timeout", "equivalent", "survived")
    counts: dict[str, Counter[str]] = {}
    for mutant in mutants:
        module = mutant.name.partition(".x")[0].removeprefix("dlnotes.")
        count = counts.setdefault(module, Counter())
        count["mutants"] += 1
        if mutant.killed:
            count["timeout" if mutant.status == "timeout" else "killed"] += 1
        else:
            count["equivalent" if mutant.reason else "survived"] += 1
    counts["all"] = sum(counts.values(), Counter())
    width = max(map(len, [*counts, "module"]))
    lines = ["# Mutants", "", about, ""]
    lines.append(f"| {'module':{width}} | {' | '.join(columns)} |")
    lines.append(f"| {'-' * width} | {' | '.join('-' * (len(c) - 1) + ':' for c in columns)} |")
    for module, count in counts.items():
        cells = " | ".join(f"{count[column]:{len(column)}}" for column in columns)
        lines.append(f"| {module:{width}} | {cells} |")
    lines += ["", "## Survivors", ""]
    for mutant in mutants:
        if not mutant.killed and not mutant.reason:
            note = "" if mutant.status == "survived" else f"# {mutant.status}\n"
            lines += ["```toml", f"[[equivalent]]\n{note}{mutant.entry}```", ""]
    return "\n".join(lines)


def test_all(every: dict[Path, list[Mutant]], chosen: set[str]) -> list[str]:
    """Test the chosen mutants of all modules, several at once; return what went wrong."""
    work = {path: [m for m in mutants if m.name in chosen] for path, mutants in every.items()}
    order = sorted((path for path in work if work[path]), key=lambda path: -len(work[path]))
    complaints = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        ends = pool.map(test_mutants, order, [work[path] for path in order])
        for path, complaint in zip(order, ends, strict=True):
            survived = sum(not m.killed for m in work[path])
            print(complaint or f"{module_name(path)}: {survived} survived", flush=True)
            complaints += [complaint] * bool(complaint)
    return complaints


def main(names: list[str], sample: int | None, seed: str) -> int:
    """Test the mutants, report, and return 1 if too many survived or the list is out of date."""
    started = time.monotonic()
    every = {module: list_mutants(module) for module in find_modules(names)}
    mutants = [mutant for of_module in every.values() for mutant in of_module]
    chosen = {m.name for m in (draw(mutants, sample, seed) if sample else mutants)}
    about = f"{len(chosen)} of {len(mutants)} mutants" + f", sample {seed!r}" * bool(sample)
    print(about, flush=True)
    complaints = test_all(every, chosen)
    complaints += excuse(mutants, complete=not names)
    tested = [m for m in mutants if m.status != "not run"]
    report = write_report(tested, about)
    (BUILD / "report.md").write_text(report, encoding="utf-8")
    print(f"\n{report}")

    counted = [m for m in tested if m.killed or not m.reason]
    share = sum(m.killed for m in counted) / max(len(counted), 1)
    if share < LEAST_KILLED:
        complaints.append(f"At least {LEAST_KILLED:.0%} of the mutants must be killed.")
    print(
        f"{share:.1%} of {len(counted)} mutants that a test could notice were killed "
        f"({time.monotonic() - started:.0f} s)."
    )
    print(*complaints, sep="\n")
    return bool(complaints)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("modules", nargs="*", help="such as softmax or layers.dense; default all")
    parser.add_argument("--sample", type=int, help="test only so many mutants, drawn at random")
    parser.add_argument("--seed", default="0", help="which sample to draw; default 0")
    arguments = parser.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="work-", dir=BUILD) as snapshot:
        copy(Path(snapshot))
        with contextlib.chdir(snapshot):  # whatever is edited meanwhile
            code = main(arguments.modules, arguments.sample, arguments.seed)
    sys.exit(code)
