"""The Nu HTML checker has nothing to say about any page, the ones with mistakes on them included."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from tests.support import at
from tests.support.browser import required
from tests.support.gallery import MOMENT, before_the_first_issue, hang
from tests.support.html_checker import messages, missing
from tests.support.viewers import Viewers

pytestmark = pytest.mark.any_database


@pytest.fixture
def checker() -> None:
    """Skips where the checker cannot run, and fails where CI is set."""
    lacking = missing()
    if lacking is not None:
        (pytest.fail if required() else pytest.skip)(lacking)


@pytest.mark.usefixtures("simulator", "checker")
def test_every_page_is_html_as_it_is_written_down(app: Flask, session: scoped_session[Session], tmp_path: Path) -> None:
    with at(MOMENT):
        viewers = Viewers(app)
        for views in (before_the_first_issue, hang):
            for view in views(app):
                (tmp_path / f"{view.name.replace(':', '-')}.html").write_bytes(viewers.look(view).data)
    assert list(messages(tmp_path)) == []


@pytest.mark.usefixtures("checker")
def test_a_mistake_is_found(tmp_path: Path) -> None:
    page = '<!doctype html><html lang="en"><title>Book</title><h1>Book</h1><p><table>'
    (tmp_path / "page.html").write_text(page)
    assert any("page.html:1: " in message for message in messages(tmp_path))
