"""What other programs may read: the approved copy of an issue, as JSON and as whole sections, and nothing else."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, request
from flask.typing import ResponseReturnValue

from booking import clock
from booking.domain.errors import Refusal
from booking.domain.region import Region
from booking.domain.render import Form, fragment, section
from booking.services import api_tokens
from booking.services.issue_copy import IssueCopy, Placed
from booking.services.queries.issue_desk import approved_copy
from booking.web.errors import STATUS

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

TYPES = {Form.MD: "text/markdown", Form.HTML: "text/html", Form.TXT: "text/plain"}
SCHEME = "bearer "


@blueprint.before_request
def only_with_a_token() -> ResponseReturnValue | None:
    """Answer 401 without a key that works."""
    sent = request.headers.get("Authorization", "")
    token = sent[len(SCHEME) :].strip() if sent.lower().startswith(SCHEME) else ""
    if token and api_tokens.lets_in(token, clock.now()):
        return None
    answer = jsonify(error="Send an API token: Authorization: Bearer TOKEN.")
    answer.status_code = 401
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


@blueprint.errorhandler(Refusal)
def refused(refusal: Refusal) -> ResponseReturnValue:
    """A refusal as JSON."""
    return jsonify(error=str(refusal)), STATUS[refusal.kind]


@blueprint.get("/issues/<int:number>/ads.json")
def ads(number: int) -> Response:
    """Every approved ad of an issue, in order."""
    copy = approved_copy(number)
    return tagged(jsonify(issue=copy.number, title=copy.title, ads=[as_json(ad) for ad in copy.ads]))


@blueprint.get("/issues/<int:number>/sections/<any(sponsor, event, jobs, foot):region>.<any(md, html, txt):form>")
def one_section(number: int, region: str, form: str) -> Response:
    """One section as the issue carries it; empty when nothing is approved for it."""
    copy: IssueCopy = approved_copy(number)
    answer = make_response(section(copy.approved(), Region(region), Form(form)))
    answer.mimetype = TYPES[Form(form)]
    return tagged(answer)


def tagged(answer: Response) -> Response:
    """The answer with its ETag; 304 when the program has it already."""
    answer.set_etag(hashlib.sha256(answer.get_data()).hexdigest())
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer.make_conditional(request)  # type: ignore[return-value]  # werkzeug's own Response, which it was


def as_json(ad: Placed) -> dict[str, Any]:
    """One ad with its words in every form."""
    paid = ad.house_ad_id is None
    return {
        "placement": ad.kind.value,
        "booking": ad.booking_id,
        "house": not paid,
        "name": ad.copy.name,
        "body": ad.copy.body,
        "link": ad.copy.link,
        "sha256": ad.sha256,
        **{form.value: fragment(ad.copy, form, paid=paid) for form in Form},
    }
