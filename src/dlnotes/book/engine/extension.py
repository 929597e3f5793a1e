"""The engine as a Sphinx extension, for any book of MyST-NB pages.

Before Sphinx reads a page, the pages without a fresh result are run; MyST-NB finds every result in
the cache and only renders. Other extensions hear of it through two events: ``book-page`` with each
page and its outputs, then ``book-pages`` with what the engine says of all pages.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.errors import SphinxError
from sphinx.util import logging

from dlnotes.book.engine.execution import Result, executed, stale
from dlnotes.book.engine.executors import ExecutorError
from dlnotes.book.engine.lock import only_build
from dlnotes.book.engine.pages import Book, Limits
from dlnotes.book.progress import Progress

if TYPE_CHECKING:
    import nbformat
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata

    from dlnotes.book.engine.pages import Page

__all__ = ["BookError", "configured_book", "setup"]

CONFIG_VALUES: dict[str, Any] = {
    "book_cache": "build/cache",
    "book_cell_time_limit": None,
    "book_executor": "fork",
    "book_jobs": None,
    "book_memory_limit": Limits.memory,
    "book_output_limit": Limits.output,
    "book_ready": False,
    "book_sources": [],
    "book_time_limit": Limits.seconds,
}
"""Options in ``conf.py``: where results are kept; the seconds that a cell may run; what runs pages;
how many at once; the bytes of memory and the characters of output that a page may take; whether the
pages have just been run (the site driver tells its Sphinx processes); the files and folders of the
project that a page depends on as a whole if it starts programs; the seconds that a page may run."""

logger = logging.getLogger(__name__)
_CHECKPOINTS = "**.ipynb_checkpoints"  # which MyST-NB leaves out too
_OUTPUTS = "book-outputs"


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
    if app.config.nb_execution_mode == "off":
        app.book_results = {}  # type: ignore[attr-defined]
        return
    book = configured_book(app.config, Path(app.confdir), Path(app.srcdir))

    def take(page: Page, notebook: nbformat.NotebookNode) -> None:
        app.emit("book-page", page, notebook)

    if app.config.book_ready:
        results = stale(book, trust=True, take=take)
        if changed := [r.page.docname for r in results if r.state not in {"fresh", "ran"}]:
            names = ", ".join(changed)
            raise BookError(f"changed while the book was being built, so build again: {names}")
    else:
        try:
            with only_build(book.cache, logger.info), Progress() as progress:
                results = asyncio.run(executed(book, take=take, report=progress))
                progress.summary(results)
        except (ExecutorError, OSError) as error:
            raise BookError(str(error)) from error
    app.book_results = {r.page.docname: r for r in results}  # type: ignore[attr-defined]
    app.emit("book-pages", results)
    failed = [result for result in results if result.error]
    for result in failed:
        logger.warning(result.describe(book.root), type="book", subtype="cell")
    if failed and app.builder.name != "gettext":  # texts can be translated before they are true
        names = ", ".join(result.page.docname for result in failed)
        raise BookError(f"{len(failed)} page(s) did not run to the end: {names}")


def _results(app: Sphinx) -> dict[str, Result]:
    found: dict[str, Result] = app.book_results  # type: ignore[attr-defined]
    return found


def _note_outputs(app: Sphinx, _doctree: nodes.document) -> None:
    result = _results(app).get(app.env.docname)
    if result and result.kept:
        app.env.metadata[app.env.docname][_OUTPUTS] = result.kept.outputs


def _outdated(
    app: Sphinx, env: BuildEnvironment, _added: set[str], _changed: set[str], _removed: set[str]
) -> list[str]:
    """List the pages whose outputs are not those that were read last."""
    return [
        docname
        for docname, result in _results(app).items()
        if docname in env.found_docs
        and result.kept
        and env.metadata.get(docname, {}).get(_OUTPUTS) not in {None, result.kept.outputs}
    ]


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
    app.connect("env-get-outdated", _outdated)
    app.connect("doctree-read", _note_outputs)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "env_version": 1}
