"""The SDK's own `stripe.params` classes as a judge of what is passed to it, exact for the installed version."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin

from typing_extensions import get_type_hints, is_typeddict

UNWRAPPED = (NotRequired, Required)
IMPORTED_FOR_TYPING = {"StripeContext": Any, "Mapping": Mapping}
"""Names that the SDK imports for type checkers alone."""


def violations_of_params(expected: Any, value: Any, where: str = "") -> list[str]:
    """What a TypedDict of `stripe.params` has against some parameters; [] when they are exactly of its shape."""
    return list(against(expected, value, where))


def against(expected: Any, value: Any, where: str) -> Iterator[str]:
    """One value against one type."""
    origin = get_origin(expected)
    if origin in UNWRAPPED:
        yield from against(get_args(expected)[0], value, where)
    elif is_typeddict(expected):
        yield from against_fields(expected, value, where)
    elif origin in JUDGES:
        yield from JUDGES[origin](get_args(expected), value, where)
    elif isinstance(expected, type) and not is_plain(expected, value):
        yield f"{where}: {value!r} is not {expected.__name__}"


def is_plain(expected: type, value: Any) -> bool:
    """Whether a value is of a plain type; a flag is no number."""
    if expected in (int, float) and isinstance(value, bool):
        return False
    return isinstance(value, (int, float) if expected is float else expected)


def against_fields(expected: Any, value: Any, where: str) -> Iterator[str]:
    """A mapping against a TypedDict: no strange names, none missing."""
    if not isinstance(value, Mapping):
        yield f"{where}: not a mapping"
        return
    hints = hints_of(expected)
    for name, inner in value.items():
        if name not in hints:
            yield f"{where}.{name}: {expected.__name__} has no such parameter"
        else:
            yield from against(hints[name], inner, f"{where}.{name}")
    for name, hint in hints.items():
        if get_origin(hint) is not NotRequired and name not in value:
            yield f"{where}.{name}: missing"


def against_any(choices: tuple[Any, ...], value: Any, where: str) -> Iterator[str]:
    """A union is satisfied by one of its types; beside a Literal, `str` only says that the list of words may grow."""
    if isinstance(value, str) and any(get_origin(choice) is Literal for choice in choices):
        choices = tuple(choice for choice in choices if choice is not str)
    tries = [list(against(choice, value, where)) for choice in choices]
    if all(tries):
        yield from min(tries, key=len)


def against_items(expected: tuple[Any, ...], value: Any, where: str) -> Iterator[str]:
    """Every item of a list."""
    if not isinstance(value, list):
        yield f"{where}: not a list"
        return
    for at, inner in enumerate(value):
        yield from against(expected[0], inner, f"{where}[{at}]")


def against_words(words: tuple[Any, ...], value: Any, where: str) -> Iterator[str]:
    """One of a closed list."""
    if value not in words:
        yield f"{where}: {value!r} is none of {words}"


def against_mapping(_: tuple[Any, ...], value: Any, where: str) -> Iterator[str]:
    """Any mapping of text."""
    if not isinstance(value, Mapping):
        yield f"{where}: not a mapping"


JUDGES: dict[Any, Callable[[tuple[Any, ...], Any, str], Iterator[str]]] = {
    Union: against_any,
    types.UnionType: against_any,
    list: against_items,
    Literal: against_words,
    dict: against_mapping,
}


@cache
def hints_of(expected: Any) -> dict[str, Any]:
    """The types of a TypedDict's fields, with what is not required marked."""
    return get_type_hints(expected, localns=IMPORTED_FOR_TYPING, include_extras=True)
