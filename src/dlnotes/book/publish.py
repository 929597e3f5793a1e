"""Put a site in place at once, or undo what has been done to a site that is not to be."""

from __future__ import annotations

import filecmp
import os
import shutil
from pathlib import Path

from dlnotes.book.entrance import write_entrance

__all__ = ["note", "publish", "restore"]

_OWN = ".buildinfo"
"""What Sphinx leaves among the pages for itself."""

_NOTED, _KNOWLEDGE = "noted", ("doctrees/environment.pickle", f"html/{_OWN}")


def publish(
    work: Path, languages: list[str], site: Path, title: str, *, like: Path, address: str = ""
) -> None:
    """Assemble a site beside the old one and swap the two, so that it is never half written.

    Parameters
    ----------
    work : Path
        Holds a folder for each language, with the pages in its ``html``.
    languages : list of str
        Their codes.
    site : Path
        Where the site goes.
    title : str
        Of the page that leads to the languages.
    like : Path
        A site in place, perhaps the same, whose files that are right are not copied again.
    address : str
        Where the site will be, if that is known.
    """
    new, old = site.with_name(f"{site.name}.new"), site.with_name(f"{site.name}.old")
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)
    try:
        for code in languages:
            _assemble(work / code / "html", like / code, new / code)
        shutil.copy2(new / languages[0] / "claims.json", new / "claims.json")
        write_entrance(new, languages, title, address)
        if site.exists():
            site.rename(old)
        new.rename(site)
    finally:
        for leftover in (new, old):
            shutil.rmtree(leftover, ignore_errors=True)


def note(work: Path) -> None:
    """Keep what Sphinx knows of the pages of a language, before it looks at them again.

    Parameters
    ----------
    work : Path
        Holds its ``doctrees`` and ``html``.
    """
    (work / _NOTED).mkdir(exist_ok=True)
    for name in _KNOWLEDGE:
        shutil.copyfile(work / name, work / _NOTED / Path(name).name)


def restore(work: Path, site: Path) -> None:
    """Undo what Sphinx has done since :func:`note`, so that it would find the same faults again.

    Parameters
    ----------
    work : Path
        As then.
    site : Path
        The pages of the language as they were then.
    """
    noted = (work / _NOTED / Path(_KNOWLEDGE[0]).name).stat().st_mtime
    for doctree in (work / "doctrees").rglob("*.doctree"):
        if doctree.stat().st_mtime >= noted:
            doctree.unlink()
    wanted = dict(_files(site))
    for name, file in _files(work / "html"):
        if name not in wanted:
            file.unlink()
    for name, file in wanted.items():
        target = work / "html" / name
        if not _same(file, target):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target)
    for name in _KNOWLEDGE:
        shutil.copyfile(work / _NOTED / Path(name).name, work / name)


def _assemble(work: Path, old: Path, new: Path) -> None:
    """Make a folder of links to old files that are still right, and copies of the others.

    Never of links to the files in ``work``: Sphinx writes over these.
    """
    for name, file in _files(work):
        target = new / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if _same(file, old / name):
            try:
                os.link(old / name, target)
                continue
            except OSError:  # not every file system has links
                pass
        shutil.copy2(file, target)


def _files(folder: Path) -> list[tuple[str, Path]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return [
        (path.relative_to(folder).as_posix(), path)
        for path in files
        if not path.name.startswith(_OWN)
    ]


def _same(one: Path, other: Path) -> bool:
    return other.exists() and filecmp.cmp(one, other, shallow=True)
