"""The page on execution: what running each page took, and in which environment.

A placeholder is filled when its page is written, since it depends on all other pages.
"""

from __future__ import annotations

import platform
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from dlnotes.book.claims import claims_domain
from dlnotes.book.engine.executors import processors
from dlnotes.book.engine.inputs import kernel_environment
from dlnotes.book.reading_order import title_in_english
from dlnotes.book.strings import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

    from dlnotes.book.results import PageResult

    _Row = Sequence[str | nodes.Node]

__all__ = ["ExecutionTable", "FillExecutionTables", "connect"]

_COLUMNS = ("page", "time", "cpu", "memory", "state")
_PACKAGES = (
    "numpy",
    "keras",
    "jax",
    "tensorflow",
    "tensorflow-cpu",
    "torch",
    "matplotlib",
    "scikit-learn",
    "scipy",
    "sphinx",
)
"""Packages that matter to what comes out; those that no page uses are not shown."""

_OWN_WORDS = ("machine", "processors", "backend")


class execution_node(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes in lower case
    """The tables, filled in when their page is written."""


class ExecutionTable(SphinxDirective):
    """``execution-table``: what running each page took, their sums, and the environment."""

    def run(self) -> list[nodes.Node]:
        """Leave a placeholder."""
        self.env.metadata[self.env.docname]["execution"] = []
        return [execution_node()]


class FillExecutionTables(SphinxPostTransform):
    """Replace the placeholders, before references are resolved."""

    default_priority = 2

    def run(self, **kwargs: Any) -> None:
        """Fill the page that is being written."""
        del kwargs
        for placeholder in list(self.document.findall(execution_node)):
            placeholder.replace_self([self._pages(), self._environment()])

    def _pages(self) -> nodes.table:
        results = _results(self.env)
        states = ["kept" if result.from_cache else "ran" for result in results.values()]
        rows: list[_Row] = [
            [self._link(docname), *_costs(result), self._text(state)]
            for (docname, result), state in zip(results.items(), states, strict=True)
        ]
        times = [result.seconds for result in results.values()]
        cpu = [result.cpu for result in results.values()]
        memory = max((result.memory for result in results.values()), default=0)
        together: list[_Row] = [
            [
                self._text("sum"),
                _seconds(sum(times)),
                _seconds(sum(cpu)),
                "",  # pages share memory and do not all run at once
                self._text("states").format(ran=states.count("ran"), kept=states.count("kept")),
            ],
            [
                self._text("largest"),
                _seconds(max(times, default=0.0)),
                _seconds(max(cpu, default=0.0)),
                _megabytes(memory),
                "",
            ],
        ]
        return _table("pages", [self._text(name) for name in _COLUMNS], rows, together)

    def _environment(self) -> nodes.table:
        rows: list[_Row] = [
            [self._text(name) if name in _OWN_WORDS else name, value]
            for name, value in _measured_in(self.env).items()
        ]
        return _table("environment", [self._text("environment"), self._text("value")], rows)

    def _link(self, docname: str) -> addnodes.pending_xref:
        """Refer to a page as the role ``doc`` does: its title becomes the text."""
        return addnodes.pending_xref(
            "",
            nodes.inline(),
            classes=["language-en"] if title_in_english(self.env, docname) else [],
            refdomain="std",
            reftype="doc",
            reftarget=f"/{docname}",
            refdoc=self.env.docname,
            refexplicit=False,
            refwarn=True,
        )

    def _text(self, key: str) -> str:
        return text(f"execution-{key}", self.config.language)


def _results(env: BuildEnvironment) -> dict[str, PageResult]:
    """Return the results of all pages of the book, in the order of the table of contents."""
    measured = claims_domain(env).measured
    order = [*env.collect_relations(), *sorted(measured)]
    return {name: measured[name] for name in order if name in measured and name in env.titles}


def _measured_in(env: BuildEnvironment) -> dict[str, str]:
    """Describe the environment: names, some of which need translation, and values."""
    used: dict[str, str] = {}
    for result in _results(env).values():
        used |= result.packages
    return {
        "Python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "processors": str(processors()),
        "backend": kernel_environment(Path(env.config.book_cache))["KERAS_BACKEND"],
        **{name: used[name] for name in _PACKAGES if name in used},
    }


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f}"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f}"


def _costs(result: PageResult) -> list[str]:
    return [_seconds(result.seconds), _seconds(result.cpu), _megabytes(result.memory)]


def _table(
    kind: str, head: Sequence[str], rows: Iterable[_Row], together: Iterable[_Row] = ()
) -> nodes.table:
    """Make a table whose first column names its rows; the last rows are about all others."""
    group = nodes.tgroup(cols=len(head))
    group += [nodes.colspec(colwidth=1, stub=number == 0) for number in range(len(head))]
    body = [*map(_row, rows), *(_row(row, "execution-together") for row in together)]
    group += [nodes.thead("", _row(head)), nodes.tbody("", *body)]
    return nodes.table("", group, classes=["colwidths-auto", "execution", f"execution-{kind}"])


def _row(cells: _Row, *classes: str) -> nodes.row:
    row = nodes.row(classes=list(classes))
    for cell in cells:
        content = nodes.Text(cell) if isinstance(cell, str) else cell
        paragraph = nodes.paragraph("", "", content)
        if isinstance(cell, nodes.Element):
            paragraph["classes"] += cell["classes"]
        row += nodes.entry("", paragraph)
    return row


def _refresh(_app: Sphinx, env: BuildEnvironment) -> list[str]:
    """List the pages with tables, if what these show is not what they were written with."""
    pages = [
        (env.titles[docname].astext(), docname, *_costs(result), result.from_cache)
        for docname, result in _results(env).items()
    ]
    shown = pages, _measured_in(env)
    changed = []
    for docname in env.found_docs:
        known = env.metadata.get(docname, {})
        if "execution" in known:
            if known["execution"] != shown:
                changed.append(docname)
            known["execution"] = shown
    return changed


def connect(app: Sphinx) -> None:
    """Let pages show the tables.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        Is being set up.
    """
    app.add_node(execution_node)
    app.add_directive("execution-table", ExecutionTable)
    app.add_post_transform(FillExecutionTables)
    app.connect("env-updated", _refresh)
