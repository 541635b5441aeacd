"""The editor's settings. Each act checks with the rules of the domain before it writes.

`seen` is the fingerprint of what the page showed: an act refuses to overwrite what somebody else saved meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import sqlalchemy as sa

from booking.db import db, transaction
from booking.domain import cancellation, frequency
from booking.domain.cancellation import Rung
from booking.domain.deadlines import Deadline
from booking.domain.desk_refusals import SettingsChanged
from booking.domain.errors import NotFound, RuleNotUsable
from booking.domain.frequency import Step
from booking.domain.schedule import Rule
from booking.domain.states import Actor, PlacementKind
from booking.models import CancellationStep, DiscountStep, Newsletter, Placement, ReaderFact
from booking.services import audit
from booking.services.booking_steps import By
from booking.services.opening import Opened, bring_in_line
from booking.services.queries import settings as stored
from booking.services.queries.settings import NewsletterSettings, PlacementSettings, fingerprint
from booking.services.rescheduling import open_count

MOST_LINES = 24
"""Rows of a small table; more is no rate card but a mistake."""


@transaction
def save_newsletter(seen: str, new: NewsletterSettings, by: By) -> Opened:
    """Save the newsletter's own settings and bring the issues that nobody booked in line with them.

    Raises SettingsChanged, NotFound before it was set up, and RuleNotUsable for what contradicts itself.
    """
    newsletter = db.session.scalars(sa.select(Newsletter).with_for_update()).one_or_none()
    if newsletter is None:
        raise NotFound("newsletter")
    before = stored.newsletter_settings()
    _refuse_stale(before, seen, new)
    _check(new)
    for name, value in asdict(new).items():
        setattr(newsletter, name, value)
    db.session.flush()
    opened = bring_in_line(by.now, open_count(by.now))
    _record("settings.newsletter", _changed(before, new), by)
    return opened


def _check(new: NewsletterSettings) -> None:
    Rule(new.weekday, new.send_time, new.zone, new.starts_on, new.first_number)
    booking, copy = Deadline(new.booking_days_before, new.booking_time), Deadline(new.copy_days_before, new.copy_time)
    if (copy.days_before, booking.at) > (booking.days_before, copy.at):
        raise RuleNotUsable("The copy deadline is before the booking deadline. Make booking end first, or together.")
    if new.archive_url and "{number}" not in new.archive_url:
        raise RuleNotUsable("The address of a sent issue needs {number} where the number goes.")


@transaction
def save_placement(seen: str, new: PlacementSettings, by: By) -> None:
    """Save what one placement is called, how many a new issue has, and how long its copy may be.

    Issues that are open keep their places. Raises SettingsChanged, NotFound, RuleNotUsable.
    """
    row = db.session.scalars(
        sa.select(Placement).where(Placement.kind == PlacementKind(new.kind)).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("placement")
    before = stored.placement(new.kind)
    _refuse_stale(before, seen, new)
    if not 0 <= new.slots_per_issue <= 50:
        raise RuleNotUsable("An issue has 0 to 50 places of a kind. Enter a number in that range.")
    if not 20 <= new.copy_limit <= 5_000:
        raise RuleNotUsable("Copy may have 20 to 5000 characters. Enter a limit in that range.")
    for name, value in asdict(new).items():
        setattr(row, name, value)
    _record(f"settings.{new.kind}", _changed(before, new), by)


@transaction
def save_discount(seen: str, new: Sequence[tuple[int, int]], by: By) -> None:
    """Save the frequency discount as (weeks, percent). Raises SettingsChanged and RuleNotUsable."""
    _lock()
    _refuse_stale(stored.discount_steps(), seen, list(new))
    _refuse_many(new)
    frequency.check_steps([Step(*pair) for pair in new])
    db.session.execute(sa.delete(DiscountStep))
    db.session.add_all(DiscountStep(weeks=weeks, percent=percent) for weeks, percent in new)
    said = "; ".join(f"{weeks} weeks: {percent}%" for weeks, percent in new) or "none"
    _record("settings.discount", f"the frequency discount: {said}", by)


@transaction
def save_ladder(seen: str, new: Sequence[tuple[int, int]], by: By) -> None:
    """Save the cancellation ladder as (days, percent), the kindest rung first. Raises SettingsChanged, RuleNotUsable.

    It holds for every booking from now on, so a stricter ladder is to be announced first.
    """
    _lock()
    _refuse_stale(stored.ladder(), seen, list(new))
    _refuse_many(new)
    cancellation.check_ladder([Rung(*pair) for pair in new])
    db.session.execute(sa.delete(CancellationStep))
    db.session.add_all(CancellationStep(days=days, percent=percent) for days, percent in new)
    said = "; ".join(f"{days} days: {percent}%" for days, percent in new)
    _record("settings.cancellation", f"the cancellation terms: {said}", by)


@transaction
def save_facts(seen: str, new: Sequence[tuple[str, str]], by: By) -> None:
    """Save the figures about the readers as (value, label). Raises SettingsChanged and RuleNotUsable."""
    _lock()
    _refuse_stale(stored.reader_facts(), seen, list(new))
    _refuse_many(new)
    if any(not value or not label for value, label in new):
        raise RuleNotUsable("Each figure needs its number and what it counts. Fill in both, or empty both.")
    db.session.execute(sa.delete(ReaderFact))
    db.session.add_all(
        ReaderFact(position=position, value=value, label=label) for position, (value, label) in enumerate(new)
    )
    _record("settings.readers", f"{len(new)} figures about the readers", by)


def _lock() -> None:
    """One editor after the other: the small tables have no row of their own to wait for."""
    db.session.execute(sa.select(Newsletter.id).with_for_update())


def _refuse_stale(now: object, seen: str, new: object) -> None:
    # Saving again what is there already is not worth a refusal: that is the second click.
    if fingerprint(now) != seen and now != new:
        raise SettingsChanged


def _refuse_many(rows: Sequence[object]) -> None:
    if len(rows) > MOST_LINES:
        raise RuleNotUsable(f"This table has room for {MOST_LINES} rows. Take some out.")


def _changed(seen: object, new: object) -> str:
    before, after = asdict(seen), asdict(new)  # type: ignore[call-overload]  # both are the dataclasses above
    names = [name.replace("_", " ") for name in after if before[name] != after[name]]
    return ", ".join(names) or "nothing"


def _record(action: str, what: str, by: By) -> None:
    audit.record(Actor.EDITOR, by.user_id, action, "settings", f"Changed {what}."[:500], by.now)
