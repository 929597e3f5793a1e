"""Readers find what they look for: the page that they want comes first."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest

HTML = Path(__file__).parents[2] / "build/html"

ENTROPY, CROSS = "information/entropy", "information/cross-entropy"
SOFTMAX, LOSSES = "information/softmax", "information/loss-functions"
OVER, BATCH = "generalization/over-and-underfitting", "training/batch-normalization"
DEEP, GLOSSARY = "foundations/what-is-deep-learning", "reference/glossary"
INFORMATION, NETWORKS = "reference/api/information", "reference/api/networks"

# The page that a reader who asks this wants first; with an anchor, the place in it.
ENGLISH = {
    "entropy": ENTROPY,
    "Entropy": ENTROPY,
    "entropies": ENTROPY,
    "cross-entropy": CROSS,
    "crossentropy": CROSS,
    "softmax": SOFTMAX,
    "temperature scaling": SOFTMAX,
    "calibration": SOFTMAX,
    "loss functions": LOSSES,
    "logistic regression": LOSSES,
    "dropout": "generalization/dropout",
    "weight decay": "generalization/weight-decay",
    "data augmentation": "generalization/data-augmentation",
    "early stopping": "generalization/early-stopping",
    "cross-validation": "generalization/generalization",
    "spam": "foundations/learning-from-data",
    "k-means": "foundations/kinds-of-learning",
    "overfit": OVER,
    "overfitting": OVER,
    "underfitting": OVER,
    "over-fitting": OVER,
    "bias and variance": OVER,
    "batch normalization": BATCH,
    "normalizing a batch": BATCH,
    "gradient descent": "training/gradient-descent",
    "saddle point": "training/gradient-descent",
    "backpropagation": "training/backpropagation",
    "vanishing gradients": "training/vanishing-gradients",
    "mini-batch": "training/minibatches",
    "momentum": "training/momentum",
    "RMSProp": "training/adaptive-optimizers",
    "learning rate schedules": "training/learning-rate-schedules",
    "neuron": "networks/neurons",
    "multilayer perceptron": "networks/multilayer-perceptron",
    "activation functions": "networks/activation-functions",
    "forward pass": "networks/forward-pass",
    "parity": "networks/depth",
    "deep learning": DEEP,
    "AlexNet": "foundations/history",
    "perceptron": "networks/perceptron",
    "xor": "networks/perceptron",
    "what is artificial intelligence": DEEP,
    "surprise": f"{ENTROPY}.html#surprise",
    "huffman": ENTROPY,
    "KL divergence": CROSS,
    "glossary": GLOSSARY,
    "misconceptions": "reference/misconceptions",
    "claims": "reference/claims",
    # formulas
    "log_2": ENTROPY,
    # code
    "entropy(": f"{INFORMATION}.html#dlnotes.information.entropy",
    "dlnotes.information.entropy": f"{INFORMATION}.html#dlnotes.information.entropy",
    "kl_divergence": f"{INFORMATION}.html#dlnotes.information.kl_divergence",
    "batch_normalization": f"{NETWORKS}.html#dlnotes.layers.BatchNormalization",
    "Dense": f"{NETWORKS}.html#dlnotes.layers.Dense",
    "from_logits": CROSS,
    "from_logits=True": CROSS,
    # In the glossary until there is more of it in the book.
    "과적합을": f"{GLOSSARY}.html#term-overfitting",
}
ENGLISH_AMONG_THREE = {
    "cross entropy loss": CROSS,
    "overfitting": f"{GLOSSARY}.html#term-overfitting",
    "batch_normalization": BATCH,
    "entropy(": ENTROPY,
    # The letter is a scale there, and a margin on the page on the perceptron.
    "gamma": BATCH,
    "γ": BATCH,
    "Adam": "training/adaptive-optimizers",
    "learning rate": "training/learning-rate-schedules",
}

PARTICLES = [
    *("은", "는", "이", "가", "을", "를", "의", "에", "에서", "으로", "과", "와", "도"),
    *("까지", "보다", "입니다", "이란"),
]
KOREAN = {
    **{f"과적합{particle}": OVER for particle in ("", *PARTICLES)},
    **{f"엔트로피{particle}": ENTROPY for particle in ("", *PARTICLES)},
    "과소적합과": OVER,
    "교차 엔트로피": CROSS,
    "교차엔트로피": CROSS,
    "교차엔트로피의": CROSS,
    "배치 정규화": BATCH,
    "배치정규화": BATCH,
    "배치정규화를": BATCH,
    "배치 정규화한다": BATCH,
    "딥러닝": DEEP,
    "딥 러닝": DEEP,
    "딥러닝이란": DEEP,
    "놀라움의 평균": f"{ENTROPY}.html#entropy-is-the-mean-surprise",
    "놀라움은": f"{ENTROPY}.html#surprise",
    "놀라운": ENTROPY,
    "비트": ENTROPY,
    "비트를": ENTROPY,
    "허프만 부호": ENTROPY,
    "정확도를": f"{GLOSSARY}.html#term-accuracy",
    "용어집": GLOSSARY,
    "오해": "reference/misconceptions",
    "명제": "reference/claims",
    # formulas and code
    "log_2": ENTROPY,
    "from_logits": CROSS,
    "entropy(": f"{INFORMATION}.html#dlnotes.information.entropy",
    "BatchNormalization": f"{NETWORKS}.html#dlnotes.layers.BatchNormalization",
    # English
    "overfitting": OVER,
    "entropies": ENTROPY,
    "batch normalization": BATCH,
}
KOREAN_AMONG_THREE = {
    "γ": BATCH,
    "학습한다": ENTROPY,
    "소프트맥스와": ENTROPY,
    "신경망으로": ENTROPY,
    "softmax": SOFTMAX,
    "cross-entropy": CROSS,
}


@pytest.fixture(scope="module")
def search(browser, address):
    """Ask a question in a language: the page of results, which is loaded once."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()

        def ask(language, query):
            place = f"{address}/{language}/search.html"
            if page.url.split("?")[0] == place:
                page.evaluate("query => Search.query(query)", query)
            else:
                page.goto(f"{place}?q={quote(query)}")
                page.wait_for_function("document.querySelector('#search-status').textContent")
            return page

        yield ask


