"""Makes what a test starts from by the acts that the pages use: no test rests on a state that nobody can reach.

Call them with an app context (the fixture `session`).
"""

from __future__ import annotations

from datetime import date, datetime
from itertools import count

import sqlalchemy as sa

from booking import clock
from booking.db import db
from booking.domain.states import Fallback, PlacementKind, Role
from booking.models import Issue, Newsletter, Order, Placement, Slot, User
from booking.services import holding, opening, paying
from booking.services.buyers import Buyer
from booking.services.starting import Start, start_newsletter
from tests.support.remembering import remembered, remembered_as_configured
from tests.support.till import Till

NOW = clock.instant("2026-03-02 09:00")
"""A Monday. The newsletter of `make_newsletter` sends its next issue on Sunday 8 March 2026, in winter time."""

_keys = count(1)


def make_newsletter(now: datetime = NOW, issues: int = 26, **changes: object) -> Newsletter:
    """A newsletter that is sent on Sundays from London, with open issues from 500 on. `changes` are its columns."""

    def make() -> None:
        start_newsletter(Start("The Quiet Pager", date(2026, 3, 8), 500, contact_email="editor@quietpager.example"))
        newsletter = db.session.scalars(sa.select(Newsletter)).one()
        for name, value in changes.items():
            setattr(newsletter, name, value)
        db.session.commit()
        opening.open_issues(now, issues)

    remembered(("newsletter", now, issues, *sorted(changes.items())), make)
    return db.session.scalars(sa.select(Newsletter)).one()


def make_issue(number: int = 500, now: datetime = NOW) -> Issue:
    """An open issue with its slots; the newsletter is made when there is none yet."""
    if db.session.scalar(sa.select(Newsletter.id)) is None:
        make_newsletter(now, issues=max(8, number - 499))
    return db.session.scalars(sa.select(Issue).where(Issue.number == number)).one()


def slot_of(number: int = 500, kind: PlacementKind = PlacementKind.SPONSOR, ordinal: int = 1) -> Slot:
    """One slot of an issue that was made before."""
    return db.session.scalars(
        sa.select(Slot)
        .join(Issue, Issue.id == Slot.issue_id)
        .join(Placement, Placement.id == Slot.placement_id)
        .where(Issue.number == number, Placement.kind == kind, Slot.ordinal == ordinal)
    ).one()


def buyer(company: str = "Ledgerline", email: str = "press@ledgerline.example") -> Buyer:
    """Somebody who buys for a company."""
    return Buyer(company, f"{company} press desk", email)


def choice(number: int = 500, kind: PlacementKind = PlacementKind.SPONSOR) -> holding.Choice:
    """A tick in the calendar, at the price that stands there."""
    return holding.Choice(number, kind, slot_of(number, kind).price)


def wish(*choices: holding.Choice, by: Buyer | None = None, fallback: Fallback = Fallback.CREDIT) -> holding.Wish:
    """One press of *Hold and pay*, with a key of its own."""
    return holding.Wish(f"key-{next(_keys)}", choices, by or buyer(), fallback)


def make_order(*choices: holding.Choice, by: Buyer | None = None, now: datetime = NOW) -> Order:
    """An order that holds these slots, the sponsor slot of issue 500 by default."""
    if not choices:
        make_issue(now=now)
        choices = (choice(),)
    public_id = remembered_as_configured(("order", choices, by, now), lambda: holding.hold(wish(*choices, by=by), now))
    return db.session.scalars(sa.select(Order).where(Order.public_id == public_id)).one()


def make_editor(email: str = "editor@quietpager.example", now: datetime = NOW) -> User:
    """A user who may do everything on the desk."""

    def make() -> int:
        user = User(email=email, name="The editor", role=Role.EDITOR, created_at=now)
        db.session.add(user)
        db.session.commit()
        return user.id

    return db.session.get_one(User, remembered(("editor", email, now), make))


def make_paid_order(till: Till, *choices: holding.Choice, by: Buyer | None = None, now: datetime = NOW) -> Order:
    """An order that was held, paid on Stripe's page with a good card, and confirmed. Within `till.at(now)`."""

    def make() -> int:
        order = make_order(*choices, by=by, now=now)
        paying.start_payment(order.public_id, now)
        till.pay(order)
        paying.sync_session(till.session_of(order))
        return order.id

    order_id = remembered_as_configured(("paid", choices, by, now, clock.now()), make, till.simulator)
    return db.session.get_one(Order, order_id)
