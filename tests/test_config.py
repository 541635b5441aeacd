"""The program starts only with a configuration that cannot hurt anybody, and says in sentences why it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError

from booking import create_app
from booking.db import db
from config import KINDS, STRIPE_API, VARIABLES, Config, ConfigurationError, Development, Production, Test, chosen

PRODUCTION = {
    "BOOKING_ENV": "production",
    "SECRET_KEY": "k" * 32,
    "BASE_URL": "https://ads.example.com/",
    "STRIPE_SECRET_KEY": "rk_live_fake",
    "STRIPE_WEBHOOK_SECRETS": "whsec_old, whsec_new",
    "MAIL_HOST": "smtp.example.com",
    "MAIL_SENDER": "Ads <ads@example.com>",
}


def refusal(**changes: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        chosen({**PRODUCTION, **changes})
    return str(caught.value)


def test_a_complete_production_environment_is_accepted() -> None:
    config = chosen(PRODUCTION)
    assert isinstance(config, Production)
    assert config.STRIPE_LIVEMODE
    assert not config.STRIPE_IS_SIMULATED
    assert config.STRIPE_WEBHOOK_SECRETS == ("whsec_old", "whsec_new")
    assert config.BASE_URL == "https://ads.example.com"
    assert (config.SERVER_NAME, config.PREFERRED_URL_SCHEME) == ("ads.example.com", "https")
    assert config.TRUSTED_HOSTS == ("ads.example.com",)
    assert config.SESSION_COOKIE_SECURE
    assert not config.DEBUG


def test_a_server_that_nobody_named_is_production() -> None:
    with pytest.raises(ConfigurationError, match="SECRET_KEY is missing"):
        chosen({})


def test_the_flask_command_on_a_machine_without_settings_is_development() -> None:
    assert chosen({"FLASK_RUN_FROM_CLI": "true"}) == Development()
    assert isinstance(chosen({**PRODUCTION, "FLASK_RUN_FROM_CLI": "true"}), Production)


def test_the_flask_command_says_what_is_missing_without_a_traceback() -> None:
    environment = {**os.environ, "BOOKING_ENV": "production"}
    command = [sys.executable, "-m", "flask", "--app", "booking", "routes"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "SECRET_KEY is missing" in done.stderr
    assert "Traceback" not in done.stderr


def test_development_and_test_need_no_environment() -> None:
    assert chosen({"BOOKING_ENV": "development"}) == Development()
    assert chosen({"BOOKING_ENV": " TEST "}) == Test()


@pytest.mark.parametrize("kind", [Development, Test])
def test_outside_production_the_simulator_answers_for_stripe(kind: type[Config]) -> None:
    config = kind().check()
    assert config.STRIPE_IS_SIMULATED
    assert not config.STRIPE_LIVEMODE


def test_a_test_key_in_development_goes_to_stripe_itself() -> None:
    config = chosen({"BOOKING_ENV": "development", "STRIPE_SECRET_KEY": "sk_test_fake"})
    assert config.STRIPE_API_BASE == STRIPE_API


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("SECRET_KEY", "", "SECRET_KEY is missing or shorter than 32 characters"),
        ("SECRET_KEY", "short", "SECRET_KEY is missing or shorter than 32 characters"),
        ("BASE_URL", "", "BASE_URL must begin with https://"),
        ("BASE_URL", "http://ads.example.com", "BASE_URL must begin with https://"),
        ("BASE_URL", "https://", "which has no host"),
        ("BASE_URL", "https://[", "which has no host"),
        ("BASE_URL", "https://ads.example.com/book", "leave its path out"),
        ("DATABASE_URL", "mysql://user:fake@host/name", "DATABASE_URL names no database that this runs on"),
        ("HUEY_URL", "nonsense", "HUEY_URL names no queue that this runs on"),
        ("HUEY_URL", "redis://127.0.0.1/0", "HUEY_URL is an address of Redis, whose package is not installed"),
        ("RATELIMIT_STORAGE_URI", "rediss://127.0.0.1/0", "RATELIMIT_STORAGE_URI is an address of Redis"),
        ("STRIPE_SECRET_KEY", "", "STRIPE_SECRET_KEY is missing"),
        ("STRIPE_WEBHOOK_SECRETS", " , ", "STRIPE_WEBHOOK_SECRETS is missing"),
        ("STRIPE_API_BASE", "http://127.0.0.1:12111/", "the simulator takes no part in production"),
        ("MAIL_HOST", "", "MAIL_HOST is missing"),
        ("MAIL_SENDER", "", "MAIL_SENDER is missing"),
        ("MAIL_SECURITY", "ssl", "set it to starttls, tls or none"),
        ("MAIL_SENDER", "Bookings", "which has no address"),
        ("MAIL_PORT", "smtp", "MAIL_PORT is 'smtp': set it to a whole number."),
        ("MAIL_PORT", "70000", "set it to a port from 1 to 65535"),
        ("PROXY_COUNT", "-1", "PROXY_COUNT is '-1': set it to a whole number."),
        ("BOOKING_ENV", "staging", "set it to one of development, test, production"),
    ],
)
def test_production_refuses(variable: str, value: str, sentence: str) -> None:
    assert sentence in refusal(**{variable: value})


def test_a_password_in_an_address_is_not_repeated() -> None:
    assert "fake" not in refusal(DATABASE_URL="mysql://user:fake@host/name", HUEY_URL="amqp://user:fake@host")


def test_every_problem_is_told_at_once_and_each_is_a_sentence() -> None:
    problems = refusal(SECRET_KEY="", MAIL_HOST="", STRIPE_SECRET_KEY="").splitlines()
    assert len(problems) == 3
    assert all(problem.endswith(".") for problem in problems)


def test_a_live_key_is_never_sent_to_a_simulator() -> None:
    assert "STRIPE_SECRET_KEY is a live key, but" in refusal(STRIPE_API_BASE="http://127.0.0.1:12111")


@pytest.mark.parametrize("name", ["development", "test"])
@pytest.mark.parametrize("key", ["sk_live_fake", "rk_live_fake"])
def test_a_live_key_is_refused_outside_production(name: str, key: str) -> None:
    assert f"BOOKING_ENV is {name}" in refusal(BOOKING_ENV=name, STRIPE_SECRET_KEY=key, BASE_URL="http://localhost:1")


def test_development_is_not_put_on_the_internet() -> None:
    assert "signs anybody in with one click" in refusal(BOOKING_ENV="development", STRIPE_SECRET_KEY="sk_test_fake")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_gets_the_driver_that_is_installed(scheme: str) -> None:
    config = chosen({**PRODUCTION, "DATABASE_URL": f"{scheme}://db.example.com/ads"})
    assert config.SQLALCHEMY_DATABASE_URI == "postgresql+psycopg://db.example.com/ads"


def test_in_production_no_log_holds_what_a_failed_statement_was_given() -> None:
    app = create_app(replace(chosen(PRODUCTION), SQLALCHEMY_DATABASE_URI="sqlite://"))
    with app.app_context(), pytest.raises(OperationalError) as failed:
        db.session.execute(sa.text("SELECT :address FROM nowhere"), {"address": "ada@ledgerline.example"})
    assert "nowhere" in str(failed.value)
    assert "ada@" not in str(failed.value)


def test_sqlite_is_the_default_database() -> None:
    assert Development().SQLALCHEMY_DATABASE_URI == "sqlite:///booking.sqlite"


@pytest.mark.parametrize("kind", KINDS.values())
def test_flask_reads_every_field_and_property_of_a_configuration(kind: type[Config]) -> None:
    app = Flask("reader")
    app.config.from_object(kind())
    fields = {name for name in dir(kind) if name.isupper()}
    assert set(VARIABLES.values()) <= fields
    assert fields <= set(app.config)
    assert app.config["STRIPE_WEBHOOK_SECRETS"] == kind().STRIPE_WEBHOOK_SECRETS
