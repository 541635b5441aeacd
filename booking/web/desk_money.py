"""The desk's money page, its lists and their files, the reconciliation, and the months as pictures."""

from __future__ import annotations

from datetime import timedelta
from itertools import dropwhile

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.domain.localtime import local_date
from booking.domain.money import Money
from booking.domain.states import LedgerAccount
from booking.gateways.stripe_facts import PaymentsUnreachable
from booking.services import desk_chores
from booking.services.queries.desk import open_tasks
from booking.services.queries.lists import list_page
from booking.services.queries.reports import balances, by_month
from booking.web.context import newsletter
from booking.web.csv_file import csv_file
from booking.web.desk import blueprint, by_editor
from booking.web.desk_cells import asked_list, shown
from booking.web.desk_needs import things

LOOKS_BACK = timedelta(days=7)


@blueprint.get("/money")
def money() -> ResponseReturnValue:
    """What needs a person, what the accounts hold, and the newest orders."""
    currency = newsletter().currency
    held = balances(currency)
    facts = [
        (Money(held.get(LedgerAccount.STRIPE, 0), currency), "at Stripe"),
        (Money(-held.get(LedgerAccount.REVENUE, 0), currency), "revenue so far"),
        (Money(-held.get(LedgerAccount.REFUNDS, 0), currency), "on its way back"),
        (Money(held.get(LedgerAccount.DISPUTE, 0), currency), "in dispute"),
    ]
    newest = shown(list_page("orders", 1), most=10)
    tasks = [task for task in open_tasks() if task.draft_of is None]
    waits = f"{things(len(tasks)).capitalize()} need{'s' * (len(tasks) == 1)} you." if tasks else ""
    return render_template("desk/money.html", tasks=tasks, waits=waits, facts_shown=facts, newest=newest)


@blueprint.get("/money/<any(orders, payments, refunds, disputes, tasks, ledger):name>")
def money_list(name: str) -> ResponseReturnValue:
    """One of the lists, fifty rows at a time."""
    page, form = asked_list(name, request.args)
    return render_template("desk/money_list.html", name=name, page=page, form=form)


@blueprint.get("/exports/<name>.csv")
def export(name: str) -> ResponseReturnValue:
    """A whole list as a file."""
    return csv_file(name)


@blueprint.post("/money/reconcile")
def reconcile() -> ResponseReturnValue:
    """Compare our books with Stripe's now, and say what came of it."""
    try:
        report = desk_chores.compare_books(by_editor(), LOOKS_BACK)
    except PaymentsUnreachable:
        flash("Stripe did not answer, so nothing was compared. Try again in a minute.", "error")
    else:
        agreed = f"Our books agree with Stripe’s, to the cent. {report.looked_at} objects there were looked at."
        for sentence in [agreed] if report.whole else report.sentences[-12:]:
            flash(sentence, "message" if report.whole else "warning")
    return redirect(url_for("desk.money"), 303)


@blueprint.get("/money/months")
def months() -> ResponseReturnValue:
    """Revenue and sell-through by month, as pictures that are also tables."""
    settings = newsletter()
    today = local_date(clock.now(), settings.zone)
    found = by_month(today, settings.currency)
    # A young newsletter has no year to show: its months begin with the first in which anything was offered.
    found = list(dropwhile(lambda month: not month.revenue and not month.offered, found))
    return render_template("desk/months.html", months=found, today=today)
