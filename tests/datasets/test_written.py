import itertools
import re
from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlnotes.datasets import dates, number_to_words, number_words

UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
ENDING = "(st|nd|rd|th)"  # codespell:ignore nd


def new_rng(seed=0):
    return np.random.default_rng(seed)


def words_to_number(text):
    """Read a number as a person would, word by word."""
    total = part = 0
    for word in re.split(r"[ -]", text):
        if word == "thousand":
            total, part = 1000 * part, 0
        elif word == "hundred":
            part *= 100
        else:
            part += UNITS[word]
    return total + part


# Numbers


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (0, "zero"),
        (7, "seven"),
        (10, "ten"),
        (13, "thirteen"),
        (19, "nineteen"),
        (20, "twenty"),
        (21, "twenty-one"),
        (40, "forty"),
        (99, "ninety-nine"),
        (100, "one hundred"),
        (101, "one hundred one"),
        (110, "one hundred ten"),
        (999, "nine hundred ninety-nine"),
        (1000, "one thousand"),
        (1001, "one thousand one"),
        (1100, "one thousand one hundred"),
        (2012, "two thousand twelve"),
        (8040, "eight thousand forty"),
        (9999, "nine thousand nine hundred ninety-nine"),
    ],
)
def test_numbers_in_words(n, words):
    assert number_to_words(n) == words
    assert number_to_words(np.int64(n)) == words


def test_every_number_reads_back_and_no_two_are_written_alike():
    written = [number_to_words(n) for n in range(10_000)]
    assert [words_to_number(text) for text in written] == list(range(10_000))
    assert len(set(written)) == 10_000
    # Each is spelled as English does: hyphens in 21 to 99 only, and never "zero" inside.
    assert all(
        re.fullmatch(r"zero|(?!.*zero)[a-z]+(-[a-z]+)?( [a-z]+(-[a-z]+)?)*", w) for w in written
    )
    assert sum("-" in text for text in written) == 10_000 * 72 // 100


@pytest.mark.parametrize(
    ("n", "error", "message"),
    [
        (-1, ValueError, "`n` must be at least 0. Received: -1"),
        (10_000, ValueError, "`n` must be at most 9999. Received: 10000"),
        (3.0, TypeError, "`n` must be integers. Received: dtype=float64"),
        (True, TypeError, "`n` must be integers. Received: dtype=bool"),
        ("3", TypeError, "`n` must be integers. Received: dtype=<U1"),
        ([3, 4], ValueError, "`n` must have shape (). Received: shape=(2,)"),
    ],
)
def test_what_has_no_words(n, error, message):
    with pytest.raises(error) as caught:
        number_to_words(n)
    assert str(caught.value) == message


@given(n=st.integers(1, 40), seed=st.integers(0, 99))
def test_drawn_numbers_agree_with_their_words_and_differ(n, seed):
    words, numbers = number_words(n, rng=new_rng(seed))
    assert numbers.shape == (n,)
    assert numbers.dtype == np.int64
    assert [words_to_number(text) for text in words] == numbers.tolist()
    assert len(set(words)) == n


def test_all_ten_thousand_can_be_drawn():
    _, numbers = number_words(10_000, rng=new_rng())
    assert sorted(numbers) == list(range(10_000))


# Dates

FORMATS = {  # in the C locale, in which tests run
    r"\d+ [A-Z][a-z]+ \d{4}": ["%d %B %Y", "%d %b %Y"],
    r"[A-Z][a-z]+ \d+, \d{4}": ["%B %d, %Y"],
    r"[A-Z][a-z]+day, \d+ [A-Z][a-z]+ \d{4}": ["%A, %d %B %Y"],
    r"\d+\.\d+\.\d{4}": ["%d.%m.%Y"],
    rf"the \d+{ENDING} of [A-Z][a-z]+ \d{{4}}": ["the %d of %B %Y"],
}


def read(text):
    """Which format a text is in, and the day that it means."""
    (formats,) = (f for pattern, f in FORMATS.items() if re.fullmatch(pattern, text))
    plain = re.sub(rf"(?<=\d){ENDING}\b", "", text)
    for form in formats:
        try:
            return form, datetime.strptime(plain, form).date()
        except ValueError:
            continue
    raise AssertionError(text)


def test_every_date_reads_back_in_each_of_six_formats():
    texts, iso = dates(3000, rng=new_rng())
    read_back = [read(text) for text in texts]
    assert [day.isoformat() for _, day in read_back] == iso
    forms = [form for form, _ in read_back]
    # May is written alike in full and in three letters, and counts as full.
    expected = dict.fromkeys(itertools.chain(*FORMATS.values()), 1 / 6)
    expected["%d %B %Y"] += 1 / 6 / 12
    expected["%d %b %Y"] -= 1 / 6 / 12
    for form, share in expected.items():
        assert forms.count(form) / 3000 == pytest.approx(share, abs=0.03)


def test_weekdays_are_those_of_the_calendar():
    texts, iso = dates(2000, rng=new_rng(1))
    days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    named = [(t, date.fromisoformat(d)) for t, d in zip(texts, iso, strict=True) if "day," in t]
    assert {text.split(",")[0] for text, _ in named} == set(days)
    assert all(text.startswith(days[day.weekday()]) for text, day in named)


def test_endings_of_ordinals():
    texts, _ = dates(6000, rng=new_rng(2))
    found = dict(re.findall(r"the (\d+)([a-z]+) of", " ".join(texts)))
    first, second, third = "1 21 31", "2 22", "3 23"
    expected = {str(d): "th" for d in range(1, 32)}
    for numbers, ending in ((first, "st"), (second, "nd"), (third, "rd")):  # codespell:ignore nd
        expected |= dict.fromkeys(numbers.split(), ending)
    assert found == expected


def test_days_are_all_of_two_centuries_and_no_day_twice():
    texts, iso = dates(73_049, rng=new_rng())
    assert len(texts) == len(set(iso)) == 73_049
    assert (min(iso), max(iso)) == ("1900-01-01", "2099-12-31")


@given(n=st.integers(1, 30), seed=st.integers(0, 99))
def test_drawn_dates_agree_with_iso_and_differ(n, seed):
    texts, iso = dates(n, rng=new_rng(seed))
    assert [read(text)[1].isoformat() for text in texts] == iso
    assert len(set(iso)) == n


# Both


@pytest.mark.parametrize(("draw", "most"), [(number_words, 10_000), (dates, 73_049)])
def test_no_more_than_there_are(draw, most):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        draw(most + 1, rng=new_rng())
    assert str(caught.value) == f"`n` must be at most {most}. Received: {most + 1}"
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        draw(0, rng=new_rng())
    assert str(caught.value) == "`n` must be at least 1. Received: 0"


@pytest.mark.parametrize("draw", [number_words, dates])
def test_the_seed_decides(draw):
    a, b, c = (draw(20, rng=new_rng(seed))[0] for seed in (1, 1, 2))
    assert a == b != c
    with pytest.raises(TypeError) as caught:
        draw(3, rng=1)
    assert str(caught.value) == "`rng` must be a numpy.random.Generator. Received: 1"
