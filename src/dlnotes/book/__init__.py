"""A Sphinx extension for books that check themselves.

Before Sphinx reads a page its cells are run (:mod:`~dlnotes.book.engine`); what they measured is
paired with what the page claims (:mod:`~dlnotes.book.claims`); anything that does not match fails
the build. ``python -m dlnotes.book`` builds the whole site.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from myst_nb.core.render import load_mime_renders
from sphinx.errors import SphinxError
from sphinx.util import logging
from sphinx_exercise.nodes import solution_node

from dlnotes.book import (
    claims,
    evidence,
    judge,
    ledger,
    mathematics,
    navigation,
    proofread,
    solutions,
    translation,
)
from dlnotes.book.engine import Limits
from dlnotes.book.engine.lock import only_build
from dlnotes.book.progress import Progress
from dlnotes.book.results import configured_book, describe, gather, kept_results
from dlnotes.book.strings import LANGUAGES, text

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata

__all__ = ["BookError", "setup"]

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
    "book_translated": {},
    "book_untranslated": [],
}
"""Options in ``conf.py``: where results are kept; the seconds that a cell may run; what runs pages;
how many at once; the bytes of memory and the characters of output that a page may take; whether the
pages have just been run (the site driver tells its Sphinx processes); the files and folders that
the site is made from besides the pages; the seconds that a page may run; for each language the
complete pages; the pages that get no catalogs."""

logger = logging.getLogger(__name__)


class BookError(SphinxError):
    """Pages cannot be read, because their cells did not run: what failed has been reported."""

    category = "Pages without results"


def _use_cache(app: Sphinx, config: Config) -> None:
    """Let MyST-NB find every result in the cache."""
    cache = Path(app.confdir) / config.book_cache
    config.nb_execution_mode = "cache"
    config.nb_execution_cache_path = str(cache / "outputs")
    if cache.is_relative_to(app.srcdir):
        config.exclude_patterns.append(cache.relative_to(app.srcdir).as_posix())
    config.nb_code_prompt_show = text("show-code", config.language)
    config.nb_code_prompt_hide = text("hide-code", config.language)
    # Translators get the alternative texts of figures: the gettext builder must see the images.
    images = [("gettext", "image/svg+xml", 1), ("gettext", "image/png", 1)]
    config.nb_mime_priority_overrides = [*config.nb_mime_priority_overrides, *images]


def _run_pages(app: Sphinx) -> None:
    domain = claims.claims_domain(app.env)
    root = Path(app.confdir)
    book = configured_book(app.config, root, Path(app.srcdir))
    if app.config.book_ready:
        domain.measured, without = kept_results(book)
        if without:
            names = ", ".join(without)
            raise BookError(f"changed while the book was being built, so build again: {names}")
        return
    with only_build(book.cache, logger.info), Progress() as progress:
        domain.measured, results = asyncio.run(gather(book, report=progress))
        progress.summary(results)
    failed = [result for result in domain.measured.values() if result.error]
    for result in failed:
        logger.warning(describe(result, root), type="book", subtype="cell")
    if failed and app.builder.name != "gettext":  # texts can be translated before they are true
        names = ", ".join(result.page.docname for result in failed)
        raise BookError(f"{len(failed)} page(s) did not run to the end: {names}")


def _outdated(
    _app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    domain = claims.claims_domain(env)
    outdated = domain.changed_pages()
    domain.any_page_changed = bool(added or changed or removed or outdated)
    return outdated


def _page_read(app: Sphinx, doctree: nodes.document) -> None:
    env = app.env
    domain = claims.claims_domain(env)
    solutions.unwrap(doctree)
    evidence.mark_cells(doctree)
    domain.note_page(env.docname, doctree)
    proofread.figures_without_alt(doctree)
    proofread.stray_markup(doctree)
    if env.docname in domain.measured:
        proofread.typed_numbers(doctree, domain.measured[env.docname].glued)


def _refresh_ledgers(_app: Sphinx, env: BuildEnvironment) -> list[str]:
    domain = claims.claims_domain(env)
    return ledger.ledger_pages(env) if domain.any_page_changed else []


def _judge(app: Sphinx, env: BuildEnvironment) -> None:
    """Fail the build where claims and measurements do not match, warnings as errors or not."""
    if judge.judge(env) and app.builder.name != "gettext":
        app.statuscode = 1


def _page_context(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Give the templates the language switch."""
    del templatename, doctree
    up = "../" * (pagename.count("/") + 1)
    context["book_languages"] = [
        {"code": code, "name": name, "url": f"{up}{code}/{pagename}.html"}
        for code, name in LANGUAGES.items()
        if code in ("en", *app.config.book_translated)
    ]
    context["book_language_label"] = text("language", app.config.language)


def _write_json(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.format == "html":
        domain = claims.claims_domain(app.env)
        judge.write_json(domain, Path(app.outdir) / "claims.json")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension with Sphinx."""
    app.setup_extension("myst_nb")
    app.setup_extension("sphinx_exercise")
    app.setup_extension("sphinxcontrib.katex")
    mathematics.render_offline()
    load_mime_renders().append(evidence.CheckMark)

    for name, default in CONFIG_VALUES.items():
        types = (int, float, type(None)) if name.endswith(("_limit", "_jobs")) else ()
        app.add_config_value(name, default, "env" if name == "book_translated" else "", types)

    plain = (lambda self, node: None, lambda self, node: None)  # noqa: ARG005 - docutils' signature
    app.add_node(
        claims.claim_node,
        html=evidence.claim_html,
        latex=plain,
        text=plain,
        man=plain,
        texinfo=plain,
    )
    app.add_node(
        solution_node, override=True, html=solutions.solution_html, latex=plain, text=plain
    )
    app.add_domain(claims.ClaimsDomain)
    app.add_directive("claim", claims.ClaimDirective)
    app.add_directive("claims-ledger", ledger.ClaimsLedger)
    app.add_directive("misconceptions-ledger", ledger.Misconceptions)
    app.add_role("claim", claims.ClaimRole())
    app.add_role("claims-count", ledger.ClaimsCount())
    app.add_transform(translation.CheckTranslation)
    app.add_post_transform(ledger.FillLedgers)

    app.connect("config-inited", _use_cache)
    app.connect("builder-inited", _run_pages)
    app.connect("env-get-outdated", _outdated)
    app.connect("doctree-read", _page_read)
    app.connect("env-updated", _refresh_ledgers)
    app.connect("env-check-consistency", _judge)
    app.connect("html-page-context", _page_context)
    app.connect("build-finished", _write_json)
    navigation.connect(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "env_version": 1}
