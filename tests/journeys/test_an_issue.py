"""The main job from end to end without a browser: book, pay, send copy, approve, feed; in an issue as it really is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from booking import clock
from booking.db import db
from booking.domain.blocks import ApprovedCopy, split_items
from booking.domain.copy_text import AdCopy
from booking.domain.heading import Paid, sponsor_name
from booking.domain.issue_text import Document, parse
from booking.models import Order
from booking.services import opening
from booking.services.starting import Start, start_newsletter
from tests.support.drafts import COPY, Draft, fed, strip_paid
from tests.support.factories import make_editor
from tests.support.till import Till
from tests.support.visitor import Visitor

REAL = Path(__file__).parents[3] / "shared" / "data" / "issues" / "devops-weekly-475.md"
MONDAY = clock.instant("2020-01-20 09:00")


def real_issue() -> bytes:
    """The model issue; its two paid headings are in the form that mail gives them."""
    if not REAL.exists():
        pytest.skip("the real issue 475 is not at hand")
    return REAL.read_bytes()


def own_issue() -> bytes:
    """An issue of the same form in our own words, as it was sent by hand, with the mail's mark before its sponsor."""
    text = fed(Draft(number=475).text().encode(), COPY).decode()
    head = "From our sponsor, Ledgerline\n============================"
    assert head in text
    return text.replace(head, ">From our sponsor, Ledgerline\n=======================").encode()


def ad(item: str, name: str = "") -> AdCopy:
    """An item of an issue as somebody would type it into the form."""
    body, _, link = item.strip("\n").rpartition("\n\n")
    return AdCopy(name, body, link.partition("](")[0].removeprefix("["))


def paid_blocks(document: Document) -> ApprovedCopy:
    """What was paid for in an issue."""
    sponsor, jobs = document.paid(Paid.SPONSOR)[0], document.paid(Paid.JOBS)[0]
    top = ad(document.text[sponsor.body : sponsor.end], sponsor_name(sponsor.heading.name) or "")
    items = split_items(document.text[jobs.body : jobs.end])
    return ApprovedCopy(top, (), tuple(ad(item) for item in items))


@pytest.fixture(autouse=True)
def _in_the_week_before_issue_475(app: Flask, till: Till) -> Iterator[datetime]:
    with app.app_context(), till.at(MONDAY) as now:
        start_newsletter(Start("Devops Weekly", date(2020, 2, 2), 475, contact_email="editor@devopsweekly.example"))
        opening.open_issues(now, 4)
        make_editor("editor@devopsweekly.example")
        yield now


def buy(visitor: Visitor, till: Till, slot: str, company: str) -> None:
    """From the calendar through Stripe's page back to the thanks."""
    visitor.get("/")
    visitor.submit({"slot": [slot]}, button="Book these weeks")
    details = {"company": company, "name": f"{company} desk", "email": f"desk@{company.lower()}.example"}
    visitor.submit(details, button="Hold and pay")
    order = db.session.scalars(sa.select(Order).where(Order.company == company)).one()
    till.pay(order)
    back = visitor.get(f"/orders/{order.public_id}?session_id={till.session_of(order)}", 303, queries=99)
    visitor.follow(back)


def write(visitor: Visitor, fields: dict[str, str]) -> None:
    """From the thanks to the copy, and send it."""
    visitor.click("Write your copy")
    visitor.submit(fields, button="Send for review")


def approve_all(desk: Visitor) -> None:
    """Approve whatever waits, one after the other, as the editor does."""
    while True:
        waiting = [to for to in desk.get("/desk/review").links.values() if to.startswith("/desk/review/")]
        if not waiting:
            return
        desk.get(waiting[0])
        desk.submit(form="form[action$=approve]", button="Approve")


@pytest.mark.parametrize("issue", [real_issue, own_issue])
def test_what_is_booked_paid_and_approved_stands_in_the_draft_as_it_was(
    issue: Callable[[], bytes],
    visitors: Callable[[], Visitor],
    app: Flask,
    till: Till,
    tmp_path: Path,
) -> None:
    original = issue()
    paid = paid_blocks(parse(original))
    assert paid.sponsor is not None
    draft = tmp_path / "475.md"
    draft.write_bytes(strip_paid(original))
    bookings = [("475-sponsor-50000", paid.sponsor.name, {"name": paid.sponsor.name, "body": paid.sponsor.body})]
    bookings += [
        ("475-job-25000", f"Company{n}", {"title": "Engineer", "place": "Berlin", "own_text": job.body})
        for n, job in enumerate(paid.jobs)
    ]
    links = [paid.sponsor.link, *(job.link for job in paid.jobs)]
    for (slot, company, fields), link in zip(bookings, links, strict=True):
        visitor = visitors()
        buy(visitor, till, slot, company)
        write(visitor, {**fields, "link": link})
    desk = visitors()
    desk.sign_in(make_editor("second@devopsweekly.example"))
    approve_all(desk)

    run = app.test_cli_runner().invoke
    assert run(args=["issue", "feed", "475", str(draft), "--check"]).exit_code == 1
    fed_once = run(args=["issue", "feed", "475", str(draft)])
    assert fed_once.exit_code == 0, fed_once.output
    lines = list(zip(original.split(b"\n"), draft.read_bytes().split(b"\n"), strict=True))
    changed = [(old, new) for old, new in lines if old != new]
    name = paid.sponsor.name.encode()
    assert [new for _, new in changed] == [b"From our sponsor, " + name, b"=" * (18 + len(name))]
    assert run(args=["issue", "feed", "475", str(draft), "--check"]).exit_code == 0
    before = draft.stat().st_mtime_ns
    assert run(args=["issue", "feed", "475", str(draft)]).exit_code == 0
    assert draft.stat().st_mtime_ns == before
