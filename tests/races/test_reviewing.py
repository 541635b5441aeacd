"""Copy is decided about by two editors, and changed by its advertiser, at the same moment."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from booking.db import db
from booking.domain.states import ReviewDecision
from booking.models import Creative, CreativeReview, CreativeRevision
from booking.services.copywriting import Words
from tests.races.conftest import Race
from tests.support import at
from tests.support.copy import confirmed, submitted
from tests.support.factories import NOW, make_editor, make_order

pytestmark = pytest.mark.usefixtures("session")

SHORTER = Words("Ledgerline", "Ledgerline rotates your credentials.", "https://ledgerline.example/weekly")


@pytest.mark.scenario(23)
def test_editors_who_decide_at_once_make_one_decision(race: Race) -> None:
    with at(NOW):
        revision = submitted(*confirmed(make_order()))
        editors = [make_editor(f"editor-{n}@quietpager.example").id for n in range(6)]
        acts = [("decide", revision.id, revision.sha256, n % 2 == 0, editor) for n, editor in enumerate(editors)]
        outcomes = race.all_at_once(acts)
    assert sorted(map(str, outcomes))[:5] == ["AlreadyDecided"] * 5
    review = db.session.scalars(sa.select(CreativeReview)).one()
    approved = db.session.scalars(sa.select(Creative.approved_revision_id)).one()
    assert approved == (revision.id if review.decision is ReviewDecision.APPROVED else None)


@pytest.mark.scenario(23)
def test_copy_that_changes_during_its_approval_is_never_approved_unseen(race: Race) -> None:
    with at(NOW):
        [booking] = confirmed(make_order())
        old, editor = submitted(booking), make_editor().id
        outcomes = race.all_at_once(
            [("submit", booking.id, SHORTER, booking.order.user_id), ("decide", old.id, old.sha256, True, editor)]
        )
    assert outcomes[0] == "submitted"
    assert outcomes[1] in ("approved", "StaleRevision")
    newest = sa.select(CreativeRevision.id).order_by(CreativeRevision.number.desc()).limit(1)
    creative = db.session.scalars(sa.select(Creative)).one()
    assert creative.current_revision_id == db.session.scalar(newest) != old.id
    assert creative.approved_revision_id == (old.id if outcomes[1] == "approved" else None)
