"""The newsletter's parameters on a sponsor's link."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.link_tags import campaign, tagged

TAGS = {"utm_source": "example-weekly", "utm_medium": "email", "utm_campaign": "issue-475"}
ALL = "utm_source=example-weekly&utm_medium=email&utm_campaign=issue-475"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://example.com", f"https://example.com?{ALL}"),
        ("https://example.com/a?b=c", f"https://example.com/a?b=c&{ALL}"),
        ("https://example.com/a?", f"https://example.com/a?{ALL}"),
        ("https://example.com/a#top", f"https://example.com/a?{ALL}#top"),
        ("https://example.com/?utm_source=theirs#x?y", f"https://example.com/?utm_source=theirs&{ALL.partition('&')[2]}#x?y"),
        ("https://example.com/?UTM_Source=a&utm_medium=b&utm_campaign=c", "https://example.com/?UTM_Source=a&utm_medium=b&utm_campaign=c"),
        ("https://example.com/?q=%C3%BC+x&&z", f"https://example.com/?q=%C3%BC+x&&z&{ALL}"),
        ("jobs@example.com", "jobs@example.com"),
        ("mailto:jobs@example.com", "mailto:jobs@example.com"),
        ("https://[", "https://["),
        ("", ""),
    ],
)  # fmt: skip
def test_what_is_missing_is_added_and_nothing_else_changes(link: str, expected: str) -> None:
    assert tagged(link, TAGS) == expected


@given(st.text(max_size=30), st.text(max_size=20), st.text(max_size=20))
def test_tagging_twice_is_tagging_once(path: str, query: str, fragment: str) -> None:
    once = tagged(f"https://example.com/{path}?{query}#{fragment}", TAGS)
    assert tagged(once, TAGS) == once


@given(st.dictionaries(st.sampled_from(["a", "b", "utm_source", "utm_term"]), st.sampled_from(["x", "y z", "&"])))
def test_the_sponsors_own_parameters_are_never_overwritten(own: dict[str, str]) -> None:
    sent = dict(parse_qsl(urlsplit(tagged(f"https://example.com/?{urlencode(own)}", TAGS)).query))
    assert sent == {**TAGS, **own}


def test_an_empty_setting_adds_nothing() -> None:
    assert tagged("https://example.com", {"utm_source": "", "utm_medium": ""}) == "https://example.com"


def test_the_campaign_names_the_issue_only_when_there_is_one() -> None:
    assert campaign("issue-{number}", frozenset({475})) == "issue-475"
    assert campaign("issue-{number}", frozenset({475, 476})) == ""
    assert campaign("autumn", frozenset({475, 476})) == "autumn"
