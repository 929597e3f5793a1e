"""What stands around a page's text: how long it takes, what measured it, where else to have it.

Templates find it as ``book_page``; see :func:`connect`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from docutils import nodes
from sphinx_exercise.nodes import is_exercise_node, solution_node

from dlnotes.book.claims import claims_domain
from dlnotes.book.reading_order import reading_order
from dlnotes.book.repository import NOTEBOOKS_BRANCH
from dlnotes.book.strings import text
from dlnotes.book.web.notebooks import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

    from dlnotes.book.results import PageResult

    Link = dict[str, str]

__all__ = ["connect", "measured_on", "minutes", "page_furniture"]

_PACKAGES = {"numpy": "NumPy", "scipy": "SciPy", "scikit-learn": "scikit-learn"}
"""What measures, in the order of the line, before Keras."""

_BACKENDS = {
    "jax": ("jax", "JAX"),
    "tensorflow": ("tensorflow", "TensorFlow"),
    "torch": ("torch", "PyTorch"),
}

_MEASURED = "book-measured-on"

_SYLLABLE, _WORD = re.compile("[\uac00-\ud7a3]"), re.compile(r"[^\W\d_\uac00-\ud7a3]+")
_SYLLABLES_A_MINUTE, _WORDS_A_MINUTE = 500, 200
_SECONDS_A_FORMULA, _SECONDS_A_LINE = 15, 1.5


_TAKES_TIME = (nodes.Text, nodes.figure, nodes.literal_block, nodes.math, nodes.math_block)


def minutes(doctree: nodes.document) -> int:
    """Estimate how long a page takes to read.

    Prose takes a minute for 200 words, or for 500 syllables of Hangul. A formula in a line of text
    counts as one word, a formula on its own takes 15 seconds, and so does a figure. A line of code
    takes as long as five words. What is folded at first takes no time, and neither do the outputs
    of cells, nor the exercises, for which everyone needs another.

    Parameters
    ----------
    doctree : docutils.nodes.document
        The page.

    Returns
    -------
    int
        Minutes, at least one.
    """
    seconds = sum(map(_seconds, _read(doctree)))
    return max(1, round(seconds / 60))


def _read(node: nodes.Node) -> Iterator[nodes.Node]:
    """Yield what a reader has to take in, from the top down."""
    if is_exercise_node(node) or isinstance(node, solution_node | nodes.Invisible):
        return
    if isinstance(node, nodes.Element) and (
        node.get("hide_mode") in {"input", "all"} or node.get("nb_element") == "cell_code_output"
    ):
        yield from node.findall(nodes.figure)
        return
    if isinstance(node, _TAKES_TIME):
        yield node
        return
    for child in node.children:
        yield from _read(child)


def _seconds(node: nodes.Node) -> float:
    if isinstance(node, nodes.math_block):
        return _SECONDS_A_FORMULA
    if isinstance(node, nodes.figure):
        captions = [leaf for caption in node.findall(nodes.caption) for leaf in _read(caption)]
        return _SECONDS_A_FORMULA + sum(map(_seconds, captions))
    if isinstance(node, nodes.literal_block):
        return _SECONDS_A_LINE * sum(bool(line.strip()) for line in node.astext().splitlines())
    if isinstance(node, nodes.math):
        return 60 / _WORDS_A_MINUTE
    words, syllables = len(_WORD.findall(node.astext())), len(_SYLLABLE.findall(node.astext()))
    return 60 * (words / _WORDS_A_MINUTE + syllables / _SYLLABLES_A_MINUTE)


def measured_on(result: PageResult) -> str:
    """Name the versions with which a page ran.

    Parameters
    ----------
    result : PageResult
        What the engine recorded when it ran.

    Returns
    -------
    str
        Python and, of the packages that compute, those that the page used; empty if that is not
        known.
    """
    if not result.python:
        return ""
    named = [f"Python {result.python}"]
    found = result.packages
    named += [f"{name} {found[key]}" for key, name in _PACKAGES.items() if found.get(key)]
    if found.get("keras"):
        keras = f"Keras {found['keras']}"
        key, name = _BACKENDS.get(result.settings.get("KERAS_BACKEND", ""), ("", ""))
        version = found.get(key) or found.get(f"{key}-cpu")
        named.append(f"{keras} ({name} {version})" if version else keras)
    return ", ".join(named)


def page_furniture(
    app: Sphinx, page: str, doctree: nodes.document, context: dict[str, Any]
) -> dict[str, Any]:
    """Collect what the templates put around a page.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        Writes the page.
    page : str
        Its name.
    doctree : docutils.nodes.document
        The page with its references resolved.
    context : dict
        Of the templates.

    Returns
    -------
    dict
        ``part``, the caption of the part; ``minutes`` to read, None for a page without cells that
        ran; ``claims``, their number; ``facts``, these in words; ``measured_on`` and ``measured``,
        the versions and a sentence with them; ``downloads``, ``launch`` and ``repository``, lists
        of links with ``kind``, ``url``, ``text`` and ``title``; ``menu``, the name of the menu with
        the first two of these.
    """
    language, domain = app.config.language, claims_domain(app.env)
    part = reading_order(app.env).get(page, "")
    result = domain.measured.get(page)
    versions = measured_on(result) if result else ""
    time, claims = minutes(doctree) if result else None, len(domain.data["pages"].get(page, ()))
    said = text("furniture-measured", language).format(versions=versions)
    return {
        "part": part,
        "minutes": time,
        "claims": claims,
        "facts": _facts(part, time, claims, language),
        "measured_on": versions,
        "measured": said if versions else "",
        "downloads": _downloads(app, page, context, ran=result is not None),
        "launch": _launch(app, page) if result else [],
        "menu": text("furniture-downloads", language),
        "repository": _repository(app, page),
    }


def _facts(part: str, time: int | None, claims: int, language: str) -> list[dict[str, str]]:
    found = [{"kind": "part", "text": part, "title": ""}] if part else []
    number = "facts-claim" if claims == 1 else "facts-claims"
    for kind, key, n in (("minutes", "facts-minutes", time), ("claims", number, claims)):
        if n:
            words = [text(k, language).format(n=n) for k in (key, f"facts-{kind}-title")]
            found.append({"kind": kind, "text": words[0], "title": words[1]})
    return found


def _link(app: Sphinx, kind: str, url: str) -> Link:
    language = app.config.language
    words = [text(f"furniture-{kind}{end}", language) for end in ("", "-title")]
    return {"kind": kind, "url": url, "text": words[0], "title": words[1]}


def _downloads(app: Sphinx, page: str, context: dict[str, Any], *, ran: bool) -> list[Link]:
    up = "../" * page.count("/")
    found = [_link(app, "notebook", f"{up}{FOLDER}/{quote(page)}.ipynb")] if ran else []
    if context.get("has_source") and context.get("sourcename"):
        found.append(_link(app, "source", f"{up}_sources/{quote(context['sourcename'])}"))
    return found


def _launch(app: Sphinx, page: str) -> list[Link]:
    """Link to services that open notebooks from GitHub."""
    where = urlsplit(app.config.book_repository)
    if where.hostname != "github.com":
        return []
    name, file = where.path.strip("/"), quote(f"{app.config.language}/{page}.ipynb")
    colab = f"https://colab.research.google.com/github/{name}/blob/{NOTEBOOKS_BRANCH}/{file}"
    binder = f"https://mybinder.org/v2/gh/{name}/{NOTEBOOKS_BRANCH}?urlpath=lab/tree/{file}"
    return [_link(app, "colab", colab), _link(app, "binder", binder)]


def _repository(app: Sphinx, page: str) -> list[Link]:
    """Link to where the page, or its translation, is edited, and to a new report about it."""
    config, url = app.config, app.config.book_repository
    if not url:
        return []
    file, kind = Path(app.env.doc2path(page)), "edit"
    catalog = Path(app.srcdir, "locale", config.language, "LC_MESSAGES", f"{page}.po")
    if catalog.exists():
        file, kind = catalog, "edit-catalog"
    name = file.relative_to(app.confdir).as_posix()
    edit = f"{url}/edit/{quote(config.book_branch)}/{quote(name)}"
    where = f"{page} ({config.language})"
    if config.html_baseurl:
        where = f"{config.html_baseurl.rstrip('/')}/{app.builder.get_target_uri(page)}"
    body = text("furniture-report-body", config.language).format(page=where)
    report = urlencode(
        {"title": f"{app.env.titles[page].astext()}: ", "body": body}, quote_via=quote
    )
    return [
        {**_link(app, kind, edit), "kind": "edit"},
        _link(app, "report", f"{url}/issues/new?{report}"),
    ]


def _give(
    app: Sphinx, page: str, _template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give the templates ``book_page``: None for what is no page of the book, as the search."""
    own = doctree is not None and page in app.env.all_docs
    context["book_page"] = page_furniture(app, page, doctree, context) if own and doctree else None


def _refresh(_app: Sphinx, env: BuildEnvironment) -> list[str]:
    """List the pages that ran with other versions than those they name."""
    changed = []
    for page, result in claims_domain(env).measured.items():
        if page in env.all_docs:
            known, versions = env.metadata[page], measured_on(result)
            if known.get(_MEASURED) != versions:
                changed.append(page)
            known[_MEASURED] = versions
    return changed


def connect(app: Sphinx) -> None:
    """Give ``book_page`` to the templates.

    The options ``book_repository`` and ``book_branch`` say where the source is, as
    :func:`dlnotes.book.repository.repository` finds it. ``conf.py`` is in the top folder there.
    Without a repository nothing links to one.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        Is being set up.
    """
    app.add_config_value("book_repository", "", "html")
    app.add_config_value("book_branch", "main", "html")
    app.connect("env-updated", _refresh)
    app.connect("html-page-context", _give)
