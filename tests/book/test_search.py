"""What the search index says: stems, counts, places; and that it is always the same."""

import json
import shutil

import pytest
from sphinx.search.en import SearchEnglish

from dlnotes.book.web import korean
from dlnotes.book.web.korean import KeptWords, load_kiwi, search_terms
from dlnotes.book.web.words import English, Korean, latin_terms


def index_of(book, language="ko", where="build/html"):
    script = (book.root / where / language / "searchindex.js").read_text(encoding="utf-8")
    return json.loads(script.removeprefix("Search.setIndex(").removesuffix(")"))


def pages(index, term, kind="terms"):
    found = index[kind].get(term, [])
    return [index["docnames"][n] for n in ([found] if isinstance(found, int) else found)]


@pytest.fixture(scope="module")
def kiwi():
    return load_kiwi()


@pytest.mark.parametrize(
    ("word", "terms"),
    [
        *((f"과적합{josa}", ["과적합"]) for josa in ["", "은", "을", "이", "에서", "으로", "과"]),
        ("과적합된", ["과적합", "적합"]),
        ("엔트로피의", ["엔트로피"]),
        ("비트보다", ["비트"]),
        ("확률로부터", ["확률"]),
        ("딥러닝일까요", ["딥러닝", "러닝"]),
        ("학습한다", ["학습"]),
        ("학습하는", ["학습"]),
        ("일반화합니다", ["일반화", "일반"]),
        ("배운다", ["배우"]),
        ("놀라운", ["놀랍"]),
        ("소프트맥스와", ["소프트맥스"]),
        ("교차엔트로피의", ["교차엔트로피", "교차", "엔트로피"]),
        ("은닉층이", ["은닉층", "은닉"]),
    ],
)
def test_a_korean_word_is_found_by_its_stem_and_its_parts(kiwi, word, terms):
    assert search_terms(kiwi, word) == terms


@pytest.mark.parametrize(
    ("word", "terms"),
    [
        ("Overfitting", ["overfit"]),
        ("overfit", ["overfit"]),
        ("entropies", ["entropi"]),
        ("entropy", ["entropi"]),
        ("the", []),
        ("batch_normalization", ["batch_normalization", "batch", "normal"]),
        ("__init__", ["init"]),
        ("log_2", ["log_2", "log"]),
        ("100_000", []),
        ("Conv2D", ["conv2d"]),
        ("γ", ["gamma"]),
        ("λ", ["lambda"]),
        ("varepsilon", ["epsilon"]),
    ],
)
def test_latin_words_are_stemmed_and_identifiers_are_kept(word, terms):
    assert latin_terms(word, SearchEnglish({})) == terms


def test_a_text_is_taken_apart_where_scripts_meet():
    split = English({}).split
    assert split(r"AI는 1비트다: \frac{\gamma}{σ_b} log_2") == [
        *("AI", "는", "1", "비트다", "gamma", "σ", "_b", "log_2"),
    ]
    assert "text" in split("plain text")
    assert split(r"\left(\text{cost}\right)") == ["cost"]


def test_a_particle_alone_is_no_word():
    language = Korean({})
    language.words = lambda word: pytest.fail(f"{word} was looked up")
    assert [language.terms(word) for word in ("는", "입니다", "으로")] == [[], [], []]


class Loads:
    """Counts how often Kiwi is loaded."""

    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1
        return load_kiwi()


def test_words_are_kept_and_kiwi_is_loaded_for_new_ones_only(tmp_path):
    file, load = tmp_path / "words.json", Loads()
    words = KeptWords(file, load)
    assert load.times == 0
    assert words("과적합을") == words("과적합은") == ["과적합"]
    assert load.times == 1
    words.save()
    again = KeptWords(file, load)
    assert again("과적합을") == ["과적합"]
    assert load.times == 1
    again.save()
    assert again("엔트로피를") == ["엔트로피"]
    assert load.times == 2


def test_words_of_another_kiwi_are_not_kept(tmp_path, monkeypatch):
    file, load = tmp_path / "words.json", Loads()
    words = KeptWords(file, load)
    words("과적합을")
    words.save()
    monkeypatch.setattr(korean, "version", lambda name: f"another {name}")
    KeptWords(file, load)("과적합을")
    assert load.times == 2


def test_a_damaged_file_of_words_is_as_none(tmp_path):
    file = tmp_path / "words.json"
    file.write_text("{", encoding="utf-8")
    assert KeptWords(file)("과적합을") == ["과적합"]


