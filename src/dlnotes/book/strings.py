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
        "contents-of-book": "Contents of the book",
        "enlarge": "Show large",
        "contents": "Contents",
        "total": "{passed} of {total} claims measured and true",
        "claim": "Claim",
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
        "facts-claim": "1 claim",
        "facts-claims": "{n} claims",
        "facts-claims-title": "Statements that this page measures",
        "facts-minutes": "{n} min",
        "facts-minutes-title": "About {n} minutes to read, without the exercises",
        "furniture-binder": "Run on Binder",
        "furniture-binder-title": "Open this page's notebook on mybinder.org and run it there",
        "furniture-colab": "Run on Colab",
        "furniture-colab-title": "Open this page's notebook on Google Colab and run it there",
        "furniture-downloads": "Download or run this page",
        "furniture-edit": "Edit this page",
        "furniture-edit-title": "Change this page's source and propose the change",
        "furniture-edit-catalog": "Edit this translation",
        "furniture-edit-catalog-title": "Change this page's translation and propose the change",
        "furniture-measured": "Measured with {versions}.",
        "furniture-notebook": "Notebook (.ipynb)",
        "furniture-notebook-title": "This page as a Jupyter notebook with its outputs",
        "furniture-report": "Report a problem",
        "furniture-report-body": "Page: {page}\n\nWhat is wrong or unclear:\n",
        "furniture-report-title": "Say what is wrong or unclear on this page",
        "furniture-source": "MyST source (.md)",
        "furniture-source-title": "The text that this page is made from",
        "filter-any": "all",
        "filter-count": "{shown} of {all} claims",
        "filter-label": "Filter the claims",
        "filter-none": "No claim matches.",
        "filter-part": "Part",
        "filter-reset": "Show all",
        "filter-verdict": "Verdict",
        "filter-words": "Words",
        "hide-code": "Hide the code",
        "home": "Home",
        "language": "Language",
        "missing": "There is no page at this address",
        "missing-advice": "It may have moved. Begin at the home page, or search the book.",
        "missing-advice-alone": "It may have moved. Go back, or shorten the address until it ends "
        "in /{}/.",
        "measured": "measured",
        "on-this-page": "On this page",
        "misconception": "Misconception",
        "notebook-about": "This is the page *{title}* of {project} {release} as a notebook, with "
        "the outputs of the run that made the page. Run it from top to bottom. With other versions "
        "or on another processor the last digits may differ; a claim that no longer holds stops at "
        "its cell.",
        "notebook-install": "The cells need {package}. In a checkout of its repository:",
        "notebook-set-up": "Installs what the cells need, unless it is there already.",
        "part": "what",
        "search": "Search",
        "search-many": "{n} results for “{query}”",
        "search-near": "Did you mean",
        "search-none": "Nothing in the book matches “{query}”.",
        "search-one": "One result for “{query}”",
        "search-reading": "All chapters",
        "search-script": "The search needs JavaScript. The table of contents and the index do not.",
        "search-some": "No page has all words of “{query}”; {n} results have some of them",
        "search-terms": "Glossary",
        "search-tip": "Try another word, fewer words, or look here:",
        "show-code": "Show the code",
        "solution": "Solution",
        "verdict-cited": "cites a source",
        "verdict-cited-means": "Not measured here: a source says so.",
        "verdict-conditional": "under a condition",
        "verdict-conditional-means": "Measured, and true under the condition that it names.",
        "verdict-corrected": "corrects a misconception",
        "verdict-corrected-means": "The sentence with a cross is what many people believe. The "
        "one below it was measured and is true.",
        "verdict-holds": "holds",
        "verdict-holds-means": "Measured, and true.",
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
        "contents-of-book": "책 차례",
        "enlarge": "크게 보기",
        "contents": "차례",
        "total": "명제 {total}개 중 {passed}개 측정 확인",
        "claim": "명제",
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
        "facts-claim": "명제 1개",
        "facts-claims": "명제 {n}개",
        "facts-claims-title": "이 페이지에서 측정으로 확인하는 명제",
        "facts-minutes": "{n}분",
        "facts-minutes-title": "연습 문제를 빼고 읽는 데 약 {n}분",
        "furniture-binder": "Binder에서 실행",
        "furniture-binder-title": "이 페이지의 노트북을 mybinder.org에서 열어 실행합니다",
        "furniture-colab": "Colab에서 실행",
        "furniture-colab-title": "이 페이지의 노트북을 구글 Colab에서 열어 실행합니다",
        "furniture-downloads": "이 페이지 내려받기와 실행",
        "furniture-edit": "이 페이지 고치기",
        "furniture-edit-title": "이 페이지의 원문을 고쳐서 제안합니다",
        "furniture-edit-catalog": "번역 고치기",
        "furniture-edit-catalog-title": "이 페이지의 번역을 고쳐서 제안합니다",
        "furniture-measured": "측정 환경: {versions}.",
        "furniture-notebook": "노트북(.ipynb)",
        "furniture-notebook-title": "이 페이지를 실행 결과와 함께 담은 주피터 노트북",
        "furniture-report": "문제 알리기",
        "furniture-report-body": "페이지: {page}\n\n틀렸거나 이해하기 어려운 곳:\n",
        "furniture-report-title": "이 페이지에서 틀렸거나 이해하기 어려운 곳을 알립니다",
        "furniture-source": "MyST 원문(.md, 영어)",
        "furniture-source-title": "이 페이지의 바탕이 되는 영어 원문",
        "filter-any": "전체",
        "filter-count": "명제 {all}개 중 {shown}개",
        "filter-label": "명제 거르기",
        "filter-none": "맞는 명제가 없습니다.",
        "filter-part": "부",
        "filter-reset": "모두 보기",
        "filter-verdict": "판정",
        "filter-words": "낱말",
        "hide-code": "코드 접기",
        "home": "처음으로",
        "language": "언어",
        "missing": "이 주소에는 페이지가 없습니다",
        "missing-advice": "옮겨졌을 수 있습니다. 첫 페이지에서 시작하거나 책에서 검색해 보세요.",
        "missing-advice-alone": "옮겨졌을 수 있습니다. 뒤로 가거나, 주소를 /{}/까지만 남겨 보세요.",
        "measured": "측정값",
        "on-this-page": "이 페이지에서",
        "misconception": "오해",
        "notebook-about": "{project} {release}의 *{title}* 페이지를 "
        "노트북으로 옮긴 것으로, 페이지를 만들 때 나온 실행 결과가 들어 "
        "있습니다. 위에서부터 차례로 실행하세요. 버전이나 프로세서가 다르면 "
        "끝자리 숫자가 달라질 수 있으며, 성립하지 않는 명제가 있으면 그 "
        "셀에서 멈춥니다.",
        "notebook-install": "셀을 실행하려면 {package}가 필요합니다. 저장소를 내려받은 폴더에서:",
        "notebook-set-up": "셀을 실행하는 데 필요한 것을 설치합니다. 이미 있으면 건너뜁니다.",
        "part": "항목",
        "search": "검색",
        "search-many": "“{query}” 검색 결과 {n}개",
        "search-near": "혹시 이것을 찾으셨나요?",
        "search-none": "“{query}”에 해당하는 내용이 없습니다.",
        "search-one": "“{query}” 검색 결과 1개",
        "search-reading": "이 책의 차례",
        "search-script": "검색에는 자바스크립트가 필요합니다. 차례와 색인은 그대로 쓸 수 있습니다.",
        "search-some": "“{query}”의 낱말이 모두 나오는 페이지는 없습니다. 일부가 나오는 결과 {n}개",
        "search-terms": "용어집",
        "search-tip": "다른 낱말이나 더 적은 낱말로 찾아 보거나 여기를 살펴보세요.",
        "show-code": "코드 보기",
        "solution": "풀이",
        "verdict-cited": "문헌 인용",
        "verdict-cited-means": "이 책에서 측정하지 않고 문헌을 인용합니다.",
        "verdict-conditional": "조건부",
        "verdict-conditional-means": "문장에 적힌 조건에서 참임을 측정으로 확인했습니다.",
        "verdict-corrected": "오해를 바로잡음",
        "verdict-corrected-means": "✗ 표시가 있는 문장은 많은 사람이 믿는 것이고, "
        "그 아래 문장은 측정으로 확인한 사실입니다.",
        "verdict-holds": "성립",
        "verdict-holds-means": "측정으로 확인한 참인 문장입니다.",
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
