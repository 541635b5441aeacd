"""Stripe's own OpenAPI file as a judge of requests, answers and events, with the two lines that endive changed.

The file is large and not ours, so it is no part of the repository; whoever uses this asks `available()` first. Objects
are closed: a field that the file does not know is a violation.
"""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from referencing import Registry, Resource

from booking.stripe_simulator.forms import decode

Json = dict[str, Any]

SPEC_VERSION = "2026-05-27.dahlia"
OVERLAID_VERSION = "2026-10-28.endive"
"""What the file says with the overlay; stripe-python must pin exactly this."""

FILE = Path("shared", "data", "stripe", f"openapi-{SPEC_VERSION}.json.gz")
ABSENT = "Stripe's OpenAPI file is not here (put it at ../shared/data/stripe or name it in STRIPE_OPENAPI)"

METHOD_TYPES = {"type": "array", "nullable": True, "items": {"type": "string"}}
GAINED = {"checkout.session": METHOD_TYPES, "payment_intent": METHOD_TYPES}
RENAMED = ("payment_method_types", "allowed_payment_method_types")
"""The overlay: the field that two answers gain, and the parameter of creating a session that has a new name."""

NOT_IN_FILE = {
    ("POST", "/v1/invoices/{invoice}/mark_uncollectible"): "invoice",
    ("GET", "/v1/radar/early_fraud_warnings/{early_fraud_warning}"): "radar.early_fraud_warning",
    ("GET", "/v1/balance"): None,
    ("GET", "/v1/invoices/{invoice}/lines"): None,
    ("GET", "/v2/core/events/{id}"): None,
}
"""Paths that the pruned file leaves out; those without a schema are held against the SDK by tests of their own."""


def path_of_file() -> Path:
    """Where the file would be."""
    named = os.environ.get("STRIPE_OPENAPI")
    return Path(named) if named else Path(__file__).resolve().parents[3] / FILE


def available() -> bool:
    """Whether the file is here."""
    return path_of_file().is_file()


@cache
def spec() -> Json:
    """The file with the overlay."""
    with gzip.open(path_of_file()) as file:
        loaded: Json = json.load(file)
    for name, schema in GAINED.items():
        loaded["components"]["schemas"][name]["properties"][RENAMED[1]] = schema
    session = form_schema(loaded, "post", "/v1/checkout/sessions")["properties"]
    session[RENAMED[1]] = session.pop(RENAMED[0])
    return loaded


def form_schema(loaded: Json, method: str, path: str) -> Json:
    """The schema of an operation's parameters, those of a query joined to one object."""
    operation = loaded["paths"][path][method]
    body = operation.get("requestBody", {}).get("content", {}).get("application/x-www-form-urlencoded", {})
    if method != "get":
        schema: Json = body.get("schema", {"type": "object", "properties": {}})
        return schema
    asked = [entry for entry in operation.get("parameters", []) if entry["in"] == "query"]
    return {
        "type": "object",
        "properties": {entry["name"]: entry["schema"] for entry in asked},
        "required": [entry["name"] for entry in asked if entry.get("required")],
        "additionalProperties": False,
    }


