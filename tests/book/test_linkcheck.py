"""``make linkcheck`` names every link to another site that leads nowhere, with page and line."""

import http.server
import shlex
import threading
from pathlib import Path

import pytest

from dlnotes.book.links import address_to_try


class Host(http.server.BaseHTTPRequestHandler):
    """Has a page, and another address that leads to it."""

    def do_HEAD(self):
        self.send_response({"/page": 200, "/moved": 301}.get(self.path, 404))
        if self.path == "/moved":
            self.send_header("Location", "/page")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD  # noqa: N815

    def log_message(self, *_):
        pass


@pytest.fixture
def host():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Host) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def check(book):
    """Run the command of the Makefile."""
    lines = (Path(__file__).parents[2] / "Makefile").read_text(encoding="utf-8").splitlines()
    (rule,) = [n for n, line in enumerate(lines) if line.startswith("linkcheck:")]
    program, *arguments = shlex.split(lines[rule + 1].strip("\t@"))
    assert program == "$(RUN)"
    return book._run(*arguments, NO_PROXY="127.0.0.1")


def test_links_to_other_sites(book, host):
    index = book.root / "docs/index.md"
    text = index.read_text(encoding="utf-8")
    links = f"A [page]({host}/page),\nthe [same]({host}/moved).\n"
    index.write_text(f"{text}\n{links}", encoding="utf-8")
    good = check(book)
    assert good.returncode == 0, good.stdout
    assert "broken" not in good.stdout

    page = book.root / "docs/page.md"
    lines = page.read_text(encoding="utf-8").splitlines()
    lines[9:9] = ["", f"This is [gone]({host}/gone)."]
    page.write_text("\n".join(lines), encoding="utf-8")
    bad = check(book)
    assert bad.returncode == 1
    line = 1 + next(n for n, text in enumerate(lines) if "[gone]" in text)
    assert f"docs/page.md:{line}: " in bad.stdout
    assert f"broken link: {host}/gone (404 Client Error" in bad.stdout
    assert bad.stdout.count("broken link") == 1
    report = (book.root / "build/linkcheck/output.txt").read_text(encoding="utf-8")
    assert f"page.md:{line}: [broken] {host}/gone: 404" in report


@pytest.mark.parametrize(
    ("linked", "tried"),
    [
        ("https://doi.org/10.1000/1", "https://doi.org/api/handles/10.1000/1"),
        ("https://doi.org/the-identifier", None),
        ("https://example.org/10.1000/1", None),
    ],
)
def test_the_registry_of_dois_is_asked_and_no_publisher(linked, tried):
    assert address_to_try(None, linked) == tried
