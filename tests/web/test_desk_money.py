"""The desk's money: every order with its ledger, refunds by hand, lists and files, and the comparison with Stripe."""

from __future__ import annotations

import csv
import io
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from booking import clock
from booking.db import db, transaction
from booking.domain.states import BookingState, DisputeState, RefundState
from booking.models import Advertiser, Booking, Dispute, LedgerEntry, Order, Payment, Refund
from booking.services import holding, paying
from booking.services.cancelling import cancel
from booking.services.disputes import sync_dispute
from booking.services.refunding_by_hand import RefundWish, refund_by_editor
from booking.services.tasks_for_people import open_task
from tests.support.copy import approved, confirmed, editor_by
from tests.support.desk import HOSTILE, said
from tests.support.factories import NOW, buyer, choice, make_editor, make_order, slot_of
from tests.support.paid import paid
from tests.support.till import Till
from tests.support.visitor import Visitor


def refunds() -> list[tuple[int, RefundState, str]]:
    db.session.rollback()
    rows = db.session.execute(sa.select(Refund.amount, Refund.state, Refund.reason).order_by(Refund.requested_at))
    return [(amount, state, reason) for amount, state, reason in rows]


def rows_of(desk: Visitor, name: str) -> list[dict[str, str]]:
    page = desk.get(f"/desk/exports/{name}.csv", buffered=True)
    assert page.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert page.headers["Content-Disposition"] == f'attachment; filename="{name}.csv"'
    return list(csv.DictReader(io.StringIO(page.data.decode())))


def test_an_order_shows_all_its_money(desk: Visitor, till: Till) -> None:
    (booking,) = paid(till, choice(504))
    public_id = booking.order.public_id
    assert public_id in desk.get("/desk/money").links
    page = desk.click(public_id)
    assert page.h1 == f"Order {public_id}"
    assert "Payment: received Balance at Stripe Owed by buyers $500" in page.text
    assert "Booking: sale Owed by buyers Revenue $500" in page.text
    desk.get("/desk/orders/NOSUCHORDER2", status=404)


def test_part_of_a_payment_goes_back_with_a_reason(desk: Visitor, till: Till) -> None:
    (booking,) = paid(till, choice(504))
    desk.get(f"/desk/orders/{booking.order.public_id}/refund")
    data = {"amount": "12.50", "reason": "A typing error of ours.", "booking": str(booking.id)}
    page = desk.submit(data)
    assert "$12.50 is on its way back." in page.text
    assert refunds() == [(1_250, RefundState.SUCCEEDED, "A typing error of ours.")]
    assert till.balance() == 48_750
    assert said()[0] == f"Refunded $12.50 of order {booking.order.public_id}: A typing error of ours."
    assert db.session.get_one(Booking, booking.id).state is BookingState.CONFIRMED


def test_two_clicks_are_one_refund(desk: Visitor, till: Till) -> None:
    (booking,) = paid(till, choice(504))
    url = f"/desk/orders/{booking.order.public_id}/refund"
    sent = {**desk.get(url).form().values(), "amount": "100", "reason": "A fault."}
    desk.post(url, sent)
    desk.post(url, sent)
    assert refunds() == [(10_000, RefundState.SUCCEEDED, "A fault.")]
    assert len([sentence for sentence in said() if sentence.startswith("Refunded")]) == 1


def test_what_cannot_be_refunded_is_refused_with_one_sentence(desk: Visitor, till: Till) -> None:
    (booking,) = paid(till, choice(504))
    desk.get(f"/desk/orders/{booking.order.public_id}/refund")
    for amount, sentence in (
        ("-5", "“-5” is not an amount we can use."),
        ("0", "“0” is not an amount we can use."),
        ("12.345", "Write it with at most 2 decimals."),
        ("1e3", "“1e3” is not an amount we can use."),
        ("500.01", "$500.01 is more than the $500 left of this payment. Refund $500 or less."),
        ("€50", "“€50” is not an amount we can use."),
        ("", "Enter an amount, like 50 or 12.50."),
    ):
        # On the page that the last refusal gave back.
        page = desk.submit({"amount": amount, "reason": "A fault."}, status=422)
        assert sentence in page.text
        assert page.form().values()["reason"] == ["A fault."]
    assert refunds() == []


def test_an_order_without_a_payment_has_nothing_to_refund(desk: Visitor) -> None:
    order = make_order(choice(504))
    assert "Nothing was paid for this order" in desk.get(f"/desk/orders/{order.public_id}/refund").text


