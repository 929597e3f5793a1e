"""Claims: the directive that states one, the domain that knows them all, and the judge.

A page states a claim with the ``claim`` directive and measures it with :mod:`dlnotes.check` in a
cell. The domain pairs the two by id. :func:`judge` reports every claim without a measurement, every
measurement without a claim, every id used twice and every failed check.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from myst_nb.core.variables import format_plain_text
from myst_nb.ext.glue.utils import PendingGlueReference
from sphinx.domains import Domain
from sphinx.roles import XRefRole
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.addnodes import pending_xref
    from sphinx.builders import Builder
    from sphinx.environment import BuildEnvironment

    from dlnotes.book.execute import CheckResult, PageResult

__all__ = [
    "VERDICTS",
    "Claim",
    "ClaimDirective",
    "ClaimRole",
    "ClaimsDomain",
    "judge",
    "write_json",
]

VERDICTS = ("holds", "conditional", "corrected", "cited")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Claim:
    """One claim as a page states it."""

    id: str
    page: str
    line: int
    statement: str
    verdict: str
    misconception: str
    source: str


class claim_node(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes in lower case
    """A claim: the misconception, if there is one, and the statement."""


class ClaimDirective(SphinxDirective):
    """``claim``: one sentence that the page states and the build measures.

    The argument is the id, the content is the sentence. Options: ``misconception``, what people
    believe instead; ``source``, a bibliography key; ``verdict``, by default ``corrected`` with a
    misconception, ``cited`` with only a source, else ``holds``.
    """

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {
        "misconception": directives.unchanged_required,
        "source": directives.unchanged_required,
        "verdict": lambda value: directives.choice(value, VERDICTS),
    }

    def run(self) -> list[nodes.Node]:
        """Make the claim's node and note it in the domain."""
        self.assert_has_content()
        name = self.arguments[0]
        belief = self.options.get("misconception", "")
        source = self.options.get("source", "")
        default = "corrected" if belief else "cited" if source else "holds"
        verdict = self.options.get("verdict", default)
        if verdict == "cited" and not source:
            raise self.error(f"claim {name!r} is cited but names no :source:")
        if verdict == "corrected" and not belief:
            raise self.error(f"claim {name!r} corrects no :misconception:")

        node = claim_node(ids=[f"claim-{name}"], claim=name, verdict=verdict)
        self.set_source_info(node)
        if belief:
            node += self._paragraph(belief, "claim-belief")
        body = nodes.container(classes=["claim-statement"])
        self.state.nested_parse(self.content, self.content_offset, body)
        node += body
        if source:
            keys = self._paragraph(f"{{cite:p}}`{source}`", "claim-source", translatable=False)
            node += keys
        self.state.document.note_explicit_target(node)
        return [node]

    def _paragraph(self, source: str, css: str, *, translatable: bool = True) -> nodes.paragraph:
        children, messages = self.state.inline_text(source, self.lineno)
        paragraph = nodes.paragraph(source, "", *children, *messages, classes=[css])
        paragraph["translatable"] = translatable
        self.set_source_info(paragraph)
        return paragraph


class ClaimRole(XRefRole):
    """``claim``: a link to a claim by its id, on any page."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Make the role of the domain usable without the domain's name before it."""
        self.name = "claims:claim"
        return super().run()


class ClaimsDomain(Domain):
    """All claims of the book by page, and what this build measured."""

    name = "claims"
    label = "Claims"
    roles: ClassVar[dict[str, Any]] = {"claim": ClaimRole()}
    initial_data: ClassVar[dict[str, Any]] = {"pages": {}, "digests": {}}
    data_version = 1

    measured: dict[str, PageResult]
    """Results of all executed pages, set anew by every build."""

    def __init__(self, env: BuildEnvironment) -> None:
        super().__init__(env)
        self.measured = {}
        self.any_page_changed = False

    def clear_doc(self, docname: str) -> None:
        """Forget a page."""
        self.data["pages"].pop(docname, None)
        self.data["digests"].pop(docname, None)

    def merge_domaindata(self, docnames: Any, otherdata: dict[str, Any]) -> None:
        """Take over the pages that another process has read."""
        for part in ("pages", "digests"):
            for docname in docnames:
                if docname in otherdata[part]:
                    self.data[part][docname] = otherdata[part][docname]

    def note_page(self, docname: str, doctree: nodes.document) -> None:
        """Note the claims of a page that has just been read (and translated)."""
        result = self.measured.get(docname)
        glued = result.glued if result else {}
        self.data["pages"][docname] = [
            Claim(
                id=node["claim"],
                page=docname,
                line=node.line or 0,
                statement=_plain(node, "claim-statement", glued),
                verdict=node["verdict"],
                misconception=_plain(node, "claim-belief", glued),
                source=_plain(node, "claim-source", glued),
            )
            for node in doctree.findall(claim_node)
        ]
        if result:
            self.data["digests"][docname] = result.digest

    def claims(self) -> Iterator[Claim]:
        """Yield every claim, pages in the order of the table of contents."""
        order = {name: i for i, name in enumerate(_reading_order(self.env))}
        for docname in sorted(self.data["pages"], key=lambda d: (order.get(d, len(order)), d)):
            yield from self.data["pages"][docname]

    def checks(self, claim: Claim) -> list[CheckResult]:
        """List the measurements of a claim on its page."""
        result = self.measured.get(claim.page)
        return [c for c in result.checks if c.claim == claim.id] if result else []

    def changed_pages(self) -> list[str]:
        """List the pages whose outputs are not those that were read last."""
        return [
            docname
            for docname, result in self.measured.items()
            if docname in self.env.found_docs
            and self.data["digests"].get(docname, result.digest) != result.digest
        ]

    def resolve_xref(  # noqa: PLR0917 - Sphinx's signature
        self,
        env: BuildEnvironment,  # noqa: ARG002 - Sphinx's signature
        fromdocname: str,
        builder: Builder,
        typ: str,  # noqa: ARG002
        target: str,
        node: pending_xref,  # noqa: ARG002
        contnode: nodes.Element,
    ) -> nodes.reference | None:
        """Link a ``{claim}`` role to the claim."""
        for claim in self.claims():
            if claim.id == target:
                return make_refnode(builder, fromdocname, claim.page, f"claim-{target}", contnode)
        return None


