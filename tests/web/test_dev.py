"""Development signs in with one click and shows the mail it does not send."""

from __future__ import annotations

import pytest

from booking.domain.states import PlacementKind
from booking.services import outbox, signing_in
from booking.services.queries import mailbox
from tests.support import at
from tests.support.factories import NOW, buyer, choice, make_editor, make_issue, make_order
from tests.support.visitor import Visitor

pytestmark = pytest.mark.usefixtures("session")


def make_three() -> None:
    make_issue()
    make_order(choice())
    make_order(choice(500, PlacementKind.JOB), by=buyer("Harbour Rail", "jobs@harbour.example"))
    make_editor()


def test_the_three_people_are_one_click_away(visitor: Visitor) -> None:
    with at(NOW):
        make_three()
        page = visitor.get("/dev")
        found = {label.partition(":")[0]: href for label, href in page.links.items() if "/dev/sign-in/" in href}
        assert set(found) == {"Sponsor", "Recruiter", "Editor"}
        visitor.get(found["Recruiter"], 303)
        assert "jobs@harbour.example" in visitor.get("/account").text


def test_an_empty_database_says_how_to_fill_it(visitor: Visitor) -> None:
    assert "make demo" in visitor.get("/dev").text
    assert "No mail yet" in visitor.get("/dev/mail").text
    assert mailbox.three_people() == []


def test_mail_is_listed_and_read_with_links_to_click(visitor: Visitor) -> None:
    with at(NOW):
        user = make_editor()
        signing_in.send_link(user.email, "", NOW)
        outbox.deliver(NOW)
        visitor.get("/dev/mail")
        page = visitor.click("Your link to sign in to Newsletter bookings")
        link = next(href for href in page.links.values() if "/sign-in/" in href)
        assert visitor.get(link).h1 == "Sign in"


def test_a_letter_or_person_that_is_not_there_is_a_page_that_says_so(visitor: Visitor) -> None:
    visitor.get("/dev/mail/1", 404)
    visitor.get("/dev/sign-in/1", 404)
