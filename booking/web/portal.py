"""The advertiser's side: one blueprint, whose pages show one booking each and are joined in `portal_pages`.

A booking is seen by the browser that made its order, by the users of its advertiser, and by the editor.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from flask import Blueprint, session
from flask.typing import ResponseReturnValue

from booking import clock
from booking.domain.errors import NotFound
from booking.domain.states import Actor
from booking.services.booking_steps import By
from booking.services.queries.copy import order_of
from booking.web.security import own_order, signed_in, viewer

BookingView = Callable[[int], ResponseReturnValue]

blueprint = Blueprint("portal", __name__)


def own_booking(view: BookingView) -> BookingView:
    """Let whoever may see the booking's order see the view; a stranger to this browser signs in first.

    Raises NotFound for other people's bookings as for those that do not exist.
    """

    @functools.wraps(view)
    def guarded(booking_id: int) -> ResponseReturnValue:
        public_id = order_of(booking_id)
        if viewer() is None and public_id not in session.get("orders", ()):
            return signed_in(view)(booking_id)
        if public_id is None:
            raise NotFound("booking")
        own_order(public_id)
        return view(booking_id)

    return guarded


def by_viewer() -> By:
    """Whoever asks, now: the editor, or the advertiser; a browser that never signed in has no user."""
    who = viewer()
    if who is None:
        return By(Actor.ADVERTISER, clock.now())
    return By(Actor.EDITOR if who.is_editor else Actor.ADVERTISER, clock.now(), who.user_id)
