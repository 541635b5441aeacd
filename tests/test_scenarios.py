"""Each of the twenty-five acceptance scenarios has a test that says so, and docs/scenarios.md leads to it."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tests.support.source import ROOT, Function, dotted

SCENARIOS = range(1, 26)
DOCUMENT = ROOT / "docs" / "scenarios.md"
TESTS = ROOT / "tests"


@dataclass(frozen=True, slots=True)
class Shown:
    """A test that is marked with the number of a scenario."""

    scenario: int
    file: str
    test: str
    marks: frozenset[str]


@cache
def shown() -> tuple[Shown, ...]:
    """Every marked test, read from the source, so that no option of a run can hide one."""
    return tuple(
        one
        for path in sorted(TESTS.rglob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, Function)
        for one in _marked(node, path.relative_to(ROOT).as_posix())
    )


def _marked(function: Function, file: str) -> Iterator[Shown]:
    calls = [(mark, dotted(_called(mark))) for mark in function.decorator_list]
    names = frozenset(name.rpartition(".")[2] for _, name in calls)
    for mark, name in calls:
        if isinstance(mark, ast.Call) and name == "pytest.mark.scenario":
            yield Shown(ast.literal_eval(mark.args[0]), file, function.name, names)


def _called(decorator: ast.expr) -> ast.expr:
    return decorator.func if isinstance(decorator, ast.Call) else decorator


def documented() -> dict[int, set[str]]:
    """The files that docs/scenarios.md names for each scenario."""
    rows = re.findall(r"^\| (\d+) \|[^|]+\|([^|]+)\|$", DOCUMENT.read_text(), re.MULTILINE)
    return {int(number): set(re.findall(r"`([^`]+)`", files)) for number, files in rows}


def test_every_scenario_has_a_test_that_runs_on_both_databases() -> None:
    both = {
        one.scenario
        for one in shown()
        if not one.file.startswith("tests/domain/") and not one.marks & {"any_database", "skip", "xfail"}
    }
    assert sorted(set(SCENARIOS) - both) == []


def test_no_test_shows_a_scenario_that_does_not_exist() -> None:
    assert [one for one in shown() if one.scenario not in SCENARIOS] == []


def test_only_tests_are_marked() -> None:
    """A mark on a helper or a fixture would show nothing."""
    assert [one for one in shown() if not one.test.startswith("test_")] == []


def test_the_document_tells_each_scenario_and_names_files_that_show_it() -> None:
    files: defaultdict[int, set[str]] = defaultdict(set)
    for one in shown():
        files[one.scenario].add(one.file)
    told = documented()
    assert sorted(told) == list(SCENARIOS)
    assert {number: named - files[number] for number, named in told.items() if not named or named - files[number]} == {}
