"""How a claim and its measurements look in the built page."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from docutils import nodes

from dlnotes.book.claims import claims_domain
from dlnotes.book.strings import result, text
from dlnotes.check import MIME_TYPE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import ClassVar

    from myst_nb.core.render import MimeData, NbElementRenderer
    from sphinx.writers.html5 import HTML5Translator

    from dlnotes.book.claims import claim_node
    from dlnotes.book.results import CheckResult

__all__ = ["CheckMark", "claim_html", "evidence_html", "mark_cells"]


class CheckMark:
    """Show a check's output as one quiet line that links to its claim (a MyST-NB mime renderer)."""

    mime_priority_overrides: ClassVar[Sequence[tuple[str, str, int | None]]] = [("*", MIME_TYPE, 1)]

    @staticmethod
    def handle_mime(
        renderer: NbElementRenderer,  # noqa: ARG004 - MyST-NB's signature
        data: MimeData,
        inline: bool,
    ) -> list[nodes.Element] | None:
        """Render a check; leave every other MIME type to MyST-NB."""
        if inline or data.mime_type != MIME_TYPE:
            return None
        check: Any = data.content
        line = nodes.paragraph(classes=["check-mark"], translatable=False)
        link = nodes.reference("", check["claim"], refuri=f"#claim-{check['claim']}", internal=True)
        line += [nodes.Text("\N{CHECK MARK} " if check["passed"] else "\N{BALLOT X} "), link]
        if check["what"]:
            line += nodes.Text(f" ({check['what']})")
        return [line]


def _open_claim(self: HTML5Translator, node: claim_node) -> None:
    self.body.append(self.starttag(node, "div", CLASS=f"claim claim-{node['verdict']}"))


def _close_claim(self: HTML5Translator, node: claim_node) -> None:
    env, page, name = self.builder.env, node.get("page", ""), node["claim"]
    checks = claims_domain(env).checks(node["docname"], name)
    self.body.append(f'<a class="claim-id" href="{page}#claim-{name}">{name}</a>')
    if page:  # in a list of claims
        word = escape(text(f"verdict-{node['verdict']}", env.config.language))
        self.body.append(f'<span class="claim-verdict">{word}</span>')
    if checks:
        self.body.append(evidence_html(checks, env.config.language, page))
    self.body.append("</div>\n")


claim_html = (_open_claim, _close_claim)
"""Visit and depart functions of a claim for HTML builders."""


def evidence_html(checks: list[CheckResult], language: str, page: str = "") -> str:
    """Write measurements as a folded table whose rows link to the cells of ``page``.

    Parameters
    ----------
    checks : list of CheckResult
        The measurements of one claim, at least one.
    language : str
        Language code of the words around them.
    page : str
        URL of the page that measured; empty where the table stands on that page.

    Returns
    -------
    str
        A ``<details>`` element.
    """
    word = {w: escape(text(w, language)) for w in ("measured", "expected", "part", "cell")}
    parts = any(check.what for check in checks)
    one = text("all", language).format(n=len(checks))
    if len(checks) == 1:
        one = result(checks[0].measured, language)
    columns = ([word["part"]] if parts else []) + [word["measured"], word["expected"], ""]
    rows = []
    for check in checks:
        tolerance = (
            f" <small>{escape(result(check.tolerance, language))}</small>"
            if check.tolerance
            else ""
        )
        link = f'<a href="{page}#cell-{check.cell}" aria-label="{word["cell"]}">↓</a>'
        cells = [escape(check.what)] if parts else []
        measured = escape(result(check.measured, language))
        cells += [measured, escape(result(check.expected, language)) + tolerance, link]
        rows.append("".join(f"<td>{cell}</td>" for cell in cells))
    summary = f"<summary>{word['measured']} <b>{escape(one)}</b></summary>"
    return (
        f'<details class="claim-evidence">{summary}'
        '<div class="claim-table"><table><thead><tr>'
        + "".join(f"<th>{column}</th>" for column in columns)
        + "</tr></thead><tbody>"
        + "".join(f"<tr>{row}</tr>" for row in rows)
        + "</tbody></table></div></details>\n"
    )


def mark_cells(doctree: nodes.document) -> None:
    """Give every code cell an anchor ``cell-<index>`` that measurements link to."""
    for node in doctree.findall(nodes.container):
        if node.get("nb_element") == "cell_code":
            node["ids"].append(f"cell-{node['cell_index']}")
