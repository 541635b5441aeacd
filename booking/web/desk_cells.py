"""Cells of the desk's lists as a page shows them: times with their zone, amounts with their sign, states as words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from werkzeug.datastructures import MultiDict
from wtforms import Form as PlainForm
from wtforms import StringField

from booking.domain.localtime import local_date, spell_date
from booking.domain.states import BookingState, DisputeState, Labelled, PaymentDisposition, RefundState
from booking.services.queries.list_columns import Cell
from booking.services.queries.lists import ListPage, list_page
from booking.web.context import newsletter
from booking.web.forms import one_line

FURTHEST_PAGE = 10_000
NO_BREAK = "\N{NO-BREAK SPACE}"

WITH_A_SHAPE = (BookingState, DisputeState, PaymentDisposition, RefundState)
"""What a page draws as a state, with its shape and colour, and not as a word alone."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One row: where its first cell leads ("" for nowhere), and its cells as text or as states to be drawn."""

    href: str
    cells: tuple[str | Labelled, ...]


@dataclass(frozen=True, slots=True)
class ShownPage:
    """One page of a list, ready to be drawn. `newer` and `older` are numbers of pages, 0 for none."""

    title: str
    head: tuple[str, ...]
    rows: tuple[Shown, ...]
    number: int
    newer: int
    older: int


def shown(page: ListPage, most: int | None = None) -> ShownPage:
    """The page with its cells written out, or only the first rows of it, without the columns that are empty on it."""
    rows = page.rows[:most]
    # The number of an advertiser is for programs; people know it by its name. An order's is in every mail.
    first = 1 if page.thing == "advertiser" else 0
    kept = [at for at in range(first, len(page.head)) if at == first or not rows or any(text(row[at]) for row in rows)]
    lines = tuple(Shown(_href(page.thing, row[0]), tuple(_cell(row[at]) for at in kept)) for row in rows)
    head = tuple(page.head[at] for at in kept)
    older = page.number + 1 if page.has_more else 0
    return ShownPage(page.title, head, lines, page.number, page.number - 1, older)


def _cell(cell: Cell) -> str | Labelled:
    return cell if isinstance(cell, WITH_A_SHAPE) else text(cell)


def text(cell: Cell) -> str:
    """One cell in words."""
    if isinstance(cell, datetime):
        zone = newsletter().zone
        spelled = spell_date(local_date(cell, zone)).split()
        return NO_BREAK.join((spelled[1], spelled[2][:3], spelled[3]))
    if isinstance(cell, Labelled):
        return cell.label
    return "" if cell is None else str(cell)


def _href(thing: str, key: Cell) -> str:
    if key is None or not thing:
        return ""
    if thing == "advertiser":
        return url_for("desk.advertiser", advertiser_id=key)
    return url_for("desk.order", public_id=key)


class Finding(PlainForm):
    """A word to look for in a list. A plain form: it travels in the address and changes nothing."""

    find = StringField("Find", filters=[one_line])


def asked_list(name: str, arguments: MultiDict[str, str]) -> tuple[ShownPage, Finding]:
    """The page of a list that the address asks for, and what it looks for. Raises NotFound for an unknown list."""
    form = Finding(arguments)
    return shown(list_page(name, page_number(arguments), find=form.find.data or "")), form


def page_number(arguments: Mapping[str, str]) -> int:
    """The page that was asked for, counted from 1; anything else is the first."""
    asked = arguments.get("page", "1")
    return min(max(int(asked), 1), FURTHEST_PAGE) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
