"""The only file that reads the environment: what can be set, what it is when it is not, and what is refused.

`chosen()` gives the configuration that BOOKING_ENV names and `check()` says, in sentences, why the program must not
start with it. docs/deploy.md lists the variables; each has the name of its field here, but for DATABASE_URL.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib.util import find_spec
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from flask.cli import NoAppException

STRIPE_API = "https://api.stripe.com"
SIMULATOR_API = "http://127.0.0.1:12111"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
# 256 bits in hexadecimal are 64 characters; `python -c "import secrets; print(secrets.token_hex())"` makes them.
SHORTEST_SECRET_KEY = 32
DATABASES = ("sqlite:", "postgresql:", "postgresql+psycopg:")
QUEUES = ("memory:", "sqlite:", "postgres:", "postgresql:", "postgresql+psycopg:", "redis:", "rediss:")
REDIS = ("redis:", "rediss:")
LARGEST_PORT = 65_535


class ConfigurationError(NoAppException):
    """The program must not start like this. The message is one sentence a line, each saying what to set.

    It is of the kind that the flask command prints without a traceback.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class Config:
    """What every way of running shares. Upper-case names are what Flask and its extensions read from an object."""

    name: ClassVar[str]

    SECRET_KEY: str = ""
    """Signs sessions and forms. Changing it signs everybody out."""
    BASE_URL: str = "http://127.0.0.1:8000"
    """The address that people and Stripe reach the program at; links in mail begin with it."""
    PROXY_COUNT: int = 0
    """How many reverse proxies stand in front and set X-Forwarded-For, -Proto and -Host."""
    TRUSTED_HOSTS: tuple[str, ...] = LOOPBACK
    """Requests for another host are answered with 400, so that nobody can plant their host in a link."""

    SQLALCHEMY_DATABASE_URI: str = "sqlite:///booking.sqlite"
    """SQLite (a relative path is in the instance folder) or PostgreSQL. The variable is called DATABASE_URL."""
    HUEY_URL: str = "sqlite:///tasks.sqlite"
    """Where background tasks wait: SQLite (a relative path is in the instance folder), PostgreSQL, or Redis."""
    RATELIMIT_STORAGE_URI: str = "memory://"
    """Where requests are counted. In memory each process counts for itself; give Redis to count them together."""
    RATELIMIT_ENABLED: bool = True

    STRIPE_SECRET_KEY: str = ""
    STRIPE_WEBHOOK_SECRETS: tuple[str, ...] = ()
    """Each of them is accepted, so that a secret can be rotated. The variable separates them with commas."""
    STRIPE_API_BASE: str = STRIPE_API

    MAIL_HOST: str = ""
    """The SMTP server. Empty outside production: mail is kept and shown on a page instead of being sent."""
    MAIL_PORT: int = 587
    MAIL_USERNAME: str = ""
    MAIL_PASSWORD: str = ""
    MAIL_SECURITY: str = "starttls"
    """starttls, tls or none."""
    MAIL_SENDER: str = "Newsletter bookings <bookings@localhost>"

    WEBHOOK_URL: str = ""
    """Another program that is told of approved copy and frozen issues; empty tells nobody."""
    WEBHOOK_SECRET: str = ""
    """Signs what it is told, so that it knows who speaks."""

    DEBUG: bool = False
    TESTING: bool = False
    MAX_CONTENT_LENGTH: int = 2 * 1024 * 1024
    MAX_FORM_MEMORY_SIZE: int = 2 * 1024 * 1024
    """A pasted draft issue is a form field, and the longest known issue is 40 KB; Flask would stop at 500 KB."""
    SESSION_COOKIE_NAME: str = "session"
    SESSION_COOKIE_SECURE: bool = False
    SESSION_COOKIE_HTTPONLY: bool = True
    SESSION_COOKIE_SAMESITE: str = "Lax"
    PERMANENT_SESSION_LIFETIME: timedelta = timedelta(days=30)
    WTF_CSRF_TIME_LIMIT: int | None = None
    """Copy is written slowly: a form stays good as long as its session does."""

    @property
    def STRIPE_LIVEMODE(self) -> bool:
        """Whether the key moves real money; events of the other mode are not ours."""
        return self.STRIPE_SECRET_KEY.startswith(("sk_live", "rk_live"))

    @property
    def STRIPE_IS_SIMULATED(self) -> bool:
        """Whether the local stand-in answers for Stripe."""
        return self.STRIPE_API_BASE != STRIPE_API

    @property
    def SERVER_NAME(self) -> str:
        """Host and port for links made outside a request."""
        return urlsplit(self.BASE_URL).netloc

    @property
    def PREFERRED_URL_SCHEME(self) -> str:
        """The scheme of links made outside a request."""
        return urlsplit(self.BASE_URL).scheme

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """This configuration with what the environment sets. Raises ConfigurationError for what is not a number."""
        settings: dict[str, Any] = {}
        for variable, field in VARIABLES.items():
            text = environment.get(variable, "").strip()
            if text:
                settings[field] = _value(variable, text)
        base_url = settings.get("BASE_URL")
        if base_url is not None:
            settings["BASE_URL"] = base_url.rstrip("/")
            settings["TRUSTED_HOSTS"] = (_host(base_url), *cls.TRUSTED_HOSTS)
        if settings.get("STRIPE_SECRET_KEY"):
            settings.setdefault("STRIPE_API_BASE", STRIPE_API)
        return replace(cls(), **settings)

    def check(self) -> Self:
        """Itself, when the program may start with it. Raises ConfigurationError otherwise."""
        problems = list(self.problems())
        if problems:
            raise ConfigurationError(problems)
        return self

    def problems(self) -> Iterator[str]:
        """Why the program must not start, a sentence each."""
        if self.STRIPE_LIVEMODE and self.STRIPE_IS_SIMULATED:
            yield "STRIPE_SECRET_KEY is a live key, but STRIPE_API_BASE is not Stripe's address: unset it."
        if self.STRIPE_SECRET_KEY and not self.STRIPE_WEBHOOK_SECRETS:
            yield "STRIPE_WEBHOOK_SECRETS is missing: without it no payment is noticed. Set the endpoint's secret."
        yield from self._address_problems()
        yield from self._mail_problems()
        if self.WEBHOOK_URL and len(self.WEBHOOK_SECRET) < SHORTEST_SECRET_KEY:
            yield (
                f"WEBHOOK_SECRET is missing or shorter than {SHORTEST_SECRET_KEY} characters: whoever listens at"
                " WEBHOOK_URL could not know who speaks. Set a long random one."
            )

    def _address_problems(self) -> Iterator[str]:
        if not _host(self.BASE_URL):
            yield f"BASE_URL is {self.BASE_URL!r}, which has no host: set it to one like https://ads.example.com."
        elif urlsplit(self.BASE_URL).path:
            yield f"BASE_URL is {self.BASE_URL!r}: leave its path out, for the program answers for a whole host."
        # Not repeated, for either may hold a password.
        if not self.SQLALCHEMY_DATABASE_URI.startswith(DATABASES):
            yield "DATABASE_URL names no database that this runs on: begin it with sqlite:/// or postgresql://."
        if not self.HUEY_URL.startswith(QUEUES):
            yield "HUEY_URL names no queue that this runs on: begin it with sqlite:///, postgresql:// or redis://."
        for variable in ("HUEY_URL", "RATELIMIT_STORAGE_URI"):
            if getattr(self, variable).startswith(REDIS) and find_spec("redis") is None:
                yield f"{variable} is an address of Redis, whose package is not installed: pip install redis."

    def _mail_problems(self) -> Iterator[str]:
        if self.MAIL_SECURITY not in ("starttls", "tls", "none"):
            yield f"MAIL_SECURITY is {self.MAIL_SECURITY!r}: set it to starttls, tls or none."
        if not 0 < self.MAIL_PORT <= LARGEST_PORT:
            yield f"MAIL_PORT is {self.MAIL_PORT}: set it to a port from 1 to {LARGEST_PORT}."
        if self.MAIL_SENDER and "@" not in self.MAIL_SENDER:
            yield f"MAIL_SENDER is {self.MAIL_SENDER!r}, which has no address: write one like ads@example.com."


