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
    "api.ads": Access.PROGRAM,
    "api.one_section": Access.PROGRAM,
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
    "checkout.invoice": Access.PERSONAL,
    "checkout.order": Access.OWN,
    "checkout.pay": Access.OWN,
    "components.page": Access.DEVELOPMENT,
    "desk.add_extra": Access.DESK,
    "desk.ads": Access.DESK,
    "desk.advertiser": Access.DESK,
    "desk.advertisers": Access.DESK,
    "desk.approve": Access.DESK,
    "desk.block": Access.DESK,
    "desk.calendar": Access.DESK,
    "desk.cancel": Access.DESK,
    "desk.change_price": Access.DESK,
    "desk.check_link": Access.DESK,
    "desk.choose_ad": Access.DESK,
    "desk.dates": Access.DESK,
    "desk.edit_copy": Access.DESK,
    "desk.end_key": Access.DESK,
    "desk.export": Access.DESK,
    "desk.extend": Access.DESK,
    "desk.feed": Access.DESK,
    "desk.freeze": Access.DESK,
    "desk.give": Access.DESK,
    "desk.house_ad": Access.DESK,
    "desk.invoice": Access.DESK,
    "desk.issue": Access.DESK,
    "desk.keys": Access.DESK,
    "desk.log": Access.DESK,
    "desk.mail": Access.DESK,
    "desk.mail_again": Access.DESK,
    "desk.make_good": Access.DESK,
    "desk.money": Access.DESK,
    "desk.money_list": Access.DESK,
    "desk.months": Access.DESK,
    "desk.move": Access.DESK,
    "desk.move_issue": Access.DESK,
    "desk.newsletter_settings": Access.DESK,
    "desk.open_issues": Access.DESK,
    "desk.order": Access.DESK,
    "desk.order_jobs": Access.DESK,
    "desk.placement": Access.DESK,
    "desk.put_back": Access.DESK,
    "desk.reconcile": Access.DESK,
    "desk.refund": Access.DESK,
    "desk.reject": Access.DESK,
    "desk.request_changes": Access.DESK,
    "desk.review": Access.DESK,
    "desk.reviews": Access.DESK,
    "desk.save_edit": Access.DESK,
    "desk.sections": Access.DESK,
    "desk.sent": Access.DESK,
    "desk.set_places": Access.DESK,
    "desk.set_up": Access.DESK,
    "desk.settings": Access.DESK,
    "desk.skip_date": Access.DESK,
    "desk.slot": Access.DESK,
    "desk.small_table": Access.DESK,
    "desk.take_back": Access.DESK,
    "desk.task_done": Access.DESK,
    "desk.today": Access.DESK,
    "desk.unblock": Access.DESK,
    "desk.unfreeze": Access.DESK,
    "desk.verify": Access.DESK,
    "dev.index": Access.DEVELOPMENT,
    "dev.letter": Access.DEVELOPMENT,
    "dev.mail": Access.DEVELOPMENT,
    "dev.sign_in": Access.DEVELOPMENT,
    "portal.accept_edit": Access.OWN,
    "portal.book_again": Access.OWN,
    "portal.booking": Access.OWN,
    "portal.bookings": Access.SIGNED_IN,
    "portal.cancel": Access.OWN,
    "portal.copy": Access.OWN,
    "portal.insertion_order": Access.OWN,
    "portal.move": Access.OWN,
    "portal.proof_that_it_ran": Access.OWN,
    "portal.run_again": Access.OWN,
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
