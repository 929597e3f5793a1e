"""The Sphinx extension: what is connected to which event, and the options in ``conf.py``."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from myst_nb.core.render import load_mime_renders
from sphinx_exercise.nodes import solution_node

from dlnotes.book import (
    CONFIG_VALUES,
    claims,
    evidence,
    execution_page,
    judge,
    ledger,
    links,
    mathematics,
    navigation,
    numbering,
    page_names,
    printing,
    proofread,
    solutions,
    translation,
    web,
)
from dlnotes.book.results import PageResult
from dlnotes.book.strings import LANGUAGES, text

if TYPE_CHECKING:
    import nbformat
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata

    from dlnotes.book.engine import Page, Result

__all__ = ["setup"]


def _configure(_app: Sphinx, config: Config) -> None:
    config.nb_code_prompt_show = text("show-code", config.language)
    config.nb_code_prompt_hide = text("hide-code", config.language)
    # Translators get the alternative texts of figures: the gettext builder must see the images.
    images = [("gettext", "image/svg+xml", 1), ("gettext", "image/png", 1)]
    config.nb_mime_priority_overrides = [*config.nb_mime_priority_overrides, *images]


def _take_page(app: Sphinx, page: Page, notebook: nbformat.NotebookNode) -> None:
    result = PageResult(page)
    result.read_outputs(notebook)
    claims.claims_domain(app.env).measured[page.docname] = result


def _take_pages(app: Sphinx, results: list[Result]) -> None:
    measured = claims.claims_domain(app.env).measured
    for result in results:
        if result.page.docname in measured:
            measured[result.page.docname].take(result)


def _page_read(app: Sphinx, doctree: nodes.document) -> None:
    env = app.env
    domain = claims.claims_domain(env)
    solutions.unwrap(doctree)
    evidence.mark_cells(doctree)
    domain.note_page(env.docname, doctree)
    proofread.figures_without_alt(doctree)
    proofread.stray_markup(doctree)
    proofread.lost_lines(doctree)
    proofread.nameless_columns(doctree)
    proofread.object_addresses(doctree)
    if env.docname in domain.measured:
        proofread.typed_numbers(doctree, domain.measured[env.docname].glued)


def _judge(app: Sphinx, env: BuildEnvironment) -> None:
    """Fail the build where claims and measurements do not match, warnings as errors or not."""
    if judge.judge(env) and app.builder.name != "gettext":
        app.statuscode = 1


def _page_context(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Give the templates the language switch and the words of the page's language."""
    del templatename, doctree
    up = "../" * (pagename.count("/") + 1)
    context["book_languages"] = [
        {"code": code, "name": name, "url": f"{up}{code}/{pagename}.html"}
        for code, name in LANGUAGES.items()
        if code in ("en", *app.config.book_translated)
    ]
    translated = app.config.book_translated.get(app.config.language, [])
    made = "page_source_suffix" not in context or pagename in translated
    context["book_text_language"] = app.config.language if made else "en"
    context["book_text"] = partial(text, language=app.config.language)


def _write_json(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.format == "html":
        domain = claims.claims_domain(app.env)
        judge.write_json(domain, Path(app.outdir) / "claims.json")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension with Sphinx."""
    app.setup_extension("dlnotes.book.engine.extension")
    app.setup_extension("sphinx_exercise")
    app.setup_extension("sphinxcontrib.katex")
    mathematics.render_offline()
    load_mime_renders().append(evidence.CheckMark)

    for name, default in CONFIG_VALUES.items():
        app.add_config_value(name, default, "" if name == "book_untranslated" else "env")

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
    app.add_directive("claim-box", ledger.ClaimBox)
    app.add_directive("claims-ledger", ledger.ClaimsLedger)
    app.add_directive("misconceptions-ledger", ledger.Misconceptions)
    app.add_role("claim", claims.ClaimRole())
    app.add_role("claims-count", ledger.ClaimsCount())
    app.add_transform(translation.CheckTranslation)
    app.add_post_transform(ledger.FillLedgers)

    app.connect("config-inited", _configure)
    app.connect("book-page", _take_page)
    app.connect("book-pages", _take_pages)
    app.connect("doctree-read", _page_read)
    app.connect("env-updated", ledger.find_changed)
    app.connect("env-check-consistency", _judge)
    app.connect("html-page-context", _page_context)
    app.connect("build-finished", _write_json)
    navigation.connect(app)
    numbering.connect(app)
    page_names.connect(app)
    execution_page.connect(app)
    links.connect(app)
    web.connect(app)
    printing.connect(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "env_version": 7}
