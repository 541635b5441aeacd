"""Stripe's news. The answer says whether it was understood: 2xx for what is done or not ours, 500 to be told again."""

from __future__ import annotations

import logging

from flask import Blueprint, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from booking import clock
from booking.gateways.stripe_facts import Forged
from booking.services.inbox import handle, receive
from booking.web.security import csrf, limiter

log = logging.getLogger(__name__)

blueprint = Blueprint("webhooks", __name__)

LARGEST = 256 * 1024
"""Bytes of a webhook's body; Stripe's own events stay far below."""


@blueprint.post("/webhooks/stripe")
@csrf.exempt
@limiter.exempt
def stripe() -> tuple[str, int]:
    """Take one event in, snapshot or thin, and act on what it is about."""
    request.max_content_length = LARGEST
    try:
        event = receive(request.get_data(), request.headers.get("Stripe-Signature", ""), clock.now())
    except RequestEntityTooLarge:
        log.warning("A webhook was refused: its body is larger than %s bytes.", LARGEST)
        return "Too large.\n", 413
    except Forged as error:
        log.warning("A webhook was refused: %s", error)
        return "Not signed by Stripe for this endpoint.\n", 400
    return _act_on(event.id) if event else ("Nothing to do.\n", 200)


def _act_on(event_id: str) -> tuple[str, int]:
    try:
        handle(event_id)
    # Whatever went wrong, the event stays in the inbox and Stripe must tell us again.
    except Exception:
        current_app.logger.exception("Event %s could not be folded in.", event_id)
        return "Tell me again later.\n", 500
    return "Done.\n", 200
