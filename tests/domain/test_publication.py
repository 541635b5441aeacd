"""What ran is found in whatever form the issue was kept; what was altered is shown; what is missing is said."""

from __future__ import annotations

import quopri
import textwrap
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from markdown_it import MarkdownIt

from booking.domain.blocks import ApprovedCopy
from booking.domain.copy_diff import Change
from booking.domain.copy_errors import SentRefused
from booking.domain.publication import Expected, expected_blocks, verify
from booking.domain.region import Region
from booking.domain.states import FoundState
from tests.support.drafts import EVENT, JOBS, SPONSOR, Draft, fed

COPY = ApprovedCopy(SPONSOR, (EVENT,), JOBS)
EXPECTED = expected_blocks(COPY)
ISSUE = fed(Draft().bytes(), COPY).decode()
RAN = [FoundState.RAN] * 5


def mail(text: str, subtype: str = "plain", cte: str = "8bit") -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"], message["Subject"] = "letter@letter.example", "Issue 81"
    message.set_content(text, subtype=subtype, cte=cte)
    return message.as_bytes()


def wrapped(text: str, width: int, *, break_links: bool = True) -> str:
    lines = [
        "\n".join(textwrap.wrap(line, width, break_long_words=break_links, break_on_hyphens=False))
        for line in text.split("\n")
    ]
    return "\n".join(lines)


def states(sent: bytes | str) -> list[FoundState]:
    return [found.state for found in verify(sent.encode() if isinstance(sent, str) else sent, EXPECTED)]


def test_expected_blocks_name_their_place() -> None:
    assert [(block.key, block.region, block.heading) for block in EXPECTED] == [
        ("booking-1", Region.SPONSOR, "From our sponsor, Ledgerline"),
        ("booking-2", Region.EVENT, ""),
        ("booking-3", Region.JOBS, ""),
        ("booking-4", Region.JOBS, ""),
        ("booking-1", Region.FOOT, ""),
    ]
    assert expected_blocks(ApprovedCopy(jobs=JOBS), with_foot=False)[0].region is Region.JOBS


@pytest.mark.parametrize("width", [72, 76, 78])
@pytest.mark.parametrize("break_links", [True, False])
def test_wrapping_is_no_alteration(width: int, *, break_links: bool) -> None:
    assert states(wrapped(ISSUE, width, break_links=break_links)) == RAN


def alternative() -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = "letter@letter.example", "reader@reader.example"
    message.set_content("Please use a newer mail program.")
    message.add_alternative(MarkdownIt().render(ISSUE), subtype="html")
    message.add_attachment(b"words", maintype="application", subtype="octet-stream")
    return message.as_bytes()


