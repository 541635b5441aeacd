"""The one form of buying: who orders, and what happens if copy is late."""

from __future__ import annotations

import re
import secrets

from wtforms import HiddenField, RadioField

from booking.domain.states import Fallback
from booking.services.buyers import Buyer
from booking.web.forms import Email, Form, Line, choices

KEY = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)

FALLBACK_HINTS = {
    Fallback.RUN_LAST.value: "Good when you run the same words for weeks.",
    Fallback.MOVE.value: "You keep what you paid for and run in a later issue.",
    Fallback.CREDIT.value: "The issue goes out without you, and what you paid comes back to you in full.",
}


TYPED = ("company", "name", "email", "vat_number", "po_number", "fallback")
"""The fields that a buyer fills in."""


def new_key() -> str:
    """A one-time key: pressing a form twice is one order."""
    return secrets.token_urlsafe(18)


class DetailsForm(Form):
    """Who buys. The weeks travel beside it, as the values of the calendar's checkboxes."""

    class Meta(Form.Meta):
        """Without a token of its own: every POST's was checked before any view, and the page writes it once."""

        csrf = False

    company = Line("Company", limit=120, required="Enter your company’s name.")
    name = Line("Your name", limit=120, required="Enter your name.")
    email = Email("E-mail")
    vat_number = Line("VAT number", limit=40)
    po_number = Line("PO number", limit=60)
    fallback = RadioField(
        "If your copy is not here by its deadline",
        choices=choices((fallback.value, fallback.label) for fallback in Fallback),
        default=Fallback.CREDIT.value,
    )
    request_key = HiddenField()

    def ensure_key(self) -> str:
        """The one-time key that came with the form, or a new one in place of something that is none."""
        sent = self.request_key.data or ""
        if not KEY.fullmatch(sent):
            self.request_key.data = sent = new_key()
        return sent

    @property
    def buyer(self) -> Buyer:
        """Who was entered. Only for a form that is valid."""
        return Buyer(
            company=self.company.data or "",
            name=self.name.data or "",
            email=self.email.data or "",
            vat_number=self.vat_number.data or "",
            po_number=self.po_number.data or "",
        )

    @property
    def typed(self) -> dict[str, str]:
        """What was entered, to fill the form with again. Only for a form that is valid."""
        return {name: self[name].data or "" for name in TYPED}

    @property
    def wanted_fallback(self) -> Fallback:
        """What was chosen for late copy. Only for a form that is valid."""
        return Fallback(self.fallback.data)
