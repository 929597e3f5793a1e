"""The words that the extension itself puts on a page, in each language of the book."""

from __future__ import annotations

__all__ = ["LANGUAGES", "text"]

LANGUAGES = {"en": "English", "ko": "한국어"}
"""Languages of the book by code, each named in itself; the first is the source language."""

_STRINGS = {
    "en": {
        "all": "all {n}",
        "belief": "You may hear",
        "cell": "the cell that measured it",
        "total": "{passed} of {total} claims measured and true",
        "corrected": "corrected",
        "cited": "cited",
        "claim": "Claim",
        "conditional": "conditional",
        "expected": "expected",
        "holds": "holds",
        "in-fact": "Measured instead",
        "language": "Language",
        "measured": "measured",
        "part": "what",
        "solution": "Solution",
        "source": "source",
        "statement": "Statement",
        "verdict": "verdict",
        "verdicts": "{holds} hold, {conditional} under a condition, {corrected} correct a "
        "misconception, {cited} cite a source",
    },
    "ko": {
        "all": "전체 {n}",
        "belief": "흔히 하는 말",
        "cell": "측정한 셀 보기",
        "total": "명제 {total}개 중 {passed}개 측정 확인",
        "corrected": "바로잡음",
        "cited": "문헌",
        "claim": "명제",
        "conditional": "조건부",
        "expected": "기댓값",
        "holds": "성립",
        "in-fact": "측정 결과",
        "language": "언어",
        "measured": "측정값",
        "part": "항목",
        "solution": "풀이",
        "source": "출처",
        "statement": "내용",
        "verdict": "판정",
        "verdicts": "성립 {holds}개, 조건부 {conditional}개, 오해를 바로잡음 {corrected}개, "
        "문헌 인용 {cited}개",
    },
}


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
