"""The pages of the book one after the other: the part that each is in, its title."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx import addnodes

if TYPE_CHECKING:
    from sphinx.environment import BuildEnvironment

__all__ = ["reading_order", "title_in_english"]


def reading_order(env: BuildEnvironment) -> dict[str, str]:
    """Map each page, in the order of the table of contents, to the caption of its part.

    Parameters
    ----------
    env : sphinx.environment.BuildEnvironment
        Knows the pages, all of which have been read.

    Returns
    -------
    dict of str to str
        Empty captions where a part has none, as for the page that the book begins with.
    """
    root = env.config.root_doc
    order = {root: ""}
    for tree in env.tocs[root].findall(addnodes.toctree):
        stack = list(reversed(tree["includefiles"]))
        while stack:
            docname = stack.pop()
            if docname not in order:
                order[docname] = tree.get("caption") or ""
                stack += reversed(env.toctree_includes.get(docname, []))
    return order


def title_in_english(env: BuildEnvironment, docname: str) -> bool:
    """Say whether the title of a page is English in an edition in another language.

    Parameters
    ----------
    env : sphinx.environment.BuildEnvironment
        Of the edition.
    docname : str
        A page.

    Returns
    -------
    bool
        Whether its words need to be marked as English.
    """
    return env.config.language != "en" and env.titles[docname].astext().isascii()
