"""Keeps what is typed before it is submitted. No words are thrown away: when two devices write, both versions stay."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from booking.db import db, transaction
from booking.domain.copy_refusals import DraftTooLong
from booking.domain.errors import NotFound
from booking.models import Booking, Creative
from booking.services.sharing import first_creative

MOST_CHARACTERS = 20_000
"""Of a whole draft; the longest copy allowed has 750."""

FIELDS, WRITER, SET_ASIDE = "fields", "writer", "set_aside"
"""The keys of `creative.draft`."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a form holds: its fields as typed, the version it was opened with, and a key of its own.

    The key tells a form that saves again from another device: the answer to its first save may have been lost.
    """

    fields: Mapping[str, str]
    version: int
    writer: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a save: the version now, and the other device's words when there are two versions."""

    version: int
    other: Mapping[str, str] | None = None


@transaction
def save_draft(booking_id: int, draft: Draft, now: datetime) -> Kept:
    """Keep the draft of a booking's copy, however incomplete.

    When another device saved since, its version stays the draft, this one is set aside, and both come back. Raises
    NotFound and DraftTooLong.
    """
    fields = dict(draft.fields)
    if len(json.dumps(fields)) > MOST_CHARACTERS:
        raise DraftTooLong
    creative = _locked_creative(booking_id, now)
    stored = creative.draft or {}
    theirs = stored.get(FIELDS)
    behind = theirs is not None and draft.version != creative.draft_version and stored.get(WRITER) != draft.writer
    if behind and theirs != fields:
        creative.draft = {**stored, SET_ASIDE: fields}
        return Kept(creative.draft_version, theirs)
    _store(creative, {**stored, FIELDS: fields, WRITER: draft.writer}, now)
    return Kept(creative.draft_version)


@transaction
def swap_drafts(booking_id: int, now: datetime) -> None:
    """Take the version that was set aside, and set the present one aside. Does nothing when there is only one."""
    creative = _locked_creative(booking_id, now)
    stored = creative.draft or {}
    if stored.get(SET_ASIDE) is None:
        return
    _store(creative, {FIELDS: stored[SET_ASIDE], WRITER: "", SET_ASIDE: stored.get(FIELDS)}, now)


def forget_draft(creative: Creative, writer: str, fields: Mapping[str, str] | None, now: datetime) -> None:
    """Drop the draft that was just submitted. What another device typed meanwhile is set aside, not dropped."""
    stored = creative.draft or {}
    theirs = stored.get(FIELDS)
    others = theirs is not None and stored.get(WRITER) != writer and theirs != fields
    left = theirs if others else stored.get(SET_ASIDE)
    _store(creative, {SET_ASIDE: left} if left and left != fields else None, now)


def typed(creative: Creative | None) -> tuple[dict[str, str] | None, dict[str, str] | None]:
    """The draft's fields and those set aside, None for what there is not."""
    stored: dict[str, Any] = (creative.draft if creative is not None else None) or {}
    return stored.get(FIELDS), stored.get(SET_ASIDE)


def _store(creative: Creative, draft: dict[str, Any] | None, now: datetime) -> None:
    creative.draft = draft
    creative.draft_version += 1
    creative.draft_saved_at = now
    db.session.flush()


def _locked_creative(booking_id: int, now: datetime) -> Creative:
    booking = db.session.scalars(
        sa.select(Booking)
        .where(Booking.id == booking_id)
        .options(joinedload(Booking.slot), joinedload(Booking.order))
        .with_for_update(of=Booking)
    ).one_or_none()
    if booking is None:
        raise NotFound("booking")
    creative = first_creative(booking, now)
    db.session.refresh(creative, with_for_update=True)
    return creative
