"""The floor: the least that a Flask and SQLAlchemy program does for one answer, to measure the product against.

Written with the product's own libraries as their documentation does: models of Flask-SQLAlchemy, its session for each
request, statements where they are needed. `POST /hold` is one conditional UPDATE and one INSERT; `GET /` selects and
renders the rows of the calendar. It has no forms, no cookies, no checks and no styles.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import sqlalchemy as sa
from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from booking.models import Issue, Placement, Slot
from booking.models.base import UtcDateTime
from tests.bench.page import PAGE


class Base(DeclarativeBase):
    """The parent of the floor's two tables, which stand in the same database as the product's."""


db = SQLAlchemy(metadata=Base.metadata)


class Place(Base):
    """Something that one buyer can have."""

    __tablename__ = "floor_place"

    id: Mapped[int] = mapped_column(primary_key=True)
    buyer: Mapped[str | None] = mapped_column(sa.String(80))


class Sale(Base):
    """Who has it, and since when."""

    __tablename__ = "floor_sale"

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(index=True)
    buyer: Mapped[str] = mapped_column(sa.String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def create_app(url: str) -> Flask:
    """The program on the database at this address."""
    app = Flask(__name__)
    # Read once, as a page in a file would be.
    page = app.jinja_env.from_string(PAGE)
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            sa.event.listen(db.engine, "connect", _settings)

    @app.post("/hold")
    def hold() -> ResponseReturnValue:
        place, buyer = int(request.form["place"]), request.form["buyer"]
        take = sa.update(Place).where(Place.id == place, Place.buyer.is_(None)).values(buyer=buyer)
        if not cast("sa.CursorResult[Any]", db.session.execute(take)).rowcount:
            return "It is taken.", 409
        db.session.add(Sale(place_id=place, buyer=buyer, at=datetime.now(UTC)))
        db.session.commit()
        return "It is yours.", 303

    @app.get("/")
    def calendar() -> ResponseReturnValue:
        rows = db.session.execute(_calendar(datetime.now(UTC))).all()
        return render_template(page, rows=rows)

    return app


def _calendar(now: datetime) -> sa.Select[*tuple[Any, ...]]:
    """The next 26 issues with what each placement costs and has left."""
    coming = sa.select(Issue.id).where(Issue.sends_at > now).order_by(Issue.sends_at).limit(26)
    left = sa.func.sum(sa.case((Slot.booking_id.is_(None), 1), else_=0)).label("left")
    return (
        sa.select(
            Issue.number,
            Issue.publishes_on,
            Issue.booking_deadline,
            Issue.copy_deadline,
            Placement.name,
            Slot.price,
            left,
            sa.func.count().label("offered"),
        )
        .join_from(Issue, Slot, Slot.issue_id == Issue.id)
        .join(Placement, Slot.placement_id == Placement.id)
        .where(Issue.id.in_(coming))
        .group_by(Issue.id, Placement.id, Slot.price)
        .order_by(Issue.sends_at, Placement.id)
    )


def _settings(connection: Any, _record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")
