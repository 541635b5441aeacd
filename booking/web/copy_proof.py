"""Shows copy exactly as it will be sent, by the code that will write it: in every form, at the top and at the foot."""

from __future__ import annotations

from dataclasses import dataclass

from booking.domain.blocks import ApprovedCopy
from booking.domain.copy_attacks import Problem
from booking.domain.copy_spec import problems
from booking.domain.copy_text import AdCopy, characters, tidy
from booking.domain.link_tags import campaign, tagged
from booking.domain.region import Region
from booking.domain.render import Form, section
from booking.domain.states import PlacementKind
from booking.services.copywriting import Words
from booking.services.queries.copy import CopyPage
from booking.web.context import newsletter

FORM_LABELS = {Form.MD: "Markdown", Form.HTML: "HTML", Form.TXT: "Plain text"}

PLACE_TITLES = {
    Region.SPONSOR: "At the top",
    Region.FOOT: "Above the footer",
    Region.JOBS: "In the Jobs section",
    Region.EVENT: "After the sponsor",
}

TO_COME = frozenset({"empty", "name-empty", "link-empty", "job-title", "job-company", "job-place"})
"""Problems of copy that is not finished, rather than wrong."""

FILLED_IN = frozenset({"company", "currency", "period"})
"""Fields of a job that say nothing of whether its ad was begun: they come with a value."""

MOST_SHOWN = 3
"""Times the limit up to which copy that is too long is still shown."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place in the issue where the words stand, in every form."""

    title: str
    forms: tuple[tuple[str, str, str], ...]
    """(form, its label, the text)."""

    @property
    def markdown(self) -> str:
        """The text as the draft holds it."""
        return self.forms[0][2]

    @property
    def html(self) -> str:
        """Clean HTML, safe to show."""
        return self.forms[1][2]


@dataclass(frozen=True, slots=True)
class Proof:
    """What readers will see of some words, how long they are, and what keeps them from running."""

    places: tuple[Place, ...]
    final_link: str
    length: int
    limit: int
    problems: tuple[Problem, ...]

    @property
    def findings(self) -> list[tuple[str, str]]:
        """(state, sentence) as the checks component takes them: the length, what is wrong, what is still to come."""
        length = "error" if self.length > self.limit else "passed"
        counted = (length, f"{self.length} of {self.limit} characters")
        others = [each for each in self.problems if each.code != "too-long"]
        wrong = [("error", each.sentence) for each in others if each.code not in TO_COME]
        return [counted, *wrong, *(("draft", each.sentence) for each in others if each.code in TO_COME)]


def proof_of(page: CopyPage, words: Words, numbers: frozenset[int]) -> Proof:
    """The proof of words for the issues of these numbers."""
    copy = tidy(words.name, words.body, words.link)
    ours = newsletter()
    if ours.utm_source:
        name = campaign(ours.utm_campaign, numbers)
        tags = {"utm_source": ours.utm_source, "utm_medium": ours.utm_medium, "utm_campaign": name}
        copy = AdCopy(copy.name, copy.body, tagged(copy.link, tags))
    place = page.place
    # Somebody pasted a file: it is refused by its length, and shown six times over it would be no help.
    readable = len(copy.body) <= MOST_SHOWN * place.copy_limit
    begun = _is_begun(copy, words)
    details = None if words.details is None else {**words.details, "issue_date": place.publishes_on}
    found = problems(place.kind, copy, place.copy_limit, details)
    return Proof(
        places_of(place.kind, copy, label_foot=ours.label_foot) if readable and begun else (),
        copy.link,
        characters(copy.body),
        place.copy_limit,
        # Nobody is told what is missing before they have begun.
        tuple(found) if begun else (),
    )


def _is_begun(copy: AdCopy, words: Words) -> bool:
    """Whether anybody wrote anything: the body of a job is composed, also of what the form came with."""
    if words.details is None:
        return bool(copy.body or copy.link)
    return bool(copy.link) or any(value for name, value in words.details.items() if name not in FILLED_IN)


def places_of(kind: PlacementKind, copy: AdCopy, *, label_foot: bool = False, house: bool = False) -> tuple[Place, ...]:
    """Every place at which an ad stands: a sponsor twice, everything else once."""
    if kind is PlacementKind.SPONSOR:
        whole = ApprovedCopy(sponsor=copy, label_foot=label_foot, house=house)
        return _place(whole, Region.SPONSOR), _place(whole, Region.FOOT)
    if kind is PlacementKind.JOB:
        return (_place(ApprovedCopy(jobs=(copy,)), Region.JOBS),)
    return (_place(ApprovedCopy(events=(copy,)), Region.EVENT),)


def _place(copy: ApprovedCopy, region: Region) -> Place:
    forms = tuple((form.value, FORM_LABELS[form], section(copy, region, form)) for form in FORM_LABELS)
    return Place(PLACE_TITLES[region], forms)
