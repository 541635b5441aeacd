"""Everything approved for an issue in the three forms that other tools take, section by section and ad by ad."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue

from booking.domain.region import Region
from booking.domain.render import Form, fragment, section
from booking.services.queries.issue_desk import IssuePage, issue_page
from booking.web.copy_proof import FORM_LABELS
from booking.web.desk import blueprint
from booking.web.desk_issue import REGION_TITLES


@dataclass(frozen=True, slots=True)
class Output:
    """One section or ad: its title, an id for the page, and (form, label, text) of each form."""

    title: str
    id: str
    forms: tuple[tuple[str, str, str], ...]


@blueprint.get("/issues/<int:number>/sections")
def sections(number: int) -> ResponseReturnValue:
    """Whole sections, then each ad by itself."""
    page = issue_page(number)
    return render_template("desk/sections.html", page=page, sections=whole_sections(page), ads=single_ads(page))


def whole_sections(page: IssuePage) -> list[Output]:
    """The title line, and each region that has something to run, heading included."""
    title = Output("Title line", "title", ((Form.MD.value, FORM_LABELS[Form.MD], page.title),))
    found = [title] if page.title else []
    for region in Region:
        forms = tuple((form.value, FORM_LABELS[form], section(page.approved, region, form)) for form in FORM_LABELS)
        if any(text for _, _, text in forms):
            found.append(Output(REGION_TITLES[region], region.value, forms))
    return found


def single_ads(page: IssuePage) -> list[Output]:
    """Each ad without a heading."""
    return [
        Output(
            f"{ad.kind.label}: {ad.copy.name}" if ad.copy.name else ad.kind.label,
            f"ad-{ad.slot_id}",
            tuple(
                (form.value, FORM_LABELS[form], fragment(ad.copy, form, paid=ad.house_ad_id is None))
                for form in FORM_LABELS
            ),
        )
        for ad in page.ads
    ]
