"""What running a page gave the book: measurements and glued values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dlnotes.check import MIME_TYPE

if TYPE_CHECKING:
    from pathlib import Path

    import nbformat

    from dlnotes.book.engine import Page, Result

__all__ = ["CheckResult", "PageResult", "describe"]


@dataclass(frozen=True)
class CheckResult:
    """One measurement: what :mod:`dlnotes.check` published, and the cell that published it."""

    claim: str
    what: str
    kind: str
    measured: str
    expected: str
    tolerance: str
    passed: bool
    cell: int
    line: int


@dataclass
class PageResult:
    """What running a page gave: measurements, glued values, and what it cost."""

    page: Page
    checks: list[CheckResult] = field(default_factory=list)
    glued: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    cpu: float = 0.0
    memory: int = 0
    from_cache: bool = False
    packages: dict[str, str] = field(default_factory=dict)
    python: str = ""
    settings: dict[str, str] = field(default_factory=dict)

    def read_outputs(self, notebook: nbformat.NotebookNode) -> None:
        """Take measurements and glued values from the cell outputs of an executed notebook."""
        lines = notebook.metadata.get("source_map", [])
        for index, cell in enumerate(notebook.cells):
            for output in cell.get("outputs", []):
                data = output.get("data", {})
                if MIME_TYPE in data:
                    line = lines[index] if index < len(lines) else 0
                    self.checks.append(CheckResult(**data[MIME_TYPE], cell=index, line=line))
                glue = output.get("metadata", {}).get("scrapbook")
                if glue:
                    self.glued[glue["name"]] = data.get(f"{glue['mime_prefix']}text/plain", "")

    def take(self, result: Result) -> None:
        """Take over what the engine says of the page's last run."""
        if result.kept:
            kept = result.kept
            self.seconds, self.cpu, self.memory = kept.seconds, kept.cpu, kept.memory
            self.packages, self.python = kept.inputs.packages, kept.inputs.python
            self.settings = kept.inputs.settings
        self.from_cache = result.state == "fresh"


def describe(result: Result, root: Path) -> str:
    """Say where and why a page failed, and which claims that left without a measurement.

    Parameters
    ----------
    result : Result
        Of a page that has an ``error``.
    root : Path
        The folder from which files are named.

    Returns
    -------
    str
        What :meth:`~dlnotes.book.engine.Result.describe` says, and a line with the claims.
    """
    source = result.page.path.read_text(encoding="utf-8", errors="replace")
    stated = re.findall(r"^:::+\{claim\} +(\S+)", source, re.MULTILINE)
    lost = f"\n  not shown to hold: {', '.join(stated)}" if stated else ""
    return result.describe(root) + lost
