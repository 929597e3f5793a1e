"""The engine as a Sphinx extension, for any book of MyST-NB pages.

Before Sphinx reads a page, the pages without a fresh result are run; MyST-NB finds every result in
the cache and only renders. Other extensions hear of it through two events: ``book-page`` with each
page and its outputs, then ``book-pages`` with what the engine says of all pages.
"""

from __future__ import annotations

import asyncio
import os
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.errors import SphinxError
from sphinx.util import logging

from dlnotes.book.engine.execution import Result, executed, stale
from dlnotes.book.engine.executors import ExecutorError
from dlnotes.book.engine.lock import only_build
from dlnotes.book.engine.pages import Book, Limits, find_pages, runs_itself
from dlnotes.book.engine.recorder import hash_file
from dlnotes.book.progress import Progress

if TYPE_CHECKING:
    import nbformat
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata

    from dlnotes.book.engine.pages import Page

__all__ = ["BookError", "configured_book", "hand_over", "setup"]

CONFIG_VALUES: dict[str, Any] = {
    "book_cache": "build/cache",
    "book_cell_time_limit": None,
    "book_executor": "fork",
    "book_jobs": None,
    "book_memory_limit": Limits.memory,
    "book_output_limit": Limits.output,
    "book_ready": "",
    "book_sources": [],
    "book_time_limit": Limits.seconds,
}
"""Options in ``conf.py``: where results are kept; the seconds that a cell may run; what runs pages;
how many at once; the bytes of memory and the characters of output that a page may take; the file
with the results if the pages have just been run (the site driver tells its Sphinx processes); the
files and folders of the project that a page depends on as a whole if it starts programs; the
seconds that a page may run."""

logger = logging.getLogger(__name__)
_CHECKPOINTS = "**.ipynb_checkpoints"  # which MyST-NB leaves out too
_OUTPUTS, _TEXT = "book-outputs", "book-text"


class BookError(SphinxError):
    """Pages cannot be read, because their cells did not run: what failed has been reported."""

    category = "Pages without results"


def configured_book(config: Config, root: Path, docs: Path, cache: Path | None = None) -> Book:
    """Describe a Sphinx project to the engine.

    Parameters
    ----------
    config : sphinx.config.Config
        Supplies the ``book_`` options and those of MyST-NB that matter to running pages.
    root, docs : Path
        The folder of ``conf.py``, to which paths in it are relative, and the folder of the pages.
    cache : Path, optional
        Where results are kept, if not where ``book_cache`` says.

    Returns
    -------
    Book
        The book. ``BOOK_EXECUTOR`` in the environment comes before ``book_executor``.
    """
    # Paths as the recorder has them, without `..`.
    sources = tuple(Path(os.path.normpath(root / source)) for source in config.book_sources)
    return Book(
        root=project_folder(Path(os.path.commonpath([root, docs, *sources]))),
        docs=docs,
        cache=cache or root / config.book_cache,
        sources=sources,
        include=tuple(config.include_patterns),
        exclude=(
            *config.exclude_patterns,
            *config.templates_path,
            *config.html_static_path,
            *config.html_extra_path,
            _CHECKPOINTS,
        ),
        stored=tuple(config.nb_execution_excludepatterns),
        extensions=tuple(config.myst_enable_extensions),
        kernels=tuple(config.nb_kernel_rgx_aliases.items()),
        limits=Limits(
            seconds=config.book_time_limit,
            cell_seconds=config.book_cell_time_limit,
            memory=config.book_memory_limit,
            output=config.book_output_limit,
        ),
        allow_errors=config.nb_execution_allow_errors,
        executor=os.environ.get("BOOK_EXECUTOR") or config.book_executor,
        jobs=config.book_jobs,
    )


def project_folder(folder: Path) -> Path:
    """Find the project that a folder is in: the nearest one with ``pyproject.toml`` or ``.git``."""
    for above in (folder, *folder.parents):
        if (above / "pyproject.toml").exists() or (above / ".git").exists():
            return above
    return folder


def _use_cache(app: Sphinx, config: Config) -> None:
    """Let MyST-NB find every result in the cache, unless pages are to be shown as they are."""
    if config.nb_execution_mode == "off":
        return
    cache = Path(app.confdir) / config.book_cache
    config.nb_execution_mode = "cache"
    config.nb_execution_cache_path = str(cache / "outputs")
    if cache.is_relative_to(app.srcdir):
        config.exclude_patterns.append(cache.relative_to(app.srcdir).as_posix())


