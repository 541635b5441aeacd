"""The control plane under /_sim/: what only a test, or a person at the console, may do to the simulated account.

Every act takes JSON (or a form, from the console's buttons) and answers JSON. Nothing here exists at Stripe.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from booking.stripe_simulator import control_money, control_system
from booking.stripe_simulator.control_words import NotPossible
from booking.stripe_simulator.errors import StripeError

ACTS: dict[tuple[str, str], Callable[..., Any]] = {**control_system.ACTS, **control_money.ACTS}
"""Method and path below /_sim, and the act: it takes the parts, the body and the path's arguments."""


def add_control(app: Flask, parts: Any) -> None:
    """Route every act below /_sim."""
    blueprint = Blueprint("control", __name__, url_prefix="/_sim")
    for (method, path), act in ACTS.items():
        blueprint.add_url_rule(path, f"{method} {path}".replace(".", ""), view(parts, act), methods=[method])
    app.register_blueprint(blueprint)


def view(parts: Any, act: Callable[..., Any]) -> Callable[..., AnyResponse]:
    """The Flask view of one act: its answer as JSON, a refusal as 400, a button's press back to the console."""

    def serve(**arguments: str) -> AnyResponse:
        pressed = request.mimetype == "application/x-www-form-urlencoded"
        body = dict(request.form) if pressed else request.get_json(silent=True) or {}
        try:
            done: Response = jsonify(act(parts, body, **arguments))
        except (NotPossible, StripeError) as refusal:
            done = jsonify({"error": str(refusal)})
            done.status_code = 400
        return redirect("/_sim/", 303) if pressed and done.status_code == 200 else done

    return serve
