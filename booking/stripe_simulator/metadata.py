"""Metadata as Stripe changes it: given keys are set, an empty value unsets its key, an empty whole unsets all."""

from __future__ import annotations

from booking.stripe_simulator.errors import invalid
from booking.stripe_simulator.store import Json


def merged(old: Json | None, params: Json) -> Json:
    """The metadata after a request. Raises StripeError above Stripe's 50 keys."""
    if "metadata" not in params:
        return old or {}
    given = params["metadata"]
    if given is None:
        return {}
    new = {key: value for key, value in {**(old or {}), **given}.items() if value != ""}
    if len(new) > 50:
        raise invalid("Metadata can have up to 50 keys.", "metadata")
    return new
