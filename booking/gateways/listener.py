"""Tells another program what happened: one signed POST, whose answer only counts as yes or no."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

import requests

TIMEOUT = 10.0
"""Seconds to connect, and again to answer."""


class NotHeard(Exception):
    """The program could not be reached or did not say yes; trying again may help."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """One piece of news: its kind, a stable id by which a repetition is known, and its JSON."""

    event: str
    id: str
    body: str


def signature(secret: str, timestamp: int, body: str) -> str:
    """What Booking-Signature says: the time of sending, and HMAC-SHA256 of that time, a dot and the body.

    The time is signed too, so that an old announcement cannot be sent again by somebody else unnoticed.
    """
    digest = hmac.new(secret.encode(), f"{timestamp}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


def tell(url: str, secret: str, news: Announcement, timestamp: int) -> None:
    """Send one announcement; `timestamp` is in seconds of Unix time. Raises NotHeard for anything but a 2xx."""
    headers = {
        "Content-Type": "application/json",
        "Booking-Event": news.event,
        "Booking-Delivery": news.id,
        "Booking-Signature": signature(secret, timestamp, news.body),
    }
    try:
        answer = requests.post(url, data=news.body.encode(), headers=headers, timeout=TIMEOUT, allow_redirects=False)
    except requests.RequestException as error:
        raise NotHeard(f"It could not be reached: {type(error).__name__}.") from error
    if not 200 <= answer.status_code < 300:
        raise NotHeard(f"It answered {answer.status_code}.")
