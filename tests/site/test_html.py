"""The pages are valid HTML: html-validate's rules for the standard, all pages at once."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from dlnotes.book.web.style_sheets import UNUSED

pytestmark = pytest.mark.xdist_group("html")


def validate(node, tools, folder, pages, report):
    """Return what html-validate says of each page that it finds fault with."""
    program = tools / "html-validate/bin/html-validate.mjs"
    config = Path(__file__).with_name(".htmlvalidate.json")
    run = subprocess.run(
        [node, program, "--config", config, "--formatter", f"json={report}"]
        + [folder / f"{page}.html" for page in pages],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode in {0, 1}, run.stderr
    return {
        report["filePath"]: [
            f"{each['line']}:{each['column']} {each['ruleId']}: {each['message']}"
            for each in report["messages"]
        ]
        for report in json.loads(report.read_text())
    }


@pytest.fixture(scope="module")
def reports(node, tools, site, every_page, tmp_path_factory):
    report = tmp_path_factory.mktemp("html-validate") / "report.json"
    return validate(node, tools, site, every_page, report)


def test_a_page_is_valid(reports, site, page_name):
    said = reports.get(str(site / f"{page_name}.html"), [])
    assert not said, "\n  ".join(["mend what writes this:", *said[:20]])


def test_a_page_needs_no_rule_that_was_left_out(site, page_name):
    framework = site / "en/_static/styles/pydata-sphinx-theme.css"
    styled = set(re.findall(r"\.([A-Za-z_][\w-]*)", framework.read_text()))
    page = (site / f"{page_name}.html").read_text()
    used = {name for value in re.findall(r'class="([^"]*)"', page) for name in value.split()}
    needed = {name for name in used & styled if UNUSED.fullmatch(name)}
    assert not {name for name in needed if not name.startswith("fa-")}  # book.css draws the icons


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("<p id='a'>x</p><p id='a'>y</p>", "no-dup-id"),
        ("<p><div>a block in a line</div></p>", "close-order"),
        ("<summary>outside</summary>", "element-permitted-content"),
        ("<a href='x'><button type='button'>two in one</button></a>", "element-permitted-content"),
        ("<div colour=red", "parser-error"),
    ],
)
def test_html_that_is_not_valid_is_noticed(node, tools, tmp_path, body, rule):
    head = '<!DOCTYPE html><html lang="en"><head><title>A page</title></head>'
    (tmp_path / "page.html").write_text(f"{head}<body>{body}</body></html>")
    (said,) = validate(node, tools, tmp_path, ["page"], tmp_path / "report.json").values()
    assert [each for each in said if f" {rule}: " in each], said
