"""Letters are short, carry one link that answers, say the news in the subject, and name the zone of every time."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit

import pytest
from flask import Flask

from booking.domain.money import Money
from booking.domain.states import Actor, PaymentDisposition, RefundState
from booking.models import Booking, Order, Payment, Refund
from booking.services import letters
from booking.services.outbox import Mail
from tests.support.factories import NOW, choice, make_issue, make_order

pytestmark = [pytest.mark.usefixtures("session"), pytest.mark.any_database]

MOST_LINES = 12

Write = Callable[[Order, Booking], Mail]


def refund_of(order: Order) -> Refund:
    payment = Payment(
        order_id=order.id,
        stripe_payment_intent_id="pi_fake",
        amount=50_000,
        currency="usd",
        disposition=PaymentDisposition.APPLIED,
        received_at=NOW,
    )
    return Refund(
        payment=payment, amount=25_050, reason="Cancelled in time", state=RefundState.SUCCEEDED, actor=Actor.EDITOR
    )


def booked(order: Order) -> Mail:
    return letters.booked(order, letters.weeks_of(order))


def slot_gone(order: Order, back: Money) -> Mail:
    return letters.slot_gone(order, letters.weeks_of(order)[:1], back, [date(2026, 4, 12)])


LETTERS: dict[str, Write] = {
    "booked": lambda order, _: booked(order),
    "hold_lapsed": lambda order, _: letters.hold_lapsed(order),
    "hold_lapsed while it is paid": lambda order, _: letters.hold_lapsed(order, under_way=True),
    "taken_back": lambda _, booking: letters.taken_back(booking, "A mistake of ours.", others=True, under_way=False),
    "taken_back while it is paid": lambda _, booking: letters.taken_back(booking, "", others=False, under_way=True),
    "slot_gone": lambda order, _: slot_gone(order, Money(50_000, "usd")),
    "paid_twice": lambda order, _: letters.paid_twice(order, Money(50_000, "usd")),
    "refunded": lambda order, _: letters.refunded(order, refund_of(order)),
    "cancelled": lambda _, booking: letters.cancelled(booking, Money(25_000, "usd"), "The issue is full."),
    "cancelled for nothing": lambda _, booking: letters.cancelled(booking, Money(0, "usd")),
    "moved": lambda _, booking: letters.moved(booking, 499),
    "issue_moved": lambda _, booking: letters.issue_moved(booking, date(2026, 3, 7)),
    "copy_due": lambda _, booking: letters.copy_due(booking),
    "copy_late": lambda _, booking: letters.copy_late(booking),
    "fallback_applied": lambda _, booking: letters.fallback_applied(booking, "The last approved copy runs again."),
    "approved": lambda _, booking: letters.approved(booking, "Yes, one ad may name two openings."),
    "changes_requested": lambda _, booking: letters.changes_requested(booking, "The link is broken."),
    "rejected": lambda _, booking: letters.rejected(booking, "We run no ads for gambling."),
    "edited": lambda _, booking: letters.edited(booking, "Two words shorter."),
    "tear_sheet": lambda _, booking: letters.tear_sheet(booking),
    "sign_in": lambda order, _: letters.sign_in(order.user, "a-token", 15),
}


def make_five_weeks() -> Order:
    make_issue(505)
    return make_order(*(choice(number) for number in range(500, 505)))


def all_letters() -> dict[str, Mail]:
    order = make_five_weeks()
    return {name: write(order, order.bookings[0]) for name, write in LETTERS.items()}


def test_every_letter_is_short_and_has_one_link_to_a_page_of_ours(app: Flask) -> None:
    for name, mail in all_letters().items():
        [link] = re.findall(r"https?://\S+", mail.body)
        assert mail.to == "press@ledgerline.example", name
        assert 10 <= len(mail.subject) <= 100, mail.subject
        assert len(mail.body.splitlines()) <= MOST_LINES, mail.body
        assert link.startswith(app.config["BASE_URL"] + "/"), name
        assert app.url_map.bind("").match(urlsplit(link).path), name
        assert not re.search(r"\bNone\b|\{\{|\{%|&#|&amp;|  ", mail.subject + mail.body), mail.body
        assert "The Quiet Pager" in mail.body, name


def test_a_letter_greets_the_person_and_only_a_link_to_sign_in_is_secret() -> None:
    for name, mail in all_letters().items():
        assert mail.secret is (name == "sign_in")
        assert mail.secret or mail.body.startswith("Hello Ledgerline press desk,\n\n"), name


def test_a_time_is_printed_with_its_zone() -> None:
    order = make_five_weeks()
    mail = letters.copy_due(order.bookings[0])
    assert re.search(r"\d\d:\d\d London time", mail.subject)
    assert re.search(r"\d\d:\d\d London time", mail.body)


def test_many_weeks_are_summed_up() -> None:
    body = booked(make_five_weeks()).body
    assert "- Sponsor, issue 500, Sunday 8 March 2026\n" in body
    assert "- Sponsor, issue 502, Sunday 22 March 2026\n- and 2 more\n" in body


def test_the_words_of_people_arrive_unchanged() -> None:
    order = make_five_weeks()
    reason = "Please say <who> & “why”.\nSecond line."
    assert reason in letters.changes_requested(order.bookings[0], reason).body


def test_who_paid_too_late_is_told_what_goes_back_and_what_is_open_next() -> None:
    letter = slot_gone(make_five_weeks(), Money(40_000, "usd"))
    assert letter.subject == "Refund of $400: your payment came too late"
    assert "- Sponsor, issue 500, Sunday 8 March 2026\n$400 goes back to you" in letter.body
    assert "Open next: Sunday 12 April 2026. Book here:" in letter.body


def test_who_paid_nothing_and_came_too_late_is_not_promised_money() -> None:
    letter = slot_gone(make_five_weeks(), Money(0, "usd"))
    assert "goes back" not in letter.subject + letter.body
    assert "Nothing was charged for it." in letter.body


def test_a_cancelled_week_says_when_nothing_goes_back() -> None:
    booking = make_five_weeks().bookings[0]
    assert "Nothing is refunded" in letters.cancelled(booking, Money(0, "usd")).body
    assert "$250 goes back" in letters.cancelled(booking, Money(25_000, "usd")).body


def test_a_deadline_of_its_own_goes_before_the_issues() -> None:
    booking = make_five_weeks().bookings[0]
    before = letters.copy_due(booking).subject
    booking.copy_due_at = NOW
    assert letters.copy_due(booking).subject == "Copy due by Monday 2 March 2026, 09:00 London time" != before
