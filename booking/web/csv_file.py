"""Rows as a CSV file that is sent while it is read: quoted by the rules, and harmless to a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import count

from flask import Flask, Response, current_app

from booking.domain.money import Money, exponent
from booking.domain.states import Labelled
from booking.services.queries.list_columns import Cell, Cells
from booking.services.queries.lists import A_PORTION, head_of, portion
from booking.web.filters import iso

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the start of a formula (OWASP, CSV injection)."""


def csv_file(name: str) -> Response:
    """A download of a whole list. Amounts are plain decimals with their currency in a column of its own.

    Raises NotFound for a list that there is not.
    """
    response = Response(_portions(app_of_now(), name, head_of(name)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def app_of_now() -> Flask:
    """The app itself, to be used after the request is over."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # a proxy
    return app


def _portions(app: Flask, name: str, head: Iterable[str]) -> Iterator[str]:
    yield _lines([[*(label.lstrip("#") for label in head), "Currency"]])
    for number in count():
        # Each portion in a context, and so a session, of its own: the one of the request ends before the answer does.
        with app.app_context():
            rows = portion(name, number)
        yield _lines([*(plain(cell) for cell in row), _currency(row)] for row in rows)
        if len(rows) < A_PORTION:
            return


def _currency(row: Cells) -> str:
    return next((cell.currency for cell in row if isinstance(cell, Money)), "")


def _lines(rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def plain(cell: Cell) -> str | int | Decimal:
    """A cell for a program: instants in UTC, amounts as decimals, and text that no spreadsheet will run."""
    if isinstance(cell, Money):
        return Decimal(cell.amount).scaleb(-exponent(cell.currency))
    if isinstance(cell, datetime):
        return iso(cell)
    if isinstance(cell, Labelled):
        return cell.label
    if cell is None or isinstance(cell, int):
        return "" if cell is None else cell
    text = str(cell) if isinstance(cell, StrEnum) else cell
    return f"'{text}" if text.startswith(FORMULA) else text
