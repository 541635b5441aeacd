"""One API request from the wire to the answer: key, parameters, idempotency, the act, expansion, faults on request."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask import Request, Response

from booking.stripe_simulator import chaos, idempotency
from booking.stripe_simulator.errors import StripeError, broken, other_version, unauthorised
from booking.stripe_simulator.expanding import expand
from booking.stripe_simulator.forms import Raw, decode
from booking.stripe_simulator.ids import new_id
from booking.stripe_simulator.operations import Operation
from booking.stripe_simulator.params import check
from booking.stripe_simulator.settings import API_VERSION
from booking.stripe_simulator.store import Json
from booking.stripe_simulator.world import World, request_in_hand

TEST_KEYS = ("sk_test_", "rk_test_")
LOGGED = 2_000
"""How many requests the log keeps; older ones make room."""


@dataclass(slots=True)
class Call:
    """One request on its way through."""

    world: World
    operation: Operation
    request: Request
    arguments: dict[str, str]
    id: str
    key: str | None
    form: dict[str, Raw]
    claimed: bool = False

    @property
    def subject(self) -> str:
        """What chaos rules match against."""
        return f"{self.request.method} {self.request.path}"


def serve(world: World, operation: Operation, request: Request, arguments: dict[str, str]) -> Response:
    """Answer one request; every refusal has Stripe's form."""
    request_id = new_id("req_")
    key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
    headers: dict[str, str] = {}
    try:
        authorise(request)
        refuse_other_version(request)
        call = Call(world, operation, request, arguments, request_id, key, form_of(request))
        status, body = through(call, headers)
    except StripeError as refusal:
        status, body = refusal.status, refusal.body(request_id)
    response = answer(status, body, request_id, {**headers, **({"Idempotency-Key": key} if key else {})})
    log(world, request, request_id, response)
    return response


def through(call: Call, headers: dict[str, str]) -> tuple[int, Json]:
    """Idempotency and chaos around the act. Raises StripeError for what no key remembers."""
    store = call.world.store
    if call.key:
        mark = idempotency.fingerprint(call.request.method, call.request.path, call.form)
        replay = idempotency.begin(store, call.key, mark, call.id, call.world.now())
        if replay is not None:
            headers |= {"Idempotent-Replayed": "true", "Original-Request": replay.request_id}
            return replay.status, replay.body
    try:
        disturb(call, "before")
        status, body = acted(call)
    except BaseException:
        if call.key:
            idempotency.forget(store, call.key)
        raise
    disturb(call, "after")
    return status, body


def acted(call: Call) -> tuple[int, Json]:
    """Do the act and keep its answer for the key, in one transaction. A refused act changes nothing but is kept."""
    params = check(call.operation.params, call.form)
    paths = params.pop("expand", [])
    token = request_in_hand.set((call.id, call.key))
    try:
        with call.world.act():
            body = expand(call.world, call.operation.act(call.world, params, **call.arguments), paths)
            keep(call, 200, body)
            return 200, body
    except StripeError as refusal:
        if not refusal.stored:
            raise
        body = refusal.body(call.id)
        keep(call, refusal.status, body)
        return refusal.status, body
    finally:
        request_in_hand.reset(token)


def keep(call: Call, status: int, body: Json) -> None:
    """Remember an answer under its key."""
    if call.key:
        idempotency.finish(call.world.store, call.key, status, body)


def authorise(request: Request) -> None:
    """Raise StripeError unless the request carries a test key."""
    given = request.authorization
    key = (given.token or given.username or "") if given else ""
    if not key:
        raise unauthorised(
            "You did not provide an API key. You need to provide your API key in the Authorization "
            "header, using Bearer "
            "auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
        )
    if not key.startswith(TEST_KEYS):
        raise unauthorised(f"Invalid API Key provided: {key[:8]}***. The simulator takes test keys (sk_test_...) only.")


def refuse_other_version(request: Request) -> None:
    """Raise StripeError for a client of another API version: it would be answered in shapes that it does not expect."""
    asked = request.headers.get("Stripe-Version", API_VERSION)
    if asked != API_VERSION:
        raise other_version(asked, API_VERSION)


def form_of(request: Request) -> dict[str, Raw]:
    """The form of a POST, the query of anything else, both nested."""
    if request.method == "POST":
        return decode(request.get_data(as_text=True))
    return decode(request.query_string.decode(errors="replace"))


def disturb(call: Call, when: str) -> None:
    """The fault that chaos asks for here: an error, a lost connection, or a wait."""
    rule = chaos.take(call.world.store, "requests", call.subject, when)
    if rule is None:
        return
    if rule["action"] == "error":
        raise broken(int(rule.get("status", 500)))
    if rule["action"] == "drop":
        hang_up(call.request.environ)
        raise broken(500)
    chaos.wait(call.world.store, rule)


def hang_up(environ: dict[str, Any]) -> None:
    """Close the connection without an answer, as a network does that breaks."""
    connection = environ.get("werkzeug.socket")
    if connection is not None:
        connection.shutdown(2)


def log(world: World, request: Request, request_id: str, response: Response) -> None:
    """Keep what was asked and answered, so that a test can hold both against Stripe's schema."""
    form = request.get_data(as_text=True) if request.method == "POST" else request.query_string.decode(errors="replace")
    key = request.headers.get("Idempotency-Key")
    world.store.run(
        "INSERT INTO request_log (request_id, method, path, form, idempotency_key, status, answer)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (request_id, request.method, request.path, form, key, response.status_code, response.get_data(as_text=True)),
    )
    world.store.run("DELETE FROM request_log WHERE id <= (SELECT max(id) FROM request_log) - ?", (LOGGED,))


def answer(status: int, body: Json, request_id: str, headers: dict[str, str]) -> Response:
    """The HTTP answer with the headers that clients read."""
    response = Response(json.dumps(body), status, mimetype="application/json")
    response.headers.update({"Request-Id": request_id, "Stripe-Version": API_VERSION, **headers})
    return response
