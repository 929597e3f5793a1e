"""The site driver on a small book: what it writes, what it keeps, what it refuses."""

import json
import os
import re


def test_a_book_that_holds(book):
    run = book.build()
    assert run.returncode == 0, run.stdout
    last = run.stdout.splitlines()[-1]
    summary = "Built 2 pages in 2 languages, 1 claims measured and true: build/html/index.html"
    assert re.fullmatch(rf"{re.escape(summary)} \(\d+ s\)", last)
    assert re.search(r"\[1/1\] ran +\d+\.\d s  page  \(there is no result yet\)\n", run.stdout)

    # claims.json
    (claim,) = json.loads(book.html("claims.json"))
    check = claim.pop("checks")[0]
    assert claim == {
        "id": "answer-is-more-than-four",
        "page": "page",
        "line": 12,
        "statement": "The answer is more than four, a > 4.",
        "verdict": "corrected",
        "misconception": "It is four.",
        "source": "",
        "measured": "4.25",
        "expected": "greater than 4",
        "tolerance": "",
        "passed": True,
    }
    assert (check["kind"], check["cell"], check["line"]) == ("greater", 1, 17)

    # the claim as a reader meets it: sentence, evidence on demand, link to the cell
    page = book.html()
    assert 'id="claim-answer-is-more-than-four"' in page
    assert "<details" in page
    assert 'href="#cell-1"' in page
    assert 'id="cell-1"' in page
    assert "1 of 1 claims measured and true." in book.html("en/index.html")

    # Korean from the same outputs: translated text, the glued number in it, translated words
    korean = book.html("ko/page.html")
    assert '<html lang="ko"' in korean
    assert re.search(r'답은 <span class="pasted-text">4\.2</span>입니다', korean)
    assert "답은 4이다." in korean
    assert "측정값" in korean
    assert "명제 1개 중 1개" in book.html("ko/index.html")
    assert json.loads(book.html("ko/claims.json"))[0]["statement"] == "답은 4보다 큽니다, a > 4."

    # the switch leads to the same page, the entrance to both languages without JavaScript
    assert 'href="../ko/page.html" lang="ko"' in page
    assert 'href="../en/page.html" lang="en"' in korean
    entrance = book.html("index.html")
    assert '<a href="en/index.html" lang="en"' in entrance
    assert '<a href="ko/index.html" lang="ko"' in entrance

    # nothing is fetched from elsewhere
    for html in (page, korean, entrance):
        assert not re.search(r'<(?:script|link|img)[^>]+(?:src|href)="(?:https?:)?//', html)

    # again, with nothing changed
    again = book.build()
    assert again.returncode == 0
    assert again.stdout.startswith("Nothing has changed. 2 pages in 2 languages, 1 claims measured")

    # the package changes and the page does not: the new number appears, in both languages
    book.write("package/__init__.py", "def answer():\n    return 5.5\n")
    changed = book.build()
    assert changed.returncode == 0, changed.stdout
    assert "(package/__init__.py has changed)" in changed.stdout
    assert '<span class="pasted-text">5.5</span>' in book.html("en/page.html")
    assert '<span class="pasted-text">5.5</span>' in book.html("ko/page.html")

    # prose changes: nothing runs
    english = book.root / "docs/index.md"
    english.write_text(english.read_text().replace("# Home", "# Home\n\n% a comment"))
    prose = book.build()
    assert prose.returncode == 0, prose.stdout
    assert "[1/1]" not in prose.stdout

    # the claim breaks: named with page, line, measured and expected; the old site stays
    book.write("package/__init__.py", "def answer():\n    return 3.5\n")
    broken = book.build()
    assert broken.returncode == 1
    assert (
        "docs/page.md:22: cell 1 failed: CheckError: answer-is-more-than-four: "
        "measured 3.5, expected greater than 4\n"
        "  not shown to hold: answer-is-more-than-four\n"
    ) in broken.stdout
    assert "1 of 1 pages did not run to the end. The others are kept.\n" in broken.stdout
    assert '<span class="pasted-text">5.5</span>' in book.html("en/page.html")