def test_a_payment_in_dispute_is_not_refunded_by_hand(desk: Visitor, till: Till) -> None:
    (booking,) = paid(till, choice(504))
    dispute_it(till.payment().id)
    desk.get(f"/desk/orders/{booking.order.public_id}/refund")
    page = desk.submit({"amount": "10", "reason": "A fault."}, status=409)
    assert "could pay the buyer twice" in page.text
    assert "in dispute, so the copy does not run" not in desk.get("/desk/").text
    assert refunds() == []


def test_a_dispute_reads_as_words_in_the_ledger(desk: Visitor, till: Till) -> None:
    (booking,) = paid(till, choice(504))
    dispute = till.do(f"/payments/{till.payment().stripe_payment_intent_id}/dispute")
    sync_dispute(dispute["id"])
    page = desk.get(f"/desk/orders/{booking.order.public_id}")
    assert "Dispute: funds In dispute Balance at Stripe $500" in page.text
    assert "One thing needs you." in desk.get("/desk/money").text
    assert "fraudulent" in desk.get("/desk/money/disputes").text


@transaction
def dispute_it(payment_id: int) -> None:
    dispute = Dispute(stripe_dispute_id="dp_1", payment_id=payment_id, amount=50_000, currency="USD", opened_at=NOW)
    dispute.state = DisputeState.OPEN
    db.session.add(dispute)


def test_the_editor_cancels_in_full_or_by_the_terms(desk: Visitor, till: Till) -> None:
    first, second = paid(till, choice(500), choice(501))
    page = desk.get(f"/desk/bookings/{first.id}/cancel")
    assert "Nothing goes back." in page.text
    assert "$500 goes back." in page.text
    assert "Cancel the booking" in page.text
    done = desk.submit({"how": "all", "reason": "We lost the week."})
    assert "Cancelled. $500 goes back, and a mail says so." in done.text
    desk.get(f"/desk/bookings/{second.id}/cancel")
    desk.submit({"how": "terms", "reason": "They asked for it."})
    assert [amount for amount, _, _ in refunds()] == [50_000, 25_000]
    assert slot_of(500).booking_id is None


def test_a_cancellation_that_leaves_no_choice_names_the_amount(desk: Visitor, till: Till) -> None:
    (booking,) = paid(till, choice(506))
    page = desk.get(f"/desk/bookings/{booking.id}/cancel")
    assert "Cancel and refund $500" in page.text
    assert not page.select("main input[type=radio]")
    assert "Cancelled. $500 goes back" in desk.submit({"reason": "They asked for it."}).text


def test_a_cancellation_without_a_reason_changes_nothing(desk: Visitor, till: Till) -> None:
    (booking,) = paid(till, choice(504))
    url = f"/desk/bookings/{booking.id}/cancel"
    desk.get(url)
    assert "Write a reason." in desk.submit({"how": "all"}, status=422).text
    desk.post(url, {"how": "all", "reason": "x", "everything": "１２"}, status=409)
    assert refunds() == []


def test_a_booking_moves_at_any_price(desk: Visitor, till: Till) -> None:
    (booking,) = paid(till, choice(504))
    desk.get(f"/desk/bookings/{booking.id}/move")
    page = desk.submit({"to": "507", "reason": "By mail."})
    assert "Moved to issue 507. Ledgerline is told by mail." in page.text
    assert slot_of(507).booking_id == booking.id


def test_a_make_good_runs_the_same_copy_again(desk: Visitor) -> None:
    (booking,) = confirmed(make_order(choice(500)))
    approved(booking, by=editor_by(make_editor("second@quietpager.example")))
    desk.get(f"/desk/bookings/{booking.id}/make-good")
    page = desk.submit({"to": "503", "reason": "The link was broken."})
    assert "Ledgerline runs again in issue 503, and a mail says so." in page.text
    assert "Approved Ledgerline, make-good" in desk.get("/desk/calendar").text


def test_the_lists_lead_to_the_orders(desk: Visitor, till: Till) -> None:
    (booking,) = paid(till, choice(504))
    for name in ("orders", "payments", "ledger"):
        assert booking.order.public_id in desk.get(f"/desk/money/{name}").links
    assert "Nothing was ever refunded." in desk.get("/desk/money/refunds").text
    assert "No bank has disputed a payment." in desk.get("/desk/money/disputes").text
    assert "Nothing about money ever needed you." in desk.get("/desk/money/tasks").text
    for page in ("0", "-1", "x", "9" * 30, "２"):
        assert desk.get(f"/desk/money/orders?page={page}").h1 == "Orders"
    desk.get("/desk/money/secrets", status=404)


