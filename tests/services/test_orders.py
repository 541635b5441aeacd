"""What is read about orders."""

from __future__ import annotations

import pytest
from flask_sqlalchemy.session import Session
from sqlalchemy.orm import scoped_session

from booking.domain.errors import NotFound
from booking.services.queries.orders import order_page, own_holds
from tests.support.factories import NOW, buyer, choice, make_issue, make_order
from tests.support.till import later

Db = scoped_session[Session]


def test_an_order_that_is_not_there_is_not_found(session: Db) -> None:
    with pytest.raises(NotFound):
        order_page("NOSUCHORDER1", NOW)


def test_a_browser_sees_what_it_holds_until_that_ends(session: Db) -> None:
    make_issue()
    order = make_order(choice(500), choice(501))
    (hold,) = own_holds([order.public_id, "OTHER"], NOW)
    assert (hold.public_id, hold.until, len(hold.places)) == (order.public_id, later(NOW, minutes=15), 2)
    assert own_holds([order.public_id], later(NOW, minutes=15)) == []
    assert own_holds([], NOW) == []


def test_one_company_is_one_advertiser_however_its_name_is_written(session: Db) -> None:
    make_issue(503)
    names = ("Élan Vital", "élan vital", "ÉLAN VITAL", "Elan Vital")
    orders = [make_order(choice(500 + week), by=buyer(name)) for week, name in enumerate(names)]
    first, second, third, other = [order.advertiser_id for order in orders]
    assert first == second == third != other