def _run_pages(app: Sphinx) -> None:
    app.book_results = {}  # type: ignore[attr-defined]
    if app.config.nb_execution_mode == "off" or _handed_over(app):
        return
    book = _book(app)
    notebooks: dict[Page, nbformat.NotebookNode] = {}
    try:
        with only_build(book.cache, logger.info), Progress() as progress:
            take = notebooks.__setitem__
            results = asyncio.run(executed(book, take=take, report=progress))
            progress.summary(results)
    except (ExecutorError, OSError) as error:
        raise BookError(str(error)) from error
    _announce(app, results, notebooks)
    failed = [result for result in results if result.error]
    for result in failed:
        logger.warning(result.describe(book.root), type="book", subtype="cell")
    if failed and app.builder.name != "gettext":  # texts can be translated before they are true
        names = ", ".join(result.page.docname for result in failed)
        raise BookError(f"{len(failed)} page(s) did not run to the end: {names}")


def _take_over(app: Sphinx, *_: object) -> list[str]:
    """Read the results of pages that have just been run: only now, as Sphinx may start before."""
    if ready := _handed_over(app):
        results, notebooks = pickle.loads(ready.read_bytes())  # noqa: S301 - from `hand_over`
        _announce(app, results, notebooks)
    return []


def _handed_over(app: Sphinx) -> Path | None:
    asked = app.config.nb_execution_mode != "off" and app.config.book_ready
    return Path(asked) if asked else None


def hand_over(
    file: Path, results: list[Result], notebooks: dict[Page, nbformat.NotebookNode]
) -> None:
    """Write the results of all pages for Sphinx processes that have this file as ``book_ready``.

    Parameters
    ----------
    file : Path
        The file.
    results : list of Result
        What the engine says of all pages.
    notebooks : dict of Page to NotebookNode
        The pages with their outputs.
    """
    file.write_bytes(pickle.dumps((results, notebooks), pickle.HIGHEST_PROTOCOL))


def _announce(
    app: Sphinx, results: list[Result], notebooks: dict[Page, nbformat.NotebookNode]
) -> None:
    for page, notebook in notebooks.items():
        app.emit("book-page", page, notebook)
    _results(app).update({result.page.docname: result for result in results})
    app.emit("book-pages", results)


def _book(app: Sphinx) -> Book:
    return configured_book(app.config, Path(app.confdir), Path(app.srcdir))


def _check_cells(app: Sphinx, _env: BuildEnvironment, docnames: list[str]) -> None:
    """See that the pages to be read have the cells that ran: MyST-NB would run others itself."""
    if _handed_over(app):
        book, results = _book(app), _results(app)
        known = {docname: result.digest for docname, result in results.items() if result.digest}
        pages = [
            page
            for page in find_pages(book)
            if page.docname in docnames
            and known.get(page.docname) != hash_file(page.path)
            and not runs_itself(page.read())
        ]
        found = stale(book, trust=True, pages=pages) if pages else []
        if changed := [result.page.docname for result in found if result.state != "fresh"]:
            names = ", ".join(changed)
            raise BookError(f"changed while the book was being built, so build again: {names}")


def _results(app: Sphinx) -> dict[str, Result]:
    found: dict[str, Result] = app.book_results  # type: ignore[attr-defined]
    return found


def _note_page(app: Sphinx, _doctree: nodes.document) -> None:
    result, metadata = _results(app).get(app.env.docname), app.env.metadata[app.env.docname]
    metadata[_TEXT] = hash_file(app.env.doc2path(app.env.docname))
    if result and result.kept:
        metadata[_OUTPUTS] = result.kept.outputs


def _outdated(
    app: Sphinx, env: BuildEnvironment, _added: set[str], _changed: set[str], _removed: set[str]
) -> list[str]:
    """List the pages whose outputs or text are not those that were read last.

    Sphinx goes by the time of the last change. That of an old file that is put back is old too.
    """
    outputs = {name: result.kept.outputs for name, result in _results(app).items() if result.kept}

    def differs(docname: str) -> bool:
        seen = env.metadata.get(docname, {})
        now = {_OUTPUTS: outputs.get(docname), _TEXT: hash_file(env.doc2path(docname))}
        return any(
            None not in {seen.get(what), now[what]} and seen[what] != now[what] for what in now
        )

    return list(filter(differs, env.found_docs))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the engine with Sphinx."""
    app.setup_extension("myst_nb")
    for name, default in CONFIG_VALUES.items():
        types = (int, float, type(None)) if name.endswith(("_limit", "_jobs")) else ()
        app.add_config_value(name, default, "", types)
    app.add_event("book-page")
    app.add_event("book-pages")
    app.connect("config-inited", _use_cache)
    app.connect("builder-inited", _run_pages)
    app.connect("env-get-outdated", _take_over, priority=400)  # before whoever compares results
    app.connect("env-get-outdated", _outdated)
    app.connect("env-before-read-docs", _check_cells)
    app.connect("doctree-read", _note_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "env_version": 2}
