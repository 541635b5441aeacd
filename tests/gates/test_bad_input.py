"""Every field of every form is tried with what nobody expects: no fault, nothing typed lost, nothing half saved.

One text holds the trouble of many, and all the fields of a form hold it at once: those that are refused by name have
said what they make of it, and the others are tried again without them, until what is left is taken. Hidden fields are
tried alone. Words that are refused are tried with each part of that text. Under any profile but the default one, every
field is tried alone, with each text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

import pytest
from flask import Flask
from flask_sqlalchemy.session import Session
from selectolax.lexbor import LexborNode
from sqlalchemy.orm import scoped_session
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException

from booking.stripe_simulator import Simulator
from booking.web.forms import one_line, paragraphs
from tests.support import at, page_checks, thorough
from tests.support.gallery import MOMENT, View
from tests.support.hanging import hang_again
from tests.support.page import Form, Page, Value
from tests.support.stand import Stand
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
    "huge": "pager " * 12_000,
    "all at once": " \t Ż½e\u0301 \u202eעל👩🏽\u200d🚒\x00\r\n\ufffe</textarea><b onclick=x>&\"'; DROP TABLE a--%s ",
}
"""What every field is tried with; the last has something of each of those in `ALONE`, and is as short as a name."""
PARTS = {
    "what may be said": "Żółw № ½ 𝔅𝔬𝔬𝔨 e\u0301 👩🏽\u200d🚒🏳️\u200d🌈 '; DROP TABLE booking; -- %s ? :x",
    **{kind: ALONE[kind] for kind in ("right to left", "HTML", "control")},
}
"""What words that refuse all of it at once are tried with: what most of them take, and what not."""
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
TAKEN = (200, 303)
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
    """Each form that changes something, unless there was one for the same endpoint with all of its fields."""
    seen: dict[str, list[set[str]]] = defaultdict(list)
    for view in views:
        if view.press:
            continue
        for form in viewers.glance(view).forms:
            to, names = endpoint(app, form), set(form.values())
            if form.method != "POST" or not fields(form) or to.startswith(NOT_OURS):
                continue
            if not any(names == other or (names < other and not thorough()) for other in seen[to]):
                seen[to].append(names)
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


@dataclass(frozen=True, slots=True)
class Trial:
    """A form with something believable in every field, to be sent with a text in some of them."""

    visitor: Visitor
    action: str
    controls: Mapping[str, LexborNode]
    believable: Mapping[str, Value]
    stand: Stand
    wrong: list[str] = field(default_factory=list)
    """What went wrong, a sentence each."""

    def together(self, kind: str, text: str, names: set[str]) -> set[str]:
        """Send a text in all of these fields, and again in those that were not refused by name.

        Where a refusal names none of them, each half is tried for itself. Gives those that were refused.
        """
        page = self.send(kind, text, names) if names else None
        if page is None or page.status in TAKEN:
            return set()
        named = names & named_in(page)
        if named:
            return named | self.together(kind, text, names - named)
        if len(names) == 1:
            return names
        half = set(sorted(names)[::2])
        return self.together(kind, text, half) | self.together(kind, text, names - half)

    def alone(self, kind: str, text: str, names: set[str]) -> None:
        """Send a text in each of these fields for itself."""
        for name in sorted(names):
            self.send(kind, text, {name})

    def send(self, kind: str, text: str, names: set[str]) -> Page | None:
        """The answer to a text in these fields, and what it left is undone; none if a page was not in order."""
        typed: dict[str, Value] = {
            name: (text.encode(), "draft.md") if _is_file(self.controls[name]) else text for name in names
        }
        told = f"{self.action}: {kind} in {sorted(names)}"
        try:
            page = self.visitor.attempt("POST", self.action, data={**self.believable, **typed})
            if page.location.startswith("/"):
                self.visitor.attempt("GET", page.location)
        except pytest.fail.Exception as failure:
            self.wrong.append(f"{told}: {failure}")
            return None
        else:
            keeps = {name: text for name in names if is_typed(self.controls[name])}
            self.wrong.extend(verdict(page, f"{told} answered {page.status}", self.stand, keeps))
            return page
        finally:
            self.stand.put_back()


def tried(visitor: Visitor, form: Form, stand: Stand) -> list[str]:
    """What went wrong with the fields of a form, a sentence each."""
    controls = fields(form)
    # The page may have been somebody else's browser's, whose token is no token of this one.
    standing = {**believable(form, controls), "csrf_token": visitor.csrf_token()}
    trial = Trial(visitor, form.action, controls, standing, stand)
    tokens = {"csrf_token"}
    hidden = {name for name, control in controls.items() if control.attributes.get("type") == "hidden"} - tokens
    if thorough():
        for kind, text in {**TEXTS, **FIGURES, **ALONE}.items():
            trial.alone(kind, text, controls.keys() - tokens)
        return trial.wrong
    for kind, text in {**TEXTS, **FIGURES}.items():
        takers = {name for name, control in controls.items() if kind in TEXTS or is_figure(control)} - tokens
        refused = trial.together(kind, text, takers - hidden)
        trial.alone(kind, text, takers & hidden)
        if kind == "all at once":
            # It may have been too long, or only one part of it unwanted.
            for part, words in PARTS.items():
                trial.together(part, words, {name for name in refused if is_prose(controls[name])})
    return trial.wrong


def named_in(page: Page) -> set[str]:
    """The fields that the summary of a refusal leads to."""
    return {(link.attributes["href"] or "")[1:] for link in page.select(".summary a[href^='#']")}


def is_figure(control: LexborNode) -> bool:
    """Whether what is sent is read as a number, an address or one of so many choices."""
    return not (is_prose(control) or _is_file(control))


def is_typed(control: LexborNode) -> bool:
    """Whether anything can be typed into it."""
    return control.attributes.get("type", control.tag) in TYPED


def is_prose(control: LexborNode) -> bool:
    """Whether what is typed is taken as words, and not read as an address or a figure."""
    return is_typed(control) and control.attributes.get("type") != "email" and "inputmode" not in control.attributes


def verdict(page: Page, told: str, stand: Stand, typed: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with an answer: accepted things may be saved, refused ones not, and a form keeps what was typed."""
    if page.status in TAKEN:
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


def believable(form: Form, controls: Mapping[str, LexborNode]) -> dict[str, Value]:
    """What stands in each field of a form, or would in an empty one."""
    standing = form.values()
    values: dict[str, Value] = {}
    for name, control in controls.items():
        kind = control.attributes.get("inputmode") or control.attributes.get("type") or ""
        (now, *_) = standing.get(name, [""]) or [""]
        values[name] = (b"", "") if _is_file(control) else now or BELIEVABLE.get(kind, "Because")
    return values


def _is_file(control: LexborNode) -> bool:
    return control.attributes.get("type") == "file"


def test_a_loss_is_noticed() -> None:
    page = Page("/", 422, Headers(), b'<form method="post"><input name="company" value="Ledgerline"></form>')
    assert list(lost(page, "company", "Ledgerline", "it")) == []
    assert list(lost(page, "company", "Nightjar", "it")) == ["it and lost it: 'Ledgerline'"]
