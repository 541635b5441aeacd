"""The fixtures of every test: an app on each database, a visitor, a browser, and nothing from outside this machine."""

from __future__ import annotations

import atexit
import gc
import os
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa
import stripe
from flask import Flask
from flask_migrate import upgrade
from flask_sqlalchemy.session import Session
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser, Page
from sqlalchemy.orm import scoped_session

from booking import create_app
from booking.clock import now
from booking.db import db
from booking.models import OutboxMessage
from booking.services import invariants
from booking.stripe_simulator import Settings, Simulator
from config import Test
from tests.support import remembering
from tests.support.browser import chromium, open_browser, open_page, required
from tests.support.databases import KINDS, Database
from tests.support.network import kept_on_this_machine
from tests.support.servers import PostOffice, receiving_mail, serving
from tests.support.till import Till
from tests.support.visitor import Visitor, outside

WEBHOOKS = "/webhooks/stripe"
OLDEST_MAIL = "(SELECT MIN(created_at) FROM outbox)"
ANY_BREACH = sa.text(
    "SELECT "
    + " OR ".join(
        f"EXISTS ({query.replace(':unsent_before', OLDEST_MAIL)})" for _, query in invariants.INVARIANTS.values()
    )
)

# Stripe's client pauses for half a second and more before it asks again. The simulator needs no rest: the same
# questions are asked, as often and with the same keys.
stripe.HTTPClient.INITIAL_DELAY = 0.01
# What is on this machine is asked without a proxy, and without looking through the environment for one each time.
os.environ["no_proxy"] = "127.0.0.1"
# pytest looks for what is left behind when its tests are done; Python would go through everything once more at its end.
atexit.register(gc.freeze)


@pytest.fixture(autouse=True)
def _kept_on_this_machine() -> Iterator[None]:
    with kept_on_this_machine() as attempts:
        yield
    assert not attempts, f"The test tried to leave this machine: {attempts}"


def migrate(url: str) -> None:
    """Make the schema in the database at this address, by running the migrations."""
    app = create_app(replace(Test(), SQLALCHEMY_DATABASE_URI=url))
    with app.app_context():
        upgrade()
        db.engine.dispose()


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """What the templates are compiled to, kept for the other database and the other workers of this run."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "templates"
    folder.mkdir(exist_ok=True)
    return FileSystemBytecodeCache(str(folder))


@pytest.fixture(scope="session")
def databases() -> Iterator[Callable[[str], Database]]:
    """Each kind of database, made when it is first asked for."""
    made: dict[str, Database] = {}

    def database(dialect: str) -> Database:
        if dialect not in made:
            made[dialect] = KINDS[dialect](migrate)
        return made[dialect]

    yield database
    for each in made.values():
        each.close()


@pytest.fixture(scope="session")
def stripe_stand_in() -> Iterator[Simulator]:
    """The Stripe simulator that every app of this worker talks to. Tests ask for `simulator` instead."""
    with Simulator(Settings(environment={})) as simulator:
        yield simulator


@pytest.fixture(scope="session")
def apps(stripe_stand_in: Simulator, compiled: FileSystemBytecodeCache) -> Iterator[Callable[[Database], Flask]]:
    """One app for each database and worker: making one costs more than most tests."""
    made: dict[str, Flask] = {}

    def app(database: Database) -> Flask:
        if database.url not in made:
            settings = replace(Test(), SQLALCHEMY_DATABASE_URI=database.url, STRIPE_API_BASE=stripe_stand_in.base_url)
            made[database.url] = create_app(settings)
            made[database.url].jinja_env.bytecode_cache = compiled
            with made[database.url].app_context():
                database.hasten(db.engine)
        return made[database.url]

    yield app
    for each in made.values():
        with each.app_context():
            db.engine.dispose()


@pytest.fixture
def database(request: pytest.FixtureRequest, databases: Callable[[str], Database]) -> Database:
    """A database as the migrations made it; the test runs once on SQLite and once on PostgreSQL."""
    return databases(request.param)


@pytest.fixture
def app(request: pytest.FixtureRequest, database: Database, apps: Callable[[Database], Flask]) -> Iterator[Flask]:
    """The app on an empty database. No context is pushed: ask for `session` to call services."""
    app = apps(database)
    before = dict(app.config)
    put_back(app, database)
    yield app
    app.config.clear()
    app.config.update(before)
    if request.node.get_closest_marker("breaks_invariants") is None:
        breaches = outside(broken, app)
        assert not breaches, "The test left a state that the invariants forbid:\n  " + "\n  ".join(breaches)


def broken(app: Flask) -> list[str]:
    """Which invariants do not hold in the database of the app.

    All are asked in one statement, and by name only where one does not hold. The time is that of the oldest mail: a
    test that moves the clock has no worker that would have sent it meanwhile.
    """
    with app.app_context():
        if not db.session.scalar(ANY_BREACH):
            db.session.rollback()
            return []
        oldest = db.session.scalar(sa.select(sa.func.min(OutboxMessage.created_at)))
        return invariants.breaches(db.session(), oldest or now())


def put_back(app: Flask, database: Database) -> None:
    """Empty the database again, as between two tests: for a test that tries many examples."""
    with app.app_context():
        db.session.remove()
        database.reset(db.engine)
        remembering.begin(app, database)


@pytest.fixture
def session(app: Flask) -> Iterator[scoped_session[Session]]:
    """The session that services use, within the app's context."""
    with app.app_context():
        yield db.session


