"""A mail leaves once for each news, after the commit it tells about, and survives every fault on the way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking.db import db, transaction
from booking.domain.states import OutboxState
from booking.models import OutboxMessage
from booking.services import outbox
from booking.services.outbox import Mail
from tests.support.factories import NOW
from tests.support.servers import PostOffice

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def mail_server(app: Flask, post_office: PostOffice) -> PostOffice:
    app.config.update(MAIL_HOST=post_office.host, MAIL_PORT=post_office.port, MAIL_SECURITY="none")
    return post_office


@transaction
def written(key: str = "news", to: str = "ada@ledgerline.example", *, secret: bool = False) -> None:
    outbox.post(Mail(to, "The news", "What happened.\n", secret), key, NOW)


def stored() -> OutboxMessage:
    db.session.rollback()
    return db.session.scalars(sa.select(OutboxMessage)).one()


def test_the_same_news_is_written_once() -> None:
    written()
    written()
    written("other news")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage)) == 2


def test_news_of_what_did_not_happen_is_never_written() -> None:
    @transaction
    def act() -> None:
        outbox.post(Mail("ada@ledgerline.example", "Booked", "Yes.\n"), "booked", NOW)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        act()
    assert db.session.scalars(sa.select(OutboxMessage)).all() == []


def test_nobody_is_written_to_who_was_erased() -> None:
    written(to="")
    assert db.session.scalars(sa.select(OutboxMessage)).all() == []


def test_a_subject_is_one_line_whatever_stands_in_it(mail_server: PostOffice) -> None:
    @transaction
    def act() -> None:
        outbox.post(Mail("ada@ledgerline.example", "Booked:\r\nBcc: all@example.com", "Yes.\n"), "booked", NOW)

    act()
    assert outbox.deliver(NOW) == 1
    assert mail_server.messages[0]["Subject"] == "Booked: Bcc: all@example.com"
    assert mail_server.recipients == ["ada@ledgerline.example"]


def test_a_mail_goes_out_once(mail_server: PostOffice) -> None:
    written()
    assert outbox.deliver(NOW) == 1
    assert outbox.deliver(NOW) == 0
    [message] = mail_server.messages
    row = stored()
    assert message["Message-ID"] == row.message_id
    assert (row.state, row.sent_at, row.claimed_until) == (OutboxState.SENT, NOW, None)


def test_a_run_sends_no_more_than_it_may(mail_server: PostOffice) -> None:
    for key in "abc":
        written(key)
    assert outbox.deliver(NOW, limit=2) == 2
    assert outbox.deliver(NOW) == 1
    assert len(mail_server.messages) == 3


def test_workers_do_not_send_the_same_mail(app: Flask, mail_server: PostOffice) -> None:
    for number in range(12):
        written(f"news {number}")

    def worker(_: int) -> int:
        with app.app_context():
            # One that loses the race for a mail stops; the next run goes on.
            return sum(outbox.deliver(NOW) for _ in range(6))

    with ThreadPoolExecutor(4) as workers:
        sent = sum(workers.map(worker, range(4)))
    sent += outbox.deliver(NOW)
    assert sent == 12
    assert len({message["Message-ID"] for message in mail_server.messages}) == len(mail_server.messages) == 12


@pytest.mark.scenario(25)
def test_a_crash_between_sending_and_marking_repeats_the_mail_under_the_same_id(
    mail_server: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    written()

    def crash(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(outbox, "settle", crash)
        with pytest.raises(KeyboardInterrupt):
            outbox.deliver(NOW)
    assert outbox.deliver(NOW + timedelta(minutes=1)) == 0, "another worker may still be busy with it"
    assert outbox.deliver(NOW + outbox.CLAIM) == 1
    first, second = mail_server.messages
    assert first["Message-ID"] == second["Message-ID"]


def test_a_server_that_is_down_is_harmless_and_asked_again_with_growing_pauses(mail_server: PostOffice) -> None:
    written()
    mail_server.refuse_with = "451 later"
    now = NOW
    for wait in (1, 2, 4, 8):
        assert outbox.deliver(now) == 0
        row = stored()
        assert row.state is OutboxState.WAITING
        assert row.next_try_at - now == timedelta(minutes=wait)
        assert row.last_error == "451 later"
        assert outbox.deliver(now + timedelta(seconds=30)) == 0, "not before the pause is over"
        now = row.next_try_at
    mail_server.refuse_with = None
    assert outbox.deliver(now) == 1
    assert stored().last_error == ""


def test_a_mail_is_given_up_after_a_day_and_a_half(mail_server: PostOffice) -> None:
    written()
    mail_server.refuse_with = "451 later"
    now = NOW
    while stored().state is OutboxState.WAITING:
        assert outbox.deliver(now) == 0
        now = max(now, stored().next_try_at)
    assert stored().state is OutboxState.DEAD
    assert stored().tries == outbox.MOST_TRIES
    assert timedelta(days=1) < now - NOW < timedelta(days=3)


def test_a_mail_that_is_refused_for_good_is_not_sent_again(mail_server: PostOffice) -> None:
    written()
    mail_server.refuse_with = "550 no such mailbox"
    assert outbox.deliver(NOW) == 0
    row = stored()
    assert (row.state, row.last_error, row.tries) == (OutboxState.DEAD, "550 no such mailbox", 1)
    mail_server.refuse_with = None
    assert outbox.deliver(NOW + timedelta(days=1)) == 0


def test_one_bad_mail_does_not_hold_up_the_others(mail_server: PostOffice) -> None:
    written("bad", to="no address")
    written("good")
    assert outbox.deliver(NOW) == 1
    assert mail_server.recipients == ["ada@ledgerline.example"]


def test_without_a_server_mail_is_kept_to_be_read() -> None:
    written(secret=True)
    assert outbox.deliver(NOW) == 1
    assert (stored().state, stored().body) == (OutboxState.SENT, "What happened.\n")


def test_what_opens_a_door_is_forgotten_once_it_is_sent(mail_server: PostOffice) -> None:
    written(secret=True)
    assert outbox.deliver(NOW) == 1
    assert mail_server.messages[0].get_content().strip() == "What happened."
    assert "removed" in stored().body


def test_a_commit_that_wrote_mail_says_so_and_others_do_not(app: Flask, session: scoped_session[Session]) -> None:
    told: list[object] = []
    with outbox.posted.connected_to(told.append, app):
        session.execute(sa.text("SELECT 1"))
        session.commit()
        assert told == []
        written()
        assert told == [app]
        session.commit()
        assert told == [app]
