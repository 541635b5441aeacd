"""The simulator's WSGI program: Stripe's API under /v1, its pages under /c and /i, the control plane under /_sim."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, Response, abort, request

from booking.stripe_simulator import api, checkout, console, disputes, invoice_pages, invoices, pages, refunds
from booking.stripe_simulator.clock import Clock
from booking.stripe_simulator.control import add_control
from booking.stripe_simulator.errors import unknown_path
from booking.stripe_simulator.ids import new_id
from booking.stripe_simulator.operations import OPERATIONS, Operation
from booking.stripe_simulator.postman import Postman
from booking.stripe_simulator.settings import Dials, Settings, is_loopback, refuse_unsafe
from booking.stripe_simulator.store import Store
from booking.stripe_simulator.world import World

TIMERS = {
    "checkout.session": checkout.on_time,
    "charge": disputes.on_time,
    "invoice": invoices.on_time,
    "refund": refunds.on_time,
}
"""What each kind of object does when its time comes."""


@dataclass(slots=True)
class Parts:
    """What the pages and the control plane work with."""

    world: World
    postman: Postman


def create_simulator(settings: Settings | None = None) -> Flask:
    """Make the program. Nothing runs in the background until `parts(app).postman.start()`.

    Raises UnsafeSetting for anything but loopback, and in production.
    """
    settings = settings or Settings()
    refuse_unsafe(settings)
    store = Store(settings.database)
    world = World(settings, store, Clock(store), Dials.at_start(settings), timers=dict(TIMERS))
    postman = Postman(world)
    world.emitted = postman.wake
    app = Flask(__name__, static_url_path="/_assets")
    app.json.sort_keys = False  # type: ignore[attr-defined] # Flask's default provider has it; its base class does not
    app.extensions["simulator"] = Parts(world, postman)
    app.before_request(only_from_here)
    add_api(app, world)
    for blueprint in (pages.blueprint, invoice_pages.blueprint, console.blueprint):
        app.register_blueprint(blueprint)
    add_control(app, app.extensions["simulator"])
    return app


def parts(app: Flask) -> Parts:
    """The world and the postman of a simulator."""
    found: Parts = app.extensions["simulator"]
    return found


def only_from_here() -> None:
    """Refuse a Host that is not this machine, so that no web page elsewhere can reach in by name."""
    if not is_loopback(request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host):
        abort(421)


def add_api(app: Flask, world: World) -> None:
    """Route every operation, and Stripe's refusal for every other path below /v1 and /v2."""
    for number, operation in enumerate(OPERATIONS):
        rule = operation.path.replace("{key}", "<key>")
        app.add_url_rule(
            rule, f"api{number}", view(world, operation), methods=[operation.method], provide_automatic_options=False
        )

    @app.route("/v1/<path:rest>", methods=["GET", "POST", "DELETE"])
    @app.route("/v2/<path:rest>", methods=["GET", "POST", "DELETE"])
    def unrecognised(rest: str) -> Response:
        request_id = new_id("req_")
        refusal = unknown_path(request.method, request.path)
        return api.answer(refusal.status, refusal.body(request_id), request_id, {})


def view(world: World, operation: Operation):  # type: ignore[no-untyped-def] # Flask's view type is not public
    """The Flask view of one operation."""

    def serve(**arguments: str) -> Response:
        return api.serve(world, operation, request, arguments)

    return serve
