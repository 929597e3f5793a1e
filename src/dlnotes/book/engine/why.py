"""Tell an author what a page depends on and why it would run, or would not."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dlnotes.book.engine.execution import stale

if TYPE_CHECKING:
    from dlnotes.book.engine.inputs import Inputs
    from dlnotes.book.engine.pages import Book

__all__ = ["explain"]


def explain(book: Book, name: str) -> int:
    """Print what a page depends on and whether its result is fresh.

    Parameters
    ----------
    book : Book
        The book.
    name : str
        The page's name in the book, or the path of its file.

    Returns
    -------
    int
        Exit code: 0, or 1 if there is no such page with code.
    """
    results = {result.page.docname: result for result in stale(book)}
    wanted = name.removeprefix(f"{book.docs.name}/").removesuffix(".md").removesuffix(".ipynb")
    if wanted not in results:
        print(f"No page with code is named {name!r}. There are:", file=sys.stderr)
        for docname in results:
            print(f"  {docname}", file=sys.stderr)
        return 1
    result = results[wanted]
    if result.error:
        print(f"{wanted} cannot run: {result.error.message}")
    elif result.state == "fresh":
        print(f"{wanted} would not run: nothing that its result depends on has changed.")
    else:
        print(f"{wanted} would run, because")
        for reason in result.why:
            print(f"  {reason}")
    if result.kept:
        ran = f"{result.kept.seconds:.1f} s, {result.kept.cpu:.1f} s of processor time"
        print(f"\nWhen it ran last it took {ran}, {result.kept.memory / 1e6:.0f} MB.")
        print("It depends on its code cells and on")
        _list(result.kept.inputs)
    return 0


def _list(inputs: Inputs) -> None:
    packages = [f"{name} {version}" for name, version in inputs.packages.items()]
    settings = [f"{name}={value}" for name, value in inputs.settings.items()]
    for title, names in (
        ("files", list(inputs.files)),
        ("names in folders", [name or "." for name in inputs.folders]),
        ("packages", packages),
        ("packages not there", inputs.missing),
        ("settings", settings),
    ):
        if names:
            print(f"  {title} ({len(names)})")
            for each in names:
                print(f"    {each}")
    print(f"  Python {inputs.python} on {inputs.machine}")
