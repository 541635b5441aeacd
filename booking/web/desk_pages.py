"""Every page of the desk, joined to its blueprint by being imported."""

from __future__ import annotations

from booking.web import (
    desk_bookings,
    desk_calendar,
    desk_dates,
    desk_feed,
    desk_invoice,
    desk_issue,
    desk_log,
    desk_money,
    desk_people,
    desk_programs,
    desk_review,
    desk_sections,
    desk_set_up,
    desk_settings,
    desk_slots,
    desk_tables,
    desk_today,
)
from booking.web.desk import blueprint

__all__ = [
    "blueprint",
    "desk_bookings",
    "desk_calendar",
    "desk_dates",
    "desk_feed",
    "desk_invoice",
    "desk_issue",
    "desk_log",
    "desk_money",
    "desk_people",
    "desk_programs",
    "desk_review",
    "desk_sections",
    "desk_set_up",
    "desk_settings",
    "desk_slots",
    "desk_tables",
    "desk_today",
]
