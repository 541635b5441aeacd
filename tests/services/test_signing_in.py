"""A link signs in once and not for long; sessions can be seen and ended; nobody learns who has an account."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from booking.db import db
from booking.domain.errors import LinkExpired, LinkUsed, NotFound
from booking.domain.states import Role
from booking.models import AuditEntry, LoginSession, OutboxMessage, SignInLink, User
from booking.services import signing_in
from booking.services.queries.account import browser_name, browsers_of
from tests.support.factories import NOW, make_editor

pytestmark = pytest.mark.usefixtures("session")

EMAIL = "editor@quietpager.example"


def mailed_token(next_path: str = "") -> str:
    signing_in.send_link(EMAIL, next_path, NOW)
    newest = sa.select(OutboxMessage.body).order_by(OutboxMessage.id.desc()).limit(1)
    body = db.session.scalars(newest).one()
    return body.partition("/sign-in/")[2].split()[0]


def test_a_link_signs_in_whoever_it_was_mailed_to() -> None:
    user_id = make_editor().id
    signed = signing_in.use_link(mailed_token("/desk"), "Firefox", NOW)
    assert (signed.next_path, signed.role) == ("/desk", Role.EDITOR)
    viewer = signing_in.viewer_of(signed.token, NOW)
    assert viewer is not None
    assert (viewer.user_id, viewer.email, viewer.is_editor) == (user_id, EMAIL, True)


def test_an_unknown_address_gets_nothing_and_no_refusal() -> None:
    signing_in.send_link("nobody@example.com", "", NOW)
    assert db.session.scalars(sa.select(OutboxMessage)).all() == []
    assert db.session.scalars(sa.select(User)).all() == []


def test_a_link_works_once() -> None:
    make_editor()
    token = mailed_token()
    signing_in.use_link(token, "", NOW)
    with pytest.raises(LinkUsed):
        signing_in.use_link(token, "", NOW)
    with pytest.raises(LinkUsed):
        signing_in.address_of_link(token, NOW)


def test_a_link_works_for_a_quarter_of_an_hour() -> None:
    make_editor()
    token = mailed_token()
    late = NOW + timedelta(minutes=15)
    assert signing_in.address_of_link(token, late - timedelta(seconds=1)) == EMAIL
    with pytest.raises(LinkExpired):
        signing_in.address_of_link(token, late)
    with pytest.raises(LinkExpired):
        signing_in.use_link(token, "", late)


def test_a_link_that_was_never_ours_opens_nothing() -> None:
    with pytest.raises(LinkExpired):
        signing_in.use_link("made-up", "", NOW)


def test_of_many_clicks_at_once_one_gets_in(app: Flask) -> None:
    make_editor()
    token = mailed_token()

    def click(_: int) -> bool:
        with app.app_context():
            try:
                signing_in.use_link(token, "", NOW)
            except LinkUsed:
                return False
            return True

    with ThreadPoolExecutor(6) as clicks:
        assert sum(clicks.map(click, range(6))) == 1
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(LoginSession)) == 1


def test_the_database_holds_nothing_that_opens_a_door() -> None:
    make_editor()
    token = mailed_token()
    signed = signing_in.use_link(token, "", NOW)
    hashes = {
        *db.session.scalars(sa.select(SignInLink.token_hash)),
        *db.session.scalars(sa.select(LoginSession.token_hash)),
    }
    assert len(hashes) == 2
    assert not hashes & {token, signed.token}


def test_a_session_is_noted_as_seen_once_an_hour() -> None:
    make_editor()
    token = signing_in.use_link(mailed_token(), "", NOW).token
    seen = []
    for minutes in (30, 61, 90, 122):
        signing_in.viewer_of(token, NOW + timedelta(minutes=minutes))
        db.session.rollback()
        seen.append(db.session.scalars(sa.select(LoginSession.last_seen_at)).one() - NOW)
    assert seen == [timedelta(minutes=minutes) for minutes in (0, 61, 61, 122)]


def test_a_browser_that_was_away_for_a_month_signs_in_again() -> None:
    make_editor()
    token = signing_in.use_link(mailed_token(), "", NOW).token
    assert signing_in.viewer_of(token, NOW + timedelta(days=29)) is not None
    assert signing_in.viewer_of(token, NOW + timedelta(days=59)) is None


def test_an_ended_session_opens_nothing_and_others_stay() -> None:
    user_id = make_editor().id
    tokens = [signing_in.sign_in_directly(user_id, "", NOW).token for _ in range(3)]
    first, second, _ = db.session.scalars(sa.select(LoginSession.id).order_by(LoginSession.id)).all()
    signing_in.end_session(user_id, first, NOW)
    signing_in.end_session(user_id, first, NOW)
    assert [signing_in.viewer_of(token, NOW) is None for token in tokens] == [True, False, False]
    signing_in.end_other_sessions(user_id, second, NOW)
    assert [signing_in.viewer_of(token, NOW) is None for token in tokens] == [True, False, True]


def test_nobody_ends_the_session_of_somebody_else() -> None:
    user_id = make_editor().id
    token = signing_in.sign_in_directly(user_id, "", NOW).token
    session_id = db.session.scalars(sa.select(LoginSession.id)).one()
    with pytest.raises(NotFound):
        signing_in.end_session(make_editor("other@quietpager.example").id, session_id, NOW)
    assert signing_in.viewer_of(token, NOW) is not None


def test_nobody_is_signed_in_who_does_not_exist() -> None:
    with pytest.raises(NotFound):
        signing_in.sign_in_directly(1, "", NOW)


def test_the_first_editor_is_made_and_a_known_user_can_become_one() -> None:
    assert signing_in.make_editor(EMAIL, NOW)
    assert not signing_in.make_editor(EMAIL, NOW)
    buyer = User(email="press@ledgerline.example", role=Role.ADVERTISER, created_at=NOW)
    db.session.add(buyer)
    db.session.commit()
    assert signing_in.make_editor(buyer.email, NOW)
    assert set(db.session.scalars(sa.select(User.role))) == {Role.EDITOR}
    sentences = db.session.scalars(sa.select(AuditEntry.sentence)).all()
    assert len(sentences) == 2
    assert not any("@" in sentence for sentence in sentences), "the log cannot be erased"


def test_old_links_and_sessions_are_forgotten_after_a_month() -> None:
    user_id = make_editor().id
    kept = signing_in.use_link(mailed_token(), "", NOW).token
    signing_in.sign_in_directly(user_id, "", NOW)
    ended = db.session.scalars(sa.select(LoginSession.id).order_by(LoginSession.id.desc()).limit(1)).one()
    signing_in.end_session(user_id, ended, NOW)
    assert signing_in.forget_old(NOW + timedelta(days=29)) == 0
    signing_in.viewer_of(kept, NOW + timedelta(days=29))
    assert signing_in.forget_old(NOW + timedelta(days=31)) == 2
    assert signing_in.viewer_of(kept, NOW + timedelta(days=31)) is not None


def test_the_browsers_of_a_user_are_listed_the_last_seen_first() -> None:
    user_id = make_editor().id
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    signing_in.sign_in_directly(user_id, agent, NOW)
    here = signing_in.sign_in_directly(user_id, "curl", NOW + timedelta(minutes=5)).token
    viewer = signing_in.viewer_of(here, NOW + timedelta(minutes=5))
    assert viewer is not None
    found = browsers_of(user_id, viewer.session_id, NOW - timedelta(days=1))
    assert [(browser.name, browser.this_one) for browser in found] == [("A browser", True), ("Firefox on Linux", False)]


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_named_as_people_name_it(agent: str, name: str) -> None:
    assert browser_name(agent) == name
