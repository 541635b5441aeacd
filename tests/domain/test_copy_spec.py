"""Copy is refused for its length, its link, and for every way of breaking the issue, each in its own sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from booking.domain.copy_attacks import attacks
from booking.domain.copy_errors import CopyRefused
from booking.domain.copy_spec import problems, require
from booking.domain.copy_text import AdCopy
from booking.domain.states import PlacementKind
from tests.support.drafts import EVENT, FOOTER, JOBS, SPONSOR

SPONSOR_KIND, EVENT_KIND, JOB_KIND = PlacementKind.SPONSOR, PlacementKind.EVENT, PlacementKind.JOB


def codes(kind: PlacementKind, copy: AdCopy, limit: int | None = None) -> list[str]:
    return [problem.code for problem in problems(kind, copy, limit)]


def test_honest_copy_has_no_problems() -> None:
    assert problems(SPONSOR_KIND, SPONSOR) == []
    assert problems(EVENT_KIND, EVENT) == []
    assert [problems(JOB_KIND, job) for job in JOBS] == [[], []]
    require(SPONSOR_KIND, SPONSOR)


@pytest.mark.parametrize(("kind", "limit"), [(SPONSOR_KIND, 300), (EVENT_KIND, 600), (JOB_KIND, 750)])
def test_each_placement_has_its_room(kind: PlacementKind, limit: int) -> None:
    copy = replace(SPONSOR, body="é" * limit)
    assert codes(kind, copy) == []
    assert codes(kind, replace(copy, body="é" * (limit + 1))) == ["too-long"]
    assert codes(kind, copy, limit - 1) == ["too-long"]


def test_the_length_is_told_in_one_sentence() -> None:
    (problem,) = problems(SPONSOR_KIND, replace(SPONSOR, body="x" * 342))
    assert problem.sentence == "This copy is 342 characters. The sponsor block has room for 300."


def test_a_pile_of_accents_is_too_long() -> None:
    assert codes(SPONSOR_KIND, replace(SPONSOR, body="a" + "\u0301" * 5000)) == ["too-long"]
    assert codes(JOB_KIND, replace(SPONSOR, body="[" * 10_000_000)) == ["too-long"]


ATTACKS = [
    ("====", "rule-line"),
    ("- - -", "rule-line"),
    ("***", "rule-line"),
    ("# Mine", "heading"),
    ("#monitoringsucks", "heading"),
    ("> quoted", "quote"),
    ("```", "fence"),
    ("~~~ text", "fence"),
    ("--- x", "front-matter"),
    ("+++", "front-matter"),
    ("From here", "mailbox"),
    ("h2. News", "textile"),
    ("    code", "indented"),
    ("[a]: https://b.example", "reference"),
    ("Dear {{ name }}", "template"),
    ("{% include x %}", "template"),
    ("{{< figure >}}", "template"),
    ("{# note #}", "template"),
    ("Dear *|FNAME|*", "merge-tag"),
    ("a <b>bold</b> move", "html"),
    ("<!-- hidden -->", "html"),
    ("a\u202eb", "bidirectional"),
    ("a\u200bb", "control"),
    ("a\x07b", "control"),
    ("a\u2028b", "control"),
    ("a\ud800b", "control"),
    ("- # Mine", "heading"),
    ("* ---", "rule-line"),
    ("- > quoted", "quote"),
    ("1. ```", "fence"),
    ("-     code", "indented"),
    ("- [1]: //b.example", "reference"),
    ("{: onclick=x}", "template"),
    ("a &#8238; b", "bidirectional"),
    ("a &rlm; b", "bidirectional"),
    ("a &#10; b", "control"),
    ("a\u3164b", "control"),
    (FOOTER, "footer"),
    ("IF YOU RECEIVED THIS EMAIL DIRECTLY", "footer"),
]


@pytest.mark.parametrize(("line", "code"), ATTACKS)
def test_every_attack_has_its_own_sentence_naming_the_line(line: str, code: str) -> None:
    found = attacks(replace(SPONSOR, body=f"First.\n{line}\nLast."))
    assert [(problem.code, problem.line, problem.field) for problem in found] == [(code, 2, "body")]
    assert "ine 2 " in found[0].sentence
    assert found[0].sentence.endswith(".")


def test_no_two_attacks_share_a_sentence() -> None:
    sentences = {code: attacks(AdCopy("", line, ""))[0].sentence for line, code in ATTACKS}
    assert len(set(sentences.values())) == len(sentences)


def test_a_link_reference_may_be_broken_over_lines() -> None:
    found = attacks(replace(SPONSOR, body="First.\n\n[1\n]: //b.example\n[1]: //c.example"))
    assert [(problem.code, problem.line) for problem in found] == [("reference", 5), ("reference", 3)]


def test_two_blank_lines_would_end_the_ad() -> None:
    found = attacks(replace(SPONSOR, body="First.\n\nSecond.\n \n\nThird."))
    assert [(problem.code, problem.line) for problem in found] == [("gap", 4)]


def test_all_problems_are_told_at_once() -> None:
    copy = AdCopy("", "# One\n> Two\n\nhttps://a.example", "ftp://b.example")
    found = problems(SPONSOR_KIND, copy)
    assert [problem.code for problem in found] == ["name-empty", "heading", "quote", "extra-link", "link-scheme"]
    with pytest.raises(CopyRefused, match=r"starts with “#”.*starts with “>”") as refusal:
        require(SPONSOR_KIND, copy)
    assert refusal.value.problems == tuple(found)


@pytest.mark.parametrize(
    ("copy", "expected"),
    [
        (replace(SPONSOR, body="  "), ["empty"]),
        (replace(SPONSOR, name="x" * 61), ["name-long"]),
        (replace(SPONSOR, name="Sharp #"), ["name-mark"]),
        (replace(SPONSOR, name="a\nb"), ["name-lines", "control"]),
        (replace(SPONSOR, name="{{ name }}"), ["template"]),
        (replace(SPONSOR, name="[Ledgerline](https://b.example)"), ["name-link"]),
        (replace(SPONSOR, body="See [this](x)."), ["extra-link"]),
        (replace(SPONSOR, body="See www.a.example."), ["extra-link"]),
        (replace(SPONSOR, link=""), ["link-empty"]),
        (replace(SPONSOR, link="https://a.example/{{x}}"), ["template"]),
    ],
)
def test_name_body_and_link_are_checked(copy: AdCopy, expected: list[str]) -> None:
    assert codes(SPONSOR_KIND, copy) == expected


def test_a_job_says_where_to_apply() -> None:
    assert codes(JOB_KIND, AdCopy("", "Write to jobs@a.example.", "")) == []
    assert codes(JOB_KIND, AdCopy("", "Write to us.", "")) == ["link-empty"]
    assert codes(JOB_KIND, AdCopy("", "Write to us.", "jobs@a.example")) == []


def test_a_jobs_fields_are_checked_with_its_words() -> None:
    found = problems(JOB_KIND, JOBS[0], details={"title": "Engineer", "company": "Harbour", "remote": True})
    assert found == []
    assert [problem.field for problem in problems(JOB_KIND, JOBS[0], details={})] == ["title", "company", "place"]


@pytest.mark.parametrize(
    "body", ["Naïve “quotes” – and 株式会社", "A family 👨\u200d👩\u200d👧", "2 * 3 - 1 = 5", "a_b_c # not", "x > y"]
)
def test_honest_signs_are_no_attack(body: str) -> None:
    assert attacks(replace(SPONSOR, body=body)) == []