@dataclass(frozen=True, kw_only=True)
class Development(Config):
    """On the machine of whoever works on the program: no secret needed, no mail sent, no money moved."""

    name: ClassVar[str] = "development"

    SECRET_KEY: str = "development-only"
    DEBUG: bool = True
    STRIPE_SECRET_KEY: str = "sk_test_simulator"
    STRIPE_WEBHOOK_SECRETS: tuple[str, ...] = ("whsec_simulator",)
    STRIPE_API_BASE: str = SIMULATOR_API

    def problems(self) -> Iterator[str]:
        """Whatever would let a machine made for trying things out touch money or strangers."""
        yield from super().problems()
        if self.STRIPE_LIVEMODE:
            yield f"STRIPE_SECRET_KEY is a live key, and BOOKING_ENV is {self.name}: use a test key or the simulator."
        if _host(self.BASE_URL) not in ("127.0.0.1", "localhost", "::1"):
            yield (
                f"BASE_URL is {self.BASE_URL}, but {self.name} signs anybody in with one click and serves this machine"
                " alone: set BOOKING_ENV=production."
            )


@dataclass(frozen=True, kw_only=True)
class Test(Development):
    """For the tests: as in development, with nothing limited and everything raised."""

    name: ClassVar[str] = "test"
    # Otherwise pytest takes the class, for its name, to be a group of tests.
    __test__: ClassVar[bool] = False

    SECRET_KEY: str = "test-only"
    DEBUG: bool = False
    TESTING: bool = True
    SQLALCHEMY_DATABASE_URI: str = "sqlite://"
    HUEY_URL: str = "memory://"
    RATELIMIT_ENABLED: bool = False