def test_a_page_declared_complete_must_be(book):
    catalog = book.root / "docs/locale/ko/LC_MESSAGES/page.po"
    text = catalog.read_text(encoding="utf-8")
    fuzzy = text.replace('msgid "It is four."', '#, fuzzy\nmsgid "It is four."')
    untranslated = fuzzy.replace('msgstr "쪽"', 'msgstr ""')
    catalog.write_text(untranslated, encoding="utf-8")
    page = book.root / "docs/page.md"
    exercise = "\n:::{exercise}\n:label: ex-a\n\nHow much?\n:::\n"
    page.write_text(page.read_text() + exercise)
    run = book.build()
    assert run.returncode == 1
    warning = "page.md:{}: WARNING: declared complete in 'ko' but not translated: '{}'"
    assert warning.format(8, "Page") in run.stdout
    assert warning.format(12, "It is four.") in run.stdout
    assert warning.format(28, "How much?") in run.stdout
    assert run.stdout.count("not translated") == 3  # the word "Exercise" is not for translators
    assert "See the warnings above (language: ko).\n" in run.stdout
    assert not (book.root / "build/html").exists()


def test_a_book_is_written_elsewhere_in_both_languages(book):
    run = book._run("-m", "dlnotes.book", "build", "--output", "elsewhere/it")
    assert run.returncode == 0, run.stdout
    assert "elsewhere/it/html/index.html" in run.stdout.splitlines()[-1]
    korean = book.root / "elsewhere/it/html/ko/page.html"
    assert "답은 4이다." in korean.read_text(encoding="utf-8")
    assert not (book.root / "build/html").exists()


def test_catalogs_and_their_completeness(book):
    (book.root / "docs/locale/ko/LC_MESSAGES/index.po").unlink()
    run = book._run("-m", "dlnotes.book", "i18n")
    assert run.returncode == 0, run.stdout
    assert re.search(r"\n +0% +3 of 3 +missing  index  declared complete\n", run.stdout)
    assert re.search(r"\n +100% +0 of 4 +missing  page  declared complete\n", run.stdout)
    assert (book.root / "docs/locale/ko/LC_MESSAGES/index.po").exists()


def test_pages_that_stay_in_one_language_get_no_catalog(book):
    conf = book.root / "conf.py"
    conf.write_text(conf.read_text() + "book_untranslated = ['pa*']\n")
    catalog = book.root / "docs/locale/ko/LC_MESSAGES/page.po"
    catalog.unlink()
    run = book._run("-m", "dlnotes.book", "i18n")
    assert run.returncode == 0, run.stdout
    assert re.search(r"of \d+ +missing  index", run.stdout)
    assert not re.search(r"missing  page", run.stdout)
    assert not catalog.exists()


def test_catalogs_of_a_book_that_cannot_be_read(book):
    book.write("conf.py", "extensions = ['dlnotes.book', 'no_such_extension']\n")
    run = book._run("-m", "dlnotes.book", "i18n")
    assert run.returncode == 1
    assert "Could not import extension no_such_extension" in run.stdout
    assert "%" not in run.stdout


def test_a_page_that_is_not_for_translators_gets_no_catalog(book):
    conf = (book.root / "conf.py").read_text()
    book.write("conf.py", conf + 'book_untranslated = ["generated/*"]\n')
    book.write("docs/generated/names.md", "---\norphan: true\n---\n\n# Names\n")
    run = book._run("-m", "dlnotes.book", "i18n")
    assert run.returncode == 0, run.stdout
    assert "0 of 4    missing  page" in run.stdout
    assert "generated/names" not in run.stdout
    assert not (book.root / "docs/locale/ko/LC_MESSAGES/generated").exists()


def test_an_old_file_that_is_put_back_is_read(book):
    catalog = book.root / "docs/locale/ko/LC_MESSAGES/index.po"
    page = book.root / "docs/index.md"
    assert book.build().returncode == 0
    for file in (page, catalog):
        file.write_text(file.read_text(encoding="utf-8").replace("Home", "Older"), encoding="utf-8")
    os.utime(page, (0, 0))
    assert book.build().returncode == 0
    assert "<title>Older" in book.html("en/index.html")


def test_other_tools_write_every_page_anew(book):
    def build(tools):
        assert book.sphinx("-b", "html", "-D", f"book_tools={tools}").returncode == 0
        return (book.root / "out/page.html").stat().st_mtime_ns

    first = build("one")
    assert build("one") == first
    assert build("two") > first
