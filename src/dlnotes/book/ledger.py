"""Pages made from the claims: the ledger of all claims, the misconceptions, the counts.

Each is a placeholder that is filled when its page is written, since it depends on all other pages.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx import addnodes
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective, SphinxRole

from dlnotes.book.claims import VERDICTS, claim_node, claims_domain
from dlnotes.book.reading_order import reading_order, title_in_english
from dlnotes.book.strings import text
from dlnotes.book.web.claims_filter import filter_node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

__all__ = [
    "ClaimBox", "ClaimsCount", "ClaimsLedger", "FillLedgers", "Misconceptions", "find_changed",
]  # fmt: skip


class ledger_node(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes in lower case
    """A list of claims, filled in when its page is written."""


class box_node(nodes.General, nodes.Element):  # noqa: N801 - as ledger_node
    """One claim, filled in when its page is written."""


class count_node(nodes.Inline, nodes.Element):  # noqa: N801 - as ledger_node
    """A sentence of counts, filled in when its page is written."""


class ClaimsLedger(SphinxDirective):
    """``claims-ledger``: every claim of the book, by part and page."""

    only_misconceptions = False

    def run(self) -> list[nodes.Node]:
        """Leave a placeholder."""
        self.env.metadata[self.env.docname]["ledger"] = True
        return [ledger_node(only_misconceptions=self.only_misconceptions)]


class Misconceptions(ClaimsLedger):
    """``misconceptions-ledger``: what people believe beside what was measured."""

    only_misconceptions = True


class ClaimBox(SphinxDirective):
    """``claim-box``: one claim, which another page makes and measures."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Leave a placeholder."""
        self.env.metadata[self.env.docname]["ledger"] = True
        place = box_node(claim=self.arguments[0])
        self.set_source_info(place)
        return [place]


