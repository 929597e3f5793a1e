"""Tell an author what a page depends on and why it would run, or would not."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dlnotes.book.engine.execution import stale

if TYPE_CHECKING:
    from dlnotes.book.engine.inputs import Inputs
    from dlnotes.book.engine.pages import Book, Page

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
    results = stale(book)
    result = next((each for each in results if _is(each.page, name, book.docs)), None)
    if result is None:
        print(f"No page with code is named {name!r}. There are:", file=sys.stderr)
        for each in results:
            print(f"  {each.page.docname}", file=sys.stderr)
        return 1
    page = result.page.docname
    if result.error:
        print(f"{page} cannot run: {result.error.message}")
    elif result.state == "fresh":
        print(f"{page} would not run: nothing that its result depends on has changed.")
    else:
        print(f"{page} would run, because")
        for reason in result.why:
            print(f"  {reason}")
    if result.kept:
        ran = f"{result.kept.seconds:.1f} s, {result.kept.cpu:.1f} s of processor time"
        print(f"\nWhen it ran last it took {ran}, {result.kept.memory / 1e6:.0f} MB.")
        print("It depends on its code cells and on")
        _list(result.kept.inputs)
    return 0


def _is(page: Page, name: str, docs: Path) -> bool:
    """Tell whether somebody means a page, named in the book or by its file, from here or there."""
    paths = [folder / name for folder in (docs, docs.parent, Path.cwd())]
    return any(page.path in {path, Path(f"{path}{page.path.suffix}")} for path in paths)


def _not_there(inputs: Inputs) -> list[str]:
    looked_for = {**inputs.files, **inputs.folders}
    return sorted(name for name, held in looked_for.items() if not held)


def _list(inputs: Inputs) -> None:
    packages = [f"{name} {version}" for name, version in inputs.packages.items()]
    settings = [f"{name}={value}" for name, value in inputs.settings.items()]
    for title, names in (
        ("files", [name for name, held in inputs.files.items() if held]),
        ("names in folders", [name for name, held in inputs.folders.items() if held]),
        ("not there, though looked for", _not_there(inputs)),
        ("packages", packages),
        ("packages not there", inputs.missing),
        ("settings", settings),
    ):
        if names:
            print(f"  {title} ({len(names)})")
            for each in names:
                print(f"    {each}")
    print(f"  Python {inputs.python} on {inputs.machine}")
