"""The title is made from number and date, and hands that got one wrong are told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from booking.domain.issue_text import parse
from booking.domain.title_line import IssueFacts, TitleFacts, disagreements, ordinal, read_title, title_line
from tests.support.drafts import Draft


def test_the_title_is_the_model_newsletters() -> None:
    assert title_line("Devops Weekly", 475, date(2020, 2, 2)) == "DEVOPS WEEKLY ISSUE \\#475 - 2nd February 2020 "


def test_the_teens_take_th() -> None:
    endings = " ".join(f"{day}{ordinal(day)}" for day in (1, 2, 3, 4, 10, 11, 12, 13, 20, 21, 22, 23, 30, 31))
    assert endings == "1st 2nd 3rd 4th 10th 11th 12th 13th 20th 21st 22nd 23rd 30th 31st"


def test_every_title_is_read_back() -> None:
    for number in range(1, 800):
        day = date(2010, 11, 30) + timedelta(weeks=number)
        assert read_title(title_line("Letter", number, day)) == TitleFacts(number, day.day, day.month, day.year)


@pytest.mark.parametrize(
    ("title", "facts"),
    [
        ("Issue 54 - 15th January", TitleFacts(54, 15, 1, None)),
        ("ISSUE #271 - 6th march, 2016", TitleFacts(271, 6, 3, 2016)),
        ("15 January", TitleFacts(None, 15, 1, None)),
        ("Issue 54", TitleFacts(54, None, None, None)),
        ("The letter", TitleFacts(None, None, None, None)),
    ],
)
def test_titles_of_all_times_are_read(title: str, facts: TitleFacts) -> None:
    assert read_title(title) == facts


RIGHT = IssueFacts(81, date(2020, 2, 2), "letter-81.md")


def told(text: str, facts: IssueFacts = RIGHT) -> list[str]:
    return disagreements(parse(text.encode()), facts)


def test_agreement_is_silent() -> None:
    assert told(Draft().text()) == []
    assert told("No title at all.") == []
    assert told(Draft().text(), IssueFacts(81, date(2020, 2, 2), "2020-02-02.md")) == []


def test_each_disagreement_is_one_sentence() -> None:
    assert told(Draft().text(), IssueFacts(82, date(2020, 2, 9), "letter-80.md")) == [
        "The title says issue 81, but this is issue 82.",
        "The title says 2 February 2020, but issue 82 goes out on 9 February 2020.",
        "The front matter is dated 2020-02-02, but issue 82 goes out on 9 February 2020.",
        "The file is named letter-80.md, but this is issue 82.",
    ]


def test_a_title_without_a_year_is_compared_without_it() -> None:
    assert told("## Issue 81 - 2nd February\n\nNews\n====\n") == []
    assert told("## Issue 81 - 3rd February\n\nNews\n====\n") == [
        "The title says 3 February, but issue 81 goes out on 2 February 2020."
    ]
