"""Serve a site on this machine, and tell the browsers that show it when it has changed."""

from __future__ import annotations

import hashlib
import json
import mimetypes
from typing import TYPE_CHECKING

from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketHandler

if TYPE_CHECKING:
    import socket
    from collections.abc import Collection
    from pathlib import Path

__all__ = ["Shown", "serve"]

_SCRIPT = """\
<script>
(function () {
  var page = PAGE, tag = TAG, note = document.createElement("pre");
  note.setAttribute("role", "alert");
  note.style = "position: fixed; z-index: 9999; inset: auto 0 0 0; margin: 0; padding: 0.75rem;" +
    "max-height: 40vh; overflow: auto; white-space: pre-wrap; color: #fff; background: #a00";
  function connect() {
    var url = "ws://" + location.host + "/.watch?page=" + encodeURIComponent(page);
    var socket = new WebSocket(url);
    socket.onmessage = function (event) {
      var news = JSON.parse(event.data);
      if (news.tag !== tag) { location.reload(); }
      note.textContent = news.error;
      note.remove();
      if (news.error) { document.body.append(note); }
    };
    socket.onclose = function () { setTimeout(connect, 1000); };
  }
  connect();
})();
</script>
"""
_MISSING = (
    b"<!DOCTYPE html>\n<title>Not there</title>\n<body><p>There is no such page (yet).</p></body>\n"
)


class Shown:
    """What browsers get to see: a site, pages that are ahead of it, and what has gone wrong.

    Parameters
    ----------
    site : Path
        The site that is whole.
    work : Path
        Where the pages of each language are written, in ``html`` in a folder of its own.
    """

    def __init__(self, site: Path, work: Path) -> None:
        self._site, self._work = site, work
        self._ahead: set[str] = set()
        self._error = self._assets = ""
        self._listeners: set[_News] = set()

    def show_ahead(self, language: str, pages: Collection[str]) -> None:
        """Show pages of a language that are written, though the rest of the site is not."""
        self._ahead.update(f"{language}/{page}.html" for page in pages)
        self._tell_all()

    def settle(self, site: Path, error: str = "") -> None:
        """Show a site, and what went wrong with the last build if anything did."""
        self._site = site
        self._ahead.clear()
        self._error = error
        assets = sorted(self._site.glob("*/_static/**/*"))
        self._assets = str([(str(path), path.stat().st_mtime_ns) for path in assets])
        self._tell_all()

    def find(self, name: str) -> Path | None:
        """Find the file that a URL stands for.

        Parameters
        ----------
        name : str
            The path in the URL, without the slash at its beginning.

        Returns
        -------
        Path or None
            None if there is none.
        """
        language, _, rest = name.partition("/")
        folders = [(self._site, name)]
        if self._ahead:  # and images of pages that are ahead may be there only
            folders.insert(name not in self._ahead, (self._work / language / "html", rest))
        for folder, inside in folders:
            file = (folder / inside.lstrip("/")).resolve()
            if file.is_file() and file.is_relative_to(folder.resolve()):
                return file
        return None

    def tag(self, name: str) -> str:
        """Return what changes when a page, or anything that pages look like, does."""
        file = self.find(name)
        content = file.read_bytes() if file else b""
        return hashlib.sha256(content + self._assets.encode()).hexdigest()

    def news(self, name: str) -> str:
        """Tell a page about itself, in JSON."""
        return json.dumps({"tag": self.tag(name), "error": self._error})

    def listen(self, listener: _News) -> None:
        """Tell a page about itself from now on."""
        self._listeners.add(listener)
        listener.tell()

    def leave(self, listener: _News) -> None:
        """Do not tell it any more."""
        self._listeners.discard(listener)

    def _tell_all(self) -> None:
        for listener in self._listeners:
            listener.tell()


class _News(WebSocketHandler):
    """A page that is open in a browser."""

    def initialize(self, shown: Shown) -> None:
        self._shown = shown

    def open(self) -> None:
        self._shown.listen(self)

    def tell(self) -> None:
        self.write_message(self._shown.news(self.get_query_argument("page")))

    def on_close(self) -> None:
        self._shown.leave(self)


class _Files(RequestHandler):
    """Serves files; pages with a script that listens to what happens to them."""

    def initialize(self, shown: Shown) -> None:
        self._shown = shown

    def get(self, name: str) -> None:
        if not name or name.endswith("/"):
            name += "index.html"
        file = self._shown.find(name)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        content = file.read_bytes() if file else _MISSING
        if not file:
            self.set_status(404)
            kind = "text/html"
        if kind == "text/html":
            before, end, after = content.rpartition(b"</body>")
            content = before + _script(name, self._shown.tag(name)) + end + after
        self.set_header("Content-Type", kind)
        self.set_header("Cache-Control", "no-store")
        self.write(content)


def _script(name: str, tag: str) -> bytes:
    page = json.dumps(name).replace("<", r"\u003c")
    return _SCRIPT.replace("PAGE", page).replace("TAG", json.dumps(tag)).encode()


def serve(shown: Shown, listening: socket.socket) -> HTTPServer:
    """Begin to serve, in a running event loop.

    Parameters
    ----------
    shown : Shown
        What to serve.
    listening : socket.socket
        Where browsers connect to.

    Returns
    -------
    HTTPServer
        The server.
    """
    rules = [(r"/\.watch", _News, {"shown": shown}), (r"/(.*)", _Files, {"shown": shown})]
    server = HTTPServer(Application(rules, log_function=lambda _: None))
    listening.setblocking(False)
    server.add_socket(listening)
    return server
