"""Between the clock on the newsletter's wall and UTC, and back into words that always name the zone.

A deadline is entered as local wall time, kept as an instant in UTC, and printed as local wall time again.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from booking.domain.errors import RuleNotUsable


def zone_named(name: str) -> ZoneInfo:
    """Return the IANA zone "Europe/London". Raises `RuleNotUsable` when there is no such zone."""
    try:
        return ZoneInfo(name)
    # An absolute path is a ValueError and a folder like "Europe" an OSError, not a zone that was not found.
    except (ZoneInfoNotFoundError, ValueError, OSError):
        sentence = f"“{name[:40]}” is not a time zone. Choose one like Europe/London or America/New_York."
        raise RuleNotUsable(sentence) from None


def instant(day: date, at: time, zone: str) -> datetime:
    """Return the UTC instant at which clocks in `zone` show `at` on `day`.

    Where clocks skip that time, or show it twice, the answer is the later of the two readings: a deadline then never
    comes earlier than the buyer can have understood it. Raises `RuleNotUsable` for an unknown zone.
    """
    wall = datetime.combine(day, at, zone_named(zone))
    return max(wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))


def local_date(moment: datetime, zone: str) -> date:
    """Return the date on the calendar in `zone` at an aware `moment`."""
    return moment.astimezone(zone_named(zone)).date()


def spell_date(day: date) -> str:
    """Return "Sunday 2 February 2020"."""
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def spell(moment: datetime, zone: str) -> str:
    """Return "Thursday 30 January 2020, 17:00 London time" for an aware `moment`."""
    return f"{spell_date(local_date(moment, zone))}, {spell_clock(moment, zone)}"


def spell_short(moment: datetime, zone: str) -> str:
    """Return "Thu 30 Jan, 17:00 London time", for tables whose year is plain."""
    day = local_date(moment, zone)
    return f"{day:%a} {day.day} {day:%b}, {spell_clock(moment, zone)}"


def spell_clock(moment: datetime, zone: str) -> str:
    """Return "17:00 London time"; in the hour that clocks show twice "01:30 London time (GMT)"."""
    local = moment.astimezone(zone_named(zone))
    other = local.replace(fold=1 - local.fold)
    which = f" ({local.tzname()})" if other.utcoffset() != local.utcoffset() else ""
    return f"{local:%H:%M} {zone_label(zone)}{which}"


def zone_label(zone: str) -> str:
    """Return how a zone is printed: "London time", "New York time", "UTC"."""
    city = zone.rpartition("/")[2].replace("_", " ")
    return city if city == "UTC" else f"{city} time"


def relative(moment: datetime, now: datetime) -> str:
    """Return "in 3 days", "in 5 hours", "in 20 minutes", "now", "2 days ago".

    Rounds down, so that it never promises more time than is left; days from 48 hours on, hours from 120 minutes on.
    """
    apart = abs(moment - now)
    days, hours, minutes = apart // timedelta(days=1), apart // timedelta(hours=1), apart // timedelta(minutes=1)
    if not minutes:
        return "now"
    if days >= 2:
        words = f"{days} days"
    elif hours >= 2:
        words = f"{hours} hours"
    else:
        words = f"{minutes} minute{'s' * (minutes > 1)}"
    return f"in {words}" if moment > now else f"{words} ago"