class ClaimsCount(SphinxRole):
    """``claims-count``: a sentence (``total``, ``verdicts``) or a number in bold.

    Numbers are of ``pages`` with claims, of claims that are ``measured``, that ``passed``, and that
    ``corrected`` a misconception.
    """

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave a placeholder."""
        self.env.metadata[self.env.docname]["ledger"] = True
        return [count_node(of=self.text)], []


def find_changed(_app: Sphinx, env: BuildEnvironment) -> list[str]:
    """List the pages with claims of other pages, if these are not what they were written with."""
    domain, parts = claims_domain(env), reading_order(env)
    titles = {page: (title.astext(), parts.get(page)) for page, title in env.titles.items()}
    # Where a claim stands in its file is not shown.
    claims = [replace(claim, line=0) for claim in domain.claims()]
    checks = [replace(c, line=0) for claim in claims for c in domain.checks(claim.page, claim.id)]
    shown = hashlib.sha256(f"{sorted(titles.items())}{claims}{checks}".encode()).hexdigest()
    before = getattr(env, "book_ledger", None)
    env.book_ledger = shown  # type: ignore[attr-defined]
    if shown == before:
        return []
    return [page for page in env.found_docs if "ledger" in env.metadata.get(page, {})]


class FillLedgers(SphinxPostTransform):
    """Replace the placeholders, before references and glued values are resolved."""

    default_priority = 2

    def run(self, **kwargs: Any) -> None:
        """Fill the page that is being written."""
        del kwargs
        for ledger in list(self.document.findall(ledger_node)):
            only_misconceptions = ledger["only_misconceptions"]
            sections = list(self._boxes(only_misconceptions=only_misconceptions))
            parts = {part["ids"][0]: part[0].astext() for part in sections}
            verdicts = {} if only_misconceptions else self._verdicts()
            above: list[nodes.Element] = [self._explained(verdicts)] if verdicts else []
            if self.app.builder.name == "html":
                above += [filter_node(parts=parts, verdicts=verdicts)]
            ledger.replace_self([*above, *sections])
        for place in list(self.document.findall(box_node)):
            place.replace_self(self._box(place))
        for count in list(self.document.findall(count_node)):
            count.replace_self(self._counts(count["of"]))

    def _counts(self, of: str) -> nodes.Node:
        claims = list(claims_domain(self.env).claims())
        measured = [claim for claim in claims if claim.verdict != "cited"]
        verdicts = Counter(claim.verdict for claim in claims)
        numbers = {verdict: verdicts[verdict] for verdict in VERDICTS} | {
            "pages": len({claim.page for claim in claims}),
            "measured": len(measured),
            "passed": sum(
                all(c.passed for c in claims_domain(self.env).checks(claim.page, claim.id))
                for claim in measured
            ),
        }
        if of in numbers:
            return nodes.strong("", str(numbers[of]))
        words = text(of, self.config.language)
        return nodes.Text(words.format(total=numbers["measured"], **numbers))

    def _box(self, place: nodes.Element) -> nodes.Element:
        """Repeat the box of one claim."""
        for claim in claims_domain(self.env).claims():
            if claim.id == place["claim"]:
                url = self.app.builder.get_relative_uri(self.env.docname, claim.page)
                boxes = self.env.get_doctree(claim.page).findall(claim_node)
                return self._copy(next(box for box in boxes if box["claim"] == claim.id), url)
        raise ExtensionError(
            f"{place.source}:{place.line}: no page makes the claim {place['claim']!r}"
        )

    def _verdicts(self) -> dict[str, str]:
        """Name the verdicts that there are."""
        found = {claim.verdict for claim in claims_domain(self.env).claims()}
        return {v: text(f"verdict-{v}", self.config.language) for v in VERDICTS if v in found}

    def _explained(self, verdicts: dict[str, str]) -> nodes.definition_list:
        entries = nodes.definition_list(classes=["claims-verdicts"])
        for verdict, name in verdicts.items():
            meaning = text(f"verdict-{verdict}-means", self.config.language)
            definition = nodes.definition("", nodes.paragraph("", meaning))
            entries += nodes.definition_list_item("", nodes.term("", name), definition)
        return entries

    def _boxes(self, *, only_misconceptions: bool) -> Iterator[nodes.Element]:
        """Repeat the boxes of all pages under the titles of their parts and pages."""
        parts, anchors = reading_order(self.env), list[str]()
        wanted = [
            c
            for c in claims_domain(self.env).claims()
            if c.misconception or not only_misconceptions
        ]
        for part, in_part in groupby(wanted, key=lambda claim: parts.get(claim.page, "")):
            anchor = nodes.make_id(f"part-{part}")
            again = Counter(anchors)[anchor]  # no letter of a Korean name can be in it
            anchors.append(anchor)
            section = nodes.section(
                ids=[f"{anchor}-{again + 1}" if again else anchor], classes=["claims-part"]
            )
            section += nodes.title("", part)
            for page, claims in groupby(in_part, key=lambda claim: claim.page):
                ids = {claim.id for claim in claims}
                url = self.app.builder.get_relative_uri(self.env.docname, page)
                language = ["language-en"] if title_in_english(self.env, page) else []
                heading = nodes.rubric("", classes=["ledger-page", *language])
                heading += nodes.reference("", self.env.titles[page].astext(), refuri=url)
                section += heading
                boxes = nodes.bullet_list(classes=["claims-list"])
                for original in self.env.get_doctree(page).findall(claim_node):
                    if original["claim"] in ids:
                        boxes += nodes.list_item("", self._copy(original, url))
                section += boxes
            yield section

    def _copy(self, original: claim_node, url: str) -> claim_node:
        box = original.deepcopy()
        box["page"] = url
        for xref in box.findall(addnodes.pending_xref):
            xref["refdoc"] = self.env.docname
        for inner in box.findall(nodes.Element):
            if inner is not box:
                inner["ids"] = []  # on the page that makes the claim
        language = self.config.language
        if language != "en" and original["docname"] not in self.config.book_translated[language]:
            for words in box.children:
                if isinstance(words, nodes.Element):  # docutils makes it an attribute `lang`
                    words["classes"].append("language-en")
        return box
