"""A page in Markdown that every notebook reader shows alike, from the page as it is on the site.

It has no extensions but formulas between dollar signs: directives, roles and numbers have become
what a reader sees of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from docutils import nodes

from dlnotes.book.claims import claims_domain
from dlnotes.book.strings import result, text
from dlnotes.book.web.markdown_text import NOT_TEXT, TextWriter, formula, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dlnotes.book.claims import claim_node

__all__ = ["Code", "MarkdownWriter", "Piece"]


@dataclass(frozen=True)
class Code:
    """The place of a code cell.

    Attributes
    ----------
    index : int
        Of the cell on its page.
    folded : bool
        Whether it is hidden at first, as it is in a solution.
    alternatives : tuple of str
        What its pictures show, in words.
    """

    index: int
    folded: bool = False
    alternatives: tuple[str, ...] = ()


Piece = str | Code
"""A block of Markdown, or the place of a code cell."""

_BLOCK = re.compile(r"^(?=[#>+\-=|])")
_NUMBER = re.compile(r"^(\d+)(?=[.)](\s|$))")
_OUTER = re.compile(r"\\(begin|end)\{(align|gather|equation)\*?\}")
_INNER = {"align": "aligned", "gather": "gathered", "equation": ""}
_MARKS = {"conditional": "≈", "cited": "❧"}


class MarkdownWriter(TextWriter):
    """Writes a page as blocks of Markdown, and says where its code cells are."""

    def pieces(self, node: nodes.Node) -> list[Piece]:
        """Write a node of the page and what is in it.

        Parameters
        ----------
        node : docutils.nodes.Node
            The document or a part of it, after all references are resolved.

        Returns
        -------
        list of str or Code
            Its blocks, in order.
        """
        if isinstance(node, nodes.Text):
            return [plain(node)] if node.strip() else []
        if isinstance(node, NOT_TEXT) or not isinstance(node, nodes.Element):
            return []
        if write := self.method("block", node):
            found: list[Piece] = write(node)
            return found
        return self._all(node.children)

    def _all(self, children: Iterable[nodes.Node]) -> list[Piece]:
        return [piece for child in children for piece in self.pieces(child)]

    # Blocks.

    def _block_title(self, node: nodes.Element) -> list[Piece]:
        inner = self.inlines(node)
        if not isinstance(node.parent, nodes.section):
            return [f"**{' '.join(filter(None, [self._number(node.parent), inner]))}**"]
        level, above = 0, node
        while above.parent is not None:
            above = above.parent
            level += isinstance(above, nodes.section)
        return [f"{'#' * min(level, 6)} {inner}"]

    def _number(self, node: nodes.Element) -> str:
        """Return what Sphinx calls a figure or an exercise; nothing if it has no number."""
        for kind, numbers in self._builder.fignumbers.items():
            for name in node["ids"]:
                if name in numbers:
                    number = ".".join(map(str, numbers[name]))
                    return str(self._builder.config.numfig_format[kind] % number)
        return ""

    def _block_paragraph(self, node: nodes.Element) -> list[Piece]:
        inner = self.inlines(node)
        if node.children and isinstance(node.children[0], nodes.Text):
            inner = _NUMBER.sub(r"\1\\", _BLOCK.sub(r"\\", inner))
        return [inner] if inner else []

    _block_term = _block_line = _block_attribution = _block_paragraph

    def _block_rubric(self, node: nodes.Element) -> list[Piece]:
        return [f"**{self.inlines(node)}**"]

    def _block_literal_block(self, node: nodes.Element) -> list[Piece]:
        source, language = node.astext().rstrip("\n"), node.get("language", "")
        fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", source)), 3)
        return [f"{fence}{'' if language in {'none', 'default'} else language}\n{source}\n{fence}"]

    _block_doctest_block = _block_literal_block

    def _block_math_block(self, node: nodes.math_block) -> list[Piece]:
        latex = _OUTER.sub(_inner, formula(node.astext()))
        tag = f" \\tag{{{node['number']}}}" if node.get("label") else ""
        return [f"$$\n{latex.strip()}{tag}\n$$"]

    def _block_image(self, node: nodes.image) -> list[Piece]:
        return [self._inline_image(node)]

    def _block_raw(self, node: nodes.raw) -> list[Piece]:
        return [node.astext().strip()] if node["format"] == "html" else []

    def _block_transition(self, _node: nodes.Element) -> list[Piece]:
        return ["---"]

    def _block_caption(self, node: nodes.caption) -> list[Piece]:
        number = self._number(node.parent)
        return [f"**{number}** {self.inlines(node)}" if number else self.inlines(node)]

    def _block_bullet_list(self, node: nodes.Element) -> list[Piece]:
        return self._list([("- ", item) for item in node.children])

    def _block_enumerated_list(self, node: nodes.Element) -> list[Piece]:
        first = node.get("start", 1)
        return self._list([(f"{first + n}. ", item) for n, item in enumerate(node.children)])

    def _list(self, items: list[tuple[str, nodes.Node]]) -> list[Piece]:
        written = [(mark, self.pieces(item)) for mark, item in items]
        if any(isinstance(piece, Code) for _, pieces in written for piece in pieces):
            return [piece for _, pieces in written for piece in pieces]
        gap = "\n" if all(len(pieces) < 2 for _, pieces in written) else "\n\n"
        return [gap.join(mark + _indent(_join(pieces), len(mark)) for mark, pieces in written)]

    def _block_definition_list(self, node: nodes.Element) -> list[Piece]:
        """Write the terms as a list: notebooks know no other."""
        found: list[Piece] = []
        for item in node.findall(nodes.definition_list_item):
            terms = [self.inlines(term) for term in item.children if isinstance(term, nodes.term)]
            about = _join(self._all(c for c in item.children if isinstance(c, nodes.definition)))
            found.append(f"- **{' · '.join(terms)}**: {_indent(about, 2)}")
        return [_join(found, "\n")]

    def _block_table(self, node: nodes.table) -> list[Piece]:
        found = self._all(child for child in node.children if isinstance(child, nodes.title))
        rows = [[self._cell(entry) for entry in row.children] for row in node.findall(nodes.row)]
        width = max(map(len, rows))
        if not any(node.findall(nodes.thead)):
            rows.insert(0, [])
        lines = [f"| {' | '.join([*row, *[''] * (width - len(row))])} |" for row in rows]
        lines.insert(1, "|" + " --- |" * width)
        return [*found, "\n".join(lines)]

    def _cell(self, entry: nodes.Node) -> str:
        inner = _join(self.pieces(entry), "<br>").replace("\n", " ")
        # A bar ends the cell, in a formula too.
        parts = re.split(r"(\$[^$]+\$)", inner)
        parts[1::2] = [p.replace("\\|", "\\Vert ").replace("|", "\\vert ") for p in parts[1::2]]
        parts[::2] = [part.replace("|", "\\|") for part in parts[::2]]
        return "".join(parts)

    def _block_block_quote(self, node: nodes.Element) -> list[Piece]:
        return _quote(self._all(node.children))

    _block_admonition = _block_block_quote  # its title has become a node

    def _block_footnote(self, node: nodes.Element) -> list[Piece]:
        label = next(iter(node.findall(nodes.label))).astext()
        rest = [child for child in node.children if not isinstance(child, nodes.label)]
        return [f"\\[{label}\\] {_join(self._all(rest))}"]

    def _block_container(self, node: nodes.container) -> list[Piece]:
        if node.get("nb_element") != "cell_code":
            return self._all(node.children)
        alternatives = tuple(image.get("alt", "") for image in node.findall(nodes.image))
        captions = [self._block_caption(caption) for caption in node.findall(nodes.caption)]
        return [
            Code(node["cell_index"], alternatives=alternatives),
            *(piece for pieces in captions for piece in pieces),
        ]

    # What the book adds.

    def _block_claim_node(self, node: claim_node) -> list[Piece]:
        found: list[Piece] = []
        for part in node.children:
            assert isinstance(part, nodes.Element)  # noqa: S101 - as ClaimDirective made it
            pieces, label = self.pieces(part), ""
            if "claim-belief" in part["classes"]:
                label = f"**✗ {text('misconception', self._language)}**"
            elif "claim-statement" in part["classes"]:
                mark = _MARKS.get(node["verdict"], "✓")
                label = f"**{mark} {text('claim', self._language)}**"
            found += [f"{label} {pieces[0]}".strip(), *pieces[1:]] if pieces else []
        evidence = self._evidence(node)
        return _quote([*found, evidence] if evidence else found)

    def _evidence(self, node: claim_node) -> str:
        words, lines = {w: text(w, self._language) for w in ("measured", "expected")}, []
        for check in claims_domain(self._builder.env).checks(node["docname"], node["claim"]):
            said = [result(w, self._language) for w in (check.measured, check.expected)]
            tolerance = f" ({result(check.tolerance, self._language)})" if check.tolerance else ""
            what = f"{check.what}: " if check.what else ""
            line = f"{what}{words['measured']} {said[0]}, {words['expected']} {said[1]}{tolerance}"
            lines.append(f"*{self._inline(nodes.Text(line))}*")
        return "  \n".join(lines)

    def _block_solution_node(self, node: nodes.Element) -> list[Piece]:
        """Fold the text; the cells, which cannot be in it, come folded too."""
        inner = [child for child in node.children if not isinstance(child, nodes.title)]
        word = text("solution", self._language)
        found, run = list[Piece](), list[Piece]()
        pieces = self._all(inner)
        if pieces and isinstance(pieces[0], Code):
            found.append(f"**{word}**")
        for piece in [*pieces, None]:
            if isinstance(piece, str):
                run.append(piece)
                continue
            if run:
                summary = f"<details>\n<summary>{word}</summary>\n\n"
                found.append(f"{summary}{_join(run)}\n\n</details>")
                run = []
            if piece:
                found.append(replace(piece, folded=True))
        return found


def _join(pieces: Iterable[Piece], gap: str = "\n\n") -> str:
    return gap.join(piece for piece in pieces if isinstance(piece, str))


def _indent(block: str, width: int) -> str:
    return re.sub(r"\n(?=[^\n])", "\n" + " " * width, block)


def _quote(pieces: Iterable[Piece]) -> list[Piece]:
    """Quote the text between code cells."""
    found: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str):
            quoted = "\n".join(f"> {line}" if line else ">" for line in piece.split("\n"))
            if found and isinstance(found[-1], str):
                found[-1] += f"\n>\n{quoted}"
            else:
                found.append(quoted)
        else:
            found.append(piece)
    return found


def _inner(outer: re.Match[str]) -> str:
    name = _INNER[outer[2]]
    return f"\\{outer[1]}{{{name}}}" if name else ""
