"""What the editor runs on a Saturday, with its exit codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking.services import freezing
from booking.services.copywriting import Words
from tests.support import at
from tests.support.copy import approved, confirmed, editor_by
from tests.support.drafts import Draft
from tests.support.factories import NOW, choice, make_editor, make_issue, make_order

Run = Callable[..., Result]
Database = scoped_session[Session]
DRAFT = Draft(number=500).text().encode()


@pytest.fixture(autouse=True)
def _in_march() -> Iterator[None]:
    with at(NOW):
        yield


@pytest.fixture
def run(app: Flask) -> Run:
    def run(*arguments: object) -> Result:
        return app.test_cli_runner().invoke(args=["issue", *map(str, arguments)])

    return run


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    file = tmp_path / "500.md"
    file.write_bytes(DRAFT)
    return file


@pytest.fixture
def _sponsored(session: Database) -> None:
    (booking,) = confirmed(make_order())
    approved(booking, by=editor_by(make_editor()))


pytestmark = pytest.mark.usefixtures("_sponsored")


def test_the_draft_is_fed_and_a_second_run_changes_nothing(run: Run, draft: Path) -> None:
    assert run("feed", 500, draft).exit_code == 0
    fed = draft.read_bytes()
    assert fed.count(b"Ledgerline rotates the credentials") == 2
    modified = draft.stat().st_mtime_ns
    assert run("feed", 500, draft).exit_code == 0
    assert draft.read_bytes() == fed
    assert draft.stat().st_mtime_ns == modified


def test_check_says_by_its_exit_code_whether_the_file_would_change(run: Run, draft: Path) -> None:
    assert run("feed", 500, draft, "--check").exit_code == 1
    assert draft.read_bytes() == DRAFT
    run("feed", 500, draft)
    assert run("feed", 500, draft, "--check").exit_code == 0


def test_diff_shows_the_change_and_makes_none(run: Run, draft: Path) -> None:
    result = run("diff", 500, draft)
    assert result.exit_code == 0
    assert "+From our sponsor, Ledgerline" in result.output
    assert draft.read_bytes() == DRAFT


def test_cancelling_puts_the_file_back(run: Run, draft: Path) -> None:
    run("feed", 500, draft)
    assert run("cancel", 500, draft).exit_code == 0
    assert draft.read_bytes() == DRAFT


def test_a_conflict_exits_with_3_changes_nothing_and_can_be_answered(run: Run, draft: Path) -> None:
    run("feed", 500, draft)
    edited = draft.read_bytes().replace(b"rotates the credentials", b"rotates all credentials", 1)
    draft.write_bytes(edited)
    result = run("feed", 500, draft)
    assert result.exit_code == 3
    assert "sponsor region was edited" in result.output
    assert draft.read_bytes() == edited
    answered = run("feed", 500, draft, "--choose", "sponsor=overwrite")
    assert answered.exit_code == 0, answered.output
    assert b"rotates all" not in draft.read_bytes()


def test_a_draft_that_cannot_be_used_exits_with_2_untouched(run: Run, draft: Path) -> None:
    for content, sentence in (
        (b"caf\xe9\n", "not UTF-8"),
        (b"a\r\nb\n", "mixes line endings"),
        (b"h2. News\n\nwords\n", "Textile"),
        (b"\x89PNG\0\0", "binary"),
        (b"Words, and no section.\n", "no section"),
        (b"", "no section"),
    ):
        draft.write_bytes(content)
        result = run("feed", 500, draft)
        assert result.exit_code == 2, content
        assert sentence in result.output
        assert len(result.output.strip().splitlines()) == 1
        assert draft.read_bytes() == content


def test_a_missing_file_and_an_unknown_issue_are_sentences(run: Run, draft: Path) -> None:
    missing = run("feed", 500, draft.with_name("none.md"))
    assert missing.exit_code == 2
    assert "There is no file" in missing.output
    unknown = run("feed", 9999, draft)
    assert unknown.exit_code == 2
    assert "There is no such issue" in unknown.output


def test_what_is_no_number_of_an_issue_is_a_usage_error(run: Run, draft: Path) -> None:
    for number in ("475.5", "-1", "9" * 25):
        assert "Invalid value for 'NUMBER'" in refused(run("feed", "--", number, draft)), number


def test_an_address_that_cannot_be_kept_is_refused(run: Run) -> None:
    run("freeze", 500)
    for address in ("http://[", "javascript:alert(1)", "https://quietpager.example/" + "a" * 500):
        assert "is not a web address" in refused(run("sent", 500, address)), address


def refused(result: Result) -> str:
    assert result.exit_code == 2, result.output
    return result.output


def test_an_answer_that_is_none_is_a_usage_error(run: Run, draft: Path) -> None:
    assert run("feed", 500, draft, "--choose", "sponsor=perhaps").exit_code == 2


def test_an_issue_is_frozen_opened_again_and_sent(run: Run, draft: Path) -> None:
    assert "with 1 ad." in run("freeze", 500).output
    assert "Issue 500 is closed for changes already." in refused(run("freeze", 500))
    assert run("unfreeze", 500).exit_code == 2
    assert "Write a reason. It stands in the log." in refused(run("unfreeze", 500, "--reason", " "))
    assert run("unfreeze", 500, "--reason", "A typo.").exit_code == 0
    assert "Issue 500 is on sale." in refused(run("unfreeze", 500, "--reason", "Again."))
    assert "It is frozen first and sent then." in refused(run("sent", 500))
    run("freeze", 500)
    assert run("feed", 500, draft).exit_code == 0
    assert "1 booking ran." in run("sent", 500, "https://quietpager.example/500").output
    assert run("feed", 500, draft).exit_code == 2


def test_status_lists_what_runs_and_what_is_missing(run: Run, draft: Path, session: Database) -> None:
    make_issue(501)
    confirmed(make_order(choice(501)))
    assert "Title: THE QUIET PAGER ISSUE \\#500 - 8th March 2026 " in run("status", 500, draft).output
    assert "Sponsor: Ledgerline (booking" in run("status", 500, draft).output
    assert f"{draft} would change." in run("status", 500, draft).output
    assert "Missing: Sponsor of Ledgerline" in run("status", 501).output


def test_a_frozen_issue_feeds_what_it_froze_with(run: Run, draft: Path, session: Database) -> None:
    (booking,) = confirmed(make_order(choice(501)))
    freezing.freeze(500, editor_by(make_editor("second@quietpager.example")))
    approved(
        booking, by=editor_by(make_editor("third@quietpager.example")), words=Words("L", "Else.", "https://l.example")
    )
    run("feed", 500, draft)
    assert b"Else." not in draft.read_bytes()


def test_what_was_sent_is_verified(run: Run, draft: Path) -> None:
    run("feed", 500, draft)
    run("freeze", 500)
    assert run("verify", 500, draft).exit_code == 2
    run("sent", 500, "https://quietpager.example/500")
    assert "Everything ran as approved." in run("verify", 500, draft).output
    draft.write_bytes(draft.read_bytes().replace(b"rotates the credentials", b"rotates all credentials", 1))
    altered = run("verify", 500, draft)
    assert altered.exit_code == 1
    assert "[-the-]{+all+}" in altered.output
