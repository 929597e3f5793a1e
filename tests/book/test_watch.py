"""``make watch`` on a small book: every edit shows, faults are told, nothing stays behind."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from tornado.ioloop import IOLoop
from tornado.websocket import websocket_connect

from dlnotes.book.watch import watch

PATIENCE = 240
OTHER = """# Other

First prose.

```{code-cell}
print("first", "output")
```
"""
EXTENSION = """
def setup(app):
    app.connect("source-read", lambda app, name, source: source.append(
        source.pop().replace("WORD", "first word")))
    return {"parallel_read_safe": True}
"""


class Watched:
    """``make watch`` in a process of its own, and what a browser sees of it."""

    def __init__(self, process):
        self.process = process
        self.lines, self.said = [], []
        self._heard = threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()
        self.port = int(self.wait_for(r"^Serving http://127\.0\.0\.1:(\d+)/ until Ctrl-C\.$")[1])

    def _listen(self):
        for line in self.process.stdout:
            with self._heard:
                self.lines.append(line.rstrip("\n"))
                self.said.append(line)
                self._heard.notify_all()
        with self._heard:
            self.lines.append(None)
            self._heard.notify_all()

    def wait_for(self, pattern):
        """Wait for a line that has not been waited for."""
        found = []

        def seen():
            while self.lines and not found:
                line = self.lines.pop(0)
                assert line is not None, "".join(self.said)
                found.extend(filter(None, [re.search(pattern, line)]))
                assert found or not line.startswith("Not built"), "".join(self.said)
            return found

        with self._heard:
            assert self._heard.wait_for(seen, PATIENCE), f"{pattern} is not in {self.said}"
        return found[0]

    def get(self, name):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{name}") as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return f"{error.code} {error.read().decode()}"

    def shows(self, name, text):
        """Wait until a page shows something."""
        end = time.monotonic() + PATIENCE
        while text not in (page := self.get(name)):
            assert time.monotonic() < end, page
            time.sleep(0.02)
        return page

    def news(self, name):
        """Return what a page in a browser is told when it is opened."""

        async def listen():
            url = f"ws://127.0.0.1:{self.port}/.watch?page={name}"
            connection = await websocket_connect(url)
            message = await connection.read_message()
            connection.close()
            return json.loads(message)

        return IOLoop().run_sync(listen)


@contextmanager
def watching(book, scratch=""):
    process = subprocess.Popen(
        [sys.executable, "-m", "dlnotes.book", "watch", "--port", "0"],
        cwd=book.root,
        env={
            **os.environ,
            "PYTHONPATH": str(book.root),
            "TMPDIR": scratch or tempfile.gettempdir(),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield Watched(process)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(PATIENCE)
        process.stdout.close()


@pytest.fixture
def book_to_watch(book):
    conf = book.root / "conf.py"
    conf.write_text(conf.read_text().replace('["dlnotes.book"]', '["dlnotes.book", "package.ext"]'))
    book.write("package/ext.py", EXTENSION)
    book.write_page(OTHER, "other")
    home = book.root / "docs/index.md"
    home.write_text(home.read_text().replace("page\n```", "page\nother\n```"))
    return book


def body(page):
    """Cut out what depends on the cells and the prose."""
    return page[page.index("<article") : page.index("</article>")]


def edit(book, name, old, new):
    path = book.root / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    # As many editors do it: another file in the place of the old one.
    part = path.with_name("part~")
    part.write_text(text.replace(old, new), encoding="utf-8")
    part.replace(path)


def test_every_edit_shows(book_to_watch):
    book = book_to_watch
    with watching(book) as watched:
        watched.wait_for(r"^Built \(\d+\.\d s\)$")
        other = watched.get("en/other.html")
        assert "First prose." in other
        assert "first output" in other
        assert other == watched.get("en/./other.html").replace("en/./other", "en/other")

        # every page listens to what happens to it; other files are as they are on the disk
        tag = re.search(r'var page = "en/other.html", tag = "(\w+)"', other)[1]
        assert watched.news("en/other.html") == {"tag": tag, "error": ""}
        assert watched.get("en/claims.json") == book.html("en/claims.json")
        assert 'var page = "index.html"' in watched.get("")
        missing = watched.get("en/%3C/script%3E.html")
        assert missing.startswith("404 ")
        assert r'var page = "en/\u003c/script>.html"' in missing
        assert watched.get("../../conf.py").startswith("404 ")
        assert watched.get("..%2f..%2fconf.py").startswith("404 ")

        # prose, in every language
        edit(book, "docs/other.md", "First prose", "Second prose")
        watched.shows("en/other.html", "Second prose.")
        watched.shows("ko/other.html", "Second prose.")
        watched.wait_for(r"^Built")
        assert "Second prose." in book.html("en/other.html")
        assert watched.news("en/other.html")["tag"] != tag

        # a catalog
        edit(book, "docs/locale/ko/LC_MESSAGES/page.po", "답은 4보다", "답은 분명 4보다")
        watched.shows("ko/page.html", "답은 분명 4보다")
        watched.wait_for(r"^Built")

        # code
        edit(book, "docs/other.md", '"first", "output"', '"second", "output"')
        watched.shows("en/other.html", "second output")
        watched.wait_for(r"ran .* other")
        watched.wait_for(r"^Built")

        # a module that one page uses
        edit(book, "package/__init__.py", "4.25", "5.5")
        watched.shows("en/page.html", '<span class="pasted-text">5.5</span>')
        watched.shows("ko/page.html", '<span class="pasted-text">5.5</span>')
        watched.wait_for(r"ran .* page")
        watched.wait_for(r"^Built")

        # something that Sphinx reads when it starts
        edit(
            book,
            "templates/language-switch.html",
            "<",
            "<!-- another --><",
        )
        watched.shows("en/other.html", "<!-- another -->")
        watched.wait_for(r"^Built")

        # an extension: the process that has imported it is replaced
        edit(book, "package/ext.py", "first word", "second word")
        watched.wait_for(r"^Built")
        edit(book, "docs/other.md", "Second prose", "WORD")
        watched.shows("en/other.html", "second word")
        watched.wait_for(r"^Built")

        # the configuration
        edit(book, "conf.py", '"Fixture"', '"Another title"')
        watched.shows("en/other.html", "Another title")
        watched.wait_for(r"^Built")


def test_what_fails_is_told_and_the_old_site_stays(book_to_watch):
    book = book_to_watch
    with watching(book) as watched:
        watched.wait_for(r"^Built")
        old = body(watched.get("en/other.html"))

        # a cell
        edit(book, "docs/other.md", '"first"', "1 / 0")
        failure = "docs/other.md:13: cell 1 failed: ZeroDivisionError: division by zero"
        watched.wait_for(re.escape(failure))
        watched.wait_for(r"^1 of 2 pages did not run to the end\. The others are kept\.$")
        watched.wait_for(r"^Not built \(\d+\.\d s\)$")
        assert body(watched.get("en/other.html")) == old
        assert watched.news("en/other.html")["error"] == failure
        edit(book, "docs/other.md", "1 / 0", '"first"')
        watched.wait_for(r"^Built")
        assert body(watched.get("en/other.html")) == old
        assert watched.news("en/other.html")["error"] == ""

        # a warning, and the same one again as long as it is there
        for words in ("[](nowhere)", "[again](nowhere)"):
            edit(book, "docs/other.md", "First prose", f"First prose {words}")
            watched.wait_for(r"docs/other\.md:\d+: WARNING: .*'nowhere'")
            watched.wait_for(r"^See the warnings above \(language: en, ko\)\.$")
            watched.wait_for(r"^Not built")
            missing = "'myst' cross-reference target not found: 'nowhere' [myst.xref_missing]"
            error = watched.news("en/other.html")["error"]  # once, though in two languages
            assert error == f"docs/other.md:10: WARNING: {missing}"
            assert 'href="#nowhere"' in body(watched.get("en/other.html"))
            assert "nowhere" not in book.html("en/other.html")
            edit(book, "docs/index.md", "# Home", "# Home\n\n% nothing\n")
            watched.wait_for(r"^Not built")
            edit(book, "docs/other.md", f"First prose {words}", "First prose")
            watched.wait_for(r"^Built")
            assert body(watched.get("en/other.html")) == old

        # the configuration
        edit(book, "conf.py", "project =", "project = =")
        watched.wait_for("There is a syntax error in your configuration file")
        watched.wait_for(r"^Not built")
        edit(book, "docs/other.md", "First prose", "Second prose")
        watched.wait_for(r"^Not built")
        edit(book, "conf.py", "project = =", "project =")
        watched.shows("en/other.html", "Second prose")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_of_it(book_to_watch, how):
    book = book_to_watch
    # Not under `tmp_path`, which is too long a path for a socket.
    with tempfile.TemporaryDirectory() as scratch, watching(book, scratch) as watched:
        watched.wait_for(r"^Built")
        # What runs pages, and what writes them with a process, a supervisor and Node for each
        # language that is ready for the next edit.
        process, processes, end = (
            psutil.Process(watched.process.pid),
            [],
            time.monotonic() + PATIENCE,
        )
        while len(processes) < 8:
            processes = process.children(recursive=True)
            assert time.monotonic() < end, processes
        watched.process.send_signal(how)
        assert watched.process.wait(PATIENCE) == 0
        assert psutil.wait_procs(processes, PATIENCE)[1] == []
        assert list(Path(scratch).iterdir()) == []


def test_a_port_that_cannot_be_used(book, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert watch(book.root, port=port) == 1
    said = capsys.readouterr().err
    assert said == f"Not served: port {port} cannot be used (Address already in use).\n"