def _plain(node: nodes.Element, css: str, glued: dict[str, str]) -> str:
    """Return the text of one part of a claim, with the glued values in it."""
    text = ""
    for child in node.children:
        if isinstance(child, nodes.Element) and css in child["classes"]:
            for leaf in child.findall():
                if isinstance(leaf, nodes.Text):
                    text += leaf.astext()
                elif isinstance(leaf, PendingGlueReference) and leaf.key in glued:
                    text += format_plain_text(glued[leaf.key], leaf.get("fmt_spec", ""))
    return " ".join(text.split())


def _reading_order(env: BuildEnvironment) -> list[str]:
    order: list[str] = []
    stack = [env.config.root_doc]
    while stack:
        docname = stack.pop(0)
        if docname not in order:
            order.append(docname)
            stack[:0] = env.toctree_includes.get(docname, [])
    return order


def claims_domain(env: BuildEnvironment) -> ClaimsDomain:
    """Return the domain of an environment, by its type."""
    domain = env.get_domain("claims")
    assert isinstance(domain, ClaimsDomain)  # noqa: S101 - tells the type checker
    return domain


def judge(env: BuildEnvironment) -> int:
    """Report every way in which claims and measurements do not match; return how many there are.

    Each report is a warning of type ``claims`` that names page and line.
    """
    domain = claims_domain(env)
    problems = 0

    def report(subtype: str, at: Claim | CheckResult, page: str, message: str) -> None:
        nonlocal problems
        problems += 1
        logger.warning(message, location=(page, at.line), type="claims", subtype=subtype)

    first: dict[str, Claim] = {}
    for claim in domain.claims():
        name, page = repr(claim.id), claim.page
        if claim.id in first:
            where = f"{first[claim.id].page}:{first[claim.id].line}"
            report("twice", claim, page, f"claim {name} is stated twice, first at {where}")
            continue
        first[claim.id] = claim
        checks = domain.checks(claim)
        if claim.verdict == "cited" and checks:
            report("cited", claim, page, f"claim {name} is cited, yet a cell measures it")
        elif claim.verdict != "cited" and not checks:
            report("unmeasured", claim, page, f"claim {name} is measured nowhere")

    for page, result in domain.measured.items():
        stated = {claim.id for claim in domain.data["pages"].get(page, [])}
        seen: set[tuple[str, str]] = set()
        for check in result.checks:
            name, part = repr(check.claim), (check.claim, check.what)
            if check.claim not in stated:
                report(
                    "unclaimed", check, page, f"{name} is measured but the page has no such claim"
                )
            if part in seen:
                report(
                    "parts", check, page, f"{name} is measured twice: name the parts with `what=`"
                )
            seen.add(part)
            if not check.passed:
                sentence = f"measured {check.measured}, expected {check.expected}"
                report("failed", check, page, f"{name}: {sentence} {check.tolerance}".rstrip())
    return problems


def write_json(domain: ClaimsDomain, path: Path) -> None:
    """Write ``claims.json``: every claim with what was measured.

    ``measured``, ``expected`` and ``tolerance`` are what a reader sees; where a claim is measured
    in parts they are joined by ``"; "``. ``checks`` holds the parts themselves.
    """
    rows = []
    for claim in domain.claims():
        checks = domain.checks(claim)
        rows.append(
            {
                "id": claim.id,
                "page": claim.page,
                "line": claim.line,
                "statement": claim.statement,
                "verdict": claim.verdict,
                "misconception": claim.misconception,
                "source": claim.source,
                "measured": _join(checks, "measured"),
                "expected": _join(checks, "expected"),
                "tolerance": _join(checks, "tolerance"),
                "passed": claim.verdict == "cited" or all(c.passed for c in checks),
                "checks": [asdict(c) for c in checks],
            }
        )
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _join(checks: list[CheckResult], name: str) -> str:
    values = ((c.what, getattr(c, name)) for c in checks)
    return "; ".join(f"{what}: {value}" if what else value for what, value in values if value)
