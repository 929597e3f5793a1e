"""Claims: the directive that states one, and the domain that knows them all.

A page states a claim with the ``claim`` directive and measures it with :mod:`dlnotes.check` in a
cell. The domain pairs the two by id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from myst_nb.core.variables import format_plain_text
from myst_nb.ext.glue.utils import PendingGlueReference
from sphinx.domains import Domain
from sphinx.roles import XRefRole
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

from dlnotes.book.reading_order import reading_order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.addnodes import pending_xref
    from sphinx.builders import Builder
    from sphinx.environment import BuildEnvironment

    from dlnotes.book.results import CheckResult, PageResult

__all__ = [
    "VERDICTS",
    "Claim",
    "ClaimDirective",
    "ClaimRole",
    "ClaimsDomain",
    "claims_domain",
]

VERDICTS = ("holds", "conditional", "corrected", "cited")


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
    form: str
    """Its node as text: all that a copy of it on another page is made from."""


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
        node["docname"] = self.env.docname
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
    initial_data: ClassVar[dict[str, Any]] = {"pages": {}}
    data_version = 3

    measured: dict[str, PageResult]
    """Results of all executed pages, set anew by every build."""

    def __init__(self, env: BuildEnvironment) -> None:
        super().__init__(env)
        self.measured = {}

    def clear_doc(self, docname: str) -> None:
        """Forget a page."""
        self.data["pages"].pop(docname, None)

    def merge_domaindata(self, docnames: Any, otherdata: dict[str, Any]) -> None:
        """Take over the pages that another process has read."""
        for docname in docnames:
            if docname in otherdata["pages"]:
                self.data["pages"][docname] = otherdata["pages"][docname]

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
                form=node.pformat(),
            )
            for node in doctree.findall(claim_node)
        ]

    def claims(self) -> Iterator[Claim]:
        """Yield every claim, pages in the order of the table of contents."""
        order = {name: i for i, name in enumerate(reading_order(self.env))}
        for docname in sorted(self.data["pages"], key=lambda d: (order.get(d, len(order)), d)):
            yield from self.data["pages"][docname]

    def checks(self, page: str, claim: str) -> list[CheckResult]:
        """List what a page measured of the claim with an id."""
        result = self.measured.get(page)
        return [check for check in result.checks if check.claim == claim] if result else []

    def resolve_xref(  # noqa: PLR0917 - Sphinx's signature
        self,
        env: BuildEnvironment,  # noqa: ARG002 - Sphinx's signature
        fromdocname: str,
        builder: Builder,
        typ: str,  # noqa: ARG002 - as env
        target: str,
        node: pending_xref,  # noqa: ARG002 - as env
        contnode: nodes.Element,
    ) -> nodes.reference | None:
        """Link a ``{claim}`` role to the claim."""
        for claim in self.claims():
            if claim.id == target:
                return make_refnode(builder, fromdocname, claim.page, f"claim-{target}", contnode)
        return None

    def resolve_any_xref(  # noqa: PLR0917 - Sphinx's signature
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        target: str,
        node: pending_xref,
        contnode: nodes.Element,
    ) -> list[tuple[str, nodes.reference]]:
        """Link a Markdown link to the claim that it names, if there is one."""
        found = self.resolve_xref(env, fromdocname, builder, "claim", target, node, contnode)
        return [("claims:claim", found)] if found else []


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


def claims_domain(env: BuildEnvironment) -> ClaimsDomain:
    """Return the domain of an environment, by its type."""
    domain = env.get_domain("claims")
    assert isinstance(domain, ClaimsDomain)  # noqa: S101 - tells the type checker
    return domain
