"""The simulator's own table of parameters says what Stripe's OpenAPI file says: same names, types, choices, needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from booking.stripe_simulator.operations import OPERATIONS, Operation
from booking.stripe_simulator.params import Param
from tests.stripe_simulator import openapi

pytestmark = pytest.mark.skipif(not openapi.available(), reason=openapi.ABSENT)

COVERED = [
    operation for operation in OPERATIONS if not openapi.outside(operation.method, operation.path.format(key="x"))
]


@pytest.mark.parametrize("operation", COVERED, ids=lambda operation: f"{operation.method} {operation.path}")
def test_the_table_agrees_with_stripes_file(operation: Operation) -> None:
    schema = openapi.parameters(operation.method, operation.path)
    assert list(differences(operation.params, schema, "")) == []


def differences(param: Param, schema: dict[str, Any], path: str) -> Iterator[str]:
    """Where a parameter of the table is not what the file says."""
    shapes = [shape for shape in schema.get("anyOf", [schema]) if shape.get("enum") != [""]]
    if param.clearable != (len(shapes) < len(schema.get("anyOf", [schema])) or "" in schema.get("enum", [])):
        yield f"{path}: the table says clearable={param.clearable}"
    shape = next((shape for shape in shapes if kind(shape) == param.type), None)
    if shape is None:
        yield f"{path}: the table says {param.type}, the file {[kind(shape) for shape in shapes]}"
        return
    if param.choices and set(param.choices) != set(shape.get("enum", [])) - {""}:
        yield f"{path}: other choices than {sorted(set(param.choices) ^ set(shape.get('enum', [])))}"
    if param.type == "string" and not param.choices and shape.get("enum"):
        yield f"{path}: the file has choices, the table none"
    if param.item is not None:
        yield from differences(param.item, shape["items"], f"{path}[]")
    if param.type in ("object", "span"):
        yield from differences_of_fields(param, shape, path)


def differences_of_fields(param: Param, shape: dict[str, Any], path: str) -> Iterator[str]:
    """Where the fields of an object differ."""
    theirs = shape.get("properties", {})
    ours = set(param.fields) | set(param.others)
    for name in sorted(ours ^ set(theirs)):
        yield f"{path}.{name}: only {'in the table' if name in ours else 'in the file'}"
    for name, inner in param.fields.items():
        if name in theirs:
            if inner.required != (name in shape.get("required", [])):
                yield f"{path}.{name}: the table says required={inner.required}"
            yield from differences(inner, theirs[name], f"{path}.{name}")


def kind(shape: dict[str, Any]) -> str:
    """What the table calls a shape of the file."""
    if shape.get("type") == "object" and "additionalProperties" in shape and "properties" not in shape:
        return "mapping"
    if set(shape.get("properties", {})) == {"gt", "gte", "lt", "lte"}:
        return "span"
    return str(shape.get("type"))
