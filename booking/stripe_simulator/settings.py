"""What the simulator is told when it starts, and what may be turned while it runs.

Refusing to start somewhere dangerous is decided here, once: anything but loopback, or a production environment.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address

API_VERSION = "2026-10-28.endive"
"""The version whose shapes are produced; equal to the one that stripe-python 16.1.0 pins."""

PRODUCTION_FLAGS = ("BOOKING_ENV", "BOOKING_CONFIG", "APP_ENV", "FLASK_ENV", "ENVIRONMENT")


class UnsafeSetting(Exception):
    """The simulator was asked to run where real money or strangers could meet it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How to start. Times are in seconds, money is in minor units, percentages are of 100."""

    database: str = ":memory:"
    host: str = "127.0.0.1"
    port: int = 0
    app_webhook: str | None = None
    """Where signed events are posted; None keeps them until somebody takes them (`Simulator.deliver_to`)."""
    webhook_secrets: tuple[str, ...] = ("whsec_simulator",)
    payloads: tuple[str, ...] = ("snapshot",)
    """Which kinds of event are posted: "snapshot", "thin" or both."""
    retry_after: tuple[float, ...] = (0.5, 1, 2, 4, 8, 15, 30, 60, 60, 60)
    """Waiting before each further attempt. Stripe waits hours; nobody developing does."""
    delivery_timeout: float = 20.0
    fee_percent: float = 0.0
    tax_percent: float = 0.0
    dispute_after: int = 60
    """Simulated seconds until the card that is disputed later is disputed."""
    settle_after: int | None = None
    """Simulated seconds until a bank debit settles by itself; None waits for the control plane."""
    production: bool = False
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))


@dataclass(slots=True)
class Dials:
    """The settings that the control plane may turn while the simulator runs; a reset puts them back."""

    app_webhook: str | None
    webhook_secrets: tuple[str, ...]
    payloads: tuple[str, ...]
    retry_after: tuple[float, ...]
    fee_percent: float
    tax_percent: float
    dispute_after: int
    settle_after: int | None
    paused: bool = False
    sign_with: str = "wall"
    """Which clock stamps a signature: "wall" (the one that stripe-python checks) or "simulator"."""

    @classmethod
    def at_start(cls, settings: Settings) -> Dials:
        """The dials as the settings put them."""
        return cls(
            app_webhook=settings.app_webhook,
            webhook_secrets=settings.webhook_secrets,
            payloads=settings.payloads,
            retry_after=settings.retry_after,
            fee_percent=settings.fee_percent,
            tax_percent=settings.tax_percent,
            dispute_after=settings.dispute_after,
            settle_after=settings.settle_after,
        )


def refuse_unsafe(settings: Settings) -> None:
    """Raise UnsafeSetting unless the simulator would listen on loopback only, outside production."""
    if not is_loopback(settings.host):
        raise UnsafeSetting(f"The simulator listens on 127.0.0.1 only, not on {settings.host}.")
    named = [flag for flag in PRODUCTION_FLAGS if settings.environment.get(flag, "").lower().startswith("prod")]
    if settings.production or named:
        raise UnsafeSetting(
            "This is a production environment. The simulator takes no real payment; use Stripe's own keys."
        )
    if any(key.startswith(("sk_live_", "rk_live_")) for key in settings.environment.values()):
        raise UnsafeSetting("A live Stripe key is in the environment. Remove it before starting the simulator.")


def is_loopback(host: str) -> bool:
    """True for a name or address that only this machine can reach."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
