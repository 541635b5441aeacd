"""The title line of an issue: made from its number and date, and read back, because hands get one of them wrong in
one of forty issues."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from booking.domain.issue_text import Document

MONTHS = tuple("January February March April May June July August September October November December".split())
_NUMBER = re.compile(r"\bissue\b[\s\\#:.]{0,8}(\d{1,6})", re.IGNORECASE)
_DATE = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?\s+(" + "|".join(MONTHS) + r")(?:,?\s+(\d{4}))?\b", re.IGNORECASE)
_FRONT_TITLE = re.compile(r"^title:(.*)$", re.MULTILINE)
_FRONT_DATE = re.compile(r"^date:\s*[\"']?(\d{4})-(\d{2})-(\d{2})", re.MULTILINE)
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_FILE_NUMBER = re.compile(r"(?<!\d)(\d{1,6})(?=\.[a-z]+$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class IssueFacts:
    """What the schedule says of an issue, and the name of the file that was given for it (empty when there is none)."""

    number: int
    publishes_on: date
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class TitleFacts:
    """What a title says; None where it says nothing."""

    number: int | None
    day: int | None
    month: int | None
    year: int | None


def title_line(newsletter: str, number: int, day: date) -> str:
    """The title as the model newsletter writes it, backslash and last space included.

    >>> title_line("Devops Weekly", 475, date(2020, 2, 2))
    'DEVOPS WEEKLY ISSUE \\\\#475 - 2nd February 2020 '
    """
    return f"{newsletter.upper()} ISSUE \\#{number} - {day.day}{ordinal(day.day)} {MONTHS[day.month - 1]} {day.year} "


def ordinal(day: int) -> str:
    """`st`, `nd`, `rd` or `th`; 11, 12 and 13 take `th`."""
    if 11 <= day % 100 <= 13:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def read_title(title: str) -> TitleFacts:
    """Number and date as far as the title says them."""
    number, day = _NUMBER.search(title), _DATE.search(title)
    if day is None:
        return TitleFacts(int(number[1]) if number else None, None, None, None)
    month = MONTHS.index(day[2].capitalize()) + 1
    return TitleFacts(int(number[1]) if number else None, int(day[1]), month, int(day[3]) if day[3] else None)


def disagreements(document: Document, facts: IssueFacts) -> list[str]:
    """One sentence for each thing in which the file's name, the title and the schedule disagree."""
    front = document.text[: document.front]
    front_title, front_date = _FRONT_TITLE.search(front), _FRONT_DATE.search(front)
    found: list[str] = []
    titles = [front_title[1]] if front_title else []
    for title in (*titles, *((document.title.name,) if document.title else ())):
        found += _title_disagreements(read_title(title), facts)
    if front_date and _iso(front_date) != facts.publishes_on.isoformat():
        dated = _iso(front_date)
        found.append(f"The front matter is dated {dated}, but issue {facts.number} goes out on {_words(facts)}.")
    named = _FILE_NUMBER.search(_ISO_DATE.sub("", facts.file_name))
    if named and int(named[1]) != facts.number:
        found.append(f"The file is named {facts.file_name}, but this is issue {facts.number}.")
    return list(dict.fromkeys(found))


def _title_disagreements(title: TitleFacts, facts: IssueFacts) -> list[str]:
    found = []
    if title.number not in (None, facts.number):
        found.append(f"The title says issue {title.number}, but this is issue {facts.number}.")
    day = facts.publishes_on
    says = [(title.day, day.day), (title.month, day.month), (title.year, day.year)]
    if any(said is not None and said != fact for said, fact in says):
        year = f" {title.year}" if title.year else ""
        month = MONTHS[(title.month or 1) - 1]
        found.append(f"The title says {title.day} {month}{year}, but issue {facts.number} goes out on {_words(facts)}.")
    return found


def _iso(match: re.Match[str]) -> str:
    return "-".join(match.groups())


def _words(facts: IssueFacts) -> str:
    day = facts.publishes_on
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
