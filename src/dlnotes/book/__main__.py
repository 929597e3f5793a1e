"""``python -m dlnotes.book``: build the site, run the pages alone, tell why they would run."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.errors import SphinxError

from dlnotes.book.engine import Book, execute, stale
from dlnotes.book.engine.executors import ExecutorError
from dlnotes.book.engine.extension import configured_book
from dlnotes.book.engine.lock import only_build
from dlnotes.book.engine.why import explain
from dlnotes.book.progress import Progress
from dlnotes.book.site import build, read_config, update_translations

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    options = _parser().parse_args(arguments)
    # A build that is told to end does so as with Ctrl-C, which an event loop takes for a reason to
    # end its tasks: nothing of it stays behind.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        return _run(options)
    except KeyboardInterrupt:
        print("\nInterrupted. Pages that had run to the end are kept.", file=sys.stderr)
        return 130
    except (ExecutorError, OSError, SphinxError) as error:
        print(f"Not built: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m dlnotes.book", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    make = commands.add_parser("build", help="run the pages and write the site to build/html")
    make.add_argument("--output", type=Path, help="write elsewhere than to build")
    watch = commands.add_parser("watch", help="build, serve, and build again after every edit")
    watch.add_argument("--port", type=int, default=8000)
    commands.add_parser("epub", help="write an e-book for each language from the same results")
    commands.add_parser("pdf", help="write the book as one PDF from the same results")
    commands.add_parser("i18n", help="update the catalogs and show how complete each page is")

    run = commands.add_parser("execute", help="run the pages that have no fresh result")
    for command in (make, run):
        command.add_argument("--force", action="store_true", help="run every page")
    status = commands.add_parser("status", help="list the pages and whether each is fresh")
    why = commands.add_parser("why", help="tell what a page depends on and why it would run")
    for command in (run, status, why):
        command.add_argument("docs", type=Path, help="the folder of the pages")
    why.add_argument("page", help="name of the page, as part/page")
    run.add_argument("--jobs", type=int, help="pages at a time")
    run.add_argument("--executor", help="what runs pages: fork, dask")
    return parser


def _run(options: argparse.Namespace) -> int:  # noqa: PLR0911 - a command each
    if options.command == "build":
        return build(Path.cwd(), force=options.force, output=options.output)
    if options.command == "i18n":
        return update_translations(Path.cwd())
    if options.command in {"epub", "pdf"}:
        from dlnotes.book.printing.commands import make_epub, make_pdf

        return (make_epub if options.command == "epub" else make_pdf)(Path.cwd())
    if options.command == "watch":
        from dlnotes.book.watch import watch

        return watch(Path.cwd(), port=options.port)
    book = find_book(options.docs.resolve())
    if options.command == "execute":
        return _execute(book, options)
    if options.command == "status":
        for result in stale(book):
            reasons = result.why or ([result.error.message] if result.error else [])
            print(f"{result.state:<7} {result.page.docname}", *reasons[:1], sep="  ")
        return 0
    return explain(book, options.page)


def find_book(docs: Path) -> Book:
    """Describe the book in a folder by the ``conf.py`` there or above; without one, by default."""
    for root in (docs, docs.parent):
        if (root / "conf.py").exists():
            return configured_book(read_config(root), root, docs)
    return Book(root=docs, docs=docs, cache=docs / "_build/cache")


def _execute(book: Book, options: argparse.Namespace) -> int:
    executor = options.executor or os.environ.get("BOOK_EXECUTOR") or book.executor
    book = replace(book, jobs=options.jobs or book.jobs, executor=executor)
    with only_build(book.cache), Progress() as progress:
        results = execute(book, force=options.force, report=progress)
        progress.summary(results)
    failed = [result for result in results if result.error]
    for result in failed:
        print(result.describe(book.root), file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
