"""The record of who did what, narrowed to one kind of person, one part of the work, or one issue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from booking.domain.states import Actor
from booking.models import AuditEntry
from booking.services.queries.lists import ListPage, list_page

PARTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "issues": ("Issues and dates", ("issue",)),
    "places": ("Places and prices", ("slot", "rate")),
    "bookings": ("Bookings and money", ("booking", "order", "money", "task")),
    "copy": ("Copy", ("copy",)),
    "settings": ("Settings, house ads, keys", ("settings", "house-ad", "token")),
    "people": ("People and mail", ("advertiser", "user", "editor", "mail")),
}
"""The parts of the work, and the first words of the actions that belong to each."""

AFTER_A_NUMBER = " .,:;’”"
"""What may follow an issue's number in a sentence: another digit would make it another issue."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What of the record is asked for; everything by default. `part` is a key of `PARTS`."""

    who: Actor | None = None
    part: str = ""
    issue: int | None = None


def log_page(asked: Narrowed, number: int) -> ListPage:
    """One page of it, newest first; pages are counted from 1."""
    return list_page("log", number, *_conditions(asked))


def _conditions(asked: Narrowed) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if asked.who is not None:
        found.append(AuditEntry.actor == asked.who)
    if asked.part in PARTS:
        found.append(sa.or_(*(AuditEntry.action.startswith(f"{word}.") for word in PARTS[asked.part][1])))
    if asked.issue is not None:
        found.append(_names(f"issue {asked.issue}"))
    return found


def _names(issue: str) -> sa.ColumnElement[bool]:
    sentence = AuditEntry.sentence
    within = (sentence.icontains(f"{issue}{sign}") for sign in AFTER_A_NUMBER)
    return sa.or_(AuditEntry.subject == issue, sentence.iendswith(issue), *within)
