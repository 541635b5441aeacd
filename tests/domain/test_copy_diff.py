"""Differences add up to the texts they come from."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from booking.domain.copy_diff import Change, Piece, three_way, unified_diff, word_diff
from booking.domain.merge import Conflict, ConflictKind
from booking.domain.region import Region


@given(st.text(), st.text())
def test_kept_and_removed_are_the_old_text_and_kept_and_added_the_new(old: str, new: str) -> None:
    pieces = word_diff(old, new)
    assert "".join(piece.text for piece in pieces if piece.change is not Change.ADDED) == old
    assert "".join(piece.text for piece in pieces if piece.change is not Change.REMOVED) == new


def test_whole_words_change() -> None:
    assert word_diff("by hand, now", "by foot, now") == (
        Piece(Change.SAME, "by "),
        Piece(Change.REMOVED, "hand"),
        Piece(Change.ADDED, "foot"),
        Piece(Change.SAME, ", now"),
    )


def test_neighbouring_words_change_together() -> None:
    assert [piece.text for piece in word_diff("It pays more than others.", "It pays twice a month.")] == [
        "It pays ",
        "more than others",
        "twice a month",
        ".",
    ]


def test_long_texts_are_compared_by_line() -> None:
    old = "".join(f"line {number} of many\n" for number in range(1000))
    pieces = word_diff(old, old.replace("line 500 of", "row 500 of"))
    assert [piece.text for piece in pieces if piece.change is not Change.SAME] == [
        "line 500 of many\n",
        "row 500 of many\n",
    ]


def test_a_conflict_shows_what_each_side_made_of_the_base() -> None:
    view = three_way(Conflict(Region.SPONSOR, ConflictKind.EDITED, base="old", theirs="hand", ours="new"))
    assert [piece.text for piece in view.theirs] == ["old", "hand"]
    assert [piece.text for piece in view.ours] == ["old", "new"]


def test_texts_that_share_chance_words_alone_are_shown_whole() -> None:
    old, new = "A friend needs help with a museum's mail.", "Timetable engineer at a railway. Leeds, with a garden."
    assert word_diff(old, new) == (Piece(Change.REMOVED, old), Piece(Change.ADDED, new))


def test_without_a_feed_the_approved_text_stands_against_the_drafts() -> None:
    kind = ConflictKind.HAND_WRITTEN
    alike = three_way(Conflict(Region.JOBS, kind, base="", theirs="We hire two people.", ours="We hire ten people."))
    assert [piece.text for piece in alike.ours] == ["We hire ", "two", "ten", " people."]
    unlike = three_way(Conflict(Region.JOBS, kind, base="", theirs="We hire.", ours="An engineer is wanted in Leeds."))
    assert unlike.theirs == (Piece(Change.SAME, "We hire."),)
    assert unlike.ours == (Piece(Change.SAME, "An engineer is wanted in Leeds."),)


def test_only_newlines_end_a_line_of_a_file() -> None:
    assert unified_diff("a\u2028b\x0cc\n".encode(), b"", "draft.md").splitlines()[3:] == ["-a", "b", "c"]
    assert unified_diff("a\u2028b\n".encode(), b"c\n", "x").count("No newline") == 0


def test_a_files_change_reads_like_diff() -> None:
    assert unified_diff(b"a\nb\n", b"a\nc", "draft.md") == (
        "--- a/draft.md\n+++ b/draft.md\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n\\ No newline at end of file\n"
    )
    assert unified_diff(b"a\xff", b"a\xff", "draft.md") == ""
