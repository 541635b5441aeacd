"""Issues in the model newsletter's format and in our own words, and what tests do with them."""

from __future__ import annotations

from dataclasses import dataclass, field

from booking.domain.blocks import ApprovedCopy
from booking.domain.copy_text import AdCopy
from booking.domain.draft_bytes import Encoding
from booking.domain.feed import feed
from booking.domain.merge import Choice

FOOTER = (
    "If you received this email directly then you're on the list already. If a friend sent it on, "
    "you can join at [https://letter.example](https://letter.example)"
)
SPONSOR = AdCopy(
    "Ledgerline",
    "Rotating credentials by hand is how outages begin. Ledgerline does it on a schedule you can read:",
    "https://ledgerline.example/weekly?utm_source=letter",
    "booking-1",
)
EVENT = AdCopy("", "An evening of talks about queues, with soup.", "https://evening.example/queues", "booking-2")
JOBS = (
    AdCopy(
        "",
        "Harbour Rail needs someone to keep its timetable servers awake.",
        "https://harbour.example/jobs/7",
        "booking-3",
    ),
    AdCopy("", "Run the mail of a small museum.\n\nMornings only.", "jobs@museum.example", "booking-4"),
)
COPY = ApprovedCopy(sponsor=SPONSOR, jobs=JOBS)


@dataclass(frozen=True)
class Draft:
    """How a made-up issue is written down."""

    sections: tuple[str, ...] = ("News", "Tools")
    items: int = 3
    marks: str = "="
    footer: bool = True
    encoding: Encoding = field(default_factory=Encoding)
    number: int = 81

    def text(self) -> str:
        """The issue with LF newlines."""
        head = (
            f"---\ntitle: LETTER ISSUE \\#{self.number} - 2nd February 2020 \ndate: 2020-02-02T09:56:29+00:00\n---\n\n"
            "A quiet week, with a long read about cables and a short one about naming things.\n"
        )
        body = "".join(f"\n\n{self.heading(name)}\n\n{self.written(name)}\n" for name in self.sections)
        return head + body + (f"\n\n\n{FOOTER}\n" if self.footer else "")

    def heading(self, name: str) -> str:
        return f"{self.marks} {name}" if self.marks[0] == "#" else f"{name}\n{self.marks * len(name)}"

    def written(self, name: str) -> str:
        slug = name.casefold().replace(" ", "-")
        return "\n\n\n".join(
            f"Note {number} about {name}, which #someone called a note, with under_scores and 2 * 3 sums.\n\n"
            f"[https://{slug}.example/{number}](https://{slug}.example/{number})"
            for number in range(self.items)
        )

    def bytes(self) -> bytes:
        return self.encoding.encode(self.text())


def fed(draft: bytes, copy: ApprovedCopy = COPY) -> bytes:
    """The draft with the copy in it."""
    result = feed(draft, copy)
    assert not result.conflicts, result.conflicts
    return result.draft


def strip_paid(draft: bytes) -> bytes:
    """A published issue without its paid blocks: as the editor had it before there were any."""
    copy = ApprovedCopy(SPONSOR, (EVENT,), JOBS)
    first = feed(draft, copy)
    choices = {conflict.region: Choice.REPLACE for conflict in first.conflicts}
    taken = feed(draft, copy, {}, choices)
    stripped = feed(taken.draft, ApprovedCopy(), taken.base)
    assert not stripped.conflicts
    return stripped.draft
