"""The vocabulary of checks: what passes, what fails, and what each says."""

import sys

import numpy as np
import pytest

from dlnotes import check


@pytest.fixture
def published(monkeypatch):
    """What a notebook is shown."""
    published = []

    class Shell:
        class display_pub:  # noqa: N801 - IPython's name
            publish = published.append

    ipython = type("IPython", (), {"get_ipython": staticmethod(lambda: Shell)})
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    return published


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: check.close("a-b", 1.1, 1),
            "a-b: measured 1.1, expected 1 (within 1e-12 relative)",
        ),
        (
            lambda: check.close("a-b", 0.5, 0, atol=0.1, what="at zero"),
            "a-b (at zero): measured 0.5, expected 0 (within 0.1 + 1e-12 relative)",
        ),
        (
            lambda: check.close("a-b", [1.0, np.nan], [1.0, 2.0], rtol=0),
            "a-b: measured [1, nan], expected [1, 2] (exactly)",
        ),
        (lambda: check.close("a-b", np.inf, np.inf), "expected inf"),
        (lambda: check.less("a-b", 2, 2), "a-b: measured 2, expected less than 2"),
        (lambda: check.less("a-b", np.nan, 2), "measured nan, expected less than 2"),
        (lambda: check.greater("a-b", 2, 2), "a-b: measured 2, expected greater than 2"),
        (lambda: check.less("a-b", list(range(8)), 2), "measured [0, 1, 2, 3, 4, 5, 6, 7], "),
        (lambda: check.close("a-b", -0.0, 1), "measured 0, expected 1"),
        (lambda: check.close("a-b", True, 0), "measured 1, expected 0"),
        (lambda: check.greater("a-b", [3, 1], 2), "measured [3, 1], expected greater than 2"),
        (lambda: check.between("a-b", -0.1, 0, 1), "measured -0.1, expected between 0 and 1"),
        (lambda: check.between("a-b", np.nan, 0, 1), "measured nan, expected between 0 and 1"),
        (lambda: check.equal("a-b", [0, 1], [0, 0]), "measured [0, 1], expected [0, 0]"),
        (lambda: check.equal("a-b", [0, 1], 0), "measured [0, 1], expected 0"),
        (lambda: check.equal("a-b", "cat", "dog"), "measured cat, expected dog"),
        (
            lambda: check.all_true("a-b", [True, False, False]),
            "measured 1 of 3 cases (first failure: case 1), expected all 3",
        ),
        (
            lambda: check.raises("a-b", ValueError, lambda: None),
            "measured no error, expected ValueError",
        ),
        (
            lambda: check.raises("a-b", ValueError, lambda: float("x"), match="negative"),
            "measured ValueError: could not convert string to float: 'x', "
            "expected ValueError matching 'negative'",
        ),
        (
            lambda: check.close("a-b", np.arange(12.0).reshape(3, 4), np.zeros((3, 4))),
            "measured 3 by 4 values from 0 to 11, expected 3 by 4 values from 0 to 0",
        ),
        (
            lambda: check.equal("a-b", ["x"] * 9, ["y"] * 9),
            "measured 9 values, expected 9 values",
        ),
    ],
)
def test_a_failed_check_says_id_measured_and_expected(call, message):
    with pytest.raises(check.CheckError) as error:
        call()
    assert str(error.value).startswith("a-b")
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("kind", "call", "measured", "expected"),
    [
        ("close", lambda what: check.close("a", 1, 1, **what), "1", "1"),
        ("less", lambda what: check.less("a", 1, 2, **what), "1", "less than 2"),
        ("greater", lambda what: check.greater("a", 2, 1, **what), "2", "greater than 1"),
        ("between", lambda what: check.between("a", 1, 1, 1, **what), "1", "between 1 and 1"),
        ("equal", lambda what: check.equal("a", "x", "x", **what), "x", "x"),
        ("all_true", lambda what: check.all_true("a", [True], **what), "1 of 1 cases", "all 1"),
        (
            "raises",
            lambda what: check.raises("a", ZeroDivisionError, lambda: 1 // 0, **what),
            "ZeroDivisionError: integer division or modulo by zero",
            "ZeroDivisionError",
        ),
    ],
)
def test_every_kind_publishes_its_name_its_part_and_its_sides(
    published, kind, call, measured, expected
):
    call({})
    call({"what": "a part"})
    results = [publication[check.MIME_TYPE] for publication in published]
    for result, what in zip(results, ["", "a part"], strict=True):
        assert (result["kind"], result["what"]) == (kind, what)
        assert (result["measured"], result["expected"]) == (measured, expected)


