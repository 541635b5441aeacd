"""What a job ad says beside its words: the facts a reader looks for first, checked for sense and written as a line.
Several places require the pay range by law; the form asks for it and says so, but does not insist."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from booking.domain.copy_attacks import Problem
from booking.domain.states import Labelled
from booking.domain.title_line import MONTHS

CURRENCY_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}
CURRENCIES = {sign: currency for currency, sign in CURRENCY_SIGNS.items()}
_FIGURE = re.compile(r"[$€£]?\s*(\d{1,3}(?:[,.'’\s]\d{3})+|\d{1,12})\s*(k?)", re.IGNORECASE)
"""A pay as people write it: 62000, 62,000, 62 000, £62.000 or 62k. A fraction is no such figure."""
FIELD_LIMIT = 120
"""Characters of one field; a title or a place that is longer is text in the wrong box."""


class Employment(Labelled):
    """How somebody is employed."""

    PERMANENT = "permanent", "Permanent"
    PART_TIME = "part_time", "Part time"
    CONTRACT = "contract", "Contract"
    FREELANCE = "freelance", "Freelance"
    INTERNSHIP = "internship", "Internship"


class Period(Labelled):
    """What a salary is paid for."""

    YEAR = "year", "a year"
    MONTH = "month", "a month"
    DAY = "day", "a day"
    HOUR = "hour", "an hour"


LEAST = {Period.YEAR: 1000, Period.MONTH: 100, Period.DAY: 10, Period.HOUR: 1}
"""Whole units of any currency below which a figure is surely a slip, such as 70 for 70,000."""
WIDEST = 4
"""A range whose top is more than this many times its bottom tells a reader nothing."""


@dataclass(frozen=True, slots=True)
class JobDetails:
    """A job's facts. Salaries are whole units of the currency (None for unsaid); empty strings are unsaid too.

    `regions` says where a remote job may be done from.
    """

    title: str = ""
    company: str = ""
    place: str = ""
    remote: bool = False
    regions: tuple[str, ...] = ()
    salary_from: int | None = None
    salary_to: int | None = None
    currency: str = ""
    period: Period = Period.YEAR
    employment: Employment | None = None
    closes_on: date | None = None
    agency: bool = False
    issue_date: date | None = None
    """When the issue goes out that carries it first; the ad may not close before."""


def compose_job_text(details: JobDetails, text: str) -> str:
    """The body of a job ad: a line of its facts, a blank line, and its words; what is unsaid is left out.

    The words alone when no fact is given, so that an ad which says everything itself is printed as it is.
    """
    return "\n\n".join(part for part in (facts_line(details), text) if part)


def facts_line(details: JobDetails) -> str:
    """The facts as a line of sentences, such as `SRE at Acme. Leeds or remote (UK). £50,000 to £60,000 a year.`"""
    sentences = [
        " at ".join(part for part in (details.title, details.company) if part),
        _where(details),
        salary_range(details),
        details.employment.label if details.employment else "",
        f"Apply by {_day(details.closes_on)}" if details.closes_on else "",
        "Posted by an agency" if details.agency else "",
    ]
    return " ".join(f"{sentence.rstrip('.')}." for sentence in sentences if sentence)


def salary_range(details: JobDetails) -> str:
    """The range in words, or one figure when both ends are the same; empty when unsaid."""
    amounts = [amount for amount in (details.salary_from, details.salary_to) if amount is not None]
    if not amounts:
        return ""
    sign = CURRENCY_SIGNS.get(details.currency)
    written = [f"{sign}{amount:,}" if sign else f"{amount:,} {details.currency}" for amount in dict.fromkeys(amounts)]
    return f"{' to '.join(written)} {details.period.label}"


def read_details(fields: Mapping[str, Any]) -> JobDetails:
    """Details from their stored form: the fields of JobDetails by name, dates as ISO text, enums as their values.

    Unknown fields are passed over, so that an older release can read what a newer one stored. Raises ValueError for a
    date, number or enum that is none.
    """
    closes_on, issue_date = (_date(fields.get(name)) for name in ("closes_on", "issue_date"))
    regions = fields.get("regions") or ()
    if isinstance(regions, str):
        regions = [part.strip() for part in regions.split(",")]
    return JobDetails(
        **{name: str(fields.get(name) or "").strip() for name in ("title", "company", "place")},
        currency=_currency(fields.get("currency")),
        remote=_flag(fields.get("remote")),
        agency=_flag(fields.get("agency")),
        regions=tuple(str(region) for region in regions if region),
        salary_from=_whole(fields.get("salary_from")),
        salary_to=_whole(fields.get("salary_to")),
        period=_period(fields.get("period")),
        employment=_employment(fields.get("employment")),
        closes_on=closes_on,
        issue_date=issue_date,
    )


def has_closed(fields: Mapping[str, Any] | None, issue_date: date) -> bool:
    """Whether a job whose stored fields these are can no longer be applied for on that day; other ads have none."""
    closes_on = read_details(fields).closes_on if fields else None
    return closes_on is not None and closes_on < issue_date


def details_problems(fields: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with a job's fields; each problem names its field."""
    details = read_details(readable(fields))
    unread = [Problem("job-unreadable", sentence, field=name) for name, sentence in _unreadable(fields).items()]
    return [*_text_problems(details), *unread, *_salary_problems(details), *_date_problems(details)]


