"""A Sphinx extension for books that check themselves.

Before Sphinx reads a page its cells are run (:mod:`~dlnotes.book.execute`); what they measured is
paired with what the page claims (:mod:`~dlnotes.book.claims`); anything that does not match fails
the build. ``python -m dlnotes.book`` builds the whole site.
"""

from __future__ import annotations

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
    proofread,
    solutions,
    translation,
)
from dlnotes.book.execute import environment_key, execute
from dlnotes.book.progress import Progress
from dlnotes.book.results import PageResult, stored_results
from dlnotes.book.strings import LANGUAGES, text

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata

__all__ = ["BookError", "execute_pages", "setup"]

CONFIG_VALUES: dict[str, Any] = {
    "book_cache": "build/cache",
    "book_key": "",
    "book_sources": [],
    "book_time_limit": 60,
    "book_translated": {},
    "book_untranslated": [],
}
"""Options in ``conf.py``: where results are kept; which state's results to use as they are, if not
the present state's (the site driver tells its Sphinx processes); the files and folders whose change
makes every result stale; the seconds that a page may run; for each language the complete pages; the
pages that get no catalogs."""

logger = logging.getLogger(__name__)


class BookError(SphinxError):
    """Pages cannot be read, because their cells did not run: what failed has been reported."""

    category = "Pages without results"


def execute_pages(
    config: Config, root: Path, docs: Path, *, force: bool = False
) -> dict[str, PageResult]:
    """Run the pages of a configured book that have no fresh result, and show progress.

    Parameters
    ----------
    config : sphinx.config.Config
        Supplies ``book_cache``, ``book_sources`` and ``book_time_limit``.
    root, docs : Path
        The folder of ``conf.py``, to which those paths are relative, and the folder of the pages.
    force : bool
        Run every page.

    Returns
    -------
    dict of str to PageResult
        By page name.
    """
    sources = [root / source for source in config.book_sources]
    with Progress() as progress:
        return execute(
            docs,
            root / config.book_cache,
            sources=sources,
            time_limit=config.book_time_limit,
            force=force,
            report=progress,
        )


def _use_cache(app: Sphinx, config: Config) -> None:
    """Let MyST-NB find every result in the cache."""
    root = Path(app.confdir)
    key = config.book_key or environment_key([root / source for source in config.book_sources])
    config.nb_execution_mode = "cache"
    config.nb_execution_cache_path = str(root / config.book_cache / key)
    config.nb_code_prompt_show = text("show-code", config.language)
    config.nb_code_prompt_hide = text("hide-code", config.language)
    # Translators get the alternative texts of figures: the gettext builder must see the images.
    images = [("gettext", "image/svg+xml", 1), ("gettext", "image/png", 1)]
    config.nb_mime_priority_overrides = [*config.nb_mime_priority_overrides, *images]


def _run_pages(app: Sphinx) -> None:
    domain = claims.claims_domain(app.env)
    if app.config.book_key:
        folder = Path(app.config.nb_execution_cache_path)
        domain.measured, stale = stored_results(Path(app.srcdir), folder)
        if stale:
            names = ", ".join(page.docname for page, _ in stale)
            raise BookError(f"changed while the book was being built, so build again: {names}")
        return
    domain.measured = execute_pages(app.config, Path(app.confdir), Path(app.srcdir))
    failed = [result for result in domain.measured.values() if result.error]
    for result in failed:
        logger.warning(result.describe(Path(app.confdir)), type="book", subtype="cell")
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
        app.add_config_value(name, default, "env" if name == "book_translated" else "")

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
    return {"parallel_read_safe": True, "parallel_write_safe": True, "env_version": 1}
