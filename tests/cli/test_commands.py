"""The commands say what they did, and refuse with a sentence and exit code 2."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskCliRunner

from booking import create_app, tasks
from booking.db import db
from booking.domain.states import Role
from booking.models import User
from config import Development
from tests.support.factories import choice, make_editor, make_issue, make_order
from tests.test_access import PRODUCTION


@pytest.fixture
def run(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def test_an_editor_is_made_by_address(app: Flask, run: FlaskCliRunner) -> None:
    result = run.invoke(args=["editor", "add", " Ed@Example.COM"])
    assert result.exit_code == 0
    assert "ed@example.com is an editor now." in result.output
    assert "/sign-in" in result.output
    assert "was an editor already" in run.invoke(args=["editor", "add", "ed@example.com"]).output
    with app.app_context():
        assert db.session.execute(sa.select(User.email, User.role)).all() == [("ed@example.com", Role.EDITOR)]


@pytest.mark.any_database
def test_what_is_no_address_makes_no_editor(app: Flask, run: FlaskCliRunner) -> None:
    result = run.invoke(args=["editor", "add", "ed at example"])
    assert result.exit_code == 2
    assert "is not an e-mail address" in result.output


@pytest.mark.any_database
def test_the_links_of_development_are_printed(app: Flask, run: FlaskCliRunner) -> None:
    with app.app_context():
        make_issue()
        make_order(choice())
        make_editor()
    result = run.invoke(args=["dev-links"])
    assert result.exit_code == 0
    assert "Sponsor     http://127.0.0.1:8000/dev/sign-in/" in result.output
    assert "Editor      http://127.0.0.1:8000/dev/sign-in/" in result.output
    assert "Recruiter" not in result.output, "nobody has booked a job ad"


def test_there_are_no_such_links_in_production() -> None:
    result = create_app(PRODUCTION).test_cli_runner().invoke(args=["dev-links"])
    assert result.exit_code == 2
    assert "no such links in production" in result.output


@pytest.mark.parametrize("command", ["editor add a@b.example", "doctor --invariants", "dev-links", "issues generate"])
def test_a_database_that_cannot_be_used_is_told_in_a_sentence(command: str, tmp_path: Path) -> None:
    app = create_app(Development(SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path}/empty.sqlite"))
    result = app.test_cli_runner().invoke(args=command.split())
    assert result.exit_code == 1
    [sentence] = result.output.splitlines()
    assert "The database cannot be used: no such table: " in sentence
    assert "run `flask --app booking db upgrade`" in sentence


@pytest.mark.any_database
def test_all_tasks_can_be_run_once_by_cron(run: FlaskCliRunner) -> None:
    result = run.invoke(args=["upkeep"])
    assert result.exit_code == 0
    assert result.output.splitlines() == [f"{upkeep.name}: nothing to do" for upkeep in tasks.UPKEEP]


@pytest.mark.any_database
def test_a_task_that_fails_does_not_keep_the_others_from_running(
    run: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_now: datetime) -> int:
        raise ConnectionError("Stripe is out of reach.")

    done: list[datetime] = []
    monkeypatch.setattr(tasks, "UPKEEP", (tasks.Upkeep("first", 10, fail), tasks.Upkeep("second", 10, done.append)))
    result = run.invoke(args=["upkeep"])
    assert result.exit_code == 1
    assert result.output.splitlines() == ["first: failed: Stripe is out of reach.", "second: nothing to do"]
    assert len(done) == 1
