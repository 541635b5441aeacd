"""Copy is tidied once, printed one way, and hashed so that approval is of exactly these words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from booking.domain.copy_text import (
    AdCopy,
    canonical_bytes,
    characters,
    is_address,
    link_markdown,
    markdown,
    mentions_address,
    sha256,
    tidy,
)


def test_typed_copy_is_made_canonical() -> None:
    copy = tidy(" Cafe\u0301\n Blue ", "\r\n\nOne\tline  \r\ntwo\n\nthree\n\n", " https://a.example ", "7")
    assert copy == AdCopy("Café Blue", "One line\ntwo\n\nthree", "https://a.example", "7")


def test_a_line_of_blanks_of_any_kind_is_an_empty_one() -> None:
    assert tidy("A", "One\u00a0\n\u3000\n\u00a0\ntwo\u2003\n\u00a0", "").body == "One\n\n\ntwo"
    assert tidy("A", "60\u00a0000", "").body == "60\u00a0000"


@given(st.text(), st.text(), st.text())
def test_tidying_twice_is_tidying_once(name: str, body: str, link: str) -> None:
    once = tidy(name, body, link)
    assert tidy(once.name, once.body, once.link) == once


def test_the_link_stands_below_the_words() -> None:
    assert (
        markdown(AdCopy("A", "Words.", "https://a.example/b")) == "Words.\n\n[https://a.example/b](https://a.example/b)"
    )
    assert markdown(AdCopy("A", "Words.", "")) == "Words."


def test_an_address_is_printed_without_its_scheme() -> None:
    assert link_markdown("jobs@a.example") == "[jobs@a.example](mailto:jobs@a.example)"


def test_what_is_an_address() -> None:
    assert is_address("jobs+7@a.b.example")
    for text in ("jobs", "jobs@a", "a b@c.example", "mailto:jobs@a.example", "@a.example", "x" * 250 + "@a.example"):
        assert not is_address(text)
    assert mentions_address("Write to (jobs@a.example), please.")
    assert not mentions_address("Meet @someone at a.example")


def test_the_hash_is_of_name_link_and_body_and_of_nothing_else() -> None:
    copy = AdCopy("A", "B", "C", "key")
    assert canonical_bytes(copy) == b"booking copy 1\nA\nC\n\nB"
    assert sha256(copy) == sha256(AdCopy("A", "B", "C", "other"))
    others = {AdCopy("B", "B", "C"), AdCopy("A", "A", "C"), AdCopy("A", "B", "B"), AdCopy("A", "C\n\nB", "")}
    assert sha256(copy) not in {sha256(other) for other in others}
    assert len(sha256(copy)) == 64


def test_characters_are_what_a_person_counts() -> None:
    assert characters("e\u0301🧑🏽\u200d🚒🇬🇧\n") == 4
