"""Every line of the texts is as their README says."""

import re
from collections import Counter, defaultdict
from importlib.resources import files

import numpy as np
import pytest

from dlnotes.datasets import load_messages, load_tagged_sentences

DATA = files("dlnotes.datasets").joinpath("data")
TABLES = {
    "messages-first.tsv": ["label", "text"],
    "messages-later.tsv": ["label", "text"],
}
FILES = [*TABLES, "tagged-train.tsv", "tagged-test.tsv"]


def raw(name):
    return DATA.joinpath(name).read_bytes()


def rows(name):
    return [line.split("\t") for line in raw(name).decode("ascii").split("\n")[:-1]]


# The files


@pytest.mark.parametrize("name", FILES)
def test_files_are_plain(name):
    content = raw(name)
    content.decode("ascii")
    assert b"\r" not in content
    assert b'"' not in content
    assert content.endswith(b"\n")
    assert not content.endswith(b"\n\n")
    for line in content.split(b"\n"):
        assert line == line.strip()
        assert b"  " not in line


@pytest.mark.parametrize(("name", "columns"), TABLES.items())
def test_tables_have_a_header_and_nothing_twice(name, columns):
    header, *body = rows(name)
    assert header == columns
    assert {len(row) for row in body} == {len(columns)}
    texts = [row[-1] for row in body]
    assert all(texts)
    assert len({text.lower() for text in texts}) == len(texts)


def test_there_is_no_other_file_and_the_readme_states_the_counts():
    assert sorted(file.name for file in DATA.iterdir()) == sorted([*FILES, "README.md"])
    readme = DATA.joinpath("README.md").read_text(encoding="utf-8")
    for group in ("first", "later"):
        kinds = Counter(kind for kind, _ in rows(f"messages-{group}.tsv")[1:])
        stated = f"{kinds.total()} messages: {kinds['spam']} spam, {kinds['ham']} ham"
        assert f"| `messages-{group}.tsv` | {stated} |" in readme
        assert set(kinds) == {"spam", "ham"}
    for part, data in zip(("train", "test"), load_tagged_sentences(), strict=True):
        tags = Counter(tag for sentence in data.tags for tag in sentence)
        stated = (
            f"{len(data.tags)} sentences, {tags.total()} tokens: {tags['PER']} PER, "
            f"{tags['LOC']} LOC"
        )
        assert f"| `tagged-{part}.tsv` | {stated} |" in readme


# Messages


@pytest.mark.parametrize("group", ["first", "later"])
def test_messages_are_the_rows_of_their_file(group):
    texts, labels = load_messages(group)
    body = rows(f"messages-{group}.tsv")[1:]
    assert texts == [text for _, text in body]
    assert labels.tolist() == [int(kind == "spam") for kind, _ in body]
    assert labels.dtype == np.int64
    assert 0.45 < labels.mean() < 0.55
    assert abs(labels[: len(labels) // 2].mean() - 0.5) < 0.1  # mixed


def test_the_first_year_is_the_default_and_the_years_share_no_message():
    first, later = load_messages("first").texts, load_messages("later").texts
    assert load_messages().texts == first
    assert not set(first) & set(later)
    assert (len(first), len(later)) == (263, 220)


@pytest.mark.parametrize("group", ["second", "", None])
def test_there_are_two_years(group):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared
        load_messages(group)
    assert str(caught.value) == f"`group` must be 'first' or 'later'. Received: {group!r}"


def test_messages_lead_nowhere():
    for group in ("first", "later"):
        for text in load_messages(group).texts:
            assert set(re.findall(r"\S+\.com\b", text)) <= {"example.com"}
            assert "@" not in text
            assert "www" not in text
            assert all(re.fullmatch(r"555-01\d\d", n) for n in re.findall(r"\d{3}-\d+", text))


RULES = r"\b(free|win|winner|won|prize|cash|claim|urgent|offer|congratulations)\b"


def caught_by_rules(texts):
    return np.array([re.search(RULES, text.lower()) is not None for text in texts])


def test_rules_catch_some_spam_of_the_first_year_and_hardly_any_later():
    recall = {}
    for group in ("first", "later"):
        texts, labels = load_messages(group)
        caught = caught_by_rules(texts)
        recall[group] = caught[labels == 1].mean()
        assert caught[labels == 0].sum() >= 3  # ham has these words too
    assert 0.35 < recall["first"] < 0.45
    assert recall["later"] < 0.05


# Tagged sentences


@pytest.mark.parametrize(("part", "i"), [("train", 0), ("test", 1)])
def test_tagged_sentences_are_the_lines_of_their_file(part, i):
    data = load_tagged_sentences()[i]
    lines = []
    for tokens, tags in zip(data.tokens, data.tags, strict=True):
        lines += [f"{token}\t{tag}" for token, tag in zip(tokens, tags, strict=True)] + [""]
    assert "\n".join(lines) == raw(f"tagged-{part}.tsv").decode("ascii")
    assert {tag for tags in data.tags for tag in tags} == {"PER", "LOC", "O"}
    for tokens in data.tokens:
        assert all(re.fullmatch(r"[A-Za-z]+|'s|[.,?!]", token) for token in tokens)
        assert tokens[-1] in {".", "?", "!"}
        assert tokens[0][0].isupper()


def test_no_sentence_twice_and_all_names_with_a_capital():
    train, test = load_tagged_sentences()
    sentences = [" ".join(tokens) for tokens in train.tokens + test.tokens]
    assert len(set(sentences)) == len(sentences) == 142 + 64
    for data in (train, test):
        for tokens, tags in zip(data.tokens, data.tags, strict=True):
            for token, tag in zip(tokens, tags, strict=True):
                assert tag == "O" or token.istitle()


def test_most_names_of_the_test_are_new_and_many_words_are_names_only_sometimes():
    train, test = load_tagged_sentences()
    tags_of = defaultdict(set)
    for data in (train, test):
        for tokens, tags in zip(data.tokens, data.tags, strict=True):
            for token, tag in zip(tokens, tags, strict=True):
                tags_of[token.lower()].add(tag)
    assert sum(len(tags) > 1 for tags in tags_of.values()) == 60
    known = {token for tokens in train.tokens for token in tokens}
    names = [
        token
        for tokens, tags in zip(test.tokens, test.tags, strict=True)
        for token, tag in zip(tokens, tags, strict=True)
        if tag != "O"
    ]
    assert len(names) == 62
    assert sum(name not in known for name in names) == 41


def test_what_is_loaded_may_be_changed():
    load_messages().texts.clear()
    load_tagged_sentences()[0].tokens[0][0] = "Tulip"
    assert len(load_messages().texts) == 263
    assert load_tagged_sentences()[0].tokens[0][0] == "Rose"
