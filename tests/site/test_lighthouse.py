"""Lighthouse, on its mobile profile: the scores that readers on phones get.

A machine that is busy makes a page look slow, never quick: performance may be measured three times.
"""

import json
import os
import subprocess

NEEDED = {"performance": 0.95, "accessibility": 1, "best-practices": 1, "seo": 1}


def _measure(node, tools, chromium, address, report):
    """Return the scores of a page, and the audits of each category that it loses points in."""
    program, flags = chromium
    plain = " ".join(flag for flag in flags if " " not in flag)  # Lighthouse splits them at spaces
    command = [
        *(node, tools / "lighthouse/cli/index.js", address),
        *("--quiet", "--no-enable-error-reporting", "--output=json", f"--output-path={report}"),
        f"--only-categories={','.join(NEEDED)}",
        f"--chrome-flags=--headless --no-sandbox {plain}",
    ]
    subprocess.run(command, env={**os.environ, "CHROME_PATH": program}, check=True)
    found = json.loads(report.read_text())
    lost = {
        name: [
            f"{audit['title']} ({audit['id']}) {audit.get('displayValue', '')}"
            for part in category["auditRefs"]
            if (audit := found["audits"][part["id"]])["score"] not in {None, 1} and part["weight"]
        ]
        for name, category in found["categories"].items()
    }
    return {name: category["score"] for name, category in found["categories"].items()}, lost


def test_scores(node, tools, chromium, address, chapter, tmp_path):
    for _ in range(3):
        scores, lost = _measure(
            node, tools, chromium, f"{address}/{chapter}.html", tmp_path / "report.json"
        )
        short = {name for name, needed in NEEDED.items() if scores[name] < needed}
        if short != {"performance"}:
            break
    assert not short, "\n  ".join(
        ["Lighthouse takes points; mend these:"]
        + [f"{name} {scores[name]}: {audit}" for name in sorted(short) for audit in lost[name]]
    )
