"""Who may call each endpoint. One that is not in the table fails a test, and so does one that answers otherwise."""

from __future__ import annotations

from enum import Enum


class Who(Enum):
    """Those who try: of two advertisers, the one that the object belongs to and another."""

    ANYBODY = "somebody who is not signed in"
    OTHER = "another advertiser"
    OWNER = "the owner"
    EDITOR = "the editor"


class Access(Enum):
    """Who gets in. Those who do not are asked to sign in when nobody is, and are told that there is no such page."""

    PUBLIC = frozenset(Who)
    SIGNED_IN = frozenset(Who) - {Who.ANYBODY}
    OWN = frozenset({Who.OWNER, Who.EDITOR})
    PERSONAL = frozenset({Who.OWNER})
    DESK = frozenset({Who.EDITOR})
    PROGRAM = frozenset[Who]()
    """No person: an API token or a signature decides."""
    DEVELOPMENT = frozenset(Who), "development"
    """Everybody in development; it does not exist in production."""

    def lets_in(self, who: Who) -> bool:
        """Whether this one gets in."""
        members = self.value[0] if isinstance(self.value, tuple) else self.value
        return who in members


ACCESS: dict[str, Access] = {
    "account.end_others": Access.SIGNED_IN,
    "account.end_session": Access.PERSONAL,
    "account.erase": Access.SIGNED_IN,
    "account.erase_now": Access.SIGNED_IN,
    "account.export": Access.SIGNED_IN,
    "account.page": Access.SIGNED_IN,
    "auth.link": Access.PUBLIC,
    "auth.sent": Access.PUBLIC,
    "auth.sign_in": Access.PUBLIC,
    "auth.sign_out": Access.PUBLIC,
    "auth.use": Access.PUBLIC,
    "checkout.ask_to_give_up": Access.OWN,
    "checkout.dates": Access.OWN,
    "checkout.details": Access.PUBLIC,
    "checkout.extend": Access.OWN,
    "checkout.give_up": Access.OWN,
    "checkout.hold": Access.PUBLIC,
    "checkout.order": Access.OWN,
    "checkout.pay": Access.OWN,
    "components.page": Access.DEVELOPMENT,
    "dev.index": Access.DEVELOPMENT,
    "dev.letter": Access.DEVELOPMENT,
    "dev.mail": Access.DEVELOPMENT,
    "dev.sign_in": Access.DEVELOPMENT,
    "portal.accept_edit": Access.OWN,
    "portal.booking": Access.OWN,
    "portal.bookings": Access.SIGNED_IN,
    "portal.copy": Access.OWN,
    "portal.insertion_order": Access.OWN,
    "portal.proof_that_it_ran": Access.OWN,
    "portal.save_draft": Access.OWN,
    "portal.show_proof": Access.OWN,
    "portal.submit_copy": Access.OWN,
    "portal.swap_drafts": Access.OWN,
    "static": Access.PUBLIC,
    "storefront.front": Access.PUBLIC,
    "storefront.jobs": Access.PUBLIC,
    "storefront.policies": Access.PUBLIC,
    "webhooks.stripe": Access.PROGRAM,
}
