"""Static files travel packed and are kept for ever, and are the same bytes to whoever takes them plain."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

pytestmark = pytest.mark.any_database

STYLES = "css/components.css"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def fetch(client: FlaskClient, filename: str, **headers: str) -> TestResponse:
    """A static file at the address that pages give."""
    with client.application.test_request_context():
        address = client.application.url_for("static", filename=filename)
    return client.get(address, headers={name.replace("_", "-"): value for name, value in headers.items()})


def content(app: Flask, filename: str) -> bytes:
    return (Path(app.static_folder or "") / filename).read_bytes()


def test_styles_are_packed_for_who_takes_it(app: Flask, client: FlaskClient) -> None:
    with fetch(client, STYLES, Accept_Encoding="gzip, br") as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(answer.data) == content(app, STYLES)
        assert answer.content_length == len(answer.data) < len(content(app, STYLES)) / 3
        assert "Accept-Encoding" in answer.headers["Vary"]


def test_styles_are_plain_for_who_does_not(app: Flask, client: FlaskClient) -> None:
    for refused in ("identity", "gzip;q=0"):
        with fetch(client, STYLES, Accept_Encoding=refused) as answer:
            assert "Content-Encoding" not in answer.headers
            assert answer.data == content(app, STYLES)
            assert "Accept-Encoding" in answer.headers["Vary"]


def test_a_file_that_has_not_changed_is_not_sent_again(client: FlaskClient) -> None:
    with fetch(client, STYLES, Accept_Encoding="gzip") as first:
        tag = first.headers["ETag"]
    with fetch(client, STYLES, Accept_Encoding="gzip", If_None_Match=tag) as again:
        assert again.status_code == 304
        assert again.data == b""


def test_the_address_of_a_file_holds_its_content(client: FlaskClient) -> None:
    with fetch(client, STYLES) as answer:
        assert "immutable" in answer.headers["Cache-Control"]
    with client.get(f"/static/{STYLES}?v=older") as answer:
        assert answer.headers["Cache-Control"] == "no-cache"


def test_a_file_that_does_not_exist_is_a_page_that_says_so(client: FlaskClient) -> None:
    with client.get("/static/css/none.css", headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.status_code == 404
        assert b"<h1>" in answer.data
