"""Every field of every form is tried with what nobody expects: no fault, nothing typed lost, nothing half saved.

One text holds the trouble of many, so that a field which takes it says in one answer what it makes of each. A field
for words that refuses it is tried with each text alone, and so is every field under any profile but the default one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing

import pytest
from flask import Flask
from flask_sqlalchemy.session import Session
from hypothesis import settings
from selectolax.lexbor import LexborNode
from sqlalchemy.orm import scoped_session
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException

from booking.db import db
from booking.stripe_simulator import Simulator
from booking.web.forms import one_line, paragraphs
from tests.support import at, page_checks
from tests.support.gallery import MOMENT, View
from tests.support.hanging import hang_again
from tests.support.page import Form, Page, Value
from tests.support.viewers import Viewers
from tests.support.visitor import Visitor

pytestmark = pytest.mark.any_database

ALONE = {
    "blanks": " \t ",
    "unicode": "Żółw № ½ ﷽ ẞ 𝔅𝔬𝔬𝔨 e\u0301",
    "right to left": "עלון \u202egnp.exe مرحبا",
    "emoji": "👩🏽\u200d🚒🏳️\u200d🌈",
    "HTML": "<script>alert(1)</script><b onclick='x()'>& \"</textarea>",
    "SQL": "'; DROP TABLE booking; -- %s ? :x",
    "control": "a\x00b\x07c\x1bd\x7f\r\ne\ufffe",
}
TEXTS = {
    "nothing": "",
    "huge": "pager " * 20_000,
    "all at once": " \t Ż½e\u0301 \u202eעל👩🏽\u200d🚒\x00\r\n\ufffe</textarea><b onclick=x>&\"'; DROP TABLE a--%s ",
}
"""What every field is tried with; the last has something of each of those in `ALONE`, and is as short as a name."""
FIGURES = {"figures": "-99999999999999999999"}
"""What a field is tried with that is no words: it is read as a number, an address or one of so many choices."""
BELIEVABLE = {
    "email": "press@example.com",
    "date": "2026-06-10",
    "time": "17:00",
    "numeric": "3",
    "decimal": "12.50",
    "url": "https://press.example/",
}
"""What an empty field holds while its neighbour is tried, so that the neighbour alone is to blame."""

TYPED = ("text", "email", "textarea", "search", "url", "tel")
NOT_OURS = "components."
MOST = 2 * 1024 * 1024
"""Bytes of a request that the program reads at all."""


def test_no_field_of_any_form_breaks_a_page_or_loses_what_was_typed(
    app: Flask, session: scoped_session[Session], simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What was typed is given back, however heavy it makes the page.
    monkeypatch.setattr(page_checks, "HEAVIEST", MOST)
    with at(MOMENT):
        views, viewers = hang_again(app, simulator), Viewers(app)
        forms = [(view.email, form) for view, form in different_forms(app, views, viewers)]
        assert forms
        with closing(Stand(app)) as stand:
            wrong = [told for email, form in forms for told in tried(viewers.of(email), form, stand)]
    assert not wrong, "\n".join(wrong)


def different_forms(app: Flask, views: Sequence[View], viewers: Viewers) -> Iterator[tuple[View, Form]]:
    """Each form that changes something, once for each endpoint and set of fields."""
    seen: set[tuple[str, frozenset[str]]] = set()
    for view in views:
        if view.press:
            continue
        for form in viewers.look(view).forms:
            key = (endpoint(app, form), frozenset(form.values()))
            if form.method == "POST" and fields(form) and not key[0].startswith(NOT_OURS) and key not in seen:
                seen.add(key)
                yield view, form


def endpoint(app: Flask, form: Form) -> str:
    """Where a form goes; forms without a route are found by the visitor."""
    try:
        return str(app.url_map.bind("here").match(form.action.partition("?")[0], method=form.method)[0])
    except HTTPException:
        return form.action


def fields(form: Form) -> dict[str, LexborNode]:
    """What can be sent in a form beside its token and its buttons, hidden fields too: anybody can change those."""
    controls = (control for control in form.controls if control.tag != "button")
    return {control.attributes["name"] or "": control for control in controls}


class Stand:
    """The database as the demo left it, put back after whatever was accepted."""

    def __init__(self, app: Flask) -> None:
        db.session.rollback()
        path = app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")
        self._now = sqlite3.connect(path, isolation_level=None)
        self._kept = sqlite3.connect(":memory:")
        self._now.backup(self._kept)
        self._facts = _facts(self._kept)
        self._version = self._read_version()

    def close(self) -> None:
        """Let go of the file, which the next test replaces."""
        self._now.close()
        self._kept.close()

    def put_back(self) -> None:
        """Undo what was saved."""
        db.session.rollback()
        if self._read_version() != self._version:
            self._kept.backup(self._now)
            self._version = self._read_version()

    def changed(self) -> str:
        """The first row that was written or removed since, empty for none."""
        if self._read_version() == self._version:
            return ""
        return ", ".join(sorted(_facts(self._now) ^ self._facts)[:1])

    def _read_version(self) -> int:
        # Differs as soon as any other connection has committed, which costs nothing to ask.
        (version,) = self._now.execute("PRAGMA data_version").fetchone()
        return int(version)


def _facts(connection: sqlite3.Connection) -> set[str]:
    # When somebody was last seen is no part of what they sent.
    return {line for line in connection.iterdump() if not line.startswith('INSERT INTO "login_session"')}


def tried(visitor: Visitor, form: Form, stand: Stand) -> Iterator[str]:
    """What went wrong with the fields of a form, a sentence each."""
    believable: dict[str, Value] = {name: _believable(control, form) for name, control in fields(form).items()}
    for name, control in fields(form).items():
        waiting = list(texts_for(control)) if name != "csrf_token" else []
        for kind, text in waiting:
            typed: Value = (text.encode(), "draft.md") if _is_file(control) else text
            told = f"{form.action}: {kind} in {name!r}"
            try:
                page = visitor.attempt("POST", form.action, data={**believable, name: typed})
                if page.location.startswith("/"):
                    visitor.attempt("GET", page.location)
            except pytest.fail.Exception as failure:
                yield f"{told}: {failure}"
            else:
                keeps = {name: text} if is_typed(control) else {}
                yield from verdict(page, f"{told} answered {page.status}", stand, keeps)
                if kind == "all at once" and page.status == 422 and is_prose(control) and not thorough():
                    # It may have been too long, or only one part of it unwanted.
                    waiting += ALONE.items()
            stand.put_back()


def texts_for(control: LexborNode) -> Iterator[tuple[str, str]]:
    """What a field is tried with at first, by its kind."""
    yield from TEXTS.items()
    if thorough() or not (is_prose(control) or _is_file(control)):
        yield from FIGURES.items()
    if thorough():
        yield from ALONE.items()


def thorough() -> bool:
    """Whether the tests run under a profile that takes its time, as in `make sure`."""
    return settings.get_current_profile_name() != "default"


def is_typed(control: LexborNode) -> bool:
    """Whether anything can be typed into it."""
    return control.attributes.get("type", control.tag) in TYPED


def is_prose(control: LexborNode) -> bool:
    """Whether what is typed is taken as words, and not read as an address or a figure."""
    return is_typed(control) and control.attributes.get("type") != "email" and "inputmode" not in control.attributes


def verdict(page: Page, told: str, stand: Stand, typed: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with an answer: accepted things may be saved, refused ones not, and a form keeps what was typed."""
    if page.status in (200, 303):
        return
    if page.status not in (404, 409, 422, 502):
        yield f"{told}: {page.text[:200]}"
    if row := stand.changed():
        yield f"{told} and saved {row[:200]}"
    if page.status == 422:
        for name, text in typed.items():
            yield from lost(page, name, text, told)


def lost(page: Page, name: str, text: str, told: str) -> Iterator[str]:
    """Whether the field on the page does not hold what was typed, as it is or cleaned."""
    shown = [value for each in page.forms for value in each.values().get(name, ())]
    kept = {text, one_line(text), paragraphs(text), text.strip()}
    if shown and not kept & {value.replace("\r\n", "\n") for value in shown}:
        yield f"{told} and lost it: {shown[0][:80]!r}"


def _believable(control: LexborNode, form: Form) -> Value:
    if _is_file(control):
        return (b"", "")
    (now, *_) = form.values().get(control.attributes["name"] or "", [""]) or [""]
    kind = control.attributes.get("inputmode") or control.attributes.get("type") or ""
    return now or BELIEVABLE.get(kind, "Because")


def _is_file(control: LexborNode) -> bool:
    return control.attributes.get("type") == "file"


def test_a_loss_is_noticed() -> None:
    page = Page("/", 422, Headers(), b'<form method="post"><input name="company" value="Ledgerline"></form>')
    assert list(lost(page, "company", "Ledgerline", "it")) == []
    assert list(lost(page, "company", "Nightjar", "it")) == ["it and lost it: 'Ledgerline'"]
