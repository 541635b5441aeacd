"""What is installed is what was declared, locked by hash, the same everywhere, and used."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
IMPORTED = re.compile(r"^ *(?:from (?=\w+[\w.]* import )|import )(\w+)", re.MULTILINE)
OURS = {"booking", "config", "tests", "migrations"}

# Needed though nothing imports them: a server, drivers, stores of data, and tools that are run.
RUN_BY_NAME = {
    "gunicorn": "serves the program",
    "honcho": "starts its parts together",
    "psycopg": "SQLAlchemy loads it by the address of the database",
    "tzdata": "the zones, where the system has none",
    "import-linter": "make lint",
    "coverage": "make sure",
    "mypy": "make lint",
    "pip-tools": "make lock",
    "pytest-xdist": "make test",
    "ruff": "make lint",
}


def normal(name: str) -> str:
    """A distribution's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def named(requirement: str) -> str:
    return normal(re.split(r"[\[<>=!~ ;]", requirement, maxsplit=1)[0])


RUNTIME = {named(each) for each in PROJECT["dependencies"]}
DEVELOPMENT = {named(each) for each in PROJECT["optional-dependencies"]["dev"]}


def locked(name: str) -> dict[str, tuple[str, list[str]]]:
    """Each distribution of a lock with its version and its hashes."""
    text = (ROOT / name).read_text()
    blocks = re.findall(r"^([\w.-]+)==(\S+)((?: \\\n +--hash=\S+)+)", text, re.MULTILINE)
    return {normal(name): (version, re.findall(r"sha256:\w{64}", hashes)) for name, version, hashes in blocks}


def imports(*folders: str) -> Iterator[tuple[str, Path]]:
    """Each foreign top-level module that our code imports, with the file that does.

    Read from the lines, for parsing all our files takes a second: the formatter writes each import on lines of its own.
    """
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    for path in paths if "booking" not in folders else [*paths, ROOT / "config.py"]:
        for name in IMPORTED.findall(path.read_text()):
            if name not in OURS and name not in sys.stdlib_module_names:
                yield name, path


@cache
def installed() -> dict[str, set[str]]:
    """Which distributions each top-level module comes from."""
    return {module: set(map(normal, names)) for module, names in packages_distributions().items()}


def distributions(module: str) -> set[str]:
    return installed().get(module, set())


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_locked_distribution_has_a_version_and_hashes(name: str) -> None:
    text = (ROOT / name).read_text()
    pinned = re.findall(r"^[\w.-]+(?:\[[\w,-]+\])?==\S+", text, re.MULTILINE)
    assert len(pinned) == len(locked(name)) > 0
    assert all(hashes for _, hashes in locked(name).values())
    others = [line for line in text.splitlines() if line and not re.match(r"[\w.-]+==|\s+(--hash|# )|#", line)]
    assert others == []


def test_what_is_declared_is_locked() -> None:
    assert locked("requirements.txt").keys() >= RUNTIME
    assert locked("requirements-dev.txt").keys() >= RUNTIME | DEVELOPMENT


def test_the_checks_run_against_the_versions_that_production_runs() -> None:
    checked = locked("requirements-dev.txt")
    assert {name: checked.get(name) for name in locked("requirements.txt")} == locked("requirements.txt")


def test_the_program_imports_only_what_it_declares() -> None:
    undeclared = {
        f"{path.relative_to(ROOT)} imports {module}"
        for module, path in imports("booking", "migrations")
        if not distributions(module) & RUNTIME
    }
    # Flask stands on them and is pinned with them: importing them by name is how Flask's own documentation does it.
    allowed = ("werkzeug", "jinja2", "markupsafe", "click", "itsdangerous", "blinker")
    assert {each for each in undeclared if not each.endswith(allowed)} == set()


def test_everything_declared_is_used() -> None:
    used = {name for module, _ in imports("booking", "migrations", "tests") for name in distributions(module)}
    types = {name for name in DEVELOPMENT if name.startswith("types-")}
    assert (RUNTIME | DEVELOPMENT) - used - types - RUN_BY_NAME.keys() == set()


def test_types_are_installed_only_for_what_is_there() -> None:
    present = locked("requirements-dev.txt").keys()
    types = {name.removeprefix("types-") for name in DEVELOPMENT if name.startswith("types-")}
    assert types <= present
