"""A page in a sentence: a link without words of its own says the page's topic, not its question.

"Momentum: what do old slopes know?" is *Momentum* where another page refers to it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import docname_join
from sphinx.util.nodes import clean_astext

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["NamePages", "connect", "topic"]


def topic(title: str) -> str:
    """What a title is about.

    Parameters
    ----------
    title : str
        The title of a page.

    Returns
    -------
    str
        The part before its first colon, if it has one.

    Examples
    --------
    >>> topic("Momentum: what do old slopes know?")
    'Momentum'
    >>> topic("Glossary")
    'Glossary'
    """
    return re.split(r"[:：]\s", title, maxsplit=1)[0]


class NamePages(SphinxPostTransform):
    """Give links to pages the topic of the page, before Sphinx gives them its title."""

    default_priority = 5

    def run(self, **_: Any) -> None:
        """Name the pages that a page links to."""
        for link in self.document.findall(addnodes.pending_xref):
            if link.get("reftype") != "doc" or link["refexplicit"]:
                continue
            name = docname_join(link.get("refdoc", self.env.docname), link["reftarget"])
            if name in self.env.titles:
                words = topic(clean_astext(self.env.titles[name]))
                link.children = [nodes.inline(words, words)]
                link["refexplicit"] = True


def connect(app: Sphinx) -> None:
    """Name pages.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        Is being set up.
    """
    app.add_post_transform(NamePages)