def test_the_list_of_orders_says_where_each_stands(desk: Visitor, till: Till) -> None:
    def states() -> list[str]:
        return [row["State"] for row in rows_of(desk, "orders")]

    first, _ = paid(till, choice(504), choice(505))
    lost = make_order(choice(506), by=buyer("Harbour Rail", "jobs@harbour.example"))
    assert states() == ["Booked", "Held"]
    assert "Harbour Rail Held 1 $500" in desk.get("/desk/money").text
    holding.give_up(lost.public_id, NOW)
    assert states() == ["Booked", "Hold ended"]
    cancel(first.id, editor_by(make_editor("second@quietpager.example")), NOW)
    assert states() == ["1 of 2 booked", "Hold ended"]


def test_the_list_of_advertisers_leads_to_each_by_name(desk: Visitor) -> None:
    make_order(choice(504))
    assert desk.get("/desk/advertisers").select("tbody th a")
    assert desk.click("Ledgerline").h1 == "Ledgerline"


def test_an_order_is_found_by_what_people_quote(desk: Visitor) -> None:
    make_order(choice(504))
    wanted = make_order(choice(505), by=buyer("Harbour Rail 100%", "jobs@harbour.example"))
    db.session.get_one(Order, wanted.id).po_number = "PO 7"
    db.session.commit()
    desk.get("/desk/money/orders")
    for words in ("harbour", "Rail", "jobs@harbour", "PO 7", "%"):
        page = desk.submit({"find": words}, form="main form")
        assert [row.text() for row in page.select("tbody th a")] == [wanted.public_id], words
    assert desk.get(f"/desk/money/orders?find={wanted.public_id[:6].lower()}").select("tbody th a")
    assert len(desk.click("Show all of them").select("tbody th a")) == 2


def test_every_list_of_money_is_searched_by_the_company(desk: Visitor, till: Till) -> None:
    (booking,) = paid(till, choice(504))
    order, by = booking.order, editor_by(make_editor("second@quietpager.example"))
    refund_by_editor(order.public_id, RefundWish("a-form", "5", "A fault."), by)
    dispute_it(till.payment().id)
    open_task_about(order.id)
    for name in ("orders", "payments", "refunds", "disputes", "tasks", "ledger"):
        assert booking.order.public_id in desk.get(f"/desk/money/{name}?find=LEDGERLINE").links, name
        assert booking.order.public_id not in desk.get(f"/desk/money/{name}?find=harbour").links, name


@transaction
def open_task_about(order_id: int) -> None:
    open_task("odd", "A refund failed", "Agree with the buyer on another way.", order_id, NOW)


def test_what_is_found_nowhere_is_said_and_stays_in_the_field(desk: Visitor) -> None:
    make_order(choice(504))
    for url, said_of in (("/desk/money/orders", "Nothing has these words."), ("/desk/advertisers", "Nobody has these")):
        page = desk.get(f"{url}?find=zebra")
        assert said_of in page.text
        assert page.form("main form").values() == {"find": ["zebra"]}
    for words in HOSTILE:
        page = desk.attempt("GET", f"/desk/money/payments?{urlencode({'find': words}, errors='replace')}")
        assert page.status in (200, 400)


def test_what_is_looked_for_stays_on_the_next_page(desk: Visitor) -> None:
    make_many(60)
    desk.get("/desk/money/orders?find=MANY")
    assert len(desk.click("Older →").select("tbody tr")) == 9


def test_a_column_that_is_empty_on_a_page_is_left_out(desk: Visitor) -> None:
    order = make_order(choice(504))
    assert "PO number" not in desk.get("/desk/money/orders").text
    db.session.get_one(Order, order.id).po_number = "PO 7"
    db.session.commit()
    assert "PO 7" in desk.get("/desk/money/orders").text


def test_a_long_list_has_pages(desk: Visitor) -> None:
    make_many(60)
    first = desk.get("/desk/money/orders")
    assert len(first.select("tbody tr")) == 50
    assert len(desk.click("Older →").select("tbody tr")) == 10