@dataclass(frozen=True, kw_only=True)
class Production(Config):
    """Where real sponsors pay. Everything secret must be given, and nothing may be simulated."""

    name: ClassVar[str] = "production"

    TRUSTED_HOSTS: tuple[str, ...] = ()
    BASE_URL: str = ""
    MAIL_SENDER: str = ""
    # The prefix binds the cookie to this host and to TLS (RFC 6265bis, section 4.1.3.2).
    SESSION_COOKIE_NAME: str = "__Host-session"
    SESSION_COOKIE_SECURE: bool = True

    @property
    def SQLALCHEMY_ENGINE_OPTIONS(self) -> dict[str, Any]:
        """Errors are logged without their values: names, addresses, and letters that hold a sign-in link."""
        return {"hide_parameters": True}

    def problems(self) -> Iterator[str]:
        """What is missing or unsafe."""
        yield from super().problems()
        if len(self.SECRET_KEY) < SHORTEST_SECRET_KEY:
            yield (
                f"SECRET_KEY is missing or shorter than {SHORTEST_SECRET_KEY} characters: set a long random one,"
                " or set BOOKING_ENV=development to try the program on this machine."
            )
        if not self.BASE_URL.startswith("https://"):
            yield "BASE_URL must begin with https://: sign-in links and payments travel over it."
        if not self.STRIPE_SECRET_KEY:
            yield "STRIPE_SECRET_KEY is missing: set a restricted live key (or a test key for a rehearsal)."
        if self.STRIPE_IS_SIMULATED:
            yield "STRIPE_API_BASE is not Stripe's address: the simulator takes no part in production; unset it."
        if not self.MAIL_HOST:
            yield "MAIL_HOST is missing: set the SMTP server that sends sign-in links and reminders."
        if not self.MAIL_SENDER:
            yield "MAIL_SENDER is missing: set the address that mail comes from."


KINDS: dict[str, type[Config]] = {kind.name: kind for kind in (Development, Test, Production)}

VARIABLES = {"DATABASE_URL": "SQLALCHEMY_DATABASE_URI"} | {
    name: name
    for name in """
        SECRET_KEY BASE_URL PROXY_COUNT HUEY_URL RATELIMIT_STORAGE_URI
        STRIPE_SECRET_KEY STRIPE_WEBHOOK_SECRETS STRIPE_API_BASE
        MAIL_HOST MAIL_PORT MAIL_USERNAME MAIL_PASSWORD MAIL_SECURITY MAIL_SENDER
        WEBHOOK_URL WEBHOOK_SECRET
    """.split()
}
"""Which variable sets which field."""


def chosen(environment: Mapping[str, str] = os.environ) -> Config:
    """The configuration that BOOKING_ENV names, with what the environment sets.

    Without BOOKING_ENV a server is in production, since one that nobody told what it is must not sign strangers in
    with one click; the flask command, which says in FLASK_RUN_FROM_CLI that it runs, is in development, since whoever
    types it on a machine without settings is trying the program out. Raises ConfigurationError.
    """
    default = Development.name if environment.get("FLASK_RUN_FROM_CLI") == "true" else Production.name
    name = environment.get("BOOKING_ENV", "").strip().lower() or default
    if name not in KINDS:
        raise ConfigurationError([f"BOOKING_ENV is {name!r}: set it to one of {', '.join(KINDS)}."])
    return KINDS[name].read(environment).check()


def _host(url: str) -> str:
    """The host of an address, empty where there is none or the address is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _value(variable: str, text: str) -> str | int | tuple[str, ...]:
    if variable in ("PROXY_COUNT", "MAIL_PORT"):
        if not text.isdecimal():
            raise ConfigurationError([f"{variable} is {text!r}: set it to a whole number."])
        return int(text)
    if variable == "STRIPE_WEBHOOK_SECRETS":
        return tuple(secret.strip() for secret in text.split(",") if secret.strip())
    if variable == "DATABASE_URL":
        # Hosting services hand out both spellings; SQLAlchemy knows one, and the driver is psycopg 3.
        scheme, separator, rest = text.partition("://")
        return f"postgresql+psycopg{separator}{rest}" if scheme in ("postgres", "postgresql") else text
    return text.rstrip("/") if variable == "STRIPE_API_BASE" else text
