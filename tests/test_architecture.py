"""The rules of the house that no tool knows: who may ask the time or commit, and how long is too long.

Import rules are import-linter's (pyproject.toml); these are about what is called and written.
"""

from __future__ import annotations

import ast
import fnmatch
from collections.abc import Iterator, Sequence
from functools import cache

import jinja2
import pytest
from flask import Flask
from jinja2 import nodes

from tests.support.source import LONGEST, Module, calls, dotted, functions, length, modules, strings, templates

CLOCKS = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns")
REFERENCES = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
SIMULATOR = "booking.stripe_simulator"

# Somebody else's clock, which stamps a signature or is told how far to go, does not stand still when ours does.
REAL_TIME = ("booking.clock", "booking.gateways.payments", "booking.demo.stripe_stand_in")


def program() -> Iterator[Module]:
    """Every module but the simulator's, which is a program of its own."""
    yield from (module for module in modules() if not module.within(SIMULATOR))


def test_only_the_clock_asks_what_time_it_is() -> None:
    asked = {
        module.at(call)
        for module in program()
        for call, name in calls(module)
        if name.endswith(CLOCKS) and not module.within(*REAL_TIME)
    }
    assert asked == set()


def test_only_services_commit() -> None:
    committed = {
        module.at(call)
        for module in program()
        for call, name in calls(module)
        # Throwing the development database away is no act of the newsletter's.
        if name.endswith(".commit") and not module.within("booking.services", "booking.db", "booking.demo")
    }
    assert committed == set()


def test_only_the_configuration_reads_the_environment() -> None:
    read = {
        module.at(node)
        for module in program()
        for node in module.nodes
        if isinstance(node, ast.Attribute) and dotted(node) in ("os.environ", "os.getenv", "os.environb")
    }
    assert read == set()


def test_nothing_imports_the_simulator() -> None:
    imported = {
        module.at(node)
        for module in program()
        for node in module.nodes
        if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith(SIMULATOR))
        or (isinstance(node, ast.ImportFrom) and node.module == "booking" and "stripe_simulator" in _names(node))
        or (isinstance(node, ast.Import) and any(name.startswith(SIMULATOR) for name in _names(node)))
    }
    assert imported == set()


def _names(node: ast.Import | ast.ImportFrom) -> list[str]:
    return [alias.name for alias in node.names]


def test_every_module_says_why_it_exists() -> None:
    silent = {module.name for module in modules() if module.lines and not module.docstring}
    assert silent == set()


def test_no_function_is_too_long_to_keep_in_mind() -> None:
    long = {
        f"{module.at(function)} {function.name}: {length(function)} lines"
        for module in modules()
        for function in functions(module)
        if length(function) > LONGEST["function"]
    }
    assert long == set()


def test_a_route_is_a_sentence() -> None:
    long = {
        f"{module.at(function)} {function.name}: {length(function)} lines"
        for module in program()
        if module.within("booking.web")
        for function in functions(module)
        if any(dotted(decorator.func).endswith((".get", ".post", ".route")) for decorator in _decorators(function))
        if length(function) - len(function.decorator_list) > 25
    }
    assert long == set()


def _decorators(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.Call]:
    yield from (decorator for decorator in function.decorator_list if isinstance(decorator, ast.Call))


@pytest.fixture
def environment(app: Flask) -> jinja2.Environment:
    return app.jinja_env


@cache
def parsed(environment: jinja2.Environment) -> dict[str, Sequence[nodes.Node]]:
    """All that is in each template."""
    trees = {name: environment.parse(path.read_text()) for name, path in templates().items()}
    return {name: tuple(tree.find_all(nodes.Node)) for name, tree in trees.items()}


@pytest.mark.any_database
def test_templates_stop_at_a_name_that_nobody_gave(environment: jinja2.Environment) -> None:
    assert issubclass(environment.undefined, jinja2.StrictUndefined)


@pytest.mark.any_database
def test_every_template_compiles(environment: jinja2.Environment) -> None:
    for name in templates():
        environment.get_template(name)


@pytest.mark.any_database
def test_every_template_is_used(environment: jinja2.Environment) -> None:
    # A text that is nothing but values fits every name, and names none.
    used = {text for module in program() for text in strings(module) if text.endswith((".html", ".txt"))}
    for name, parts in parsed(environment).items():
        for reference in (part for part in parts if isinstance(part, REFERENCES)):
            # Of a choice between two layouts, both names are used.
            named = {text for constant in reference.find_all(nodes.Const) if isinstance(text := constant.value, str)}
            assert named, f"{name} includes a template by a name that is only known when it runs."
            used |= named
    unused = {name for name in templates() if not any(fnmatch.fnmatchcase(name, pattern) for pattern in used)}
    assert unused == set()


@pytest.mark.any_database
def test_every_macro_is_used(environment: jinja2.Environment) -> None:
    everything = [part for parts in parsed(environment).values() for part in parts]
    written = {part.name for part in everything if isinstance(part, nodes.Macro)}
    called = {
        part.node.name if isinstance(part.node, nodes.Name) else part.node.attr
        for part in everything
        if isinstance(part, nodes.Call) and isinstance(part.node, nodes.Name | nodes.Getattr)
    }
    assert written - called == set()