def closed(schema: Any) -> Any:
    """An OpenAPI schema as JSON Schema: `nullable` spelt out, objects closed unless they say otherwise."""
    if isinstance(schema, list):
        return [closed(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items() if key in KEPT}
    if "properties" in schema:
        made["properties"] = {name: closed(entry) for name, entry in schema["properties"].items()}
        made.setdefault("additionalProperties", False)
    if "$ref" in schema:
        made = {"$ref": f"stripe:{schema['$ref'].rsplit('/', 1)[1]}"}
    if schema.get("x-stripeBypassValidation"):
        made.pop("enum", None)
    return {"anyOf": [made, {"type": "null"}]} if schema.get("nullable") else made


KEPT = ("type", "enum", "anyOf", "oneOf", "items", "required", "maxLength", "pattern", "additionalProperties")


@cache
def registry() -> Registry[Any]:
    """Every schema by its name."""
    schemas = spec()["components"]["schemas"]
    loaded: Registry[Any] = Registry().with_resources(
        (f"stripe:{name}", Resource.from_contents({"$schema": DIALECT, **closed(schema)}))
        for name, schema in schemas.items()
    )
    return loaded


DIALECT = "https://json-schema.org/draft/2020-12/schema"


def errors(schema: Json, value: Any, where: str) -> list[str]:
    """What is wrong with a value, as sentences that begin with where."""
    judge = jsonschema.Draft202012Validator({"$schema": DIALECT, **schema}, registry=registry())
    return [f"{where}{place(error)}: {deepest(error)}" for error in judge.iter_errors(value)]


def place(error: jsonschema.ValidationError) -> str:
    """Where in the value an error lies."""
    return "".join(f".{part}" for part in error.absolute_path)


def deepest(error: jsonschema.ValidationError) -> str:
    """The most telling of the errors below one."""
    best = jsonschema.exceptions.best_match([error])
    return f"{best.message[:300]} (at {place(best) or 'top'})" if best else error.message[:300]


def template_of(method: str, path: str) -> str | None:
    """The path as the file writes it, with its `{names}`; None when it has no such operation."""
    for candidate, operations in spec()["paths"].items():
        if method.lower() in operations and re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", candidate), path):
            return str(candidate)
    return None


def outside(method: str, path: str) -> str | None:
    """The path as NOT_IN_FILE writes it, if it stands there."""
    for verb, candidate in NOT_IN_FILE:
        if verb == method.upper() and re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", candidate), path):
            return candidate
    return None


def violations_of_request(method: str, path: str, form: str | Mapping[str, Any]) -> list[str]:
    """What Stripe's schema has against a request. The form is as sent, or nested text as forms.decode makes it."""
    template = template_of(method, path)
    if template is None:
        return [] if outside(method, path) else [f"{method} {path}: the file has no such operation"]
    schema = form_schema(spec(), method.lower(), template)
    nested = decode(form) if isinstance(form, str) else form
    return errors(closed(schema), typed(schema, nested), f"{method} {template}")


def typed(schema: Json, raw: Any) -> Any:
    """Form text as the types that the schema wants, wherever it looks like them; what does not stays text and fails."""
    for choice in schema.get("anyOf", []):
        if fits(choice, raw):
            return typed(choice, raw)
    kind = schema.get("type")
    if isinstance(raw, Mapping) and kind == "array":
        return [typed(schema["items"], value) for value in raw.values()]
    if isinstance(raw, Mapping):
        known, rest = schema.get("properties", {}), schema.get("additionalProperties")
        return {key: typed(known.get(key, rest or {}), value) for key, value in raw.items()}
    if kind == "boolean" and raw in ("true", "false"):
        return raw == "true"
    if kind in ("integer", "number") and re.fullmatch(r"-?\d+(\.\d+)?", str(raw)):
        return float(raw) if kind == "number" or "." in raw else int(raw)
    return raw


def fits(choice: Json, raw: Any) -> bool:
    """Whether a form value has the outline of one alternative."""
    if isinstance(raw, Mapping):
        return choice.get("type") in ("object", "array")
    return choice.get("type") not in ("object", "array") and (raw in choice.get("enum", [raw]))


def violations_of_response(method: str, path: str, status: int, body: Any) -> list[str]:
    """What Stripe's schema has against an answer."""
    template = template_of(method, path)
    if template is None:
        name = NOT_IN_FILE.get((method.upper(), outside(method, path) or ""))
        return errors({"$ref": f"stripe:{name}"}, body, f"{method} {path}") if name and status == 200 else []
    answers = spec()["paths"][template][method.lower()]["responses"]
    schema = answers["200" if status == 200 else "default"]["content"]["application/json"]["schema"]
    return errors(closed(schema), body, f"{method} {template} {status}")


def violations_of_event(event: Json) -> list[str]:
    """What Stripe's schema has against a snapshot event, its object and its previous attributes."""
    name = event["type"]
    subject = event["data"]["object"]
    kind = subject["object"]
    found = errors({"$ref": "stripe:event"}, event, name)
    found += errors({"$ref": f"stripe:{kind}"}, subject, f"{name} object")
    known = spec()["components"]["schemas"][kind]["properties"]
    strange = [key for key in event["data"].get("previous_attributes", {}) if key not in known]
    return found + [f"{name}: previous_attributes has {key}, which a {kind} has not" for key in strange]


def parameters(method: str, path: str) -> Json:
    """The parameters of an operation, whose path may be written with any `{name}`, by the file with the overlay."""
    template = template_of(method, re.sub(r"\{[^}]+\}", "x", path))
    if template is None:
        raise KeyError(f"{method} {path}")
    return form_schema(spec(), method.lower(), template)


def names(schema: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    """Every parameter of a schema with its dotted name, lists entered by `[]`."""
    for name, inner in schema.get("properties", {}).items():
        full = f"{path}.{name}" if path else name
        yield full, inner
