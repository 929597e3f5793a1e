"""Renew tests/site/package-lock.json with the newest versions that package.json allows.

Like requirements.lock it has hashes and no URLs: those of sponsors are taken out.
"""

import json
import subprocess
import sys
from pathlib import Path

__all__ = ["main"]

FOLDER = Path(__file__).parents[1] / "tests/site"


def main() -> None:
    """Run npm, whose command line is in the arguments, and tidy up what it wrote."""
    lock = FOLDER / "package-lock.json"
    lock.unlink(missing_ok=True)
    subprocess.run(
        [*sys.argv[1:], "install", "--package-lock-only", "--silent"], cwd=FOLDER, check=True
    )
    content = json.loads(lock.read_text())
    for package in content["packages"].values():
        package.pop("funding", None)
    lock.write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    main()
