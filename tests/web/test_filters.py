"""Money, dates and times read the same in every template, in the newsletter's zone."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask, render_template_string

from booking import clock
from booking.domain.money import Money
from tests.support import at
from tests.support.factories import make_newsletter

SUMMER = clock.instant("2026-07-01 23:30")
"""In London already 2 July, 00:30."""


@pytest.mark.usefixtures("session")
def test_values_read_as_the_newsletter_prints_them(app: Flask) -> None:
    make_newsletter(issues=1)
    values = {"summer": SUMMER, "sunday": date(2020, 2, 2), "pounds": Money(1250, "gbp")}
    for template, words in (
        ("{{ 45000|money }}", "$450"),
        ("{{ pounds|money }}", "£12.50"),
        ("{{ summer|day }}", "Thursday 2 July 2026"),
        ("{{ sunday|day }}", "Sunday 2 February 2020"),
        ("{{ sunday|short_day }}", "Sun 2 Feb"),
        ("{{ summer|moment }}", "Thursday 2 July 2026, 00:30 London time"),
        ("{{ summer|short_moment }}", "Thu 2 Jul, 00:30 London time"),
        ("{{ summer|clock_time }}", "00:30 London time"),
        ("{{ summer|iso }}", "2026-07-01T23:30:00Z"),
        ("{{ sunday|iso }}", "2020-02-02"),
        ("{{ summer|ago }}", "in 2 hours"),
        ("{{ now|clock_time }}", "22:15 London time"),
        ("{{ newsletter.name }}", "The Quiet Pager"),
    ):
        with app.test_request_context(), at("2026-07-01 21:15"):
            assert render_template_string(template, **values) == words


@pytest.mark.usefixtures("session")
def test_before_the_newsletter_is_set_up_times_are_utc(app: Flask) -> None:
    with app.test_request_context():
        assert render_template_string("{{ x|moment }}", x=SUMMER) == "Wednesday 1 July 2026, 23:30 UTC"
