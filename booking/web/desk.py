"""The editor's desk: one blueprint with one door, which only the editor passes.

The pages stand in modules of their own and are joined in `desk_pages`.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from booking import clock
from booking.domain.errors import Refusal
from booking.domain.states import Actor
from booking.services.booking_steps import By
from booking.web.errors import STATUS
from booking.web.forms import Form
from booking.web.security import editor_only, viewer

blueprint = Blueprint("desk", __name__, url_prefix="/desk")


@blueprint.before_request
@editor_only
def only_the_editor() -> None:
    """Let nobody else in, whichever page of the desk it is."""


def editor_id() -> int:
    """The user id of the editor who asks; only called behind the door."""
    who = viewer()
    assert who is not None
    return who.user_id


def by_editor() -> By:
    """The editor who asks, now."""
    return By(Actor.EDITOR, clock.now(), editor_id())


def existing(endpoint: str, **values: Any) -> str:
    """The address of a page, empty while there is no such page."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else ""


def answer(template: str, form: Form, refusal: Refusal | None = None, **values: Any) -> ResponseReturnValue:
    """The page of a form: as it comes, or as it comes back with what was typed and the status of what was wrong."""
    if refusal is not None:
        form.refuse(refusal)
    status = STATUS[refusal.kind] if refusal else 422 if form.errors else 200
    return render_template(template, form=form, **values), status
