"""What the documents name exists: files, links, verbs of make, commands, variables, tables, and events of Stripe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import click
import pytest
from flask import Flask

from booking.services.inbox import HANDLERS
from config import VARIABLES
from tests.support.source import ROOT
from tests.support.tree import files

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("**/*.md"))]
MADE = ("instance/", ".venv/", "build/")
"""Folders that the verbs make; git has none of them."""

CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)*/?")
VERB = re.compile(r"(?:^    |`)make ([a-z][a-z-]*)", re.MULTILINE)
COMMAND = re.compile(r"flask(?: --app booking)? ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)?)")

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())


@cache
def in_the_tree() -> set[str]:
    """Every file that git has or would add, and the folders that they are in."""
    found = {path.relative_to(ROOT) for path in files()}
    return {each.as_posix() for path in found for each in (path, *path.parents)}


def paths(text: str) -> Iterator[str]:
    """What looks like a file or folder of ours between backticks: a slash or a known ending, and no blanks."""
    for code in CODE.findall(text):
        known = code.endswith((".py", ".md", ".txt", ".html", ".toml", ".css", "/")) or code == "Makefile"
        if known and PATH.fullmatch(code) and not code.startswith(("/", ".", *MADE)):
            yield code.rstrip("/")


def found(name: str, document: Path, tree: set[str]) -> bool:
    """Whether a name leads somewhere: from the top, from the document, or as the end of a path within booking."""
    beside = (document.parent / name).resolve()
    if name in tree or (beside.is_relative_to(ROOT) and beside.relative_to(ROOT).as_posix() in tree):
        return True
    return any(path.endswith(f"/{name}") for path in tree)


@each_document
def test_every_file_that_is_named_is_there(document: Path) -> None:
    tree = in_the_tree()
    missing = [name for name in paths(document.read_text()) if not found(name, document, tree)]
    assert missing == []


@each_document
def test_every_link_leads_to_a_file_that_is_there(document: Path) -> None:
    tree = in_the_tree()
    links = [link for link in LINK.findall(document.read_text()) if not urlsplit(link).scheme and link != "URL"]
    assert [link for link in links if not found(link.partition("#")[0].rstrip("/"), document, tree)] == []


@each_document
def test_every_verb_of_make_is_there(document: Path) -> None:
    verbs = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(VERB.findall(document.read_text())) - verbs == set()


@pytest.mark.any_database
def test_every_command_is_there(app: Flask) -> None:
    missing = []
    for words in COMMAND.findall("\n".join(document.read_text() for document in DOCUMENTS)):
        command: click.Command | None = app.cli
        for word in words.split():
            if not isinstance(command, click.Group):
                break
            command = command.get_command(click.Context(command), word)
        if command is None:
            missing.append(words)
    assert missing == []


def test_the_variables_of_production_are_those_that_are_read() -> None:
    text = (ROOT / "docs" / "deploy.md").read_text()
    rows = re.findall(r"^\| ((?:`[A-Z_]+`(?:, )?)+) \|", text, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}
    assert named == {"BOOKING_ENV", *VARIABLES}


def test_every_event_that_the_endpoint_asks_for_is_acted_on_and_no_handler_is_left_out() -> None:
    text = (ROOT / "docs" / "deploy.md").read_text()
    asked = re.findall(r"^    ([a-z_]+\.[a-z_.]+)$", text, re.MULTILINE)
    assert [event for event in asked if not event.startswith(tuple(HANDLERS))] == []
    # Refunds have had an event of their own since 2024; `charge.refund.` is its older name, which still may come.
    unasked = {prefix for prefix in HANDLERS if not any(event.startswith(prefix) for event in asked)}
    assert unasked == {"charge.refund."}


@pytest.mark.any_database
def test_every_address_that_is_named_is_one_of_the_app_s(app: Flask) -> None:
    names = ("README", "docs/architecture", "docs/deploy", "docs/design", "docs/programs")
    text = "\n".join((ROOT / f"{name}.md").read_text() for name in names)
    named = [code for code in CODE.findall(text) if code.startswith("/")]
    rules = [rule.rule for rule in app.url_map.iter_rules()]
    known = app.url_map.bind("")
    unknown = [
        address
        for address in named
        if not any(known.test(address, method) for method in ("GET", "POST"))
        and not any(rule.startswith(f"{address}/") for rule in rules)
    ]
    assert unknown == []


def test_the_readme_is_short() -> None:
    assert (ROOT / "README.md").read_text().count("\n") <= 120
