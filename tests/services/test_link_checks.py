"""Which links are asked for, when, and that the answer only ever warns."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking.db import db
from booking.domain.errors import NotFound
from booking.domain.states import Actor, PlacementKind
from booking.models import AuditEntry, LinkCheck
from booking.services import link_checks, reviewing
from booking.services.booking_steps import By
from booking.services.copywriting import Words
from tests.support.copy import JOB_WORDS, confirmed, editor_by, seen, submitted
from tests.support.factories import NOW, choice, make_editor, make_issue, make_order

Database = scoped_session[Session]
PRIVATE = Words("Ledgerline", "Words.", "http://127.0.0.1:1/metadata")
"""The copy rules let an address of numbers pass; the check must not call it."""
WORKER = By(Actor.SYSTEM, NOW)


def checks() -> list[tuple[bool, str]]:
    db.session.rollback()
    return [(check.answers, check.finding) for check in db.session.scalars(sa.select(LinkCheck))]


def test_an_advertiser_cannot_make_us_call_our_own_network(session: Database) -> None:
    (booking,) = confirmed(make_order())
    revision = submitted(booking, words=PRIVATE)
    link_checks.check_link(revision.id, WORKER)
    assert checks() == [(False, "It leads to a private address that readers cannot reach.")]


def test_a_finding_warns_and_never_blocks(session: Database) -> None:
    (booking,) = confirmed(make_order())
    revision = submitted(booking, words=PRIVATE)
    link_checks.check_link(revision.id, WORKER)
    reviewing.approve(seen(revision), editor_by(make_editor()))
    assert booking.creative is not None
    assert booking.creative.approved_revision_id == revision.id


def test_what_the_editor_has_looked_at_stands_in_the_log(session: Database) -> None:
    (booking,) = confirmed(make_order())
    revision = submitted(booking, words=PRIVATE)
    link_checks.check_link(revision.id, WORKER)
    link_checks.check_link(revision.id, editor_by(make_editor()))
    asked = sa.select(AuditEntry.sentence).where(AuditEntry.action == "copy.check-link")
    assert session.scalars(asked).all() == [
        "Had the link of version 1 looked at again. It leads to a private address that readers cannot reach."
    ]


@pytest.mark.parametrize("link", ["press@ledgerline.example", "mailto:press@ledgerline.example"])
def test_an_address_for_mail_is_not_asked(session: Database, link: str) -> None:
    (booking,) = confirmed(make_order())
    link_checks.check_link(submitted(booking, words=Words("L", "Words.", link)).id, WORKER)
    assert checks() == [(True, "It is an e-mail address.")]


def test_a_job_that_says_in_its_text_where_to_write_has_no_link_to_ask(session: Database) -> None:
    make_issue(500)
    (booking,) = confirmed(make_order(choice(500, PlacementKind.JOB)))
    words = replace(JOB_WORDS, body="Harbour Rail needs someone. Write to jobs@harbour.example.", link="")
    link_checks.check_link(submitted(booking, words=words).id, WORKER)
    assert checks() == [(True, "There is none; the text says where to write.")]


def test_links_of_what_is_booked_are_looked_at_again_and_again(session: Database) -> None:
    (booking,) = confirmed(make_order())
    submitted(booking, words=PRIVATE)
    assert link_checks.check_due_links(NOW) == 1
    assert link_checks.check_due_links(NOW + timedelta(hours=11)) == 0
    assert link_checks.check_due_links(NOW + timedelta(hours=13)) == 1
    assert len(checks()) == 1


def test_a_link_is_looked_at_again_once_its_copy_is_approved(session: Database) -> None:
    (booking,) = confirmed(make_order())
    revision = submitted(booking, words=PRIVATE)
    assert link_checks.check_due_links(NOW) == 1
    later = NOW + timedelta(hours=1)
    reviewing.approve(seen(revision), replace(editor_by(make_editor()), now=later))
    assert link_checks.check_due_links(later) == 1
    assert link_checks.check_due_links(later) == 0


def test_links_of_holds_and_of_issues_long_past_are_left_alone(session: Database) -> None:
    make_issue(501)
    submitted(*make_order(choice(501)).bookings, words=PRIVATE)
    (booking,) = confirmed(make_order(choice(500)))
    submitted(booking, words=PRIVATE)
    assert link_checks.check_due_links(booking.slot.issue.sends_at + timedelta(days=6)) == 0
    assert link_checks.check_due_links(NOW) == 1


def test_unknown_copy_is_not_found(session: Database) -> None:
    with pytest.raises(NotFound):
        link_checks.check_link(99999, WORKER)
