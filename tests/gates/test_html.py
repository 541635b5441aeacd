"""The Nu HTML checker has nothing to say about any page, the ones with mistakes on them included."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from booking.db import db
from booking.stripe_simulator import Simulator
from tests.fixtures import put_back
from tests.support import at
from tests.support.browser import required
from tests.support.databases import Database
from tests.support.gallery import MOMENT, View, before_the_first_issue
from tests.support.hanging import hang_again
from tests.support.html_checker import messages, missing
from tests.support.viewers import Viewers

pytestmark = pytest.mark.any_database

MISTAKE = '<!doctype html><html lang="en"><title>Book</title><h1>Book</h1><p><table>'
"""A page that lies beside the others, to show that the checker looks."""


@pytest.fixture
def checker() -> None:
    """Skips where the checker cannot run, and fails where CI is set."""
    lacking = missing()
    if lacking is not None:
        (pytest.fail if required() else pytest.skip)(lacking)


@pytest.mark.usefixtures("checker", "session")
def test_every_page_is_html_as_it_is_written_down(
    app: Flask, database: Database, simulator: Simulator, tmp_path: Path
) -> None:
    with at(MOMENT):
        keep(tmp_path, Viewers(app), hang_again(app, simulator))
        put_back(app, database)
        db.session.remove()
        keep(tmp_path, Viewers(app), before_the_first_issue(app))
    (tmp_path / "mistake.html").write_text(MISTAKE)
    said = list(messages(tmp_path))
    assert [message for message in said if not message.startswith("mistake.html:1: ")] == []
    assert said, "The checker does not even see the mistake."


def keep(folder: Path, viewers: Viewers, views: list[View]) -> None:
    """Write the pages down, each under the name of its view."""
    for view in views:
        (folder / f"{view.name.replace(':', '-')}.html").write_bytes(viewers.glance(view).data)
