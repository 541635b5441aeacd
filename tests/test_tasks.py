"""The worker: what it runs and how often, in which storage, and that nothing breaks where it or its queue is not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from huey.api import MemoryHuey, PostgresHuey, SqliteHuey

from booking import clock, create_app, tasks
from booking.db import db
from booking.domain.states import OutboxState
from booking.models import OutboxMessage
from booking.services import signing_in
from config import Test
from tests.support import at
from tests.support.databases import Database
from tests.support.factories import NOW, make_editor
from tests.support.servers import PostOffice


def periods(every: int, seconds: int, beat: float = tasks.HEARTBEAT) -> list[float]:
    due = tasks.Due(every)
    beats = (number * beat for number in range(int(seconds / beat) + 1))
    return [second for second in beats if due(NOW + timedelta(seconds=second))]


def test_each_task_runs_at_its_period_and_once_at_the_start() -> None:
    assert periods(10, 60) == [0, 10, 20, 30, 40, 50, 60]
    assert periods(60, 300) == [0, 60, 120, 180, 240, 300]
    assert periods(300, 700) == [0, 300, 600]


def test_a_heart_that_is_never_quite_on_time_misses_nothing() -> None:
    assert len(periods(60, 3600, beat=9.98)) == pytest.approx(60, abs=2)
    assert len(periods(10, 600, beat=9.98)) == 61


def test_every_task_has_a_name_of_its_own_and_a_period_that_the_heart_can_keep() -> None:
    assert len({upkeep.name for upkeep in tasks.UPKEEP}) == len(tasks.UPKEEP)
    assert all(upkeep.every >= tasks.HEARTBEAT and upkeep.every % tasks.HEARTBEAT == 0 for upkeep in tasks.UPKEEP)


@pytest.mark.any_database
@pytest.mark.parametrize("upkeep", tasks.UPKEEP, ids=lambda upkeep: upkeep.name)
def test_every_task_does_nothing_where_there_is_nothing_to_do(app: Flask, upkeep: tasks.Upkeep) -> None:
    tasks.in_context(app, upkeep)()


@pytest.mark.any_database
def test_stripe_out_of_reach_is_a_sentence_and_no_traceback(
    app: Flask, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    alone = create_app(replace(Test(), SQLALCHEMY_DATABASE_URI=database.url, STRIPE_API_BASE="http://127.0.0.1:9"))
    reconcile = next(upkeep for upkeep in tasks.UPKEEP if upkeep.name == "reconcile")
    tasks.in_context(alone, reconcile)()
    [record] = [record for record in caplog.records if record.name == "booking.tasks"]
    assert record.getMessage().startswith("reconcile: Stripe cannot be asked: no connection")
    assert record.exc_info is None
    result = alone.test_cli_runner().invoke(args=["upkeep"])
    assert result.exit_code == 1
    assert "reconcile: Stripe cannot be asked: no connection, or no answer in time. The next run" in result.output
    with alone.app_context():
        db.engine.dispose()


@pytest.mark.any_database
def test_what_a_task_did_is_logged(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    seen: list[datetime] = []

    def act(now: datetime) -> int:
        seen.append(now)
        return len(seen)

    with caplog.at_level("INFO"), at(NOW):
        tasks.in_context(app, tasks.Upkeep("count", 10, act))()
    assert seen == [NOW]
    assert "count: 1" in caplog.text


def test_the_queue_is_where_the_address_says(tmp_path: Path) -> None:
    assert isinstance(tasks.storage("memory://", tmp_path), MemoryHuey)
    queue = tasks.storage("sqlite:///tasks.sqlite", tmp_path / "made")
    assert isinstance(queue, SqliteHuey)
    assert (tmp_path / "made" / "tasks.sqlite").is_file()
    queue.storage.close()
    elsewhere = tasks.storage(f"sqlite:///{tmp_path}/other.sqlite", tmp_path)
    assert (tmp_path / "other.sqlite").is_file()
    elsewhere.storage.close()


def test_the_queue_can_be_in_postgresql(databases: Callable[[str], Database], tmp_path: Path) -> None:
    url = databases("postgresql").url
    queue = tasks.storage(url.replace("postgresql+psycopg", "postgresql"), tmp_path)
    assert isinstance(queue, PostgresHuey)
    try:
        queue.task(name="one")(lambda: None)()
        assert len(queue.pending()) == 1
    finally:
        queue.flush()
        queue.storage.close()
        for table in ("kv", "schedule", "task", "counter"):
            _drop(url, f"huey_{table}")


def _drop(url: str, table: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text(f"DROP TABLE {table}"))
    engine.dispose()


@pytest.fixture
def own_queue(app: Flask, tmp_path: Path) -> Iterator[Flask]:
    """The app with a queue of its own on disk."""
    app.config["HUEY_URL"] = f"sqlite:///{tmp_path}/tasks.sqlite"
    kept = {name: app.extensions.pop(name, None) for name in ("huey", "huey.deliver")}
    yield app
    tasks.queue(app).storage.close()
    for name, value in kept.items():
        app.extensions.pop(name, None)
        if value is not None:
            app.extensions[name] = value


@pytest.mark.usefixtures("session")
def test_a_commit_that_wrote_mail_wakes_the_worker_once(own_queue: Flask) -> None:
    make_editor()
    assert tasks.queue(own_queue).pending_count() == 0
    for _ in range(3):
        signing_in.send_link("editor@quietpager.example", "", NOW)
    assert [task.name for task in tasks.queue(own_queue).pending()] == ["deliver-new-mail"]


@pytest.mark.usefixtures("session")
def test_a_queue_that_is_down_costs_nothing_but_time(
    app: Flask, own_queue: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def down(*_arguments: object) -> None:
        raise ConnectionError("The queue is down")

    make_editor()
    with monkeypatch.context() as patched:
        patched.setattr(tasks, "queue", down)
        signing_in.send_link("editor@quietpager.example", "", NOW)
    assert "could not be woken" in caplog.text
    assert db.session.scalars(sa.select(OutboxMessage.state)).all() == [OutboxState.WAITING]


@pytest.mark.usefixtures("session")
def test_a_worker_sends_mail_as_soon_as_it_is_written(own_queue: Flask, post_office: PostOffice) -> None:
    own_queue.config.update(MAIL_HOST=post_office.host, MAIL_PORT=post_office.port, MAIL_SECURITY="none")
    make_editor()
    worker = tasks.Worker(tasks.queue(own_queue), workers=1, periodic=False, max_delay=0.05)
    threads = [worker.scheduler, *(thread for _, thread in worker.worker_threads)]
    for thread in threads:
        thread.start()
    try:
        signing_in.send_link("editor@quietpager.example", "", clock.now())
        waited = time.monotonic() + 20
        while not post_office.messages and time.monotonic() < waited:
            threading.Event().wait(0.02)
    finally:
        worker.stop_flag.set()
        for thread in threads:
            thread.join()
    assert [message["Subject"] for message in post_office.messages] == ["Your link to sign in to Newsletter bookings"]
