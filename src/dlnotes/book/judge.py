"""The judge: does every claim of the book have its measurement, and the other way round?"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from sphinx.util import logging

from dlnotes.book.claims import claims_domain

if TYPE_CHECKING:
    from pathlib import Path

    from sphinx.environment import BuildEnvironment

    from dlnotes.book.claims import Claim, ClaimsDomain
    from dlnotes.book.results import CheckResult

__all__ = ["judge", "write_json"]

logger = logging.getLogger(__name__)


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
        checks = domain.checks(claim.page, claim.id)
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
        checks = domain.checks(claim.page, claim.id)
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
