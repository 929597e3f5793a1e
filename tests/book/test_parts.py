"""Parts of the tool chain on their own: the terminal, results, completeness, Node, the command."""

import io
import sys

import pytest
from sphinxcontrib import katex

from dlnotes.book import mathematics
from dlnotes.book.__main__ import main
from dlnotes.book.progress import Progress
from dlnotes.book.results import Page, PageError, PageResult
from dlnotes.book.translation import catalog_progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def result(name, seconds=0.0, error=None):
    return PageResult(Page(name, None), seconds, error=error)


def test_a_terminal_shows_what_is_running_and_what_is_next():
    waiting = [Page("c", None)]
    with Progress(terminal := Terminal()) as progress:
        progress("start", result("a"), [Page("b", None), *waiting])
        progress("start", result("b"), waiting)
        progress("done", result("a", 1.25), waiting)
        progress("start", result("c"), [])
        progress("failed", result("c", 2.0, PageError(1, 1, "no")), [])
        progress("done", result("b", 10.0), [])
    assert terminal.getvalue().split("\r\x1b[K") == [
        *("", "running a; next b", "running a, b; next c"),
        *("[1/3] done     1.2 s  a; next c\n", "running b; next c", "running b, c"),
        *("[2/3] failed   2.0 s  c\n", "running b"),
        *("[3/3] done    10.0 s  b\n", ""),
    ]


def test_a_file_gets_whole_lines_only(capsys):
    with Progress() as progress:
        progress("start", result("a"), [])
        progress("done", result("a", 1.25), [])
    assert capsys.readouterr().out == "[1/1] done     1.2 s  a\n"


def test_a_page_without_an_error_is_described_too(tmp_path):
    assert result("part/page").describe(tmp_path) == "part/page ran to the end"


def test_completeness_without_a_catalog_and_without_messages(tmp_path):
    (tmp_path / "page.pot").write_text('msgid ""\nmsgstr ""\n\nmsgid "Page"\nmsgstr ""\n')
    none = catalog_progress(tmp_path / "page.pot", tmp_path / "page.po")
    assert (none.percent, none.total, none.missing) == (0, 1, ["Page"])
    (tmp_path / "empty.pot").write_text('msgid ""\nmsgstr ""\n')
    assert catalog_progress(tmp_path / "empty.pot", tmp_path / "empty.po").percent == 100


@pytest.mark.parametrize(
    ("program", "timeout"),
    [("pass", 60), ("import time; time.sleep(60)", 0.05)],
    ids=["ends at once", "never listens"],
)
def test_node_that_cannot_be_reached_is_an_error_and_leaves_no_process(
    tmp_path, monkeypatch, program, timeout
):
    command = [sys.executable, "-c", program]
    monkeypatch.setattr(katex.KaTeXServer, "build_command", lambda **_: command)
    started = []
    popen = mathematics.subprocess.Popen
    monkeypatch.setattr(
        mathematics.subprocess,
        "Popen",
        lambda *a, **k: started.append(popen(*a, **k)) or started[0],
    )
    message = rf"^Node with KaTeX could not be reached within {timeout:g} s$"
    with pytest.raises(katex.KaTeXError, match=message):
        mathematics._start_node(tmp_path, timeout)
    assert started[0].wait(10) is not None
    started[0].stdin.close()


def test_the_command_says_what_it_can_do(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    help_text = capsys.readouterr().out
    assert "run the pages and write the site to build/html" in help_text
    assert "update the catalogs and show how complete each page is" in help_text