def test_overflow_in_a_check_fails_and_does_not_warn():
    with pytest.raises(check.CheckError):
        check.close("a", 1e308, -1e308)
    check.close("a", [1.0, 2.0], [1.0, 2.5], rtol=0, atol=0.5)


def test_true_measurements_pass():
    check.close("a", 1 + 1e-13, 1)
    check.close("a", [0.1, 0.2], 0.15, rtol=0, atol=0.06)
    check.close("a", np.float32(1) / 3, 1 / 3, rtol=1e-7)
    check.less("a", [1, 2], [2, 3])
    check.greater("a", 2, 1)
    check.between("a", [0, 1], 0, 1)
    check.equal("a", [[1, 2]], [[1, 2]])
    check.all_true("a", np.ones((3, 3), dtype=bool))
    check.all_true("a", np.array(True))
    check.all_true("a", (x > 0 for x in (1, 2)))
    check.raises("a", ZeroDivisionError, lambda: 1 // 0, match="zero")


def test_a_bound_counts_in_the_precision_of_what_is_measured():
    """In float32 0.7 is a little less, and 0.1 a little more."""
    assert np.float32(0.7).item() < 0.7
    check.between("a", np.float32(0.7), 0.7, 1)
    assert np.float32(0.1).item() > 0.1
    check.between("a", np.float32([0.1]), 0, 0.1)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: check.close("a b", 1, 1), ValueError, r"`claim` must be .* Received: 'a b'"),
        (lambda: check.close("a", 1, 1, rtol=-1), ValueError, "`rtol` must be finite .* -1"),
        (lambda: check.close("a", 1, 1, atol=np.inf), ValueError, "`atol` must be finite .* inf"),
        (
            lambda: check.close("a", [1, 2], [1, 2, 3]),
            ValueError,
            r"measured.shape=\(2,\), expected.shape=\(3,\)",
        ),
        (lambda: check.close("a", [], []), ValueError, r"`measured` must not be empty"),
        (lambda: check.close("a", "x", 1), TypeError, "`measured` must be real numbers"),
        (lambda: check.close("a", 1, "x"), TypeError, "^`expected` must be real numbers"),
        (lambda: check.less("a", "x", 1), TypeError, "^`measured` must be real numbers"),
        (lambda: check.less("a", 1, "x"), TypeError, "^`bound` must be real numbers"),
        (lambda: check.between("a", "x", 0, 1), TypeError, "^`measured` must be real numbers"),
        (lambda: check.less("a", [1, 2], [[1]]), ValueError, "`bound` must be a scalar"),
        (lambda: check.between("a", 1, 2, 1), ValueError, "low=2, high=1"),
        (
            lambda: check.all_true("a", []),
            ValueError,
            r"^`cases` must hold at least one case\. Received: none$",
        ),
        (lambda: check.all_true("a", [1, 0]), TypeError, "`cases` must be truth values"),
    ],
)
def test_a_check_that_cannot_judge_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_an_error_of_another_kind_is_not_swallowed():
    with pytest.raises(ZeroDivisionError):
        check.raises("a", ValueError, lambda: 1 // 0)


def test_in_a_notebook_the_result_is_published(published):
    check.close("a-b", 0.5, 0.5, what="half")
    with pytest.raises(check.CheckError):
        check.less("a-b", 2, 1)
    assert published == [
        {
            check.MIME_TYPE: {
                "claim": "a-b",
                "what": "half",
                "kind": "close",
                "measured": "0.5",
                "expected": "0.5",
                "tolerance": "within 1e-12 relative",
                "passed": True,
            },
            "text/plain": "\N{CHECK MARK} a-b (half): measured 0.5, expected 0.5 "
            "(within 1e-12 relative)",
        },
        {
            check.MIME_TYPE: {
                "claim": "a-b",
                "what": "",
                "kind": "less",
                "measured": "2",
                "expected": "less than 1",
                "tolerance": "",
                "passed": False,
            },
            "text/plain": "\N{BALLOT X} a-b: measured 2, expected less than 1",
        },
    ]


def test_integers_that_floats_cannot_tell_apart():
    with pytest.raises(check.CheckError):
        check.equal("a", 2**53 + 1, float(2**53))
    check.equal("a", 2**63 - 1, 2**63 - 1)
    for large in (2**53 + 1, -(2**53) - 1, np.uint64(2**64 - 1)):
        with pytest.raises(ValueError, match=r"^`measured` must be at most 2\*\*53, or floats; .*"):
            check.close("a", large, 1)
    for limit in (2**53, -(2**53)):
        check.close("a", limit, float(limit), rtol=0)
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared below
        check.less("a", 1, [2**60, 3])
    assert str(caught.value) == (
        "`bound` must be at most 2**53, or floats; compare large integers with `equal`. "
        "Received: [1152921504606846976, 3]"
    )
