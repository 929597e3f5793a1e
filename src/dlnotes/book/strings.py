"""The words that the extension itself puts on a page, in each language of the book."""

from __future__ import annotations

import re

__all__ = ["LANGUAGES", "result", "text"]

LANGUAGES = {"en": "English", "ko": "한국어"}
"""Languages of the book by code, each named in itself; the first is the source language."""

_STRINGS = {
    "en": {
        "all": "all {n}",
        "cell": "the cell that measured it",
        "close": "Close",
        "colours": "Colours",
        "colours-auto": "As the system",
        "colours-dark": "Dark",
        "colours-light": "Light",
        "contents": "Contents of the book",
        "enlarge": "Show large",
        "total": "{passed} of {total} claims measured and true",
        "execution-backend": "Keras backend",
        "execution-cpu": "CPU (s)",
        "execution-environment": "Environment",
        "execution-kept": "kept",
        "execution-largest": "Largest",
        "execution-machine": "System",
        "execution-memory": "Memory (MB)",
        "execution-page": "Page",
        "execution-processors": "Processors",
        "execution-ran": "ran",
        "execution-state": "State",
        "execution-states": "{ran} ran, {kept} kept",
        "execution-sum": "Sum",
        "execution-time": "Time (s)",
        "execution-value": "Value",
        "expected": "expected",
        "hide-code": "Hide the code",
        "home": "Home",
        "language": "Language",
        "missing": "There is no page at this address",
        "missing-advice": "It may have moved. Begin at the home page, or search the book.",
        "missing-advice-alone": "It may have moved. Go back, or shorten the address until it ends "
        "in /{}/.",
        "measured": "measured",
        "on-this-page": "On this page",
        "part": "what",
        "search": "Search",
        "show-code": "Show the code",
        "solution": "Solution",
        "verdicts": "{holds} hold, {conditional} under a condition, {corrected} correct a "
        "misconception, {cited} cite a source",
    },
    "ko": {
        "all": "전체 {n}",
        "cell": "측정한 셀 보기",
        "close": "닫기",
        "colours": "화면 색",
        "colours-auto": "시스템 설정",
        "colours-dark": "어둡게",
        "colours-light": "밝게",
        "contents": "책 차례",
        "enlarge": "크게 보기",
        "total": "명제 {total}개 중 {passed}개 측정 확인",
        "execution-backend": "케라스 백엔드",
        "execution-cpu": "CPU(초)",
        "execution-environment": "실행 환경",
        "execution-kept": "재사용",
        "execution-largest": "최댓값",
        "execution-machine": "시스템",
        "execution-memory": "메모리(MB)",
        "execution-page": "페이지",
        "execution-processors": "프로세서 수",
        "execution-ran": "실행",
        "execution-state": "상태",
        "execution-states": "실행 {ran}개, 재사용 {kept}개",
        "execution-sum": "합계",
        "execution-time": "시간(초)",
        "execution-value": "값",
        "expected": "기댓값",
        "hide-code": "코드 접기",
        "home": "처음으로",
        "language": "언어",
        "missing": "이 주소에는 페이지가 없습니다",
        "missing-advice": "옮겨졌을 수 있습니다. 첫 페이지에서 시작하거나 책에서 검색해 보세요.",
        "missing-advice-alone": "옮겨졌을 수 있습니다. 뒤로 가거나, 주소를 /{}/까지만 남겨 보세요.",
        "measured": "측정값",
        "on-this-page": "이 페이지에서",
        "part": "항목",
        "search": "검색",
        "show-code": "코드 보기",
        "solution": "풀이",
        "verdicts": "성립 {holds}개, 조건부 {conditional}개, 오해를 바로잡음 {corrected}개, "
        "문헌 인용 {cited}개",
    },
}


_RESULTS = {
    "ko": [
        (r"less than (.+)", r"\1 미만"),
        (r"greater than (.+)", r"\1 초과"),
        (r"between (.+) and (.+)", r"\1 이상 \2 이하"),
        (r"within (.+)", r"오차 \1 이내"),
        (r"exactly", "정확히"),
        (r"(.+) relative( .+)?", r"상대 \1\2"),
        (r"all (\d+)", r"\1개 모두"),
        (r"(\d+) of (\d+) cases", r"\2개 중 \1개"),
        (r"(.+) values from (.+) to (.+)", r"\1개 값, \2부터 \3까지"),
    ]
}
"""How :mod:`dlnotes.check` words a result, in other languages."""


def text(key: str, language: str | None) -> str:
    """Look up one of the extension's own words.

    Parameters
    ----------
    key : str
        The word's name in this module.
    language : str or None
        Language code; a language without an entry gets English.

    Examples
    --------
    >>> text("measured", "en"), text("measured", "ko")
    ('measured', '측정값')
    """
    return _STRINGS.get(language or "en", _STRINGS["en"])[key]


def result(words: str, language: str | None) -> str:
    """Translate the words in which :mod:`dlnotes.check` reports what was measured or expected.

    Parameters
    ----------
    words : str
        What a check published.
    language : str or None
        Language code; words of no known form stay as they are.

    Examples
    --------
    >>> result("less than 0.1", "ko"), result("less than 0.1", "en")
    ('0.1 미만', 'less than 0.1')
    >>> result("within 1e-12 relative", "ko")
    '상대 오차 1e-12 이내'
    """
    for pattern, translation in _RESULTS.get(language or "en", []):
        words = re.sub(rf"^{pattern}$", translation, words)
    return words