FORMS = {
    "file": ISSUE.encode(),
    "crlf": ISSUE.replace("\n", "\r\n").encode(),
    "mark": b"\xef\xbb\xbf" + ISSUE.encode(),
    "mailbox": ISSUE.replace("\nFrom ", "\n>From ").encode(),
    "quoted": "\n".join(f"> {line}" for line in ISSUE.split("\n")).encode(),
    "plain links": ISSUE.replace("[", "").replace("](", "\n(").encode(),
    "quoted-printable mail": mail(ISSUE, cte="quoted-printable"),
    "base64 mail": mail(ISSUE, cte="base64"),
    "html mail": mail(MarkdownIt().render(ISSUE), "html"),
    "alternative": alternative(),
    "pasted quoted-printable": quopri.encodestring(ISSUE.encode()),
    "pasted html": f"<head><title>x</title></head>{MarkdownIt().render(ISSUE)}<br>".encode(),
    "mbox": b"From letter@letter.example Sun Feb  2 10:00:00 2020\n" + mail(ISSUE).replace(b"\r\n", b"\n"),
    "unknown charset": mail(ISSUE).replace(b'charset="utf-8"', b'charset="x-none"'),
    "joiners": ISSUE.replace("Ledgerline does", "Ledger\u00adline\u200b does").encode(),
    "flowed": mail(wrapped(ISSUE, 70).replace("\n", " \n").replace(" \n \n", "\n\n")).replace(
        b'charset="utf-8"', b'charset="utf-8"; format=flowed'
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_issue_is_read(form: str) -> None:
    assert states(FORMS[form]) == RAN


def test_text_of_an_old_windows_editor_is_read() -> None:
    copy = replace(JOBS[0], body="A caf\u00e9 – by the “harbour” – hires.")
    issue = fed(Draft().bytes(), ApprovedCopy(jobs=(copy,))).decode().encode("cp1252")
    assert verify(issue, expected_blocks(ApprovedCopy(jobs=(copy,))))[0].state is FoundState.RAN


def test_an_altered_word_is_shown() -> None:
    found = verify(ISSUE.replace("by hand", "by foot", 1).encode(), EXPECTED)
    assert [block.state for block in found] == [FoundState.ALTERED, *RAN[1:]]
    changed = [(piece.change, piece.text) for piece in found[0].pieces if piece.change is not Change.SAME]
    assert changed == [(Change.REMOVED, "hand"), (Change.ADDED, "foot")]


def test_words_added_on_the_same_line_are_an_alteration() -> None:
    assert states(ISSUE.replace("Harbour Rail needs", "Sadly, Harbour Rail needs")) == [
        *RAN[:2],
        FoundState.ALTERED,
        *RAN[3:],
    ]


def test_a_changed_link_is_an_alteration() -> None:
    link = "https://harbour.example/jobs/7"
    assert states(ISSUE.replace(f"[{link}]({link})", "https://click.example/7"))[2] is FoundState.ALTERED


def test_another_name_in_the_heading_is_an_alteration() -> None:
    found = verify(ISSUE.replace("From our sponsor, Ledgerline", "From our sponsor, Hedgeline").encode(), EXPECTED)
    assert found[0].state is FoundState.ALTERED
    assert [piece.text for piece in found[0].pieces if piece.change is Change.ADDED] == ["Hedgeline"]


def test_blanks_of_any_kind_before_a_line_are_no_words() -> None:
    copy = ApprovedCopy(replace(SPONSOR, body="\u3000Ledgerline rotates what you forgot."))
    for sent in (fed(Draft().bytes(), copy), b"> " + fed(Draft().bytes(), copy).replace(b"\n", b"\n> ")):
        assert [found.state for found in verify(sent, expected_blocks(copy))] == [FoundState.RAN] * 2


def test_a_link_with_marks_in_it_may_be_typeset() -> None:
    copy = ApprovedCopy(replace(SPONSOR, link="https://ledgerline.example/*a*/_b_/"))
    page = MarkdownIt().render(fed(Draft().bytes(), copy).decode())
    assert "<em>a</em>" in page
    assert [found.state for found in verify(page.encode(), expected_blocks(copy))] == [FoundState.RAN] * 2


def test_text_that_begins_like_a_header_is_no_mail() -> None:
    assert states(f"Note: sent on Sunday.\n\n{ISSUE}") == RAN


def test_top_and_foot_are_two_places() -> None:
    head, _, tail = ISSUE.partition("From our sponsor")
    _, _, tail = tail.partition("Sponsored event")
    assert states(f"{head}Sponsored event{tail}") == [FoundState.MISSING, *RAN[1:]]
    head, _, tail = ISSUE.rpartition("Rotating")
    assert states(head) == [*RAN[:4], FoundState.MISSING]


def test_a_line_of_the_intro_does_not_end_the_top_before_the_sponsor() -> None:
    assert states(ISSUE.replace("A quiet week", "```\nTools\n=====\n```\n\nA quiet week")) == RAN


def test_an_issue_without_any_of_it_has_none() -> None:
    assert states(Draft().text()) == [FoundState.MISSING] * 5
    assert states("word") == [FoundState.MISSING] * 5


def test_an_issue_without_known_sections_has_two_halves() -> None:
    assert states(ISSUE.replace("News\n", "Notes\n").replace("Tools\n", "Things\n").replace("Jobs\n", "Posts\n")) == RAN


def test_two_ads_with_the_same_words_need_two_places() -> None:
    twice = [Expected("a", Region.JOBS, "Same words."), Expected("b", Region.JOBS, "Same words.")]
    assert [found.state for found in verify(b"x\n\nSame words.\n\ny\n", twice)] == [FoundState.RAN, FoundState.MISSING]
    assert [found.state for found in verify(b"Same words.\n\nSame words.\n", twice)] == [FoundState.RAN] * 2


@pytest.mark.parametrize(
    ("sent", "word"),
    [
        (b" \n", "empty"),
        (b"a\0b", "binary"),
        (b"x" * 6_000_000, "6,000,000 bytes"),
        (b"word " * 500_000, "characters"),
        (mail("x").replace(b"text/plain", b"image/png"), "no text"),
    ],
)
def test_what_is_no_issue_is_refused(sent: bytes, word: str) -> None:
    with pytest.raises(SentRefused, match=word):
        verify(sent, EXPECTED)
