"""The small tables of the settings: discount steps, the cancellation ladder, figures about the readers. All work alike:
the rows as they are and three empty ones; an emptied row is taken out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from wtforms import FieldList, FormField, HiddenField, IntegerField
from wtforms import Form as PlainForm

from booking.domain.errors import NotFound, Refusal
from booking.services import settings
from booking.services.booking_steps import By
from booking.services.queries import settings as stored
from booking.services.queries.settings import fingerprint
from booking.web.desk import answer, blueprint, by_editor
from booking.web.forms import Form, Given, Line

SPARE = 3
WHOLE = [Given("Enter a whole number, like 4.", most=10_000, optional=True)]


class Step(PlainForm):
    """One step of the discount."""

    first = IntegerField("Weeks", WHOLE)
    second = IntegerField("Percent off", WHOLE)


class Rung(PlainForm):
    """One rung of the ladder."""

    first = IntegerField("Days before sending", WHOLE)
    second = IntegerField("Percent back", WHOLE)


class Fact(PlainForm):
    """One figure."""

    first = Line("Figure", limit=40)
    second = Line("What it counts", limit=80)


class StepsForm(Form):
    """The frequency discount."""

    seen = HiddenField()
    rows = FieldList(FormField(Step), max_entries=40)


class LadderForm(Form):
    """The cancellation ladder."""

    seen = HiddenField()
    rows = FieldList(FormField(Rung), max_entries=40)


class FactsForm(Form):
    """The figures about the readers."""

    seen = HiddenField()
    rows = FieldList(FormField(Fact), max_entries=40)


@dataclass(frozen=True, slots=True)
class Table:
    """One small table: how it is read, drawn, ordered and saved."""

    title: str
    lede: str
    form: type[StepsForm | LadderForm | FactsForm]
    read: Callable[[], Sequence[tuple[Any, Any]]]
    save: Callable[[str, Any, By], None]
    order: Callable[[list[tuple[Any, Any]]], list[tuple[Any, Any]]] = list


TABLES = {
    "discount": Table(
        "Frequency discount",
        "Several weeks of sponsorship in one order cost less. Each step asks for more weeks and gives more.",
        StepsForm,
        stored.discount_steps,
        settings.save_discount,
        sorted,
    ),
    "cancellation": Table(
        "Cancellation terms",
        "What a buyer gets back, by whole days before sending. The last row is 0 days.",
        LadderForm,
        stored.ladder,
        settings.save_ladder,
        lambda rows: sorted(rows, reverse=True),
    ),
    "readers": Table(
        "Who reads this",
        "A few figures that a sponsor asks for. They stand on the front page in this order.",
        FactsForm,
        stored.reader_facts,
        settings.save_facts,
    ),
}


@blueprint.route("/settings/tables/<table_name>", methods=["GET", "POST"])
def small_table(table_name: str) -> ResponseReturnValue:
    """One of the small tables."""
    if table_name not in TABLES:
        raise NotFound("table")
    table = TABLES[table_name]
    found = list(table.read())
    form = table.form(data={"seen": fingerprint(found), "rows": _rows(found)})
    if not form.validate_on_submit():
        return answer("desk/table.html", form, table=table)
    try:
        table.save(form.seen.data or "", table.order(_filled(form)), by_editor())
    except Refusal as refusal:
        return answer("desk/table.html", form, refusal, table=table)
    flash(f"Saved: {table.title.lower()}.")
    return redirect(url_for("desk.settings"), 303)


def _rows(found: Sequence[tuple[Any, Any]]) -> list[dict[str, Any]]:
    return [{"first": first, "second": second} for first, second in [*found, *[(None, None)] * SPARE]]


def _filled(form: StepsForm | LadderForm | FactsForm) -> list[tuple[Any, Any]]:
    """The rows with anything in them; half a row is refused, because nobody can tell what was meant."""
    rows = [(row["first"], row["second"]) for row in form.rows.data]
    empty = (None, "")
    return [_whole(first, second) for first, second in rows if first not in empty or second not in empty]


def _whole(first: Any, second: Any) -> tuple[Any, Any]:
    # Half a row of numbers gives an impossible pair, which the rules of the domain refuse with their own sentence.
    return (-1 if first is None else first, -1 if second is None else second)
