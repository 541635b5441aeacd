"""What a person does with the pages in a browser, by what stands on them and by nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app
from playwright.sync_api import Page

from booking.db import db
from booking.models import OutboxMessage, User
from tests.support.browser import lend_session
from tests.support.visitor import Visitor

EDITOR = "editor@quietpager.example"


@dataclass(frozen=True, slots=True)
class Buying:
    """Who buys what: slots are picked by issue and column."""

    company: str
    email: str
    slots: tuple[str, ...]
    job: bool = False


def mail_to(address: str) -> list[str]:
    """The mails that were written to somebody, oldest first: subject and text."""
    db.session.rollback()
    found = db.session.scalars(
        sa.select(OutboxMessage).where(OutboxMessage.recipient == address).order_by(OutboxMessage.id)
    )
    return [f"{message.subject}\n\n{message.body}" for message in found]


def choose(page: Page, what: Buying) -> None:
    """Tick the weeks on the calendar and go on to the details."""
    page.goto("/jobs" if what.job else "/")
    for slot in what.slots:
        page.check(f"input[name=slot][value='{slot}']")
    page.get_by_role("button", name="Book these weeks").first.click()


def hold(page: Page, what: Buying) -> None:
    """Say who buys, and go on to Stripe's page."""
    page.get_by_label("Company").fill(what.company)
    page.get_by_label("Your name").fill(f"{what.company} desk")
    page.get_by_label("E-mail").fill(what.email)
    page.get_by_role("button", name="Hold and pay").click()
    page.wait_for_url("**/c/pay/**")


def pay(page: Page) -> None:
    """Pay with the good test card, by one click."""
    page.get_by_role("button", name=re.compile("Succeeds")).click()
    page.wait_for_url("**/orders/**")


def buy(page: Page, what: Buying) -> None:
    """From the calendar to the thanks."""
    choose(page, what)
    hold(page, what)
    pay(page)


def send_copy(page: Page, text: str, link: str) -> None:
    """Write the sponsor's copy on the page that is open, and send it for review."""
    page.get_by_role("textbox", name=re.compile("^Text")).fill(text)
    page.get_by_role("textbox", name=re.compile("^Link")).fill(link)
    page.get_by_role("button", name="Send for review").click()


def sign_in(page: Page, address: str) -> None:
    """Ask for a link, follow it out of the mail, and press its button."""
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(address)
    page.get_by_role("main").get_by_role("button").click()
    link = re.search(r"http\S+/sign-in/\S+", mail_to(address)[-1])
    assert link is not None, "the mail has no link in it"
    page.goto(link[0])
    page.get_by_role("main").get_by_role("button").click()


def come_back(page: Page, address: str) -> None:
    """Go on in this browser as somebody who has signed in before, for journeys that are about something else."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # the proxy's own way to what it stands for
    visitor = Visitor(app)
    visitor.sign_in(db.session.scalars(sa.select(User).where(User.email == address)).one())
    page.context.clear_cookies()
    lend_session(visitor.client, page, app.config["BASE_URL"])


def told(page: Page) -> str:
    """What stands on the page."""
    return page.locator("main").inner_text()
