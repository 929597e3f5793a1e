"""Push the notebooks of the built site to a branch of their own, where Colab and Binder open them.

The branch has one commit: ``<language>/<page>.ipynb`` and what Binder installs. The checkout stays
as it is.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from dlnotes.book.repository import NOTEBOOKS_BRANCH, repository
from dlnotes.book.web.notebooks import FOLDER

ROOT = Path(__file__).parents[1]


def collect(site: Path, folder: Path, requirement: str) -> int:
    """Put what the branch holds into a folder; return the number of notebooks."""
    notebooks = sorted(site.glob(f"*/{FOLDER}/**/*.ipynb"))
    for notebook in notebooks:
        language, _, *page = notebook.relative_to(site).parts
        target = folder.joinpath(language, *page)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(notebook, target)
    (folder / "requirements.txt").write_text(f"{requirement}\n", encoding="utf-8")
    return len(notebooks)


def push(root: Path, folder: Path, remote: str) -> None:
    """Make a folder the only commit of the branch."""
    # In this repository, as its settings say how to log in, but with an index and files elsewhere.
    with tempfile.TemporaryDirectory() as scratch:
        env = {**os.environ, "GIT_INDEX_FILE": f"{scratch}/index", "GIT_WORK_TREE": str(folder)}

        def git(*arguments: str) -> str:
            who = ["-c", "user.name=dlnotes", "-c", "user.email=dlnotes@localhost"]
            command = ["git", "--git-dir", str(root / ".git"), *who, *arguments]
            run = subprocess.run(command, cwd=folder, env=env, check=True, stdout=subprocess.PIPE)
            return run.stdout.decode().strip()

        git("add", "--all", "--force", ".")
        commit = git("commit-tree", git("write-tree"), "-m", "Publish the notebooks of the site")
        git("push", "--force", "--quiet", remote, f"{commit}:refs/heads/{NOTEBOOKS_BRANCH}")


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout")
    parser.add_argument("--remote", default="origin")
    options = parser.parse_args(arguments)
    url, branch = repository()
    if not url:
        sys.exit("No repository is known: set BOOK_REPOSITORY, and BOOK_BRANCH if it is not main.")
    with tempfile.TemporaryDirectory() as folder:
        requirement = f"dlnotes[pages] @ git+{url}@{branch}"
        count = collect(options.root / "build/html", Path(folder), requirement)
        if not count:
            sys.exit("The site has no notebooks: make html")
        push(options.root, Path(folder), options.remote)
    print(f"{count} notebooks are in the branch {NOTEBOOKS_BRANCH}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
