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
    return nullable(made) if schema.get("nullable") else made


def nullable(made: Json) -> Json:
    """The same schema, or null; spelt the way that is quickest to check."""
    if "anyOf" in made:
        return {**made, "anyOf": [*made["anyOf"], {"type": "null"}]}
    if "type" not in made:
        return {"anyOf": [made, {"type": "null"}]}
    choices = {"enum": [*made["enum"], None]} if "enum" in made else {}
    return {**made, **choices, "type": [made["type"], "null"]}


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


def judge(schema: Json) -> jsonschema.Draft202012Validator:
    """A validator for a schema that may refer to any of the file's."""
    return jsonschema.Draft202012Validator({"$schema": DIALECT, **schema}, registry=registry())


@cache
def judge_of_object(name: str) -> jsonschema.Draft202012Validator:
    """The validator of one of the file's schemas."""
    return judge({"$ref": f"stripe:{name}"})


@cache
def judge_of_form(method: str, template: str) -> jsonschema.Draft202012Validator:
    """The validator of an operation's parameters."""
    return judge(closed(form_schema(spec(), method, template)))


@cache
def judge_of_answer(method: str, template: str, *, fine: bool) -> jsonschema.Draft202012Validator:
    """The validator of an operation's answer, or of its refusal."""
    answers = spec()["paths"][template][method]["responses"]
    return judge(closed(answers["200" if fine else "default"]["content"]["application/json"]["schema"]))


def errors(validator: jsonschema.Draft202012Validator, value: Any, where: str) -> list[str]:
    """What is wrong with a value, as sentences that begin with where."""
    return [f"{where}{place(error)}: {deepest(error)}" for error in validator.iter_errors(value)]


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
    return errors(judge_of_form(method.lower(), template), typed(schema, nested), f"{method} {template}")


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
        return errors(judge_of_object(name), body, f"{method} {path}") if name and status == 200 else []
    validator = judge_of_answer(method.lower(), template, fine=status == 200)
    return errors(validator, body, f"{method} {template} {status}")


def violations_of_event(event: Json) -> list[str]:
    """What Stripe's schema has against a snapshot event, its object and its previous attributes."""
    name = event["type"]
    subject = event["data"]["object"]
    kind = subject["object"]
    found = errors(judge_of_object("event"), event, name)
    found += errors(judge_of_object(kind), subject, f"{name} object")
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
