"""Stripe's news. The answer says whether it was understood: 2xx for what is done or not ours, 500 to be told again."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from booking import clock
from booking.gateways.stripe_facts import EventFact, Forged
from booking.services.inbox import handle, receive
from booking.web.security import csrf

log = logging.getLogger(__name__)

blueprint = Blueprint("webhooks", __name__)

LARGEST = 256 * 1024
"""Bytes of a webhook's body; Stripe's own events stay far below."""


@blueprint.post("/webhooks/stripe")
@csrf.exempt
def stripe() -> Response:
    """Take one event in, snapshot or thin, and act on what it is about."""
    request.max_content_length = LARGEST
    try:
        event = receive(request.get_data(), request.headers.get("Stripe-Signature", ""), clock.now())
    except RequestEntityTooLarge:
        log.warning("A webhook was refused: its body is larger than %s bytes.", LARGEST)
        return _said("Too large.", 413)
    except Forged as error:
        log.warning("A webhook was refused: %s", error)
        return _said("Not signed by Stripe for this endpoint.", 400)
    return _act_on(event) if event else _said("Nothing to do.")


def _act_on(event: EventFact) -> Response:
    try:
        handle(event)
    # Whatever went wrong, the event stays in the inbox and Stripe must tell us again.
    except Exception:
        current_app.logger.exception("Event %s could not be folded in.", event.id)
        return _said("Tell me again later.", 500)
    return _said("Done.")


def _said(sentence: str, status: int = 200) -> Response:
    return Response(f"{sentence}\n", status, mimetype="text/plain")
