"""A job's facts are checked for sense and written as one line."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from booking.domain.job_ad import (
    Employment,
    JobDetails,
    Period,
    compose_job_text,
    details_problems,
    facts_line,
    read_details,
    readable,
)

FIELDS: dict[str, Any] = {"title": "Engineer", "company": "Harbour Rail", "place": "Leeds"}
FULL = FIELDS | {
    "remote": True,
    "regions": "UK, Ireland",
    "salary_from": "50,000",
    "salary_to": 60000,
    "currency": "gbp",
    "employment": "permanent",
    "closes_on": "2020-02-14",
    "issue_date": "2020-02-02",
    "agency": "on",
    "from_a_later_release": 1,
}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("62000", 62_000),
        ("62,000", 62_000),
        ("£62 000", 62_000),
        ("62.000", 62_000),
        ("74k", 74_000),
        ("$ 74 K", 74_000),
    ],
)
def test_pay_is_read_as_people_write_it(written: str, meant: int) -> None:
    assert read_details({"salary_from": written}).salary_from == meant


def test_a_sign_names_its_currency() -> None:
    assert read_details({"currency": " € "}).currency == "EUR"


def test_what_cannot_be_read_is_named_at_its_field_and_the_rest_is_composed() -> None:
    fields = FIELDS | {"salary_from": "50000", "salary_to": "a lot", "closes_on": "soon", "currency": "EUR"}
    assert [problem.field for problem in details_problems(fields)] == ["salary_to", "closes_on"]
    assert "Engineer at Harbour Rail" in facts_line(read_details(readable(fields)))


def codes(fields: dict[str, Any]) -> list[str]:
    return [problem.code for problem in details_problems(fields)]


def test_fields_are_read_from_their_stored_form() -> None:
    assert read_details(FULL) == JobDetails(
        title="Engineer",
        company="Harbour Rail",
        place="Leeds",
        remote=True,
        regions=("UK", "Ireland"),
        salary_from=50000,
        salary_to=60000,
        currency="GBP",
        period=Period.YEAR,
        employment=Employment.PERMANENT,
        closes_on=date(2020, 2, 14),
        agency=True,
        issue_date=date(2020, 2, 2),
    )
    assert read_details({"regions": ["UK", ""], "closes_on": date(2020, 2, 14)}).regions == ("UK",)


def test_the_facts_are_one_line_above_the_words() -> None:
    line = (
        "Engineer at Harbour Rail. Leeds or remote (UK, Ireland). £50,000 to £60,000 a year. Permanent. "
        "Apply by 14 February 2020. Posted by an agency."
    )
    assert compose_job_text(read_details(FULL), "Keep trains awake.") == f"{line}\n\nKeep trains awake."
    assert compose_job_text(JobDetails(), "Keep trains awake.") == "Keep trains awake."


@pytest.mark.parametrize(
    ("details", "line"),
    [
        (JobDetails(company="Harbour Inc."), "Harbour Inc."),
        (JobDetails(place="Leeds"), "Leeds."),
        (JobDetails(remote=True), "Remote."),
        (JobDetails(remote=True, regions=("EU",)), "Remote (EU)."),
        (JobDetails(salary_from=40, salary_to=40, currency="CHF", period=Period.HOUR), "40 CHF an hour."),
    ],
)
def test_what_is_unsaid_is_left_out(details: JobDetails, line: str) -> None:
    assert facts_line(details) == line


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"title": ""}, ["job-title"]),
        ({"company": " "}, ["job-company"]),
        ({"place": ""}, ["job-place"]),
        ({"place": "", "remote": True}, []),
        ({"title": "x" * 121}, ["job-long"]),
        ({"salary_from": 1}, ["salary-half"]),
        ({"salary_to": 70000, "currency": "EUR"}, ["salary-half"]),
        ({"salary_from": 50000, "salary_to": 60000}, ["salary-currency"]),
        ({"salary_from": 60000, "salary_to": 50000, "currency": "EUR"}, ["salary-order"]),
        ({"salary_from": 70, "salary_to": 80, "currency": "EUR"}, ["salary-small"]),
        ({"salary_from": 70, "salary_to": 80, "currency": "EUR", "period": "hour"}, []),
        ({"salary_from": 50000, "salary_to": 500000, "currency": "EUR"}, ["salary-wide"]),
        ({"salary_from": "a lot"}, ["job-unreadable"]),
        ({"closes_on": "soon"}, ["job-unreadable"]),
        ({"salary_from": "62.5k", "salary_to": 80_000, "currency": "EUR"}, ["job-unreadable"]),
        ({"employment": "serfdom"}, ["job-unreadable"]),
        ({"closes_on": "2020-02-01", "issue_date": "2020-02-02"}, ["job-closes"]),
        ({"closes_on": "2020-02-02", "issue_date": "2020-02-02"}, []),
    ],
)
def test_facts_must_make_sense(change: dict[str, Any], expected: list[str]) -> None:
    assert codes(FIELDS | change) == expected
