"""What the demo newsletter and its advertisers say. All of them are invented, and nobody in it is a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from booking.domain.job_ad import compose_job_text, read_details
from booking.services.buyers import Buyer
from booking.services.copywriting import Words

NAME = "The Quiet Pager"
EDITOR = "editor@quietpager.example"
TAGLINE = (
    "Your words at the top of the issue and again at the foot, in plain text, read by people who keep things running. "
    "Pick the weeks, pay, and send the copy when it is ready."
)
POLICIES = """No gambling, no coins, no trackers in images: it is plain text, there are no images.
We may say no to an ad that would annoy our readers. Then you pay nothing."""
FACTS = (
    ("12,480", "readers each week"),
    ("46%", "open it"),
    ("7.1%", "follow a link"),
    ("0", "images and trackers"),
)
EXAMPLE_SPONSOR = """Ledgerline

Rotating credentials by hand is how outages begin. Ledgerline rotates every secret you own, on a schedule you can \
read, and tells you before anything breaks.

https://ledgerline.example/weekly"""
EXAMPLE_JOB = """Harbour Rail

Timetable engineer at Harbour Rail. Leeds or remote (UK). £62,000 to £74,000 a year. Permanent.

Four hundred trains a day depend on a scheduler that fits on one machine, and we would like it to stay that way. You \
will own it: capacity, releases, and the pager, which is quiet.

https://harbour-rail.example/jobs/timetable"""
EXAMPLE_EVENT = """Night Shift Conference

Two days about operating things after dark, in Rotterdam in June. Talks are short, breaks are long, and everything is \
recorded.

https://nightshift.example/"""
HOUSE_AD = (
    "The Quiet Pager",
    "This space was free this week. Twelve thousand readers would have seen your words here; next week they will.",
    "https://quietpager.example/sponsor",
)


@dataclass(frozen=True, slots=True)
class Company:
    """One advertiser with what it runs."""

    buyer: Buyer
    words: Words
    named: bool = False
    """Whether it agreed to stand among the past sponsors."""


def sponsor(name: str, domain: str, body: str, named: bool = False) -> Company:
    """A company that sponsors issues."""
    buyer = Buyer(name, f"{name} press desk", f"press@{domain}")
    return Company(buyer, Words(name, body, f"https://{domain}/pager"), named)


def recruiter(name: str, domain: str, text: str, **details: Any) -> Company:
    """A company that hires. `details` are a job's fields as they are typed."""
    fields = {"company": name, "text": text, **details}
    body = compose_job_text(read_details(fields), text)
    return Company(
        Buyer(name, f"{name} hiring", f"jobs@{domain}"),
        Words(name, body, f"https://{domain}/jobs/{details['title'].lower().replace(' ', '-')}", fields),
    )


LEDGERLINE = sponsor(
    "Ledgerline",
    "ledgerline.example",
    "Rotating credentials by hand is how outages begin. Ledgerline rotates every secret you own, on a schedule you can "
    "read, and tells you before anything breaks.",
    named=True,
)
NIGHTJAR = sponsor(
    "Nightjar Metrics",
    "nightjar.example",
    "Dashboards nobody looks at cost money too. Nightjar finds the graphs that were never opened, the alerts that were "
    "never acted on, and turns them off with you.",
    named=True,
)
TIDEWATER = sponsor(
    "Tidewater Backups",
    "tidewater.example",
    "The best backup you will ever have! Restores are tested every night on a machine like yours, and you get the "
    "timing in the morning.",
)
COPPERKETTLE = sponsor(
    "Copperkettle",
    "copperkettle.example",
    "Build machines that are warm when you push and gone when you go home. Copperkettle runs your pipelines on "
    "hardware that you can visit.",
)
QUARRY = sponsor(
    "Quarry Labs",
    "quarry.example",
    "Log storage priced by what you search, not by what you keep. Bring the last ten years.",
)
LANTERNFISH = sponsor("Lanternfish", "lanternfish.example", "Tracing for the parts of the system that nobody drew.")
MOSSBANK = sponsor("Mossbank", "mossbank.example", "A status page that is honest, hosted somewhere else than you are.")
HARBOUR = recruiter(
    "Harbour Rail",
    "harbour-rail.example",
    "Four hundred trains a day depend on a scheduler that fits on one machine, and we would like it to stay that way. "
    "You will own it: capacity, releases, and the pager, which is quiet.",
    title="Timetable engineer",
    place="Leeds",
    remote=True,
    regions="UK",
    salary_from="62000",
    salary_to="74000",
    currency="GBP",
    employment="permanent",
)
ORCHARD = recruiter(
    "Orchard Grid",
    "orchardgrid.example",
    "We balance the power of nine thousand farms. You keep the control plane calm when the wind changes its mind.",
    title="Site reliability engineer",
    remote=True,
    regions="EU",
    salary_from="78000",
    salary_to="92000",
    currency="EUR",
    employment="permanent",
)
PLAINSONG = recruiter(
    "Plainsong",
    "plainsong.example",
    "A small team that runs the phone lines of hospitals. Boring on purpose.",
    title="Platform engineer",
    place="Ghent",
    salary_from="65000",
    salary_to="80000",
    currency="EUR",
)
FERNWAY = recruiter(
    "Fernway Health",
    "fernway.example",
    "ROCKSTAR WANTED to own our clusters end to end. You will be on call one week in six, with the day after off.",
    title="Infrastructure lead",
    remote=True,
    regions="Americas",
    salary_from="150000",
    salary_to="180000",
    currency="USD",
    employment="permanent",
)
FERNWAY_EDITED = compose_job_text(
    read_details(FERNWAY.words.details or {}),
    "You own our clusters end to end. You are on call one week in six, with the day after off.",
)
MOONSHOT = recruiter(
    "Moonshot Coins",
    "moonshotcoins.example",
    "Get in before everybody else does. Equity only, paid in our own coin.",
    title="Growth engineer",
    remote=True,
    regions="anywhere",
    employment="contract",
)
MEETUP = recruiter(
    "Pipes and Pagers",
    "pipes.example",
    "The meet-up of people who run things looks for a volunteer to look after its mailing list, two hours a month.",
    title="List keeper",
    remote=True,
    regions="anywhere",
)
