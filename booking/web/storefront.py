"""The storefront: what is for sale, what it costs, who reads it, and the policies. Nobody has to sign in to look."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, current_app, render_template, request, session
from flask.typing import ResponseReturnValue

from booking import clock
from booking.domain.errors import Refusal, UnknownSlot
from booking.domain.states import PlacementKind
from booking.services.choosing import Choice
from booking.services.queries import calendar, orders
from booking.services.queries.basket import Shelf
from booking.services.queries.storefront import surroundings
from booking.web.choices import chosen
from booking.web.context import newsletter
from booking.web.front import Asked, draw, drawn, rules

blueprint = Blueprint("storefront", __name__)


@blueprint.get("/")
def front() -> ResponseReturnValue:
    """Everything on one page; ticked weeks in the address are ticked, so that Back and a shared link work."""
    choices, refusals = ticked()
    return front_page(choices, refusals)


@blueprint.get("/jobs")
def jobs() -> ResponseReturnValue:
    """The same calendar for recruiters, with nothing on it but jobs."""
    choices, refusals = ticked()
    return front_page(choices, refusals, only=PlacementKind.JOB)


@blueprint.get("/policies")
def policies() -> ResponseReturnValue:
    """What a buyer agrees to, in plain words."""
    return render_template("storefront/policies.html", rules=rules(surroundings(), newsletter()))


def shelf() -> Shelf:
    """The calendar and all around it, as it is now."""
    now = clock.now()
    holds = orders.own_holds(session.get("orders", ()), now)
    return Shelf(calendar.coming(now), surroundings(), newsletter().currency, tuple(holds))


def ticked() -> tuple[tuple[Choice, ...], list[Refusal]]:
    """The weeks in the address; a refusal instead when they cannot be read."""
    try:
        return chosen(request.args.getlist("slot")), []
    except UnknownSlot as refusal:
        return (), [refusal]


def front_page(
    choices: Sequence[Choice],
    refusals: Sequence[Refusal] = (),
    *,
    status: int = 200,
    only: PlacementKind | None = None,
    stock: Shelf | None = None,
) -> ResponseReturnValue:
    """The storefront with these weeks ticked and these refusals on top; `only` leaves one column in focus.

    `stock` is the calendar where it has been read already.
    """
    asked = Asked(tuple(choices), tuple(map(str, refusals)), only, newsletter())
    # While templates are being written, what was drawn before is of no use.
    page = (draw if current_app.debug else drawn)(stock or shelf(), asked, request.script_root)
    return render_template("storefront/front.html", page=page, wrong=bool(page.refusals)), status