def links(page):
    found = page.locator("#search-results > ol > li > a")
    return found.evaluate_all("all => all.map(a => a.getAttribute('href'))")


def leads_to(link, place):
    return (
        link == place
        if "#" in place
        else link.split("#")[0].removesuffix(".html") == (place.removesuffix(".html"))
    )


@pytest.mark.parametrize(
    ("language", "query", "place"),
    [
        *(("en", query, place) for query, place in ENGLISH.items()),
        *(("ko", query, place) for query, place in KOREAN.items()),
    ],
)
def test_what_is_wanted_comes_first(search, language, query, place):
    page = search(language, query)
    page.locator("#search-results .context").first.wait_for()  # it also leads to a section
    assert leads_to(links(page)[0], place)


@pytest.mark.parametrize(
    ("language", "query", "place"),
    [
        *(("en", query, place) for query, place in ENGLISH_AMONG_THREE.items()),
        *(("ko", query, place) for query, place in KOREAN_AMONG_THREE.items()),
    ],
)
def test_what_else_is_wanted_is_among_the_first_three(search, language, query, place):
    assert any(leads_to(link, place) for link in links(search(language, query))[:3])


@pytest.mark.parametrize(
    ("language", "queries"),
    [
        ("ko", ["과적합", *(f"과적합{particle}" for particle in PARTICLES)]),
        ("ko", ["학습", "학습한다", "학습하는", "학습합니다", "학습해서", "학습했다"]),
        ("ko", ["교차 엔트로피", "교차엔트로피", "교차엔트로피는"]),
        ("en", ["entropy", "entropies"]),
        ("en", ["overfit", "overfitting", "overfits"]),
        ("en", ["γ", "gamma", "Γ"]),
    ],
)
def test_forms_of_a_word_find_the_same_pages(search, language, queries):
    def pages(query):
        return {link.split("#")[0] for link in links(search(language, query)) if "api/" not in link}

    first = pages(queries[0])
    assert first
    assert {query: pages(query) for query in queries} == dict.fromkeys(queries, first)


def test_a_result_has_title_part_and_excerpt_with_the_match_marked(search):
    page = search("en", "overfitting")
    first = page.locator("#search-results > ol > li").first
    first.locator(".context").wait_for()
    assert first.locator("a").inner_text().startswith("Over- and underfitting")
    assert first.locator(".search-part").inner_text() == "2. Generalization"
    assert first.locator("mark").first.inner_text() == "overfitting"
    assert "tell underfitting from overfitting" in first.locator(".context").inner_text()


