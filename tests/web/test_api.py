"""What other programs may read, and that nothing unapproved is among it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking.db import db
from booking.domain.states import PlacementKind
from booking.models import ApiToken
from booking.services import api_tokens
from tests.support import at
from tests.support.copy import JOB_WORDS, approved, confirmed, editor_by, submitted
from tests.support.factories import NOW, choice, make_editor, make_issue, make_order

Database = scoped_session[Session]
Headers = dict[str, str]


@pytest.fixture
def key(session: Database) -> Headers:
    make_issue(500)
    by = editor_by(make_editor())
    (sponsor,) = confirmed(make_order())
    (job,) = confirmed(make_order(choice(500, PlacementKind.JOB)))
    approved(sponsor, by=by)
    submitted(job, words=JOB_WORDS)
    return {"Authorization": f"Bearer {api_tokens.make_token('build of the issue', by)}"}


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_only_approved_ads_are_listed(client: FlaskClient, key: Headers) -> None:
    with at(NOW):
        answer = client.get("/api/v1/issues/500/ads.json", headers=key)
    assert answer.status_code == 200
    assert answer.get_json()["title"] == "THE QUIET PAGER ISSUE \\#500 - 8th March 2026 "
    (ad,) = answer.get_json()["ads"]
    assert ad["name"] == "Ledgerline"
    assert ad["placement"] == "sponsor"
    assert ad["txt"].endswith("https://ledgerline.example/weekly\n")
    assert 'rel="sponsored"' in ad["html"]
    assert b"Harbour" not in answer.data


def test_a_section_comes_in_every_form(client: FlaskClient, key: Headers) -> None:
    for form, kind in (("md", "text/markdown"), ("html", "text/html"), ("txt", "text/plain")):
        answer = client.get(f"/api/v1/issues/500/sections/sponsor.{form}", headers=key)
        assert answer.status_code == 200
        assert answer.mimetype == kind
        assert b"Ledgerline rotates" in answer.data
    assert client.get("/api/v1/issues/500/sections/jobs.md", headers=key).data == b""


def test_what_a_program_has_already_is_not_sent_again(client: FlaskClient, key: Headers) -> None:
    first = client.get("/api/v1/issues/500/ads.json", headers=key)
    again = client.get("/api/v1/issues/500/ads.json", headers={**key, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_without_a_key_nothing_is_read(client: FlaskClient, key: Headers) -> None:
    for authorization in ("", "Bearer ", "Bearer nonsense", "Basic abc", "Bearer \xfc"):
        answer = client.get("/api/v1/issues/500/ads.json", headers={"Authorization": authorization})
        assert answer.status_code == 401, authorization
        assert answer.get_json()["error"].startswith("Send an API token"), authorization


def test_a_key_that_was_ended_opens_nothing(client: FlaskClient, key: Headers) -> None:
    api_tokens.revoke_token(db.session.query(ApiToken).one().id, editor_by(make_editor("second@quietpager.example")))
    assert client.get("/api/v1/issues/500/ads.json", headers=key).status_code == 401


def test_only_the_hash_of_a_key_is_stored(key: Headers) -> None:
    token = db.session.query(ApiToken).one()
    assert token.token_hash not in key["Authorization"]
    assert len(token.token_hash) == 64


def test_an_unknown_issue_is_json(client: FlaskClient, key: Headers) -> None:
    answer = client.get("/api/v1/issues/12345/ads.json", headers=key)
    assert answer.status_code == 404
    assert "no such issue" in answer.get_json()["error"]
