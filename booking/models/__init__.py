"""The facts, as tables. Importing this package loads every model, so that the metadata is whole."""

from booking.models.base import Base
from booking.models.creatives import Creative, CreativeReview, CreativeRevision, LinkCheck
from booking.models.inventory import Issue, Slot
from booking.models.ledger import Dispute, LedgerEntry, Payment, Refund, StripeEvent, Task
from booking.models.newsletter import (
    CancellationStep,
    DiscountStep,
    HouseAd,
    Newsletter,
    Placement,
    Rate,
    ReaderFact,
    ScheduleException,
)
from booking.models.orders import AllowedTransition, Booking, BookingEvent, CheckoutAttempt, Order
from booking.models.outbox import AuditEntry, OutboxMessage
from booking.models.people import Advertiser, ApiToken, LoginSession, Membership, SignInLink, User
from booking.models.publication import FeedBase, FeedRun, FoundBlock, IssueItem

__all__ = [
    "Advertiser",
    "AllowedTransition",
    "ApiToken",
    "AuditEntry",
    "Base",
    "Booking",
    "BookingEvent",
    "CancellationStep",
    "CheckoutAttempt",
    "Creative",
    "CreativeReview",
    "CreativeRevision",
    "DiscountStep",
    "Dispute",
    "FeedBase",
    "FeedRun",
    "FoundBlock",
    "HouseAd",
    "Issue",
    "IssueItem",
    "LedgerEntry",
    "LinkCheck",
    "LoginSession",
    "Membership",
    "Newsletter",
    "Order",
    "OutboxMessage",
    "Payment",
    "Placement",
    "Rate",
    "ReaderFact",
    "Refund",
    "ScheduleException",
    "SignInLink",
    "Slot",
    "StripeEvent",
    "Task",
    "User",
]
