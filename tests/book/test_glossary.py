"""Terms in the text lead to the glossary, once a page, and pages carry their definitions."""

import pytest
from bs4 import BeautifulSoup

GLOSSARY = """---
unlinked: [step, 단계]
---

# Glossary

```{glossary}
entropy
  (엔트로피) The mean {term}`surprise`, $H(p)$. See {doc}`/page`.

cross-entropy
  (교차 엔트로피) Believing $q$.

surprise
surprisal
  (놀라움) Minus the logarithm.

probability
  (확률) Between 0 and 1.

training set
  (훈련 세트, 학습) What a model learns from.

learning
  (학습) Improving.

step
  (단계) One update.

DL
  (심층학습) Deep learning.
```
"""

TEXT = """
`entropy` of *probabilities*, [a probability](other).

Entropy is the mean surprise; entropy again. Probabilities count, every step of dl and DL.

![A training set](picture.png)

:::{claim} sums
The training set is here.
:::

Take a cross-entropy, and two training
sets.

```{code-cell}
from dlnotes import check
check.equal("sums", 1 + 1, 2)
```
"""

KOREAN = {
    "Entropy is the mean surprise; entropy again. Probabilities count, every step of dl and DL.": (
        "엔트로피는 놀라움의 평균이고 학습은 엔트로피다. 확률들이란 단계마다 확률분포와 다르다."
    ),
    "Take a cross-entropy, and two training sets.": "교차 엔트로피에서 훈련 세트로.",
}


@pytest.fixture
def terms(book):
    conf = book.root / "conf.py"
    conf.write_text(conf.read_text().replace('["index", "page"]', "[]"))
    book.write("docs/glossary.md", GLOSSARY)
    picture = "docs/picture.png"
    book.write(picture, "")
    book.write_page("# Page of entropy\n\n## Surprise\n" + TEXT)
    book.write("docs/other.md", "# Other\n\nNo cells: entropy.\n")
    book.write("docs/index.md", "# Home\n\n```{toctree}\npage\nother\nglossary\n```\n")
    lines = ['msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n']
    lines += [f'msgid "{english}"\nmsgstr "{korean}"\n' for english, korean in KOREAN.items()]
    book.write("docs/locale/ko/LC_MESSAGES/page.po", "\n".join(lines))
    return book


def build(book):
    run = book.build()
    assert run.returncode == 0, run.stdout


def links(book, name="en/page.html"):
    soup = BeautifulSoup(book.html(name), "html.parser")
    found = [link for link in soup("a") if link.find(class_="std-term")]
    return [(link.get_text(), link["href"].partition("#")[2]) for link in found]


def tips(book, name="en/page.html"):
    soup = BeautifulSoup(book.html(name), "html.parser")
    return {tip["id"]: tip for tip in soup(class_="term-tip")}


IN_ENGLISH = [
    ("Entropy", "term-entropy"),
    ("surprise", "term-surprise"),
    ("Probabilities", "term-probability"),
    ("DL", "term-DL"),
    ("cross-entropy", "term-cross-entropy"),
    ("training\nsets", "term-training-set"),
]


def test_the_first_use_of_a_term_is_linked_and_defined(terms):
    build(terms)
    assert links(terms) == IN_ENGLISH
    assert links(terms, "en/other.html") == []
    assert tips(terms, "en/other.html") == tips(terms, "en/glossary.html") == {}

    # Before particles, not within a longer word, not where the name of two terms could be either.
    assert links(terms, "ko/page.html") == [
        ("엔트로피", "term-entropy"),
        ("놀라움", "term-surprise"),
        ("확률", "term-probability"),
        ("교차 엔트로피", "term-cross-entropy"),
        ("훈련 세트", "term-training-set"),
    ]

    shown = tips(terms)
    assert sorted(shown) == sorted(f"tip-{anchor}" for _, anchor in IN_ENGLISH)
    entropy = shown["tip-term-entropy"]
    assert entropy.find("a") is None
    assert entropy.find(class_="katex")
    assert entropy.get_text().startswith("entropy The mean surprise, ")
    assert entropy.get_text().strip().endswith("See Page of entropy.")
    assert shown["tip-term-surprise"]["data-terms"] == "term-surprise term-surprisal"
    korean = tips(terms, "ko/page.html")["tip-term-surprise"]
    assert korean["lang"] == "en"  # is not translated here
    assert korean.get_text().strip() == "surprise (놀라움) Minus the logarithm."

    # A word that an author has linked is linked there alone; a page may want fewer links.
    path = terms.root / "docs/page.md"
    text = path.read_text().replace("entropy again", "{term}`entropy` again")
    path.write_text(text.replace("---\n", "---\nunlinked: [DL, surprise]\n", 1))
    build(terms)
    assert links(terms) == [("entropy", "term-entropy"), *IN_ENGLISH[2:3], *IN_ENGLISH[4:]]


def test_a_definition_that_changes_is_shown_anew(terms):
    build(terms)
    page, other = (terms.root / f"build/work/en/html/{name}.html" for name in ("page", "other"))
    before = page.stat().st_mtime_ns, other.stat().st_mtime_ns
    path = terms.root / "docs/glossary.md"
    path.write_text(path.read_text().replace("Minus the", "It is minus the"))
    build(terms)
    assert "It is minus the logarithm." in tips(terms)["tip-term-surprise"].get_text()
    assert "It is minus the" in tips(terms, "ko/page.html")["tip-term-surprise"].get_text()
    assert page.stat().st_mtime_ns > before[0]
    assert other.stat().st_mtime_ns == before[1]

    path.write_text(path.read_text().replace("[step", "[surprise, step"))
    build(terms)
    assert [text for text, _ in links(terms)] == [t for t, _ in IN_ENGLISH if t != "surprise"]


def test_other_formats_have_plain_links(terms):
    conf = terms.root / "conf.py"
    conf.write_text(conf.read_text() + 'version = "1"\nepub_copyright = "nobody"\n')
    run = terms.sphinx("-b", "epub", "-d", "doctrees")
    assert run.returncode == 0, run.stdout
    html = (terms.root / "out/page.xhtml").read_text(encoding="utf-8")
    assert '<span class="xref std std-term">Entropy</span></a>' in html
    assert "term-tip" not in html
