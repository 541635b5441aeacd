"""Where every journey in a browser begins."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask

from tests.journeys.people import EDITOR
from tests.support.factories import NOW, make_editor, make_newsletter
from tests.support.till import Till


@pytest.fixture
def a_newsletter_on_a_monday(app: Flask, till: Till) -> Iterator[datetime]:
    """Open issues from 500 on, and an editor."""
    with app.app_context(), till.at(NOW) as now:
        make_newsletter()
        make_editor(EDITOR)
        yield now
