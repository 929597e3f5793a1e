"""Generators of numbers and dates as people write them, with what they mean."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np

from dlnotes._validation import IntArray, as_integers
from dlnotes.datasets._choose import choose

__all__ = ["WrittenDates", "WrittenNumbers", "dates", "number_to_words", "number_words"]

_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_LARGEST = 9999

# Not from the module calendar, whose names follow the language of the machine.
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1).toordinal(), date(2099, 12, 31).toordinal()


class WrittenNumbers(NamedTuple):
    """What :func:`number_words` returns."""

    words: list[str]
    """N numbers in English words."""
    numbers: IntArray
    """The same numbers, shape ``(N,)``."""


class WrittenDates(NamedTuple):
    """What :func:`dates` returns."""

    texts: list[str]
    """N dates as people write them."""
    iso: list[str]
    """The same dates as YYYY-MM-DD."""


def number_to_words(n: int) -> str:
    """Write a number in English words.

    Parameters
    ----------
    n : int
        From 0 to 9999.

    Returns
    -------
    str
        The words, with a hyphen in 21 to 99 and without "and".

    Raises
    ------
    ValueError
        If ``n`` is below 0 or above 9999.
    TypeError
        If ``n`` is not an integer.

    Examples
    --------
    >>> number_to_words(42)
    'forty-two'
    >>> number_to_words(7019)
    'seven thousand nineteen'
    """
    return _words(int(as_integers("n", n, shape=(), low=0, high=_LARGEST)))


def number_words(n: int, *, rng: np.random.Generator) -> WrittenNumbers:
    """Different numbers from 0 to 9999, in words and as integers.

    Parameters
    ----------
    n : int
        How many, from 1 to 10000.
    rng : numpy.random.Generator
        Source of the numbers.

    Returns
    -------
    WrittenNumbers
        ``n`` texts and the numbers ``(n,)``, int64. No number comes twice, so that a part kept for
        testing holds only new ones.

    Raises
    ------
    ValueError
        If ``n`` is below 1 or above 10000.
    TypeError
        If ``n`` is not an integer, or ``rng`` is not a generator.

    Examples
    --------
    >>> words, numbers = number_words(3, rng=np.random.default_rng(0))
    >>> all(text == number_to_words(number) for text, number in zip(words, numbers))
    True
    """
    numbers = choose(n, _LARGEST + 1, rng)
    return WrittenNumbers([_words(int(number)) for number in numbers], numbers)


def dates(n: int, *, rng: np.random.Generator) -> WrittenDates:
    """Different days from 1900 to 2099, each written in one of six ways and in the standard way.

    Parameters
    ----------
    n : int
        How many, from 1 to 73049, the number of days in these two centuries.
    rng : numpy.random.Generator
        Source of the days and the ways.

    Returns
    -------
    WrittenDates
        ``n`` texts, and the same dates in ISO 8601, which always has ten characters. No day comes
        twice.

    Raises
    ------
    ValueError
        If ``n`` is below 1 or above 73049.
    TypeError
        If ``n`` is not an integer, or ``rng`` is not a generator.

    Notes
    -----
    The six ways: ``3 July 2021``, ``July 3, 2021``, ``3 Jul 2021``, ``Saturday, 3 July 2021``,
    ``3.7.2021`` (the day first) and ``the 3rd of July 2021``.

    Examples
    --------
    >>> texts, iso = dates(1000, rng=np.random.default_rng(0))
    >>> set(len(day) for day in iso), len(set(iso))
    ({10}, 1000)
    """
    days = choose(n, _LAST_DAY - _FIRST_DAY + 1, rng) + _FIRST_DAY
    written = [_ways_to_write(date.fromordinal(int(day))) for day in days]
    chosen = rng.integers(len(written[0]), size=len(days))
    texts = [ways[way] for ways, way in zip(written, chosen, strict=True)]
    return WrittenDates(texts, [date.fromordinal(int(day)).isoformat() for day in days])


def _words(n: int) -> str:
    if n < 20:
        return _SMALL[n]
    if n < 100:
        tens, ones = divmod(n, 10)
        return _TENS[tens - 2] + (f"-{_SMALL[ones]}" if ones else "")
    unit, name = (1000, "thousand") if n >= 1000 else (100, "hundred")
    count, rest = divmod(n, unit)
    return f"{_words(count)} {name}" + (f" {_words(rest)}" if rest else "")


def _ways_to_write(day: date) -> list[str]:
    d, m, y = day.day, day.month, day.year
    month = _MONTHS[m - 1]
    endings = {1: "st", 2: "nd", 3: "rd"}  # codespell:ignore nd
    ending = "th" if d in (11, 12, 13) else endings.get(d % 10, "th")
    return [
        f"{d} {month} {y}",
        f"{month} {d}, {y}",
        f"{d} {month[:3]} {y}",
        f"{_WEEKDAYS[day.weekday()]}, {d} {month} {y}",
        f"{d}.{m}.{y}",
        f"the {d}{ending} of {month} {y}",
    ]
