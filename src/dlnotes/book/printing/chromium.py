"""Chromium, which prints the book, photographs the site and tests it."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

__all__ = ["NoBrowserError", "find_browser", "flags", "open_browser"]


class NoBrowserError(Exception):
    """There is no browser, or nothing to steer it with."""


def find_browser() -> str:
    """Return the path of Chromium.

    Returns
    -------
    str
        What ``CHROMIUM`` in the environment names, or what is installed under a usual name.

    Raises
    ------
    NoBrowserError
        If there is none, or no Playwright to steer it.
    """
    if find_spec("playwright") is None:  # it comes with the development set-up
        raise NoBrowserError("the package playwright is needed to steer Chromium")
    names = [os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"]
    if names[0]:
        del names[1:]
    for name in filter(None, names):
        if found := shutil.which(name):
            return found
    asked = f"CHROMIUM={names[0]} is no program" if names[0] else "none was found"
    raise NoBrowserError(
        f"Chromium is needed, and {asked}. Install it, or name it: CHROMIUM=/path/to/chromium"
    )


def flags(*hosts: str) -> list[str]:
    """List the arguments for a Chromium that asks nobody for anything.

    Parameters
    ----------
    *hosts : str
        The hosts that it does reach.

    Returns
    -------
    list of str
        Arguments of the command.
    """
    reached = "".join(f", EXCLUDE {host}" for host in hosts)
    return [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        f"--host-resolver-rules=MAP * ~NOTFOUND{reached}",
    ]


@contextmanager
def open_browser(*hosts: str) -> Iterator[Browser]:
    """Start Chromium, and end it.

    Parameters
    ----------
    *hosts : str
        The hosts that it reaches.

    Yields
    ------
    playwright.sync_api.Browser
        The browser.

    Raises
    ------
    NoBrowserError
        As :func:`find_browser`.
    """
    program = find_browser()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=flags(*hosts), chromium_sandbox=False
        )
        try:
            yield browser
        finally:
            browser.close()
