"""``python -m dlnotes.book build`` makes the site; ``... i18n`` updates the translations."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from dlnotes.book.site import build, update_translations


def main(arguments: list[str] | None = None) -> int:
    """Run one command in the folder that holds ``conf.py``; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m dlnotes.book", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("build", help="run the pages and write the site to build/html")
    make.add_argument("--force", action="store_true", help="run every page, whatever is cached")
    commands.add_parser("i18n", help="update the catalogs and show how complete each page is")
    options = parser.parse_args(arguments)
    root = Path.cwd()
    if options.command == "i18n":
        return update_translations(root)
    return build(root, force=options.force)


if __name__ == "__main__":
    sys.exit(main())