@pytest.fixture
def visitors(app: Flask) -> Callable[[], Visitor]:
    """Makes visitors, each with a browser of its own."""
    return lambda: Visitor(app)


@pytest.fixture
def visitor(visitors: Callable[[], Visitor]) -> Visitor:
    """Somebody who uses the pages and checks each of them."""
    return visitors()


@pytest.fixture
def simulator(stripe_stand_in: Simulator) -> Iterator[Simulator]:
    """The Stripe simulator without any past. It keeps its events until `webhooks()`, or sends them to `live_server`."""
    stripe_stand_in.reset()
    yield stripe_stand_in
    stripe_stand_in.reset()


@pytest.fixture
def till(simulator: Simulator) -> Till:
    """The buyer's, the bank's and the dashboard's hands on a payment."""
    return Till(simulator)


@pytest.fixture
def webhooks(app: Flask, simulator: Simulator) -> Callable[[], list[int]]:
    """Delivers every waiting event to the app, and gives the statuses that it answered."""

    def deliver() -> list[int]:
        answers: list[int] = []

        def post(body: bytes, headers: dict[str, str]) -> int:
            client = app.test_client()
            answers.append(outside(client.post, WEBHOOKS, data=body, headers=headers).status_code)
            return answers[-1]

        simulator.deliver_to(post)
        return answers

    return deliver


@pytest.fixture
def live_server(app: Flask, simulator: Simulator) -> Iterator[str]:
    """The app behind a real port; gives its address, which is its BASE_URL meanwhile. Stripe's events go there."""
    with serving(app) as address:
        app.config.update(BASE_URL=address, SERVER_NAME=address.removeprefix("http://"))
        simulator.world.dials.app_webhook = address + WEBHOOKS
        yield address
        simulator.reset()


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    """An SMTP server that keeps what it is sent."""
    with receiving_mail() as office:
        yield office


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium. Tests that use it are skipped where there is none, and fail where CI is set."""
    if chromium() is None:
        (pytest.fail if required() else pytest.skip)("no Chromium here: install your system's chromium package")
    with open_browser() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, live_server: str) -> Iterator[Page]:
    """A page in a fresh profile on the live app. Errors, refused code and missing files fail the test."""
    with open_page(browser, live_server) as (page, wrong):
        yield page
        assert not wrong, f"Something went wrong in the browser: {wrong}"
