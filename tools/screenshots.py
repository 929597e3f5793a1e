"""Photograph pages of the built site: ``tools/screenshots.py`` fills build/screenshots.

Ten pages in English and in Korean, light and dark, on a desktop and on a phone, and a sheet with
all of them, for people to look at. Needs Chromium, or another browser of its kind in CHROMIUM.
"""

import shutil
from html import escape
from itertools import product
from pathlib import Path

from playwright.sync_api import Page

from dlnotes.book.printing.chromium import open_browser

__all__ = ["main"]

ROOT = Path(__file__).parents[1]
HTML = ROOT / "build/html"
OUT = ROOT / "build/screenshots"
PAGES = [
    "index",
    "foundations/what-is-deep-learning",
    "generalization/over-and-underfitting",
    "information/entropy",
    "information/cross-entropy",
    "training/batch-normalization",
    "reference/glossary",
    "reference/claims",
    "reference/api/information",
    "search",
]
SCREENS = [(1280, 900), (390, 844)]
THEMES = ["light", "dark"]
SHEET = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Screenshots</title>
<style>body { font-family: sans-serif } a { display: inline-block; margin: 4px }
img { height: 420px; border: 1px solid #888 }</style>
"""


def photograph(page: Page, language: str, name: str) -> list[str]:
    """Photograph what a reader of a page sees first; return the names of the pictures."""
    page.goto((HTML / language / f"{name}.html").as_uri())
    pictures = []
    for (width, height), theme in product(SCREENS, THEMES):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.wait_for_timeout(300)  # for the change of theme to fade in
        picture = f"{language}-{name.replace('/', '-')}-{width}-{theme}.png"
        page.screenshot(path=OUT / picture)
        pictures.append(picture)
    return pictures


def main() -> None:
    """Photograph everything and write the sheet."""
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    sheet = [SHEET]
    with open_browser() as browser:
        page = browser.new_page()
        for language, name in product(["en", "ko"], PAGES):
            sheet.append(f"<h2>{escape(f'{language}/{name}')}</h2>\n")
            sheet.extend(
                f'<a href="{picture}"><img src="{picture}" alt="{picture}"></a>\n'
                for picture in photograph(page, language, name)
            )
    (OUT / "index.html").write_text("".join(sheet))
    print(f"{len(list(OUT.glob('*.png')))} pictures: {OUT.relative_to(ROOT)}/index.html")


if __name__ == "__main__":
    main()
