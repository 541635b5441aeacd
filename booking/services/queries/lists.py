"""The long lists of the desk, each written once for its pages and for its CSV file: what stands in which column.

A page reads fifty rows; a file reads all of them in portions, so that memory does not grow with the business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from booking.db import db
from booking.domain.errors import NotFound
from booking.models import Advertiser, AuditEntry, Dispute, LedgerEntry, Order, Payment, Refund, Task
from booking.services.queries import list_columns as columns
from booking.services.queries.list_columns import Cells

A_PAGE = 50
A_PORTION = 500


@dataclass(frozen=True, slots=True)
class Listing:
    """One list, newest first. Labels that begin with "#" head numbers. `key` are the columns that order it.

    `thing` says what the first cell is the id of, so that a page can lead there: "order", "advertiser" or "".
    `found_by` are the columns that a word is looked for in.
    """

    title: str
    head: tuple[str, ...]
    statement: Callable[[], sa.Select[*tuple[Any, ...]]]
    cells: Callable[[Any], Cells]
    key: tuple[Any, ...]
    thing: str = "order"
    found_by: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list. `number` counts from 1."""

    title: str
    head: tuple[str, ...]
    rows: tuple[Cells, ...]
    thing: str
    number: int
    has_more: bool


def list_page(name: str, number: int, *only: sa.ColumnElement[bool], find: str = "") -> ListPage:
    """Read one page of the rows for which `only` holds and in which `find` stands, in one statement.

    Raises NotFound for an unknown list.
    """
    listing = _listing(name)
    first = (number - 1) * A_PAGE
    wanted = [sa.or_(*(column.icontains(find, autoescape=True) for column in listing.found_by))] if find else []
    ordered = listing.statement().where(*only, *wanted).order_by(*(column.desc() for column in listing.key))
    found = db.session.execute(ordered.limit(A_PAGE + 1).offset(first)).all()
    rows = tuple(listing.cells(row) for row in found[:A_PAGE])
    return ListPage(listing.title, listing.head, rows, listing.thing, number, len(found) > A_PAGE)


def head_of(name: str) -> tuple[str, ...]:
    """The labels of a list. Raises NotFound."""
    return _listing(name).head


def portion(name: str, number: int) -> list[Cells]:
    """The rows of one portion of the whole list, oldest first, counted from 0; fewer than a portion are the last ones.

    Oldest first, so that what is added while a file is read moves nothing.
    """
    listing = _listing(name)
    ordered = listing.statement().order_by(*(column.asc() for column in listing.key))
    return [listing.cells(row) for row in db.session.execute(ordered.limit(A_PORTION).offset(number * A_PORTION))]


def _listing(name: str) -> Listing:
    if name not in LISTS:
        raise NotFound("list")
    return LISTS[name]


LISTS: Mapping[str, Listing] = {
    "orders": Listing(
        "Orders",
        ("Order", "Made", "Company", "State", "#Weeks", "#Total", "#Paid", "#Refunded", "Paid by", "PO number"),
        columns.orders,
        columns.order_cells,
        (Order.id,),
        found_by=(Order.public_id, Order.company, Order.po_number, Order.buyer_email),
    ),
    "payments": Listing(
        "Payments",
        ("Order", "Received", "#Amount", "#Refunded", "Filed as", "Company", "At Stripe"),
        columns.payments,
        columns.payment_cells,
        (Payment.id,),
        found_by=(Order.public_id, Order.company, Payment.stripe_payment_intent_id),
    ),
    "refunds": Listing(
        "Refunds",
        ("Order", "Asked for", "#Amount", "State", "Company", "Reason", "Failure"),
        columns.refunds,
        columns.refund_cells,
        (Refund.requested_at, Refund.id),
        found_by=(Order.public_id, Order.company),
    ),
    "disputes": Listing(
        "Disputes",
        ("Order", "Opened", "#Amount", "State", "Company", "Reason", "Answer by"),
        columns.disputes,
        columns.dispute_cells,
        (Dispute.id,),
        found_by=(Order.public_id, Order.company),
    ),
    "tasks": Listing(
        "Tasks",
        ("Order", "Opened", "What", "Advice", "Done"),
        columns.tasks,
        columns.task_cells,
        (Task.id,),
        found_by=(Order.public_id, Order.company, Task.title),
    ),
    "ledger": Listing(
        "Ledger",
        ("Order", "At", "Cause", "Debit", "Credit", "#Amount"),
        columns.ledger,
        columns.ledger_cells,
        (LedgerEntry.id,),
        found_by=(Order.public_id, Order.company),
    ),
    "advertisers": Listing(
        "Advertisers",
        ("Id", "Name", "#Weeks booked", "Last order", "Pays", "Names", "Erased"),
        columns.advertisers,
        columns.advertiser_cells,
        (Advertiser.id,),
        thing="advertiser",
        found_by=(Advertiser.name,),
    ),
    "log": Listing(
        "Log",
        ("At", "Who", "About", "What", "Action"),
        columns.log,
        columns.log_cells,
        (AuditEntry.at, AuditEntry.id),
        thing="",
    ),
}
