"""An issue is read as its format says, and refused with one sentence when it cannot be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from booking.domain.copy_errors import DraftRefused
from booking.domain.draft_bytes import SIZE_LIMIT, Encoding
from booking.domain.issue_text import Document, Kind, join, parse
from tests.support.drafts import FOOTER, Draft, fed


def sections(text: str) -> list[str]:
    return [section.heading.name for section in parse(text.encode()).sections]


def kinds(document: Document) -> list[Kind]:
    return [part.kind for part in document.parts]


def test_an_issue_has_parts_in_order() -> None:
    document = parse(fed(Draft().bytes()))
    assert [part.name for part in document.parts if part.kind is Kind.SECTION] == [
        "From our sponsor, Ledgerline",
        "News",
        "Jobs",
        "Tools",
    ]
    assert kinds(document)[:2] == [Kind.FRONT, Kind.INTRO]
    assert kinds(document)[-2:] == [Kind.FOOT, Kind.FOOTER]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("News\n====\n\nx\n", ["News"]),
        ("News\n=\n", ["News"]),
        ("News  \n=========  \n", ["News"]),
        ("   News\n====\n", ["News"]),
        ("    News\n====\n", []),
        ("\tNews\n====\n", []),
        ("x\nNews\n====\n", ["News"]),
        ("x\nTalks\n====\n", []),
        ("x\n\nTalks\n====\n", ["Talks"]),
        ("====\n====\n", []),
        ("News\n    ====\n", []),
        ("Jobs at the harbour\n====\n", ["Jobs at the harbour"]),
        ("Jobs\n----\n", ["Jobs"]),
        ("Talks\n----\n", []),
        ("date: today\n---\n", []),
        ("## News\n", ["News"]),
        ("## News ##\n", ["News"]),
        ("## C#\n", ["C#"]),
        ("#monitoringsucks\n", []),
        ("##\n", []),
        ("## ##\n", []),
        ("####### News\n", []),
        ("## Issue 54 - 12th January\n\n## News\n\n## Tools\n", ["News", "Tools"]),
        ("## Issue 54 - 12th January\n\nNews\n====\n", ["News"]),
        ("ISSUE 54\n========\n\nNews\n====\n", ["News"]),
        ("# The letter\n\n## News\n\n### A headline\n", ["News"]),
        ("# The letter\n", []),
        ("## Talks\n\n## Walks\n", ["Talks", "Walks"]),
        ("## Talks\n", ["Talks"]),
        ("News\n====\n\n## A headline\n\nTools\n====\n", ["News", "Tools"]),
        ("News\n====\n\n## Jobs\n\n", ["News", "Jobs"]),
        ("```\nNews\n====\n```\n\nTools\n====\n", ["Tools"]),
        ("~~~ `x`\n## News\n~~~~\n## Tools\n", ["Tools"]),
        ("``` a`b\n## News\n```\n## Tools\n", ["News", "Tools"]),
        ("````\n```\n## News\n````\n## Tools\n", ["Tools"]),
        ("```\n## News\n``` x\n```\n## Tools\n", ["Tools"]),
        ("```\n## News\n", ["News"]),
        ("## News\n\n### Sponsor\n\n### A note\n\n### B\n\n## Tools\n", ["News", "Sponsor", "A note", "Tools"]),
        ("News\n====\n\n## Jobs\n\n### One\n\n## A note\n\n## B\n", ["News", "Jobs", "A note"]),
        ("Talks\n-----\n\nA note.\n\n---\n\nTools\n-----\n", ["Talks", "Tools"]),
        ("x\nTalks\n-----\n\nTools\n-----\n", ["Tools"]),
        ("Talks\n-----\n\nTools\n-----\n\nNews\n====\n", ["Tools", "News"]),
        ("THE LETTER\n==========\nISSUE #51 - March 18\n\nTalks\n=====\n", ["Talks"]),
        ("THE LETTER\n==========\n\n*Issue 51*\n\nTalks\n=====\n", ["Talks"]),
        ("Talks\n=====\n\nAn issue 51 people care about.\n", ["Talks"]),
        ("<!--\nNews\n====\n\n\n-->\n\nTools\n====\n", ["Tools"]),
        ("<!-- News -->\n## News\n", ["News"]),
        ("<!--\n## News\n", ["News"]),
        ("<pre>\n\n## News\n</PRE>\n\n## Tools\n", ["Tools"]),
        ("<prelude>\n\n## News\n</pre>\n\n## Tools\n", ["News", "Tools"]),
        ("```\n<!--\n```\n## News\n-->\n", ["News"]),
        ("<!--\n```\n-->\n## News\n```\n", ["News"]),
    ],
)
def test_only_headings_open_sections(text: str, names: list[str]) -> None:
    assert sections(text) == names


@pytest.mark.parametrize(
    ("text", "front"),
    [
        ("---\ntitle: x\n---\nbody", "---\ntitle: x\n---\n"),
        ("--- \ntitle: x\n...\nbody", "--- \ntitle: x\n...\n"),
        ("+++\ntitle = 1\n+++\n", "+++\ntitle = 1\n+++\n"),
        ("---\ntitle: x\n---", "---\ntitle: x\n---"),
        ("---\nnever closed", ""),
        ("", ""),
    ],
)
def test_front_matter_is_opaque(text: str, front: str) -> None:
    document = parse(text.encode())
    assert document.parts[0].text == front
    assert document.sections == ()


def test_a_heading_in_the_front_matter_is_none() -> None:
    assert sections("---\nNews\n====\n---\n\nTools\n====\n") == ["Tools"]


def words(above: str, below: str) -> str:
    return f"Sponsor\n=======\n\nBuy it.\n\n\nNews\n====\n\nNote.{above}Buy it.{below}{FOOTER}\n"


@pytest.mark.parametrize(
    ("text", "foot"),
    [
        (words("\n\n\n\n", "\n\n\n\n"), "Buy it."),
        (words("\n\n\n", "\n\n\n"), "Buy it."),
        (words("\n\n\n\nSponsored by us:\n\n", "\n\n\n\n"), "Sponsored by us:\n\nBuy it."),
        (words("\n\n\n\nOther.\n\n\n", "\n\n\n\n"), "Buy it."),
        (words(" Do not. ", "\n\n\n\n"), None),
        ("News\n====\n\nNote.\n\n\n\nBuy it.\n\n\n\n" + FOOTER, "Buy it."),
        ("News\n====\n\nNote.\n\n\n\nBuy it.\n\n\n" + FOOTER, None),
        ("News\n====\n\n\n\n\nNote.\n\n\n\n" + FOOTER, None),
        ("News\n====\n\nNote.\n\n\n\nBuy it.\n\n\n\n", None),
        ("Sponsor\n=======\n\nSame.\n\n\nJobs\n====\n\nOne.\n\n\nSame.\n\n\n" + FOOTER, None),
        ("Hello.\n\n\n\nBuy it.\n\n\n\n" + FOOTER, "Buy it."),
    ],
)
def test_the_foot_is_the_block_set_apart_above_the_footer(text: str, foot: str | None) -> None:
    document = parse(text.encode())
    assert (document.slice(document.foot) if document.foot else None) == foot


def test_the_last_section_ends_above_the_foot() -> None:
    document = parse(words("\n\n\n\n", "\n\n\n\n").encode())
    assert document.slice(document.sections[-1].span) == "News\n====\n\nNote."


@pytest.mark.parametrize(
    ("draft", "word"),
    [
        (b"x" * (SIZE_LIMIT + 1), "bytes"),
        (b"x\0y", "binary"),
        (b"one\ntwo\n\xff\n", "Line 3 is not UTF-8"),
        (b"one\r\ntwo\n", "mixes line endings"),
        (b"one\rtwo\n", "mixes line endings"),
        (b"---\ntitle: x\n---\n\nh2. News\n", "Line 5 is Textile"),
        (b"h3(x). News\n", "Textile"),
    ],
)
def test_what_is_no_issue_is_refused_with_its_own_sentence(draft: bytes, word: str) -> None:
    with pytest.raises(DraftRefused, match=word):
        parse(draft)


@pytest.mark.parametrize("text", ["h2.5 million", "hello", "x\nh2 News"])
def test_a_line_that_begins_like_textile_is_read(text: str) -> None:
    assert join(parse(text.encode())) == text.encode()


@pytest.mark.parametrize("encoding", [Encoding(), Encoding(bom=True), Encoding(crlf=True), Encoding(True, True)])
def test_mark_and_newlines_are_kept(encoding: Encoding) -> None:
    draft = Draft(encoding=encoding).bytes()
    assert parse(draft).encoding == encoding
    assert join(parse(draft)) == draft


@pytest.mark.parametrize("marks", ["", " ", "*", "__"])
def test_a_footer_may_be_set_in_italics(marks: str) -> None:
    text = f"News\n====\n\nNote.\n\n\n\n{marks}{FOOTER}{marks}\n"
    assert parse(text.encode()).footer == text.index(marks + FOOTER)


def test_a_footer_above_a_section_is_a_stray_one() -> None:
    document = parse(f"News\n====\n\n{FOOTER}\n\nTools\n=====\n\n{FOOTER}\n{FOOTER}\n".encode())
    assert document.stray_footer == 4
    assert document.parts[-1].text == f"{FOOTER}\n{FOOTER}\n"


BOMBS: list[Callable[[int], str]] = [
    lambda size: "[" * size,
    lambda size: "\n" * size,
    lambda size: " \n" * (size // 2),
    lambda size: "```\n" * (size // 4),
    lambda size: "".join("`" * (3 + count) + "\n" for count in range(300, 0, -1)) + "~~~\n" * (size // 8),
    lambda size: "a\n=\n\n" * (size // 5),
    lambda size: "#" * size,
    lambda size: "Jobs\n====\n" * (size // 10) + FOOTER,
]


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_large_draft_of_anything_is_read(bomb: Callable[[int], str]) -> None:
    draft = bomb(100_000).encode()
    assert join(parse(draft)) == draft