def make_many(count: int) -> None:
    who = make_order(choice(504))
    for number in range(count - 1):
        db.session.add(
            Order(
                public_id=f"MANY{number:08}",
                request_key=f"many-{number}",
                advertiser_id=who.advertiser_id,
                user_id=who.user_id,
                company="Ledgerline",
                buyer_name="Ledgerline press desk",
                buyer_email="press@ledgerline.example",
                currency="USD",
                subtotal=0,
                created_at=NOW,
            )
        )
    db.session.commit()


def test_files_hold_every_row_in_plain_figures(desk: Visitor, till: Till) -> None:
    (booking,) = paid(till, choice(504))
    (order,) = rows_of(desk, "orders")
    assert (order["Order"], order["Total"], order["Currency"]) == (booking.order.public_id, "500.00", "USD")
    assert order["Made"] == "2026-03-02T09:00:00Z"
    assert [row["Cause"] for row in rows_of(desk, "ledger")] == ["Payment: received", "Booking: sale"]
    assert rows_of(desk, "payments")[0]["At Stripe"].startswith("pi_")
    assert rows_of(desk, "advertisers")[0]["Name"] == "Ledgerline"
    assert rows_of(desk, "refunds") == rows_of(desk, "disputes") == rows_of(desk, "tasks") == []
    desk.get("/desk/exports/user.csv", status=404)


def test_no_name_becomes_a_formula_in_a_spreadsheet(desk: Visitor) -> None:
    formulas = '=HYPERLINK("x")', "+1", "-1", "@sum"
    words = 'Say "yes", twice\nor not'
    for number, company in enumerate((*formulas, words), 501):
        make_order(choice(number), by=buyer(company, "press@ledgerline.example"))
    assert {order["Company"] for order in rows_of(desk, "orders")} == {*("'" + each for each in formulas), words}


def test_a_file_reads_beyond_one_portion(desk: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    make_many(7)
    for module in ("booking.services.queries.lists", "booking.web.csv_file"):
        monkeypatch.setattr(f"{module}.A_PORTION", 3)
    orders = [row["Order"] for row in rows_of(desk, "orders")]
    assert len(orders) == len(set(orders)) == 7


def test_comparing_with_stripe_says_what_came_of_it(desk: Visitor, till: Till) -> None:
    order = make_order(choice(504))
    paying.start_payment(order.public_id, NOW)
    till.pay(order)
    desk.get("/desk/money")
    page = desk.submit(form="main form[action$='/reconcile']")
    assert "Our books agree with Stripe’s, to the cent." in page.text
    assert said()[0] == "Compared our books with Stripe’s: they agree."
    assert db.session.scalars(sa.select(Payment.amount)).one() == 50_000


def test_the_months_are_pictures_that_read_as_tables(desk: Visitor, till: Till) -> None:
    (booking,) = paid(till, choice(504))
    page = desk.get("/desk/money/months")
    assert "Mar 2026 $500" in page.text
    assert "Apr 2026 4%, 1 of 24" in page.text
    assert len(page.select("svg")) == len(page.select(".bars tbody tr"))
    assert db.session.scalars(sa.select(LedgerEntry.order_id)).first() == booking.order_id


def test_a_newsletter_that_sold_nothing_has_no_months(visitor: Visitor, session: object, till: Till) -> None:
    with till.at(clock.instant("2026-03-02 09:00")):
        visitor.sign_in(make_editor())
        assert "No figures yet." in visitor.get("/desk/money/months").text
        assert visitor.get("/desk/").h1 == "No issue is planned"


def test_a_trusted_advertiser_gets_an_invoice_until_a_day_of_the_editors_choice(desk: Visitor) -> None:
    order = make_order(choice(507))
    assert "Send an invoice" in desk.get(f"/desk/orders/{order.public_id}").links
    desk.click("Send an invoice")
    assert "does not pay by invoice yet" in desk.submit({"pay_by": "2026-03-20"}, status=409).text
    db.session.get_one(Advertiser, order.advertiser_id).may_pay_by_invoice = True
    db.session.commit()
    desk.get(f"/desk/orders/{order.public_id}/invoice")
    for wrong, status in (("2026-03-03", 409), ("", 422), ("soon", 422)):
        desk.submit({"pay_by": wrong}, status=status)
    page = desk.submit({"pay_by": "2026-03-20"})
    assert "The places are kept until the end of Friday 20 March 2026." in page.text
    assert said()[0] == f"Sent an invoice for order {order.public_id}."
    assert slot_of(507).held_until == clock.instant("2026-03-20 23:59")
