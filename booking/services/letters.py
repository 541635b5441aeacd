"""Every letter the app writes: plain text, at most twelve lines, one link, and a subject that is the news itself.

The words are in templates/mail, the subject on the first line. Times are spelled here, in the newsletter's zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from flask import current_app

from booking.domain.localtime import spell, spell_date
from booking.domain.money import Money
from booking.domain.states import Fallback
from booking.models import Booking, Order, Refund, User
from booking.services.outbox import Mail
from booking.services.queries.newsletter import Settings, settings

MOST_WEEKS = 3
"""Lines of weeks in a letter; the page behind its link shows all."""

OTHERWISE = {
    Fallback.RUN_LAST: "your last approved copy runs again",
    Fallback.MOVE: "your booking moves to the next open week",
    Fallback.CREDIT: "your booking is cancelled and what you paid goes back",
}
"""What the fallback does, in the words of a letter."""


class Addressed(Protocol):
    """An order, as far as its letters name it: the row itself, or what was read of it."""

    @property
    def public_id(self) -> str: ...
    @property
    def company(self) -> str: ...
    @property
    def buyer_name(self) -> str: ...
    @property
    def buyer_email(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Week:
    """A booking as a letter names it; `due` is its copy deadline."""

    placement: str
    issue: int
    publishes_on: date
    sends_at: datetime
    due: datetime


def weeks_of(order: Order) -> list[Week]:
    """All weeks of an order."""
    return [_week(booking) for booking in order.bookings]


def sign_in(user: User, token: str, minutes: int, secret: bool = True) -> Mail:
    """The one-time link that signs this user in."""
    values = {"link": _address(f"/sign-in/{token}"), "minutes": minutes}
    return _letter("sign_in", user.email, secret=secret, **values)


def booked(order: Addressed, weeks: Sequence[Week]) -> Mail:
    """Paid (or given): these weeks are theirs, and this is what happens next."""
    return _of_order("booked", order, weeks, due=min(week.due for week in weeks))


def invoice_sent(order: Order, address: str) -> Mail:
    """The invoice to pay; the weeks are kept until it is due."""
    return _of_order("invoice_sent", order, weeks_of(order), due=order.pay_by, link=address)


def hold_lapsed(order: Order, *, under_way: bool = False) -> Mail:
    """The hold ran out, and nothing was charged; `under_way` says that a bank is at work, so that it may still be."""
    link = _address(f"/orders/{order.public_id}" if under_way else "/")
    return _of_order("hold_lapsed", order, weeks_of(order), link=link, under_way=under_way)


def slot_gone(order: Addressed, gone: Sequence[Week], back: Money, open_next: Sequence[date]) -> Mail:
    """Money came too late for these weeks: `back` is what goes back by itself, and `open_next` what they can have."""
    dates = [spell_date(day) for day in open_next[:MOST_WEEKS]]
    return _of_order("slot_gone", order, gone, amount=str(back) if back else "", dates=dates, link=_address("/"))


def paid_twice(order: Addressed, amount: Money) -> Mail:
    """A second payment for the same order: it goes back, the order stays."""
    return _of_order("paid_twice", order, amount=str(amount))


def refunded(order: Order, refund: Refund) -> Mail:
    """Stripe has confirmed a refund of a payment for this order."""
    amount = str(Money(refund.amount, refund.payment.currency))
    return _of_order("refunded", order, amount=amount, reason=refund.reason)


def taken_back(booking: Booking, reason: str, *, others: bool, under_way: bool) -> Mail:
    """The editor took back a place that was held. `others`: the rest of its order is free again too."""
    link = {} if under_way else {"link": _address("/")}
    return _of_booking("taken_back", booking, reason=reason, others=others, under_way=under_way, **link)


def cancelled(booking: Booking, refund: Money, reason: str = "") -> Mail:
    """One week was cancelled; `refund` is what goes back, possibly nothing."""
    return _of_booking("cancelled", booking, refund=str(refund) if refund else "", reason=reason)


def moved(booking: Booking, before: int) -> Mail:
    """The booking went from the issue of number `before` to the one it is in now."""
    return _of_booking("moved", booking, before=before, due=_due(booking))


def issue_moved(booking: Booking, before: date) -> Mail:
    """The issue is sent on another date than the one booked."""
    return _of_booking("issue_moved", booking, before=spell_date(before), due=_due(booking))


def copy_due(booking: Booking) -> Mail:
    """The copy deadline comes near and there is no copy."""
    return _of_booking("copy_due", booking, due=_due(booking))


def copy_late(booking: Booking) -> Mail:
    """The copy deadline is here, nothing can run, and the fallback comes next."""
    return _of_booking("copy_late", booking, due=_due(booking), otherwise=OTHERWISE[booking.fallback])


def fallback_applied(booking: Booking, outcome: str) -> Mail:
    """The copy deadline passed without copy: `outcome` is a sentence that says what was done, as the buyer chose."""
    return _of_booking("fallback_applied", booking, outcome=outcome)


def approved(booking: Booking, answer: str = "") -> Mail:
    """The copy runs as it is; `answer` is what the editor says with it, if anything."""
    return _of_booking("approved", booking, answer=answer)


def changes_requested(booking: Booking, reason: str) -> Mail:
    """The editor asks for a change."""
    return _of_booking("changes_requested", booking, reason=reason, due=_due(booking))


def rejected(booking: Booking, reason: str) -> Mail:
    """The copy cannot run, and the money goes back in full."""
    return _of_booking("rejected", booking, reason=reason)


def edited(booking: Booking, note: str = "") -> Mail:
    """The editor edited the copy; one click accepts it."""
    return _of_booking("edited", booking, note=note, due=_due(booking))


def tear_sheet(booking: Booking) -> Mail:
    """The issue was sent, and this is the proof."""
    return _of_booking("tear_sheet", booking, link=_address(f"/bookings/{booking.id}/tear-sheet"))


def _of_order(name: str, order: Addressed, weeks: Sequence[Week] = (), **values: Any) -> Mail:
    lines = [_line(week) for week in sorted(weeks, key=lambda week: week.sends_at)]
    more = len(lines) - MOST_WEEKS
    if more > 0:
        lines[MOST_WEEKS:] = [f"and {more} more"]
    values.setdefault("link", _address(f"/orders/{order.public_id}"))
    return _letter(name, order.buyer_email, buyer=order.buyer_name, company=order.company, weeks=lines, **values)


def _of_booking(name: str, booking: Booking, **values: Any) -> Mail:
    order = booking.order
    values.setdefault("link", _address(f"/bookings/{booking.id}"))
    values["placement"] = booking.slot.placement.name
    values["issue"] = booking.slot.issue.number
    values["sends_on"] = spell_date(booking.slot.issue.publishes_on)
    return _letter(name, order.buyer_email, buyer=order.buyer_name, company=order.company, **values)


def _letter(name: str, to: str, *, secret: bool = False, **values: Any) -> Mail:
    newsletter: Settings = settings()
    for key, value in values.items():
        if isinstance(value, datetime):
            values[key] = spell(value, newsletter.zone)
    text = current_app.jinja_env.get_template(f"mail/{name}.txt").render(newsletter=newsletter, **values)
    subject, _, body = text.strip().partition("\n")
    return Mail(to, subject.strip(), body.strip() + "\n", secret)


def _week(booking: Booking) -> Week:
    issue = booking.slot.issue
    return Week(booking.slot.placement.name, issue.number, issue.publishes_on, issue.sends_at, _due(booking))


def _line(week: Week) -> str:
    return f"{week.placement}, issue {week.issue}, {spell_date(week.publishes_on)}"


def _due(booking: Booking) -> datetime:
    return booking.copy_due_at or booking.slot.issue.copy_deadline


def _address(path: str) -> str:
    # Not url_for: a letter is also written where there is no request, and leads to the published address.
    return f"{current_app.config['BASE_URL']}{path}"
