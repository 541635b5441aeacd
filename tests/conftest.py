"""What pytest asks at its start: options, the databases of each test, and whether this process runs tests at all.

The fixtures themselves are in tests/fixtures.py. The process that only hands tests out to others never imports it,
and with it the program: they could not start before.
"""

from __future__ import annotations

import gc

import pytest
from hypothesis import settings

DIALECTS = ("sqlite", "postgresql")

# Python looks for rubbish after every 700 objects more, again and again through all that the tests import. What a test
# leaves open is still found, a little later, and at the latest by pytest at its end.
gc.set_threshold(20_000, 20, 10)

# Timings are never asserted, and a machine under load is no reason to fail.
settings.register_profile("default", deadline=None, max_examples=25, derandomize=True, print_blob=True)
settings.register_profile("sure", deadline=None, max_examples=200, print_blob=True)
settings.register_profile("thorough", deadline=None, max_examples=5_000, print_blob=True)
settings.load_profile("default")


def pytest_configure(config: pytest.Config) -> None:
    """Bring the fixtures, unless the tests are run by other processes."""
    if config.getoption("dist", "no") == "no":
        config.pluginmanager.import_plugin("tests.fixtures")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=[*DIALECTS, "both"], default="both", help="run database tests on this one")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whatever touches the database runs on both."""
    if "database" in metafunc.fixturenames:
        wanted = metafunc.config.getoption("--database")
        dialects = list(DIALECTS) if wanted == "both" else [wanted]
        if one := metafunc.definition.get_closest_marker("any_database"):
            dialects = [each for each in dialects if each in one.args] or dialects[:1]
        metafunc.parametrize("database", dialects, indirect=True)
