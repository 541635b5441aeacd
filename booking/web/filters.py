"""How money, dates and times read in templates. Times are in the newsletter's zone and always name it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask import Flask

from booking import clock
from booking.domain import localtime
from booking.domain.money import Money
from booking.web.context import newsletter


def money(amount: Money | int) -> str:
    """Return "$450"; a bare number is minor units of the newsletter's currency."""
    return str(Money(amount, newsletter().currency) if isinstance(amount, int) else amount)


def day(value: date) -> str:
    """Return "Sunday 2 February 2020"; of an instant, the date in the newsletter's zone."""
    return localtime.spell_date(_date(value))


def short_day(value: date) -> str:
    """Return "Sun 2 Feb", for tables whose year is plain."""
    spelled = localtime.spell_date(_date(value)).split()
    return f"{spelled[0][:3]} {spelled[1]} {spelled[2][:3]}"


def month(value: date) -> str:
    """Return "Feb 2020"."""
    spelled = localtime.spell_date(_date(value)).split()
    return f"{spelled[2][:3]} {spelled[3]}"


def moment(value: datetime) -> str:
    """Return "Thursday 30 January 2020, 17:00 London time"."""
    return localtime.spell(value, newsletter().zone)


def stamp(value: datetime) -> str:
    """Return "30 Jan 2020, 17:00 London time", for long lists."""
    _, number, month_name, year = localtime.spell_date(_date(value)).split()
    return f"{number} {month_name[:3]} {year}, {clock_time(value)}"


def short_moment(value: datetime) -> str:
    """Return "Thu 30 Jan, 17:00 London time"."""
    return localtime.spell_short(value, newsletter().zone)


def clock_time(value: datetime) -> str:
    """Return "17:00 London time"."""
    return localtime.spell_clock(value, newsletter().zone)


def ago(value: datetime) -> str:
    """Return "in 3 days" or "20 minutes ago"."""
    return localtime.relative(value, clock.now())


def iso(value: date) -> str:
    """Return what the datetime attribute of a time element holds: "2020-02-02" or "2020-01-30T17:00:00Z"."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return value.isoformat()


def _date(value: date) -> date:
    return localtime.local_date(value, newsletter().zone) if isinstance(value, datetime) else value


def register(app: Flask) -> None:
    """Offer the filters to templates, under their own names."""
    for each in (money, day, short_day, month, stamp, moment, short_moment, clock_time, ago, iso):
        app.add_template_filter(each)
