"""Real issues of the model newsletter, where they are at hand: the same promises, on the bytes that matter."""

from __future__ import annotations

from pathlib import Path

import pytest

from booking.domain.blocks import ApprovedCopy, split_items
from booking.domain.copy_spec import problems
from booking.domain.copy_text import AdCopy
from booking.domain.feed import cancel, feed
from booking.domain.heading import Paid, sponsor_name
from booking.domain.issue_text import Document, join, parse
from booking.domain.states import PlacementKind
from tests.support.drafts import COPY, fed, strip_paid

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "issues"
ISSUES = sorted(FOLDER.glob("*.md"))
MODEL = FOLDER / "devops-weekly-475.md"

pytestmark = pytest.mark.skipif(not ISSUES, reason="the real issues are not at hand")


def ad(item: str, name: str = "") -> AdCopy:
    """An item of the model's form as copy."""
    body, _, link = item.rpartition("\n\n")
    return AdCopy(name, body, link.partition("](")[0].removeprefix("["))


def printed(document: Document) -> ApprovedCopy:
    """The paid blocks of an issue as approved copy."""
    sponsor, jobs = document.paid(Paid.SPONSOR)[0], document.paid(Paid.JOBS)[0]
    top = document.text[sponsor.body : sponsor.end]
    items = split_items(document.text[jobs.body : jobs.end])
    return ApprovedCopy(ad(top.strip("\n"), sponsor_name(sponsor.heading.name)), (), tuple(map(ad, items)))


@pytest.mark.parametrize("path", ISSUES, ids=lambda path: path.name)
def test_real_issues_are_fed_exactly(path: Path) -> None:
    draft = path.read_bytes()
    assert join(parse(draft)) == draft
    stripped = strip_paid(draft)
    once = feed(stripped, COPY)
    assert not once.conflicts
    assert not feed(once.draft, COPY, once.base).changed
    assert cancel(once.draft, once.base).draft == stripped


@pytest.mark.skipif(not MODEL.exists(), reason="the model issue is not at hand")
def test_the_model_stripped_and_fed_again_differs_in_two_heading_lines() -> None:
    draft = MODEL.read_bytes()
    copy = printed(parse(draft))
    assert copy.sponsor
    assert problems(PlacementKind.SPONSOR, copy.sponsor) == []
    assert [problems(PlacementKind.JOB, job) for job in copy.jobs] == [[]]
    lines = zip(draft.split(b"\n"), fed(strip_paid(draft), copy).split(b"\n"), strict=True)
    assert [new for old, new in lines if old != new] == [b"From our sponsor, VictorOps", b"=" * 27]
