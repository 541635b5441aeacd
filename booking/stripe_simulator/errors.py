"""Refusals in Stripe's own form: an HTTP status and a body with type, code, param, message and doc_url.

The wording is Stripe's where it is documented; whether it still is, only a test-mode run can show (docs/stripe.md).
"""

from __future__ import annotations

from typing import Any

from booking.stripe_simulator.store import Json


class StripeError(Exception):
    """An answer other than 200. `stored` says whether an idempotency key remembers it (validation failures are not)."""

    def __init__(self, message: str, *, status: int = 400, stored: bool = True, **fields: Any) -> None:
        super().__init__(message)
        self.status = status
        self.stored = stored
        self.fields = {name: value for name, value in fields.items() if value is not None}

    def body(self, request_id: str) -> Json:
        """The JSON answer, with the page that explains the code and the one that shows the request."""
        error: Json = {"message": str(self), "type": "invalid_request_error", **self.fields}
        if "code" in error:
            error["doc_url"] = "https://stripe.com/docs/error-codes/" + error["code"].replace("_", "-")
        error["request_log_url"] = f"https://dashboard.stripe.com/test/logs/{request_id}"
        return {"error": dict(sorted(error.items()))}


def invalid(message: str, param: str | None = None, code: str | None = None) -> StripeError:
    """A parameter that Stripe would not even try to act on."""
    return StripeError(message, stored=False, param=param, code=code)


def conflict(message: str, param: str | None = None, code: str | None = None) -> StripeError:
    """A well-formed request that the object's state refuses."""
    return StripeError(message, param=param, code=code)


def missing(kind: str, key: str, param: str, *, in_path: bool = False) -> StripeError:
    """No such object: 404 when the path names it, 400 when a parameter does."""
    status = 404 if in_path else 400
    return StripeError(f"No such {kind}: '{key}'", status=status, stored=False, param=param, code="resource_missing")


def unknown_path(method: str, path: str) -> StripeError:
    """A URL that the simulator does not serve."""
    return StripeError(
        f"Unrecognized request URL ({method}: {path}). The simulator serves the paths that the booking app uses; "
        "if Stripe has this one, add it to booking/stripe_simulator/operations.py.",
        status=404,
        stored=False,
    )


def other_version(asked: str, spoken: str) -> StripeError:
    """The client pins an API version whose shapes the simulator does not make."""
    return invalid(
        f"The simulator speaks {spoken}; this client asks for {asked}. Bring the simulator up to date first "
        "(tests/stripe_simulator/openapi.py says how it is checked).",
        "Stripe-Version",
        "simulator_version",
    )


def unauthorised(message: str) -> StripeError:
    """No key, or one that is not a test key."""
    return StripeError(message, status=401, stored=False)


def key_reused(key: str) -> StripeError:
    """The same idempotency key with another body."""
    return StripeError(
        "Keys for idempotent requests can only be used with the same parameters they were first used with. "
        f"Try using a key other than '{key}' if you meant to execute a different request.",
        stored=False,
        type="idempotency_error",
    )


def key_in_use(key: str) -> StripeError:
    """The same idempotency key while the first request still runs."""
    return StripeError(
        "There is currently another in-progress request using this Idempotent Key (that probably means you submitted "
        f"twice, and the other request is still going through): {key}. Please try again later.",
        status=409,
        stored=False,
        code="idempotency_key_in_use",
    )


def broken(status: int) -> StripeError:
    """The answer of a Stripe that is down (chaos asked for it)."""
    kind = "invalid_request_error" if status == 429 else "api_error"
    code = "rate_limit" if status == 429 else None
    text = "Request rate limit exceeded." if status == 429 else "An unknown error occurred."
    return StripeError(f"{text} (The simulator was asked for this.)", status=status, stored=False, type=kind, code=code)
