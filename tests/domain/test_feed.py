"""Where approved copy goes, and every row of the conflict table."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from booking.domain.blocks import ApprovedCopy
from booking.domain.copy_errors import FeedRefused
from booking.domain.copy_text import AdCopy, markdown
from booking.domain.draft_bytes import Encoding
from booking.domain.feed import FeedResult, cancel, feed
from booking.domain.feed_proof import prove
from booking.domain.issue_text import parse
from booking.domain.merge import Choice, ConflictKind
from booking.domain.region import Region
from booking.domain.region_edit import Run
from booking.domain.title_line import IssueFacts
from tests.support.drafts import COPY, EVENT, FOOTER, JOBS, SPONSOR, Draft, fed, strip_paid

OTHER = dataclasses.replace(SPONSOR, body="Ledgerline has a new schedule. It is longer than the old one:")
ONLY_SPONSOR = ApprovedCopy(sponsor=SPONSOR)
ONLY_JOBS = ApprovedCopy(jobs=JOBS)


def names(draft: bytes) -> list[str]:
    return [section.heading.name for section in parse(draft).sections]


def asked(result: FeedResult) -> list[tuple[Region, ConflictKind]]:
    return [(conflict.region, conflict.kind) for conflict in result.conflicts]


def test_every_block_stands_in_its_place_byte_for_byte() -> None:
    draft = Draft(items=1).bytes()
    result = feed(draft, ApprovedCopy(SPONSOR, (EVENT,), JOBS[:1]))
    text = draft.decode()
    top = f"From our sponsor, Ledgerline\n{'=' * 28}\n\n{markdown(SPONSOR)}\n\n\n"
    event = f"Sponsored event\n===============\n\n{markdown(EVENT)}\n\n\n"
    jobs = f"Jobs\n====\n\n{markdown(JOBS[0])}\n\n\n"
    expected = text.replace("News\n====", top + event + "News\n====").replace("Tools\n=====", jobs + "Tools\n=====")
    expected = expected.replace(FOOTER, f"{markdown(SPONSOR)}\n\n\n\n{FOOTER}")
    assert result.draft.decode() == expected
    assert result.changed
    assert result.warnings == ()
    assert result.carried == {
        (Region.SPONSOR, "booking-1"),
        (Region.FOOT, "booking-1"),
        (Region.EVENT, "booking-2"),
        (Region.JOBS, "booking-3"),
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("News", "Tools"), ("S", "News", "Jobs", "Tools")),
        (("News", "Talks", "Events", "Tools"), ("S", "News", "Talks", "Jobs", "Events", "Tools")),
        (("Events", "News", "Tools"), ("S", "Events", "News", "Jobs", "Tools")),
        (("Tools", "News"), ("S", "Tools", "News", "Jobs")),
        (("News", "Talks"), ("S", "News", "Jobs", "Talks")),
        (("Talks", "Tools"), ("S", "Talks", "Jobs", "Tools")),
        (("Talks",), ("S", "Talks", "Jobs")),
    ],
)
@pytest.mark.parametrize("marks", ["=", "##"])
def test_sections_come_in_their_order(before: tuple[str, ...], after: tuple[str, ...], marks: str) -> None:
    draft = Draft(before, marks=marks).bytes()
    assert tuple("S" if name.startswith("From") else name for name in names(fed(draft))) == after
    assert (b"## From our sponsor, Ledgerline\n\n" in fed(draft)) == (marks == "##")


def test_an_event_follows_a_sponsor_that_stands_last() -> None:
    draft = b"News\n====\n\nNote.\n\n\nFrom our sponsor, X\n===\n\nBuy.\n"
    assert names(feed(draft, ApprovedCopy(events=(EVENT,))).draft) == ["News", "From our sponsor, X", "Sponsored event"]
    assert names(feed(draft[:18], ApprovedCopy(events=(EVENT,))).draft) == ["Sponsored event", "News"]


def test_an_event_before_jobs_at_the_end_comes_and_goes_by_itself() -> None:
    draft = b"Sponsor\n=\n\nBuy things.\n"
    jobs = feed(draft, ONLY_JOBS)
    both = feed(jobs.draft, ApprovedCopy(events=(EVENT,), jobs=JOBS), jobs.base)
    assert names(both.draft) == ["Sponsor", "Sponsored event", "Jobs"]
    assert cancel(both.draft, both.base).draft == draft
    event = feed(both.draft, ApprovedCopy(events=(EVENT,)), both.base)
    assert event.draft == feed(draft, ApprovedCopy(events=(EVENT,))).draft
    assert cancel(event.draft, event.base).draft == draft


@pytest.mark.parametrize("gap", range(3))
@pytest.mark.parametrize("first", ["sponsor", "event"])
@pytest.mark.parametrize("last", ["sponsor", "event"])
def test_neighbours_come_and_go_in_any_order(gap: int, first: str, last: str) -> None:
    alone = {"sponsor": ONLY_SPONSOR, "event": ApprovedCopy(events=(EVENT,))}
    draft = f"Hello.\n{chr(10) * gap}News\n====\n\nNote.\n".encode()
    one = feed(draft, alone[first])
    both = feed(one.draft, ApprovedCopy(SPONSOR, (EVENT,)), one.base)
    left = feed(both.draft, alone[last], both.base)
    assert left.draft == feed(draft, alone[last]).draft
    for result in (one, both, left):
        assert cancel(result.draft, result.base).draft == draft


@pytest.mark.parametrize("choice", [Choice.ADOPT, Choice.REPLACE])
def test_an_event_leaves_no_gap_behind_below_a_sponsor_that_was_there_before(choice: Choice) -> None:
    draft = b"Hello.\n\n\nSponsor\n=======\n\nBuy.\n\nNews\n====\n\nNote.\n"
    both = feed(draft, ApprovedCopy(SPONSOR, (EVENT,)), {}, {Region.SPONSOR: choice})
    assert cancel(both.draft, both.base).draft == draft
    alone = feed(both.draft, ONLY_SPONSOR, both.base)
    assert alone.draft == feed(draft, ONLY_SPONSOR, {}, {Region.SPONSOR: choice}).draft


def test_blocks_that_the_editor_parted_or_removed_are_no_neighbours() -> None:
    draft = b"News\n====\n\nNote.\n\n\nTools\n=====\n\nNote.\n"
    both = feed(draft, ApprovedCopy(SPONSOR, (EVENT,)))
    event, sponsor = f"Sponsored event\n===============\n\n{markdown(EVENT)}\n\n\n".encode(), ApprovedCopy(SPONSOR)
    removed = both.draft.replace(event, b"")
    assert feed(removed, ApprovedCopy(events=(EVENT,)), both.base, {Region.EVENT: Choice.NOT_RUN}).draft == draft
    moved = removed.replace(b"Tools\n", event + b"Tools\n")
    assert feed(moved, sponsor, both.base).draft == feed(draft, sponsor).draft


@pytest.mark.parametrize("above", range(8))
@pytest.mark.parametrize("gap", range(8))
def test_gaps_are_made_up_and_never_taken_away(above: int, gap: int) -> None:
    head, blank, foot = "Hello.", "\n" * above, "\n" * gap
    draft = f"{head}\n{blank}News\n====\n\nNote.\n{foot}{FOOTER}\n".encode()
    text = fed(draft).decode()
    before, _, after = text.partition("From our sponsor, Ledgerline")
    assert before == f"Hello.\n{chr(10) * 2}"
    assert f"\n{chr(10) * max(2, above - 2)}News\n====" in after
    assert text.count(f"\n{chr(10) * 3}{markdown(SPONSOR)}\n{chr(10) * max(3, gap - 3)}{FOOTER}") == 1
    assert cancel(text.encode(), feed(draft, COPY).base).draft == draft


@pytest.mark.parametrize(("head", "lead"), [("", ""), ("---\na: b\n---\n", "\n"), ("---\na: b\n---\n\n", "")])
def test_an_issue_without_intro_starts_with_the_sponsor(head: str, lead: str) -> None:
    draft = f"{head}News\n====\n\nNote.\n".encode()
    assert feed(draft, ONLY_SPONSOR).draft.decode().startswith(f"{head}{lead}From our sponsor")


def test_a_file_without_a_newline_at_its_end_keeps_it_so() -> None:
    draft = b"News\n====\n\nNote."
    result = feed(draft, ONLY_JOBS)
    assert result.draft.endswith(b"(mailto:jobs@museum.example)")
    assert cancel(result.draft, result.base).draft == draft


def test_a_footer_that_touches_the_last_section_is_kept_apart() -> None:
    draft = f"News\n====\n\nNote.\n{FOOTER}".encode()
    assert f"\n\n{FOOTER}".encode() in feed(draft, ONLY_JOBS).draft


def test_without_a_footer_the_sponsor_stands_at_the_top_only() -> None:
    result = feed(Draft(footer=False).bytes(), COPY)
    assert result.draft.count(markdown(SPONSOR).encode()) == 1
    assert result.warnings == ("The draft has no footer, so the sponsor stands at the top only.",)


def test_no_copy_means_no_heading() -> None:
    draft = Draft().bytes()
    result = feed(draft, ApprovedCopy())
    assert (result.draft, result.changed, dict(result.base)) == (draft, False, {})


def test_a_house_ad_is_flagged() -> None:
    result = feed(Draft().bytes(), ApprovedCopy(SPONSOR, house=True, label_foot=True))
    assert names(result.draft)[0] == "House ad: Ledgerline"
    assert result.warnings == ("The sponsor's place carries the house ad.",)
    assert b"Sponsored by" not in result.draft
    paid = feed(result.draft, ONLY_SPONSOR, result.base)
    assert names(paid.draft)[0] == "From our sponsor, Ledgerline"


def test_the_foot_can_be_labelled() -> None:
    draft = Draft().bytes()
    result = feed(draft, dataclasses.replace(ONLY_SPONSOR, label_foot=True))
    assert f"\n\n\n\nSponsored by Ledgerline:\n\n{markdown(SPONSOR)}\n\n\n\n{FOOTER}".encode() in result.draft
    plain = feed(result.draft, ONLY_SPONSOR, result.base)
    assert plain.draft == feed(draft, ONLY_SPONSOR).draft


def test_an_issue_without_sections_is_refused() -> None:
    with pytest.raises(FeedRefused, match="no section heading"):
        feed(b"Only words.\n", COPY)
    with pytest.raises(FeedRefused, match="no section heading"):
        feed(b"Only words.\n", ONLY_JOBS)


def test_two_sections_of_one_kind_are_refused_only_where_it_matters() -> None:
    draft = b"News\n====\n\nSponsor\n=======\n\na\n\nSponsor\n=======\n\nb\n"
    with pytest.raises(FeedRefused, match=r"lines 4 and 9"):
        feed(draft, COPY)
    assert feed(draft, ONLY_JOBS).changed


def test_what_is_not_one_issue_is_refused() -> None:
    with pytest.raises(FeedRefused, match="below the footer on line 4"):
        feed(f"News\n====\n\n{FOOTER}\n\nTools\n=====\n".encode(), COPY)
    for draft, word in ((b"\n" * 20_001, "20,001 lines"), (b"News\n====\n" * 1001, "1,001 sections")):
        with pytest.raises(FeedRefused, match=word):
            feed(draft, COPY)
        with pytest.raises(FeedRefused, match=word):
            cancel(draft, {})


def test_hostile_copy_is_refused_by_name() -> None:
    with pytest.raises(FeedRefused, match=r"copy of Ledgerline .* Line 1 starts with “#”"):
        feed(Draft().bytes(), ApprovedCopy(dataclasses.replace(SPONSOR, body="# Mine")))
    with pytest.raises(FeedRefused, match="copy of an ad"):
        feed(Draft().bytes(), ApprovedCopy(jobs=(AdCopy("", "----", ""),)))


def test_an_issue_that_would_be_too_large_is_refused() -> None:
    for body in ("long " * 450_000, "long\n\n" * 10_000):
        with pytest.raises(FeedRefused, match="over 2,097,152 bytes or 20,000 lines"):
            feed(Draft().bytes(), ApprovedCopy(jobs=(dataclasses.replace(JOBS[0], body=body),)))


def test_copy_that_reads_as_something_else_is_refused() -> None:
    # The check at submit knows this name; the feed must find out by itself.
    draft = Draft(marks="##").bytes()
    with pytest.raises(FeedRefused, match="read back"):
        feed(draft, ApprovedCopy(dataclasses.replace(SPONSOR, name="Sharp #")))


def test_a_stored_base_of_something_else_is_refused() -> None:
    for stored in (b"words", b"[]", b'{"other": 1}'):
        with pytest.raises(FeedRefused, match="cannot be read back"):
            feed(Draft().bytes(), COPY, {Region.JOBS: stored})


def test_the_base_may_be_stored_as_text() -> None:
    once = feed(Draft().bytes(), COPY)
    base = {region: stored.decode() for region, stored in once.base.items()}
    assert not feed(once.draft, COPY, base).changed
    edited = once.draft.replace(b"by hand", b"by foot")
    assert feed(edited, COPY, base).base == once.base


# none | present


HAND = (
    b"Hello.\n\n\nSponsor\n======\n\nBuy things.\n\n\nNews\n====\n\nNote.\n\n\n"
    b"Jobs\n====\n\nWork here.\n\n\nTools\n=====\n\nx\n"
)


def test_hand_written_text_is_asked_about_and_left() -> None:
    result = feed(HAND, COPY)
    assert asked(result) == [
        (Region.SPONSOR, ConflictKind.HAND_WRITTEN),
        (Region.JOBS, ConflictKind.HAND_WRITTEN),
    ]
    sponsor, jobs = result.conflicts
    assert (result.draft, result.changed, dict(result.base)) == (HAND, False, {})
    assert (sponsor.base, sponsor.theirs) == ("", "Sponsor\n======\n\nBuy things.")
    assert sponsor.ours.startswith("From our sponsor, Ledgerline\n====")
    assert sponsor.choices == (Choice.ADOPT, Choice.REPLACE)
    assert jobs.choices == (Choice.ADOPT, Choice.APPEND, Choice.REPLACE)
    assert "Choose one of: adopt or append or replace." in str(jobs)
    assert all(choice.label for choice in Choice)


@pytest.mark.parametrize(
    "heading",
    ["Sponsors", "Our sponsor", "This week's sponsor", "Sponsored by Tin", "A word from our sponsor", "SPONSOR: Tin"],
)
def test_a_sponsor_by_another_heading_is_not_given_a_second_one_above(heading: str) -> None:
    draft = Draft().text().replace("News\n====", f"{heading}\n=====\n\nBuy tin.\n\n\nNews\n====").encode()
    assert asked(feed(draft, ONLY_SPONSOR)) == [(Region.SPONSOR, ConflictKind.HAND_WRITTEN)]


@pytest.mark.parametrize("heading", ["Sponsor a bench", "How to sponsor a tool", "Sponsorship"])
def test_a_heading_about_sponsoring_is_no_sponsor(heading: str) -> None:
    draft = Draft(sections=("News", heading)).bytes()
    assert not feed(draft, ONLY_SPONSOR).conflicts


def test_an_answer_that_does_not_fit_is_no_answer() -> None:
    assert len(feed(HAND, COPY, {}, {Region.SPONSOR: Choice.APPEND, Region.JOBS: Choice.KEEP}).conflicts) == 2


def test_adopted_text_stays_until_other_copy_is_approved() -> None:
    adopted = feed(HAND, ONLY_SPONSOR, {}, {Region.SPONSOR: Choice.ADOPT})
    assert (adopted.changed, adopted.carried) == (False, frozenset())
    assert not feed(HAND, ONLY_SPONSOR, adopted.base).conflicts
    changed = feed(HAND, ApprovedCopy(OTHER), adopted.base)
    assert b"new schedule" in changed.draft
    assert b"Buy things" not in changed.draft
    assert cancel(changed.draft, changed.base).draft == HAND


def test_replaced_text_comes_back_with_cancel_and_goes_with_the_copy() -> None:
    result = feed(HAND, ONLY_SPONSOR, {}, {Region.SPONSOR: Choice.REPLACE})
    assert b"Buy things" not in result.draft
    assert cancel(result.draft, result.base).draft == HAND
    assert feed(result.draft, ApprovedCopy(), result.base).draft == HAND.replace(
        b"Sponsor\n======\n\nBuy things.\n\n\n", b""
    )


def test_an_ad_among_items_is_replaced_without_the_item_below_it() -> None:
    draft = b"## News\n\n### Sponsor\n\nTin.\n\n### A note\n\nRead it.\n\n## Tools\n\nOne.\n"
    result = feed(draft, ONLY_SPONSOR, {}, {Region.SPONSOR: Choice.REPLACE})
    ours = f"### From our sponsor, Ledgerline\n\n{markdown(SPONSOR)}\n\n### A note\n\nRead it.\n".encode()
    assert ours in result.draft
    assert cancel(result.draft, result.base).draft == draft
    event = feed(draft, ApprovedCopy(events=(EVENT,)))
    assert b"Tin.\n\n\n### Sponsored event\n\n" in event.draft
    assert cancel(event.draft, event.base).draft == draft


def test_appended_jobs_follow_the_editors_own() -> None:
    result = feed(HAND, ONLY_JOBS, {}, {Region.JOBS: Choice.APPEND})
    jobs = f"Jobs\n====\n\nWork here.\n\n\n{markdown(JOBS[0])}\n\n\n{markdown(JOBS[1])}\n\n\nTools"
    assert jobs.encode() in result.draft
    fewer = feed(result.draft, ApprovedCopy(jobs=JOBS[:1]), result.base)
    assert f"Work here.\n\n\n{markdown(JOBS[0])}\n\n\nTools".encode() in fewer.draft
    assert feed(fewer.draft, ApprovedCopy(), fewer.base).draft == HAND
    assert cancel(fewer.draft, fewer.base).draft == HAND


def test_the_approved_text_typed_by_hand_is_taken_as_it_stands() -> None:
    published = fed(Draft().bytes()).replace(b"From our sponsor, Ledgerline", b">From our sponsor, Ledgerline")
    result = feed(published, COPY)
    assert (result.changed, result.conflicts) == (False, ())
    assert len(result.carried) == 4


def test_text_that_nobody_booked_is_left_with_a_warning() -> None:
    result = feed(HAND, ApprovedCopy())
    assert not result.changed
    assert [warning.split(" region")[0] for warning in result.warnings] == [
        "The draft has text in the sponsor",
        "The draft has text in the jobs",
    ]


def test_a_replaced_block_at_the_end_takes_its_gap_with_it() -> None:
    draft = b"News\n====\n\nNote.\n\n\nJobs\n====\n\nWork here."
    result = feed(draft, ONLY_JOBS, {}, {Region.JOBS: Choice.REPLACE})
    assert cancel(result.draft, result.base).draft == draft
    assert feed(result.draft, ApprovedCopy(), result.base).draft == b"News\n====\n\nNote."


def test_a_foot_known_only_by_its_words_is_replaced_with_its_sponsor() -> None:
    words = "Buy things.\n\n[http://a.example](http://a.example)"
    draft = f"Hello.\n\nSponsor\n======\n\n{words}\n\n\nNews\n====\n\nNote.\n\n\n{words}\n\n\n{FOOTER}\n".encode()
    both = {Region.SPONSOR: Choice.REPLACE, Region.FOOT: Choice.REPLACE}
    assert [conflict.region for conflict in feed(draft, ONLY_SPONSOR).conflicts] == list(both)
    result = feed(draft, ONLY_SPONSOR, {}, both)
    assert b"Buy things" not in result.draft
    assert result.draft.count(markdown(SPONSOR).encode()) == 2
    assert cancel(result.draft, result.base).draft == draft


# equal | present


def test_our_own_text_is_replaced_and_removed_freely() -> None:
    draft = Draft().bytes()
    once = feed(draft, COPY)
    other = feed(once.draft, ApprovedCopy(OTHER, (), JOBS[:1]), once.base)
    assert other.draft == fed(draft, ApprovedCopy(OTHER, (), JOBS[:1]))
    none = feed(other.draft, ApprovedCopy(), other.base)
    assert (none.draft, dict(none.base)) == (draft, {})


def test_a_heading_that_names_the_same_sponsor_keeps_its_bytes() -> None:
    draft = b">From our sponsor, Ledgerline\n===\n\nOld words.\n\n\nNews\n====\n\nNote.\n"
    result = feed(draft, ONLY_SPONSOR, {}, {Region.SPONSOR: Choice.REPLACE})
    assert result.draft.startswith(b">From our sponsor, Ledgerline\n===\n\nRotating")


def test_jobs_keep_their_place() -> None:
    draft = b"Jobs\n----\n\nOld.\n\n\nNews\n====\n\nNote.\n\n\nTools\n=====\n"
    result = feed(draft, ONLY_JOBS, {}, {Region.JOBS: Choice.REPLACE})
    assert names(result.draft) == ["Jobs", "News", "Tools"]
    assert result.draft.startswith(b"Jobs\n----\n\nHarbour")


# differs | present


@pytest.mark.parametrize("region", [Region.SPONSOR, Region.JOBS, Region.FOOT])
def test_edited_text_is_asked_about(region: Region) -> None:
    draft = Draft().bytes()
    once = feed(draft, COPY)
    head, _, tail = once.draft.partition(b"by hand") if region is Region.SPONSOR else once.draft.rpartition(b"by hand")
    edited = once.draft.replace(b"awake", b"alive") if region is Region.JOBS else head + b"by foot" + tail
    result = feed(edited, COPY, once.base)
    assert asked(result) == [(region, ConflictKind.EDITED)]
    conflict = result.conflicts[0]
    assert conflict.base == conflict.ours != conflict.theirs
    kept = feed(edited, COPY, once.base, {region: Choice.KEEP})
    assert (kept.draft, kept.changed) == (edited, False)
    assert len(kept.carried) == 3
    assert not feed(edited, COPY, kept.base).conflicts
    assert feed(edited, COPY, once.base, {region: Choice.OVERWRITE}).draft == once.draft


def test_an_edit_that_was_kept_is_asked_about_again_when_the_copy_changes() -> None:
    once = feed(Draft().bytes(), ONLY_SPONSOR)
    edited = once.draft.replace(b"by hand", b"by foot", 1)
    kept = feed(edited, ONLY_SPONSOR, once.base, {Region.SPONSOR: Choice.KEEP})
    result = feed(edited, ApprovedCopy(OTHER), kept.base)
    assert asked(result) == [(Region.SPONSOR, ConflictKind.EDITED)]
    assert result.conflicts[0].base in once.draft.decode()


def test_an_edit_that_is_the_new_copy_is_taken() -> None:
    once = feed(Draft().bytes(), ONLY_SPONSOR)
    other = ApprovedCopy(OTHER)
    by_hand = once.draft.replace(markdown(SPONSOR).encode(), markdown(OTHER).encode())
    result = feed(by_hand, other, once.base)
    assert (result.changed, result.conflicts, len(result.carried)) == (False, (), 2)


def test_edited_text_whose_booking_is_gone_is_kept_or_removed() -> None:
    draft = Draft().bytes()
    once = feed(draft, ONLY_JOBS)
    edited = once.draft.replace(b"awake", b"alive")
    assert asked(feed(edited, ApprovedCopy(), once.base)) == [(Region.JOBS, ConflictKind.EDITED)]
    kept = feed(edited, ApprovedCopy(), once.base, {Region.JOBS: Choice.KEEP})
    assert (kept.draft, dict(kept.base)) == (edited, {})
    assert feed(edited, ApprovedCopy(), once.base, {Region.JOBS: Choice.OVERWRITE}).draft == draft


def test_a_foot_with_edited_gaps_is_still_ours() -> None:
    once = feed(Draft().bytes(), ONLY_SPONSOR)
    narrow = once.draft.replace(b"\n\n\n\n" + markdown(SPONSOR).encode(), b"\n\n\n" + markdown(SPONSOR).encode())
    assert not feed(narrow, ONLY_SPONSOR, once.base).changed
    head, _, tail = narrow.replace(b"\n\n\n\n" + FOOTER.encode(), b"\n\n\n" + FOOTER.encode()).rpartition(b"by hand")
    edited = head + b"by foot" + tail
    assert asked(feed(edited, ONLY_SPONSOR, once.base)) == [(Region.FOOT, ConflictKind.EDITED)]


def test_a_foot_whose_footer_was_removed_goes_with_the_feed() -> None:
    once = feed(Draft().bytes(), ONLY_SPONSOR)
    without = once.draft[: once.draft.index(FOOTER.encode())]
    result = feed(without, ONLY_SPONSOR, once.base)
    assert result.draft.count(markdown(SPONSOR).encode()) == 1
    assert Region.FOOT not in result.base


# present | none


def test_removed_text_is_asked_about() -> None:
    draft = Draft().bytes()
    once = feed(draft, COPY)
    without_jobs = cancel(once.draft, {Region.JOBS: once.base[Region.JOBS]}).draft
    result = feed(without_jobs, COPY, once.base)
    assert asked(result) == [(Region.JOBS, ConflictKind.REMOVED)]
    assert result.conflicts[0].choices == (Choice.INSERT, Choice.NOT_RUN)
    again = feed(without_jobs, COPY, once.base, {Region.JOBS: Choice.INSERT})
    assert (again.draft, again.not_run) == (once.draft, frozenset())


def test_what_is_marked_as_not_run_stays_out_and_is_never_counted() -> None:
    once = feed(Draft().bytes(), COPY)
    without_jobs = cancel(once.draft, {Region.JOBS: once.base[Region.JOBS]}).draft
    marked = feed(without_jobs, COPY, once.base, {Region.JOBS: Choice.NOT_RUN})
    assert (marked.draft, marked.not_run) == (without_jobs, frozenset({Region.JOBS}))
    assert not any(region is Region.JOBS for region, _ in marked.carried)
    later = feed(without_jobs, COPY, marked.base)
    assert (later.changed, later.not_run) == (False, frozenset({Region.JOBS}))
    assert asked(feed(without_jobs, ApprovedCopy(SPONSOR, (), JOBS[:1]), marked.base)) == [
        (Region.JOBS, ConflictKind.REMOVED)
    ]
    assert asked(feed(once.draft.replace(b"awake", b"alive"), COPY, marked.base)) == [
        (Region.JOBS, ConflictKind.HAND_WRITTEN)
    ]
    assert dict(feed(without_jobs, ONLY_SPONSOR, marked.base).base).keys() == {Region.SPONSOR, Region.FOOT}


def test_removed_text_whose_booking_is_gone_is_forgotten() -> None:
    draft = Draft().bytes()
    once = feed(draft, COPY)
    result = feed(draft, ApprovedCopy(), once.base)
    assert (result.draft, dict(result.base), result.conflicts) == (draft, {}, ())


def test_a_removed_foot_is_not_mistaken_for_the_last_item() -> None:
    once = feed(Draft().bytes(), ONLY_SPONSOR)
    without = cancel(once.draft, {Region.FOOT: once.base[Region.FOOT]}).draft
    assert asked(feed(without, ONLY_SPONSOR, once.base)) == [(Region.FOOT, ConflictKind.REMOVED)]
    long = without.replace(b"\n\n\n" + FOOTER.encode(), b"\n\n\n" + b"word " * 400 + b"\n\n\n" + FOOTER.encode())
    assert asked(feed(long, ONLY_SPONSOR, once.base)) == [(Region.FOOT, ConflictKind.REMOVED)]
    bare = f"News\n====\n\n\n{FOOTER}\n".encode()
    assert asked(feed(bare, ONLY_SPONSOR, {Region.FOOT: once.base[Region.FOOT]})) == [
        (Region.FOOT, ConflictKind.REMOVED)
    ]


# cancel


def test_cancelling_edited_text_asks_first() -> None:
    once = feed(Draft().bytes(), ONLY_JOBS)
    edited = once.draft.replace(b"awake", b"alive")
    result = cancel(edited, once.base)
    assert asked(result) == [(Region.JOBS, ConflictKind.EDITED)]
    assert (result.draft, result.base) == (edited, once.base)
    assert cancel(edited, once.base, {Region.JOBS: Choice.KEEP}).draft == edited
    assert cancel(edited, once.base, {Region.JOBS: Choice.OVERWRITE}).draft == Draft().bytes()


def test_cancel_takes_only_the_newlines_that_are_left() -> None:
    once = feed(Draft().bytes(), ONLY_SPONSOR)
    tight = once.draft.replace(b"\n\n\nNews\n", b"\nNews\n")
    assert b"letter one" not in cancel(tight, once.base).draft
    assert names(cancel(tight, once.base).draft) == ["News", "Tools"]


# the proof


def test_a_feed_that_touches_other_text_is_not_let_through() -> None:
    document = parse(Draft().bytes())
    outcome = Run(parse(Draft().bytes().replace(b"quiet", b"loud")), {})
    with pytest.raises(FeedRefused, match="change text outside the ads"):
        prove(document, {}, outcome, ApprovedCopy())


def test_a_feed_that_a_second_one_would_change_is_not_let_through() -> None:
    document = parse(Draft().bytes())
    with pytest.raises(FeedRefused, match="twice"):
        prove(document, {}, Run(document, {}), COPY)


# the rest


def test_title_file_and_schedule_are_compared() -> None:
    facts = IssueFacts(82, date(2020, 2, 2), "letter-82.md")
    assert feed(Draft().bytes(), COPY, facts=facts).warnings == ("The title says issue 81, but this is issue 82.",)


@pytest.mark.parametrize("encoding", [Encoding(crlf=True), Encoding(bom=True), Encoding(True, True)])
def test_a_file_keeps_its_mark_and_newlines(encoding: Encoding) -> None:
    draft = Draft(encoding=encoding)
    result = feed(draft.bytes(), COPY)
    assert result.draft == encoding.encode(fed(Draft().bytes()).decode())
    assert cancel(result.draft, result.base).draft == draft.bytes()


def test_a_published_issue_stripped_and_fed_again_is_itself() -> None:
    published = fed(Draft().bytes())
    assert strip_paid(published) == Draft().bytes()
    assert fed(strip_paid(published)) == published


def test_stripped_of_mail_quoting_only_the_two_heading_lines_differ() -> None:
    published = fed(Draft().bytes())
    mailed = published.replace(
        b"From our sponsor, Ledgerline\n" + b"=" * 28, b">From our sponsor, Ledgerline\n" + b"=" * 23
    )
    again = fed(strip_paid(mailed)).splitlines()
    different = [number for number, (old, new) in enumerate(zip(mailed.splitlines(), again, strict=True)) if old != new]
    assert [again[number] for number in different] == [b"From our sponsor, Ledgerline", b"=" * 28]
