"""What copy must be to run: its length, its one link, and nothing that attacks the format. The limits come from real
issues of the model newsletter: sponsors wrote 119 to 262 characters, job ads 461 at the median."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from booking.domain.copy_attacks import Problem, attacks
from booking.domain.copy_errors import CopyRefused
from booking.domain.copy_text import AdCopy, characters, mentions_address
from booking.domain.job_ad import details_problems
from booking.domain.links import link_problems
from booking.domain.states import PlacementKind

LIMITS = {PlacementKind.SPONSOR: 300, PlacementKind.EVENT: 600, PlacementKind.JOB: 750}
"""User-perceived characters of the body, when the placement does not say otherwise."""
PLACES = {
    PlacementKind.SPONSOR: "sponsor block",
    PlacementKind.EVENT: "sponsored event",
    PlacementKind.JOB: "job ad",
}
NAME_LIMIT = 60
"""Characters of a name in a heading: one line on a phone and in a mail."""
_CODE_POINTS = 16
"""Code points that one perceived character may take, at most on average: more is a pile of accents, not writing."""
_LINK_IN_BODY = re.compile(r"https?://|\bwww\.|\]\(", re.IGNORECASE)


def problems(
    kind: PlacementKind, copy: AdCopy, limit: int | None = None, details: Mapping[str, Any] | None = None
) -> list[Problem]:
    """Everything that keeps the copy from running, for a page to show at once; empty when it may run.

    `copy` is tidy (see copy_text.tidy); `limit` counts user-perceived characters and defaults to LIMITS; `details` are
    a job's fields as job_ad.read_details takes them.
    """
    room = LIMITS[kind] if limit is None else limit
    length = _length_problem(copy.body, kind, room)
    if length and len(copy.body) > room * _CODE_POINTS:
        return [length]
    found = [*_name_problems(copy, kind), *([length] if length else []), *attacks(copy)]
    found += [*_extra_links(copy.body), *_link_problems(copy, kind)]
    return found if details is None else [*found, *details_problems(details)]


def require(
    kind: PlacementKind, copy: AdCopy, limit: int | None = None, details: Mapping[str, Any] | None = None
) -> None:
    """Raises CopyRefused, with all of them, unless `problems` finds none."""
    found = tuple(problems(kind, copy, limit, details))
    if found:
        raise CopyRefused(" ".join(problem.sentence for problem in found), found)


def _length_problem(body: str, kind: PlacementKind, limit: int) -> Problem | None:
    if not body.strip():
        return Problem("empty", f"Write the text of the {PLACES[kind]}.")
    if len(body) > limit * _CODE_POINTS:
        return Problem("too-long", f"This copy is far too long. The {PLACES[kind]} has room for {limit} characters.")
    count = characters(body)
    if count <= limit:
        return None
    return Problem("too-long", f"This copy is {count} characters. The {PLACES[kind]} has room for {limit}.")


def _name_problems(copy: AdCopy, kind: PlacementKind) -> Iterator[Problem]:
    if not copy.name and kind is PlacementKind.SPONSOR:
        yield Problem("name-empty", "Write the sponsor’s name; it stands in the heading.", field="name")
    if len(copy.name) > NAME_LIMIT:
        sentence = f"The name is {len(copy.name)} characters. The heading has room for {NAME_LIMIT}."
        yield Problem("name-long", sentence, field="name")
    if _LINK_IN_BODY.search(copy.name):
        yield Problem("name-link", "The name has a link. An ad has one link; write the name alone.", field="name")
    if copy.name.endswith("#"):
        yield Problem(
            "name-mark", "The name ends with “#”, which headings drop. Write it in another way.", field="name"
        )


def _extra_links(body: str) -> Iterator[Problem]:
    for number, line in enumerate(body.split("\n"), start=1):
        if _LINK_IN_BODY.search(line):
            sentence = f"Line {number} has a link. An ad has one link, printed below its text; take this one out."
            yield Problem("extra-link", sentence, number)


def _link_problems(copy: AdCopy, kind: PlacementKind) -> list[Problem]:
    if copy.link:
        return link_problems(copy.link)
    if kind is PlacementKind.JOB:
        if mentions_address(copy.body):
            return []
        return [Problem("link-empty", "Say where to apply: a link or an e-mail address.", field="link")]
    return [
        Problem("link-empty", f"The {PLACES[kind]} needs a link. Paste the address it should lead to.", field="link")
    ]
