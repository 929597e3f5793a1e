"""The pages are valid HTML: html-validate's rules for the standard, all pages at once."""

import json
import subprocess

import pytest

pytestmark = pytest.mark.xdist_group("html")


def validate(node, tools, folder, pages, report):
    """Return what html-validate says of each page that it finds fault with."""
    program = tools / "html-validate/bin/html-validate.mjs"
    config = tools.with_name(".htmlvalidate.json")
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