def test_a_korean_result_marks_the_word_without_its_particle(search):
    page = search("ko", "놀라움을")
    first = page.locator("#search-results > ol > li").first
    first.locator(".context").wait_for()
    assert first.locator(".search-part").inner_text() == "3. 정보 › 놀라움"
    assert set(first.locator("mark").all_inner_texts()) == {"놀라움"}


def test_a_formula_is_in_an_excerpt_once_and_marked_as_a_whole(search):
    page = search("en", "log_2")
    first = page.locator("#search-results > ol > li").first
    first.locator(".context").wait_for()
    assert first.locator("mark math").count() >= 1
    assert first.locator(".katex-html, annotation").count() == 0
    marked = first.locator("mark").first.inner_text().replace("\n", "").replace("\u2061", "")
    assert re.fullmatch(r"−?log2[\d.]+≈[\d.]+", marked), marked


def test_a_link_leads_to_the_section_of_the_excerpt(search):
    page = search("en", "log_2")
    page.locator("#search-results .context").first.wait_for()
    marked = page.locator("#search-results mark math").first.text_content()
    page.locator("#search-results > ol > li > a").first.click()
    path, section = page.url.split("#")
    assert path.endswith("/en/information/entropy.html")
    formulas = page.locator(f"section#{section} > p semantics > :first-child")  # not their source
    assert marked in formulas.all_text_contents()


@pytest.mark.parametrize("query", ["<img src=x onerror=alert(1)>", "<b>zzz</b>", "{query} $& <i>"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_html_in_a_query_is_text(search, language, query):
    page = search(language, query)
    assert query in page.locator("#search-status").inner_text()
    assert page.locator("#search-status *").count() == 0
    assert page.locator("#search-results :is(img, b, i)").count() == 0


@pytest.mark.parametrize(
    ("language", "query", "says", "better"),
    [
        ("en", "entorpy", "Nothing in the book matches “entorpy”.", "entropy"),
        ("ko", "과적함", "“과적함”에 해당하는 내용이 없습니다.", "과적합"),
    ],
)
def test_no_result_says_so_and_suggests_a_word_and_places(search, language, query, says, better):
    page = search(language, query)
    assert page.locator("#search-status").inner_text() == says
    offered = page.locator("#search-results a")
    assert offered.first.inner_text() == better
    assert [a.split("/")[-1] for a in links_of(offered)[1:]] == ["index.html", "glossary.html"]
    offered.first.click()
    page.locator("#search-results > ol").wait_for()
    assert better in page.locator("#search-status").inner_text()


def links_of(locator):
    return locator.evaluate_all("all => all.map(a => a.getAttribute('href'))")


def test_a_page_with_some_of_the_words_is_said_to_have_only_some(search):
    page = search("en", "entropy zzzzqq")
    assert page.locator("#search-status").inner_text().startswith("No page has all words of")
    assert leads_to(links(page)[0], ENTROPY)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_number_of_results_is_announced(search, language):
    page = search(language, "entropy")
    status = page.get_by_role("status")
    assert str(len(links(page))) in status.inner_text()
    assert "entropy" in page.title()


@pytest.mark.parametrize("query", ["", "entropy", "zzzzqq", "과적합은", "(", "\\", "constructor"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_console_stays_empty(browser, address, language, query):
    errors = []
    with browser.new_context() as context:
        page = context.new_page()
        page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{address}/{language}/search.html?q={quote(query)}", wait_until="networkidle")
    assert [e for e in errors if "theme mode" not in e and "404" not in e] == []


def test_from_a_file_results_have_title_and_part_without_an_error(browser):
    errors = []
    with browser.new_context() as context:
        page = context.new_page()
        page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{(HTML / 'ko/search.html').as_uri()}?q={quote('과적합을')}")
        first = page.locator("#search-results > ol > li").first
        first.wait_for()
        page.wait_for_timeout(300)  # in which an excerpt could come, or an error
        assert first.locator("a").inner_text().startswith("과적합과 과소적합")
        assert first.locator(".search-part").inner_text() == "2. 일반화"
        assert page.locator(".context").count() == 0
    assert [error for error in errors if "theme mode" not in error] == []