GLOSSARY = "# Words\n\n```{glossary}\nnoise\n  What is not signal.\n```\n"
OVER = (
    "# Over- and underfitting\n\nOverfitting is learning noise: Learning noise, learning noise.\n"
)


@pytest.fixture
def larger(book):
    """The book with a glossary, a page more, and an option of the search."""
    book.write("docs/words.md", GLOSSARY)
    book.write("docs/over.md", OVER)
    book.write(
        "docs/index.md",
        "# Home\n\n{claims-count}`total`.\n\n```{toctree}\n:caption: Part\npage\nover\n```\n\n"
        "```{toctree}\n:caption: More\nwords\n```\n",
    )
    conf = (book.root / "conf.py").read_text(encoding="utf-8")
    conf = conf.replace('["index", "page"]', '["page"]')
    book.write("conf.py", conf + 'book_search_weights = {"wor*": 0.5}\n')
    return book


def test_the_index_says_how_often_and_where(larger):
    result = larger.build()
    assert result.returncode == 0, result.stdout
    index = index_of(larger)
    assert pages(index, "답") == ["page"], "답은 and 답은"
    assert pages(index, "a") == []
    names = index["docnames"]
    place = {name: n for n, name in enumerate(names)}
    assert [names[n] for n in sorted(place.values(), key=index["book"]["order"].__getitem__)] == [
        *("index", "page", "over", "words")
    ]
    assert index["book"]["parts"][place["page"]] == "부"
    assert index["book"]["weights"] == [0.5 if name == "words" else 1 for name in names]
    assert pages(index, "overfit", "titleterms") == ["over"], "left out in the title"
    assert pages(index, "underfit", "titleterms") == ["over"]
    assert index["book"]["counts"]["learn"] == "2", "three times has two binary digits"
    assert index["book"]["pairs"] == {"learn nois": [[place["over"], 2]]}
    assert list(index["indexentries"]) == ["noise"]
    assert index["book"]["words"]["terms"] == "용어집"


def test_the_index_is_the_same_whichever_pages_were_read_anew(larger):
    assert larger.build().returncode == 0
    first = {code: index_of(larger, code) for code in ("en", "ko")}

    larger.write("docs/over.md", OVER.replace("Learning", "Strangeword"))
    assert larger.build().returncode == 0
    edited = index_of(larger)
    assert pages(edited, "strangeword") == ["over"]
    assert edited["book"]["pairs"] == {}, "no more than twice now"
    assert edited["indexentries"] == first["ko"]["indexentries"], "of a page that was not read"

    larger.write("docs/over.md", OVER)
    assert larger.build().returncode == 0
    script = "build/html/ko/searchindex.js"
    kept = (larger.root / script).read_bytes()
    assert {code: index_of(larger, code) for code in ("en", "ko")} == first

    shutil.rmtree(larger.root / "build/work")
    assert larger.build("--force").returncode == 0
    assert (larger.root / script).read_bytes() == kept


def test_an_edit_without_new_korean_words_does_not_need_kiwi(larger):
    assert larger.build().returncode == 0
    larger.write("kiwipiepy/__init__.py", "raise RuntimeError('Kiwi was loaded')\n")
    larger.write("docs/over.md", OVER + "\nMore English.\n")
    result = larger.build()
    assert result.returncode == 0, result.stdout
    assert pages(index_of(larger), "english") == ["over"]

    catalog = "docs/locale/ko/LC_MESSAGES/page.po"
    text = (larger.root / catalog).read_text(encoding="utf-8")
    larger.write(catalog, text.replace("답은 4이다.", "정답은 4이다."))
    result = larger.build()
    assert result.returncode == 1
    assert "Kiwi was loaded" in result.stdout


def test_only_the_page_of_results_loads_the_search(larger):
    assert larger.build().returncode == 0
    for name in ("search-words.js", "search-excerpt.js", "search.js"):
        assert f"_static/{name}" in larger.html("ko/search.html")
        assert f"_static/{name}" not in larger.html("ko/page.html")
        assert (larger.root / "build/html/ko/_static" / name).exists()


def test_a_korean_site_also_has_the_english_stemmer(larger):
    assert larger.build().returncode == 0
    script = larger.html("ko/_static/language_data.js")
    assert "EnglishStemmer" in script
    assert "window.Stemmer = EnglishStemmer" in script or "var Stemmer" in script
    assert json.dumps("으로") in script, "a word that says nothing"
