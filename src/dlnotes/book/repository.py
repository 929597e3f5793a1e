"""Where the book's source is public: told by the environment, never written down in the book."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NOTEBOOKS_BRANCH", "VARIABLES", "repository"]

NOTEBOOKS_BRANCH = "notebooks"
"""Where ``tools/notebooks_branch.py`` puts the notebooks: Colab and Binder open nothing but files
in a repository."""

VARIABLES = (
    "BOOK_REPOSITORY",
    "BOOK_BRANCH",
    "GITHUB_SERVER_URL",
    "GITHUB_REPOSITORY",
    "GITHUB_HEAD_REF",
    "GITHUB_REF_NAME",
    "READTHEDOCS_GIT_CLONE_URL",
    "READTHEDOCS_GIT_IDENTIFIER",
)
"""What :func:`repository` reads: another value of one of these makes another site."""

_SSH = re.compile(r"^(?:ssh://)?git@([^:/]+)[:/]")


def repository(environment: Mapping[str, str] | None = None) -> tuple[str, str]:
    """Find the repository that the book is built from.

    ``BOOK_REPOSITORY`` and ``BOOK_BRANCH`` come first, then what GitHub's workflows and Read the
    Docs tell every program that they run.

    Parameters
    ----------
    environment : mapping of str to str, optional
        By default this process's own.

    Returns
    -------
    url, branch : str
        The repository's page, both empty if none is known; the branch is ``main`` if only that is
        not known.

    Examples
    --------
    >>> repository({"BOOK_REPOSITORY": "git@github.com:someone/book.git"})
    ('https://github.com/someone/book', 'main')
    >>> repository({})
    ('', '')
    """
    known = os.environ if environment is None else environment
    url = known.get("BOOK_REPOSITORY", "")
    if not url and known.get("GITHUB_REPOSITORY"):
        server = known.get("GITHUB_SERVER_URL") or "https://github.com"
        url = f"{server}/{known['GITHUB_REPOSITORY']}"
    url = url or known.get("READTHEDOCS_GIT_CLONE_URL", "")
    url = _SSH.sub(r"https://\1/", url).rstrip("/").removesuffix(".git")
    if not url.startswith(("https://", "http://")):
        return "", ""
    # The head of a pull request comes before the name that GitHub gives to the merge with it.
    names = ("BOOK_BRANCH", "GITHUB_HEAD_REF", "GITHUB_REF_NAME", "READTHEDOCS_GIT_IDENTIFIER")
    return url, next((known[name] for name in names if known.get(name)), "main")
