"""What holds for every draft and every copy: the feed writes exactly, or refuses and writes nothing."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from booking.domain.blocks import ApprovedCopy
from booking.domain.copy_errors import DraftRefused, FeedRefused
from booking.domain.draft_bytes import Encoding
from booking.domain.feed import FeedResult, cancel, feed
from booking.domain.issue_text import join, parse
from booking.domain.merge import Choice, ConflictKind
from booking.domain.region import Region
from tests.support import draft_strategies as some

often = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


def accepted(draft: bytes, copy: ApprovedCopy, choices: Mapping[Region, Choice]) -> FeedResult:
    """The feed's result, or an end to this example when the draft or the copy was refused with a reason."""
    result, refusal = None, ""
    try:
        result = feed(draft, copy, {}, choices)
    except (DraftRefused, FeedRefused) as refused:
        refusal = str(refused)
    assert result or refusal.endswith(".")
    assume(result)
    assert result
    if result.conflicts:
        assert result.draft == draft
        assert not result.changed
    return result


@given(some.drafts | st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@often
def test_parse_then_join_is_the_identity(draft: bytes) -> None:
    try:
        document = parse(draft)
    except DraftRefused:
        return
    assert join(document) == draft
    assert "".join(part.text for part in document.parts) == document.text


@given(some.drafts, some.copies, some.choices)
@often
def test_feeding_twice_is_feeding_once(draft: bytes, copy: ApprovedCopy, choices: dict[Region, Choice]) -> None:
    once = accepted(draft, copy, choices)
    assume(not once.conflicts)
    twice = feed(once.draft, copy, once.base)
    assert (twice.draft, twice.changed, twice.conflicts) == (once.draft, False, ())
    assert twice.base == once.base


@given(some.drafts, some.copies, some.choices)
@often
def test_cancelling_a_feed_gives_the_original_bytes(
    draft: bytes, copy: ApprovedCopy, choices: dict[Region, Choice]
) -> None:
    result = accepted(draft, copy, choices)
    assume(not result.conflicts)
    assert cancel(result.draft, result.base).draft == draft


@given(some.drafts, st.lists(some.copies, min_size=2, max_size=4), some.choices)
@often
def test_any_series_of_feeds_can_be_cancelled(
    draft: bytes, series: list[ApprovedCopy], choices: dict[Region, Choice]
) -> None:
    """Only what was hand-written and then given up on the way (replaced, and no longer wanted) is gone for good."""
    assume(not any(choice in (Choice.REPLACE, Choice.ADOPT) for choice in choices.values()))
    current, base = draft, dict[Region, bytes]()
    for copy in series:
        try:
            result = feed(current, copy, base, choices)
        except (DraftRefused, FeedRefused):
            assume(False)
        assume(not result.conflicts)
        current, base = result.draft, dict(result.base)
    assert cancel(current, base).draft == draft


@given(some.texts, some.encodings, some.copies, some.choices)
@often
def test_newlines_and_mark_of_the_file_make_no_difference(
    text: str, encoding: Encoding, copy: ApprovedCopy, choices: dict[Region, Choice]
) -> None:
    plain = accepted(Encoding().encode(text), copy, choices)
    other = accepted(encoding.encode(text), copy, choices)
    assert parse(other.draft).text == parse(plain.draft).text
    assert other.base == plain.base


@given(some.drafts, some.hostile_copies)
@often
def test_hostile_copy_never_changes_bytes_outside_the_regions(draft: bytes, copy: ApprovedCopy) -> None:
    """Refusing attacks and proving the result each hold this alone: it fails without both of them."""
    result = accepted(draft, copy, {})
    assume(not result.conflicts)
    assert cancel(result.draft, result.base).draft == draft


@given(some.drafts, some.copies, some.choices)
@often
def test_the_editor_is_asked_only_what_they_can_answer(
    draft: bytes, copy: ApprovedCopy, choices: dict[Region, Choice]
) -> None:
    result = accepted(draft, copy, {})
    for conflict in result.conflicts:
        assert conflict.kind is ConflictKind.HAND_WRITTEN
        assert conflict.choices
        assert str(conflict).count(".") == 2
    answers = {conflict.region: conflict.choices[0] for conflict in result.conflicts}
    assert accepted(draft, copy, answers).conflicts == ()
