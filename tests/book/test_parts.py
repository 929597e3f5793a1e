"""Parts of the tool chain on their own: completeness, Node, the command."""

import sys

import pytest
from sphinxcontrib import katex

from dlnotes.book import mathematics
from dlnotes.book.__main__ import main
from dlnotes.book.translation import catalog_progress


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
