"""The dates of an order as an iCalendar file (RFC 5545): when copy is due, and when the issue is sent."""

from __future__ import annotations

from datetime import datetime, timedelta

from icalendar import Alarm, Calendar, Event

from booking.services.queries.orders import OrderLine, OrderPage

REMINDER = timedelta(days=-1)
"""When a calendar reminds of a deadline."""


def dates_file(order: OrderPage, newsletter: str, host: str, now: datetime) -> bytes:
    """Two events for each booked place. Their ids stay the same, so a second download replaces the first."""
    calendar = Calendar()
    calendar.add("prodid", f"-//{newsletter}//bookings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for line in order.booked:
        calendar.add_component(_copy_due(line, newsletter, host, now))
        calendar.add_component(_sent(line, newsletter, host, now))
    body: bytes = calendar.to_ical()
    return body


def _copy_due(line: OrderLine, newsletter: str, host: str, now: datetime) -> Event:
    event = _event(f"copy-{line.booking_id}@{host}", now)
    event.add("summary", f"Copy due for {newsletter} {line.issue} ({line.name})")
    event.add("dtstart", line.copy_deadline - timedelta(minutes=30))
    event.add("dtend", line.copy_deadline)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", f"Copy for {newsletter} {line.issue} is due tomorrow")
    alarm.add("trigger", REMINDER)
    event.add_component(alarm)
    return event


def _sent(line: OrderLine, newsletter: str, host: str, now: datetime) -> Event:
    event = _event(f"sent-{line.booking_id}@{host}", now)
    event.add("summary", f"{newsletter} {line.issue} goes out with your ad ({line.name})")
    event.add("dtstart", line.publishes_on)
    event.add("dtend", line.publishes_on + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    return event


def _event(uid: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", now)
    return event