def readable(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that `read_details` can read. Half a range is none: the whole range goes with either of its ends."""
    left_out = set(_unreadable(fields))
    if left_out & {"salary_from", "salary_to"}:
        left_out |= {"salary_from", "salary_to"}
    return {name: value for name, value in fields.items() if name not in left_out}


def _unreadable(fields: Mapping[str, Any]) -> dict[str, str]:
    """The fields that are no date, number or choice, with what to do about each."""
    found = {}
    for name, (read, sentence) in _READERS.items():
        try:
            read(fields.get(name))
        except ValueError:
            found[name] = sentence
    return found


def _text_problems(details: JobDetails) -> Iterator[Problem]:
    if not details.title:
        yield Problem("job-title", "Write the job’s title.", field="title")
    if not details.company:
        yield Problem("job-company", "Write who is hiring.", field="company")
    if not details.place and not details.remote:
        yield Problem("job-place", "Say where the job is, or that it is remote.", field="place")
    for field in ("title", "company", "place"):
        if len(getattr(details, field)) > FIELD_LIMIT:
            yield Problem("job-long", f"The {field} is too long. Keep it under {FIELD_LIMIT} characters.", field=field)


def _salary_problems(details: JobDetails) -> Iterator[Problem]:
    low, high = details.salary_from, details.salary_to
    if low is None and high is None:
        return
    if low is None or high is None:
        yield Problem("salary-half", "Give both ends of the pay range, or neither.", field="salary_from")
        return
    if not (len(details.currency) == 3 and details.currency.isascii() and details.currency.isalpha()):
        yield Problem("salary-currency", "Name the currency of the pay with three letters, like EUR.", field="currency")
    if low > high:
        yield Problem("salary-order", "The pay range begins above its end. Swap the two figures.", field="salary_from")
    elif low < LEAST[details.period]:
        sentence = f"A pay of {low:,} {details.period.label} seems a slip. Write it in full, like 70000."
        yield Problem("salary-small", sentence, field="salary_from")
    elif high > low * WIDEST:
        yield Problem("salary-wide", f"The pay range spans more than {WIDEST} times. Narrow it.", field="salary_to")


def _date_problems(details: JobDetails) -> Iterator[Problem]:
    closes, issue = details.closes_on, details.issue_date
    if closes and issue and closes < issue:
        sentence = f"The ad closes on {_day(closes)}, before its issue on {_day(issue)}. Choose a later closing date."
        yield Problem("job-closes", sentence, field="closes_on")


def _where(details: JobDetails) -> str:
    if not details.remote:
        return details.place
    regions = f" ({', '.join(details.regions)})" if details.regions else ""
    return f"{details.place} or remote{regions}" if details.place else f"Remote{regions}"


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _date(value: Any) -> date | None:
    if value is None or value == "" or isinstance(value, date):
        return value or None
    return date.fromisoformat(str(value))


def _whole(value: Any) -> int | None:
    text = str("" if value is None else value).strip()
    if not text:
        return None
    figure = _FIGURE.fullmatch(text)
    if figure is None:
        raise ValueError(text)
    return int(re.sub(r"\D", "", figure[1])) * (1000 if figure[2] else 1)


def _currency(value: Any) -> str:
    text = str(value or "").strip().upper()
    return CURRENCIES.get(text, text)


def _period(value: Any) -> Period:
    return Period(value or Period.YEAR.value)


def _employment(value: Any) -> Employment | None:
    return Employment(value) if value else None


_PAY = "Write the pay in whole figures, like 70000."
_READERS: Mapping[str, tuple[Callable[[Any], object], str]] = {
    "salary_from": (_whole, _PAY),
    "salary_to": (_whole, _PAY),
    "period": (_period, "Choose what the pay is for."),
    "employment": (_employment, "Choose one of the kinds of employment."),
    "closes_on": (_date, "Write the closing date like 2020-02-14."),
}
"""The fields that are more than words: how each is read, and what to say when it cannot be."""


def _flag(value: Any) -> bool:
    return value in (True, "true", "on", "yes", "y", "1", 1)
