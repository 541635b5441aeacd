"""Pays the demo's orders at the local Stripe simulator: at the one that runs, or at one started for the while.

It is spoken to over HTTP and started as a program of its own, as everywhere: nothing here imports it.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import sqlalchemy as sa
from flask import current_app

from booking import clock
from booking.db import db
from booking.models import CheckoutAttempt, Order, Payment
from booking.services import disputes, paying

GOOD_CARD = "4242424242424242"
PATIENCE = 15.0
"""Seconds until a simulator that was started has to answer."""


class NoSimulator(Exception):
    """There is no simulator to pay at, and none could be started."""


@contextmanager
def simulator() -> Iterator[None]:
    """Within the block the simulator answers; its clock is put back to the present at the end."""
    started = None if _answers() else _start()
    try:
        _wait(started)
        yield
        _ask("/clock", offset=0)
    finally:
        if started is not None:
            started.terminate()
            started.wait()


@contextmanager
def at(moment: datetime) -> Iterator[datetime]:
    """Within the block it is `moment`, for the app and for Stripe."""
    with clock.frozen_at(moment) as now:
        _ask("/clock", set=int(now.timestamp()))
        yield now


def pay(public_id: str, now: datetime) -> None:
    """Open the payment page of an order that is held, and pay with a good card."""
    paying.start_payment(public_id, now)
    session_id = db.session.scalars(
        sa.select(CheckoutAttempt.stripe_id)
        .join(Order, Order.id == CheckoutAttempt.order_id)
        .where(Order.public_id == public_id)
    ).one()
    _ask(f"/sessions/{session_id}/pay", card=GOOD_CARD)
    paying.sync_session(str(session_id))


def dispute(public_id: str) -> None:
    """Let the bank of the one who paid an order dispute the payment."""
    intent_id = db.session.scalars(
        sa.select(Payment.stripe_payment_intent_id).join(Order).where(Order.public_id == public_id)
    ).one()
    disputes.sync_dispute(_ask(f"/payments/{intent_id}/dispute")["id"])


def database() -> Path:
    """Where the simulator keeps what was paid, so that it can be refunded later. Procfile says the same."""
    return Path(current_app.instance_path) / "stripe.sqlite"


def _base() -> str:
    return str(current_app.config["STRIPE_API_BASE"])


def _ask(path: str, **body: object) -> dict[str, Any]:
    answer = requests.post(f"{_base()}/_sim{path}", json=body, timeout=20)
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def _answers() -> bool:
    try:
        return requests.get(f"{_base()}/_sim/", timeout=2).ok
    except requests.ConnectionError:
        return False


def _start() -> subprocess.Popen[bytes]:
    address = urlsplit(_base())
    if address.port is None:
        raise NoSimulator(f"Nothing answers at {_base()}. Start the Stripe simulator there, then load the demo.")
    program = [sys.executable, "-m", "booking.stripe_simulator", "--port", str(address.port)]
    root = Path(current_app.root_path).parent
    return subprocess.Popen(
        [*program, "--database", str(database())], cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def _wait(started: subprocess.Popen[bytes] | None) -> None:
    until = time.monotonic() + PATIENCE
    while not _answers():
        if started is not None and started.poll() is not None and started.stderr is not None:
            raise NoSimulator(started.stderr.read().decode().strip())
        if time.monotonic() > until:
            raise NoSimulator(f"Nothing answers at {_base()}. Start the Stripe simulator there, then load the demo.")
        time.sleep(0.1)
