"""Only whole links without disguise are printed."""

from __future__ import annotations

import pytest

from booking.domain.links import link_problems


@pytest.mark.parametrize(
    "link",
    [
        "https://a.example",
        "http://a.example:8080/b_(c)?d=e&f=%20#g",
        "HTTPS://A.EXAMPLE/",
        "https://bücher.example/größe",
        "mailto:jobs@a.example?subject=Hello",
        "jobs@a.example",
        "https://a.example./",
    ],
)
def test_good_links_pass(link: str) -> None:
    assert link_problems(link) == []


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ("https://a.example/b c", "link-space"),
        ("https://a.example/b\u00a0c", "link-space"),
        ("https://a.example/(b", "link-parentheses"),
        ("https://a.example/b)(", "link-parentheses"),
        ("https://a.example/" + "(" * 9 + ")" * 9, "link-parentheses"),
        ("https://a.example/<b>", "link-character"),
        ("https://a.example/[b]", "link-character"),
        ("https://a.example/\\b", "link-character"),
        ("a.example", "link-scheme"),
        ("javascript:alert", "link-scheme"),
        ("data:text/html,x", "link-scheme"),
        ("//a.example", "link-scheme"),
        ("mailto:jobs", "link-address"),
        ("https://", "link-host"),
        ("https://localhost/", "link-host"),
        ("https://a..example/", "link-host"),
        ("https://.example/", "link-host"),
        ("https://bank.example@evil.example/", "link-host"),
        ("https://a.example:port/", "link-host"),
        ("https://a.example:0/", "link-host"),
        ("https://a.example/" + "x" * 2000, "link-long"),
    ],
)
def test_each_fault_has_its_sentence(link: str, code: str) -> None:
    (problem,) = link_problems(link)
    assert (problem.code, problem.field) == (code, "link")
    assert problem.sentence.endswith(".")


def test_a_character_is_told_with_its_code() -> None:
    assert "Write it as %3C." in link_problems("https://a.example/<")[0].sentence
