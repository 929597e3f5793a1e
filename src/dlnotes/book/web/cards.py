"""The picture that is shown with a link to a page: its title, drawn when the book is built.

There is one font for all languages, one that has Korean. The name of the file stands for what is
drawn, so a picture is drawn once, and hosts may keep it for ever.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dlnotes.book.fonts import nanum_gothic

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

__all__ = ["SIZE", "Card", "draw"]

SIZE = (1200, 630)
"""Width and height in pixels, as those who show links want them."""

_PAPER, _INK, _GREY, _BLUE = "#fbfaf7", "#1b1f24", "#57606a", "#0072B2"
_RINGS = {140: "#97c4db", 110: "#64a8ce", 80: "#328dc0", 50: "#D55E00"}
"""Radius and colour of the mark of the book: deep learning in neural networks in machine learning
in artificial intelligence."""

_MIDDLE, _FLOOR, _RISE, _THICK, _FINE = 1040, 572, 14, 10, 4
_LEFT, _TOP, _FOOT, _WIDTH, _HEIGHT = 80, 76, 526, 800, 360
_SIZES = range(84, 24, -4)
_LINES, _COLOURS = 5, 48


@dataclass(frozen=True)
class Card:
    """What is drawn.

    Parameters
    ----------
    title : str
        Of the page.
    part : str
        Of the book that the page is in, or nothing.
    book : str
        Name of the book.
    """

    title: str
    part: str
    book: str

    @property
    def name(self) -> str:
        """Name of the file."""
        drawn = repr((astuple(self), _code())).encode()
        return f"{hashlib.sha256(drawn).hexdigest()[:16]}.png"

    @property
    def words(self) -> str:
        """Say what is to be read on the picture."""
        return " | ".join(filter(None, astuple(self)))


def draw(card: Card, file: Path) -> None:
    """Draw a picture unless it is there.

    Parameters
    ----------
    card : Card
        What to draw.
    file : Path
        Where it is kept, in a folder that need not be there.
    """
    if file.exists():
        return
    from PIL import Image, ImageDraw  # here, as most builds draw nothing

    image = Image.new("RGB", SIZE, _PAPER)
    for n, (radius, colour) in enumerate(_RINGS.items()):
        mask = Image.new("L", (2 * radius * _FINE,) * 2)
        box = (0, 0, mask.width - 1, mask.height - 1)
        ImageDraw.Draw(mask).ellipse(box, outline=255, width=_THICK * _FINE)
        corner = (_MIDDLE - radius, _FLOOR - _RISE * n - 2 * radius)
        image.paste(colour, corner, mask.resize((2 * radius,) * 2, Image.Resampling.LANCZOS))
    pen = ImageDraw.Draw(image)
    font, lines = _fit(card.title)
    pen.text((_LEFT, _TOP), card.part, _GREY, _font(32, bold=False))
    pen.multiline_text((_LEFT, _TOP + 72), "\n".join(lines), _INK, font, spacing=font.size * 0.25)
    pen.text((_LEFT, _FOOT), card.book, _BLUE, _font(40))
    file.parent.mkdir(exist_ok=True)
    part = file.with_suffix(f".{os.getpid()}")  # pages of the same name are written side by side
    image.quantize(_COLOURS, Image.Quantize.FASTOCTREE).save(part, "PNG", optimize=True)
    part.replace(file)


def _fit(title: str) -> tuple[FreeTypeFont, list[str]]:
    """Find the largest letters that a title fits in with, and its lines."""
    for size in _SIZES:
        font = _font(size)
        # What follows a colon gets lines of its own.
        parts = re.split("(?<=:) ", title)
        lines = [line for part in parts for line in _wrap(part, font)]
        widest = max(map(font.getlength, lines))
        if widest <= _WIDTH and len(lines) <= _LINES and len(lines) * size * 1.4 <= _HEIGHT:
            break
    return font, lines


def _wrap(text: str, font: FreeTypeFont) -> list[str]:
    """Break a text into as few lines as it takes, all about as long."""
    best = _fill(text, font, _WIDTH)
    for width in range(_WIDTH, 0, -10):
        lines = _fill(text, font, width)
        if len(lines) > len(best) or max(map(font.getlength, lines)) > width:
            break
        best = lines
    return best


def _fill(text: str, font: FreeTypeFont, width: int) -> list[str]:
    lines: list[str] = []
    for word in text.split() or [""]:
        if lines and font.getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


@functools.cache
def _font(size: int, *, bold: bool = True) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(str(nanum_gothic(bold=bold)), size)


@functools.cache
def _code() -> str:
    """Return what stands for how cards are drawn."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
