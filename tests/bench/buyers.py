"""Buyers' browsers: each loads the form once, and sends it as often as it is told to, each time as somebody new."""

from __future__ import annotations

import hmac
import json
import re
import time
from dataclasses import dataclass
from hashlib import sha256
from itertools import count

from tests.bench import load, stock
from tests.bench.site import HOST, SESSIONS, WEBHOOK_SECRET

TOKEN = re.compile(rb'name="csrf_token" value="([^"]+)"')
COOKIE = re.compile(r"^set-cookie: ([^;]+)", re.IGNORECASE | re.MULTILINE)

_numbers = count(1)


def headers(number: int) -> dict[str, str]:
    """What the proxy in front of the program passes on for a buyer of this number."""
    origin = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    return {"Host": HOST, "X_Forwarded_For": origin, "X_Forwarded_Proto": "https"}


@dataclass(frozen=True, slots=True)
class Browser:
    """One that has loaded the form: its session cookie and the token of its forms."""

    cookie: str
    token: str

    def hold(self, issue: int) -> bytes:
        """Press *Hold and pay* for the sponsor slot of an issue, as a buyer who was never here before."""
        number = next(_numbers)
        form = {
            "csrf_token": self.token,
            "request_key": f"bench-{number:018}",
            "slot": f"{issue}-sponsor-{stock.PRICE}",
            "company": f"Firm {number}",
            "name": "Press desk",
            "email": f"press-{number}@firm.example.com",
            "vat_number": "",
            "po_number": "",
            "fallback": "credit",
        }
        origin = {"Origin": f"https://{HOST}", "Referer": f"https://{HOST}/book", "Cookie": self.cookie}
        return load.post("/book", form, **headers(number), **origin)


def browsers(address: str, number: int) -> list[Browser]:
    """So many browsers, each with the form; it is the same for every slot, so one that nobody takes will do."""
    form = f"/book?slot={stock.FIRST_NUMBER}-event-{stock.PRICE}"
    asked = [load.get(form, **headers(next(_numbers))) for _ in range(number)]
    return [_loaded(answer) for answer in load.run(address, asked, 8).answers]


def _loaded(answer: load.Answer) -> Browser:
    token, cookie = TOKEN.search(answer.body), COOKIE.search(answer.head)
    assert answer.status == 200, answer.head
    assert token is not None, answer.head
    assert cookie is not None, answer.head
    return Browser(cookie[1], token[1].decode())


def session_of(answer: load.Answer) -> str:
    """The Checkout Session that a hold led to."""
    found = SESSIONS.search(answer.head)
    assert found is not None, answer.head
    return found[0]


def paid(session_id: str) -> bytes:
    """Stripe's news that a session was paid, signed as it signs."""
    number, now = next(_numbers), int(time.time())
    event = {
        "id": f"evt_bench_{number}",
        "object": "event",
        "type": "checkout.session.completed",
        "created": now,
        "livemode": False,
        "data": {"object": {"id": session_id, "object": "checkout.session"}},
    }
    body = json.dumps(event).encode()
    signature = hmac.new(WEBHOOK_SECRET.encode(), f"{now}.".encode() + body, sha256).hexdigest()
    signed = {"Stripe_Signature": f"t={now},v1={signature}", "Content_Type": "application/json"}
    return load.post("/webhooks/stripe", body, **headers(number), **signed)
