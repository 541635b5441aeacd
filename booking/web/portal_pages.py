"""The advertiser's pages: all bookings, one booking, its insertion order and its tear sheet."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.domain.copy_refusals import NotYet
from booking.domain.copy_text import markdown
from booking.domain.localtime import local_date
from booking.services.queries import calendar
from booking.services.queries.copy import revisions_of
from booking.services.queries.orders import order_page
from booking.services.queries.portal import BookingLine, booking_line, bookings_of, tear_sheet
from booking.web import copy_pages, portal_cancel
from booking.web.booking_timeline import Point, next_step, points
from booking.web.choices import value_of
from booking.web.context import newsletter, own_home
from booking.web.copy_proof import PLACE_TITLES, places_of
from booking.web.portal import blueprint, own_booking
from booking.web.security import own_order, signed_in, viewer
from booking.web.thread import thread

__all__ = ["blueprint", "copy_pages", "portal_cancel"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One booking in a list: where it stands, and what to do."""

    line: BookingLine
    points: list[Point]
    next_step: str


@blueprint.get("/bookings")
def bookings() -> ResponseReturnValue:
    """Everything that this advertiser booked; without signing in, what this browser booked."""
    who, own = viewer(), session.get("orders", ())
    if who is None and not own:
        return signed_in(bookings)()
    if who is not None and who.is_editor:
        return redirect(url_for(own_home(editor=True)), 303)
    now = clock.now()
    entries = [entry(line) for line in bookings_of(who.advertiser_ids if who else (), own)]
    today = local_date(now, newsletter().zone)
    over = [each for each in entries if each.line.publishes_on < today or not is_alive(each.line)]
    coming = [each for each in entries if each not in over]
    companies = {each.line.company for each in entries}
    return render_template("portal/bookings.html", coming=coming, over=list(reversed(over)), companies=companies)


@blueprint.get("/bookings/<int:booking_id>")
@own_booking
def booking(booking_id: int) -> ResponseReturnValue:
    """One booking: its timeline, what runs, and what was said about it."""
    line = booking_line(booking_id)
    revisions = revisions_of(line.creative_id)
    approved = next((each for each in revisions if each.id == line.approved_id), None)
    newest = revisions[-1] if revisions else None
    who = viewer()
    return render_template(
        "portal/booking.html",
        entry=entry(line),
        line=line,
        runs=places_of(line.kind, approved.copy, label_foot=newsletter().label_foot) if approved else (),
        waits=markdown(newest.copy) if newest and newest is not approved else "",
        messages=thread(revisions, for_editor=who is not None and who.is_editor),
    )


@blueprint.get("/bookings/<int:booking_id>/again")
@own_booking
def book_again(booking_id: int) -> ResponseReturnValue:
    """The next open week of the same kind, ticked and on its way; the copy's page then offers the same words."""
    line = booking_line(booking_id)
    for week in calendar.coming(clock.now()).weeks:
        place = week.places.get(line.placement_id)
        if place is not None and place.state == "open":
            return redirect(url_for("checkout.details", slot=value_of(week.number, line.kind, place.price)), 303)
    flash("Every coming week is taken. New ones are added each week.", "warning")
    return redirect(url_for("storefront.front"), 303)


@blueprint.get("/bookings/<int:booking_id>/tear-sheet")
@own_booking
def proof_that_it_ran(booking_id: int) -> ResponseReturnValue:
    """The text as it ran, to keep or print."""
    return render_template("portal/tear_sheet.html", sheet=tear_sheet(booking_id), places=PLACE_TITLES)


@blueprint.get("/orders/<public_id>/insertion-order")
def insertion_order(public_id: str) -> ResponseReturnValue:
    """The confirmation of a paid order, to print on one page."""
    own_order(public_id)
    order = order_page(public_id, clock.now())
    if not order.booked:
        raise NotYet("insertion order", "when the order is paid")
    return render_template("portal/insertion_order.html", order=order)


def entry(line: BookingLine) -> Entry:
    """A booking with its timeline as it is now."""
    now = clock.now()
    return Entry(line, points(line, now), next_step(line, now))


def is_alive(line: BookingLine) -> bool:
    """Whether it still means to run, or waits to be looked at."""
    return line.state.value in ("held", "confirmed")
