"""Sphinx configuration of the book. The code behind the options is in src/dlnotes/book."""

import os

from dlnotes import __version__
from dlnotes.book.repository import repository

project = "dlnotes"
author = "The dlnotes authors"
copyright = "2026, the dlnotes authors. Prose CC BY 4.0, code MIT"
release = __version__

extensions = [
    "dlnotes.book",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinxcontrib.bibtex",
]
nitpicky = True
nitpick_ignore_regex = [("py:class", r"numpy\..*")]  # links to NumPy would need a network
numfig = True

# What makes the book check itself (src/dlnotes/book).
book_sources = ["src/dlnotes", "requirements.lock"]
book_time_limit = 60
book_translated = {
    "ko": [
        "index",
        "information/entropy",
        "reference/api",
        "reference/bibliography",
        "reference/claims",
        "reference/execution",
        "reference/misconceptions",
    ]
}
book_repository, book_branch = repository()
book_install = "dlnotes[pages]"
book_untranslated = ["reference/api/*", "reference/engine"]  # in English only
# In the search the chapters come before what is looked up.
book_search_weights = {"index": 0.4, "reference/api/*": 0.15, "reference/*": 0.5}

# Pages.
myst_enable_extensions = ["amsmath", "attrs_inline", "colon_fence", "deflist", "dollarmath"]
nb_merge_streams = True
bibtex_bibfiles = ["docs/references.bib"]
bibtex_reference_style = "author_year"
copybutton_selector = "div.cell_input pre, div.highlight-console pre"

# The package.
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
napoleon_google_docstring = False
napoleon_use_param = False
napoleon_use_rtype = False

# Korean.
locale_dirs = ["locale"]
gettext_compact = False

# The site.
html_baseurl = os.environ.get("BOOK_URL") or os.environ.get("READTHEDOCS_CANONICAL_URL", "")
book_license = "https://creativecommons.org/licenses/by/4.0/"  # of the prose
html_theme = "sphinx_book_theme"
html_title = "dlnotes"
html_favicon = "docs/_static/mark.svg"
html_static_path = ["docs/_static"]
html_css_files = ["book.css", ("print.css", {"media": "print"})]
templates_path = ["docs/_templates"]
html_theme_options = {
    "article_header_end": "language-switch.html, page-downloads.html, article-header-buttons.html",
    "article_footer_items": ["page-measured.html"],
    "show_navbar_depth": 2,
}
katex_prerender = True
katex_css_path = "katex/katex.min.css"
