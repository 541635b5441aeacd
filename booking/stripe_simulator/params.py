"""A small language for the parameters that an endpoint accepts, and the check that reads it.

The tables written in it (params_*.py) are data: a test holds them against Stripe's OpenAPI file, so that they cannot
drift. A parameter that Stripe knows and the simulator does not act on is named in `others` and refused, never ignored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from booking.stripe_simulator.errors import StripeError, invalid
from booking.stripe_simulator.forms import Raw
from booking.stripe_simulator.store import Json

WHOLE = re.compile(r"^-?\d{1,18}$")
NUMBER = re.compile(r"^-?\d{1,15}(\.\d{1,12})?$")
FLAGS = {"true": True, "false": False}
CONVERT: dict[str, Callable[[str], Any]] = {"integer": int, "number": float, "boolean": FLAGS.__getitem__}


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter: its type, and what follows from the type."""

    type: str
    choices: tuple[str, ...] = ()
    fields: Mapping[str, Param] = field(default_factory=dict)
    item: Param | None = None
    others: tuple[str, ...] = ()
    required: bool = False
    clearable: bool = False


text, whole, number, flag, metadata = map(Param, ("string", "integer", "number", "boolean", "mapping"))


def one_of(*choices: str) -> Param:
    """Text out of a closed list."""
    return Param("string", choices=choices)


def group(others: str = "", /, **fields: Param) -> Param:
    """Named parameters together; `others` names those of Stripe's that the simulator does not act on."""
    return Param("object", fields=fields, others=tuple(others.split()))


def listed(item: Param) -> Param:
    """Any number of the same."""
    return Param("array", item=item)


def need(param: Param) -> Param:
    """The same parameter, required."""
    return replace(param, required=True)


def clearable(param: Param) -> Param:
    """The same parameter, which an empty text unsets."""
    return replace(param, clearable=True)


def check(table: Param, raw: Mapping[str, Raw]) -> Json:
    """Typed parameters, or a StripeError in Stripe's words: unknown names first, then missing ones, then values."""
    strangers = list(unknown_names(table, raw, ""))
    if strangers:
        noun = "parameter" if len(strangers) == 1 else "parameters"
        raise invalid(f"Received unknown {noun}: {', '.join(strangers)}", strangers[0], "parameter_unknown")
    return typed_group(table, raw, "")


def unknown_names(param: Param, raw: Raw | Mapping[str, Raw], path: str) -> Iterator[str]:
    """Every name that Stripe does not know, with its full bracketed path."""
    if isinstance(raw, str):
        return
    for name, inner in raw.items():
        full = f"{path}[{name}]" if path else name
        if param.type in ("object", "span") and name in param.fields:
            yield from unknown_names(param.fields[name], inner, full)
        elif param.type in ("object", "span") and name not in param.others:
            yield full
        elif param.type == "array" and param.item is not None:
            yield from unknown_names(param.item, inner, full)


def typed_group(param: Param, raw: Mapping[str, Raw], path: str) -> Json:
    """The typed fields of one object."""
    for name, inner in param.fields.items():
        if inner.required and name not in raw:
            full = f"{path}[{name}]" if path else name
            raise invalid(f"Missing required param: {full}.", full, "parameter_missing")
    typed = {}
    for name, value in raw.items():
        full = f"{path}[{name}]" if path else name
        if name in param.others:
            raise not_simulated(full)
        typed[name] = typed_value(param.fields[name], value, full)
    return typed


def typed_value(param: Param, raw: Raw, path: str) -> Any:
    """One typed value; None for a clearable one that was emptied."""
    if raw == "" and param.clearable:
        return None
    if param.type == "span" and isinstance(raw, str):
        exactly = scalar(whole, raw, path)
        return {"gte": exactly, "lte": exactly}
    if isinstance(raw, dict):
        return nested(param, raw, path)
    if param.type in ("object", "array", "mapping"):
        raise invalid(f"Invalid {'array' if param.type == 'array' else 'object'}", path)
    if raw == "":
        raise invalid(
            f"You passed an empty string for '{path}'. We assume empty values are an attempt to unset a parameter; "
            f"however '{path}' cannot be unset. You should remove '{path}' from your request or supply a "
            "non-empty value.",
            path,
            "parameter_invalid_empty",
        )
    return scalar(param, raw, path)


def nested(param: Param, raw: dict[str, Raw], path: str) -> Any:
    """A typed object, list or mapping."""
    if param.type in ("object", "span"):
        return typed_group(param, raw, path)
    if param.type == "array" and param.item is not None:
        return [typed_value(param.item, value, f"{path}[{index}]") for index, value in raw.items()]
    if param.type == "mapping":
        return {key: mapping_value(key, value, path) for key, value in raw.items()}
    raise invalid(f"Invalid {param.type}: {path} must not be nested", path)


def mapping_value(key: str, value: Raw, path: str) -> str:
    """One metadata value within Stripe's limits: 40 characters of key, 500 of value."""
    if not isinstance(value, str):
        raise invalid("Metadata values must be strings.", f"{path}[{key}]")
    if len(key) > 40 or len(value) > 500:
        part, limit, size = ("keys", 40, len(key)) if len(key) > 40 else ("values", 500, len(value))
        raise invalid(
            f"Metadata {part} can have up to {limit} characters, but you passed one of {size}.", f"{path}[{key}]"
        )
    return value


def scalar(param: Param, raw: str, path: str) -> Any:
    """Text, a number or a flag."""
    if param.type == "integer" and not WHOLE.match(raw):
        raise invalid(f"Invalid integer: {raw}", path, "parameter_invalid_integer")
    if param.type == "number" and not NUMBER.match(raw):
        raise invalid(f"Invalid decimal: {raw}; must contain at maximum two decimal places", path)
    if param.type == "boolean" and raw not in FLAGS:
        raise invalid(f"Invalid boolean: {raw}", path)
    if param.choices and raw not in param.choices:
        raise invalid(f"Invalid {path}: must be one of {spoken(param.choices)}", path)
    return CONVERT.get(param.type, str)(raw)


def spoken(choices: tuple[str, ...]) -> str:
    """`a, b, or c`, as Stripe writes a list of choices."""
    return choices[0] if len(choices) == 1 else f"{', '.join(choices[:-1])}{',' * (len(choices) > 2)} or {choices[-1]}"


def not_simulated(path: str) -> StripeError:
    """Stripe takes this parameter and the simulator would have to ignore it, which would be a lie."""
    return invalid(
        f"Stripe knows the parameter {path}, but the simulator does not act on it. Add it in booking/stripe_simulator.",
        path,
        "simulator_parameter",
    )
