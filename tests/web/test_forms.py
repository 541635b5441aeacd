"""What is typed is cleaned once; whatever it is, the answer is a value or a sentence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from booking.domain.errors import NothingChosen
from booking.web import forms
from booking.web.forms import Email, Form, Line, Paragraphs, email_address, number_in, one_line, paragraphs

pytestmark = pytest.mark.any_database


class Sample(Form):
    company = Line("Company", limit=10, required="Enter your company's name.")
    note = Paragraphs("Note", limit=20)
    email = Email("E-mail address")


def filled(**typed: str) -> Sample:
    form = Sample(
        MultiDict({"company": "Ledgerline", "email": "ada@ledgerline.example", **typed}), meta={"csrf": False}
    )
    form.validate()
    return form


@pytest.fixture(autouse=True)
def _request(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


def test_what_is_right_has_no_errors() -> None:
    form = filled(note="Hello")
    assert form.errors == {}
    assert (form.company.flags.optional, form.note.flags.optional) == (False, True)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("company", "", "Enter your company's name."),
        ("company", " \t\u200a ", "Enter your company's name."),
        ("company", "Ledgerline Ltd", "This is 14 characters. Shorten it to 10 or fewer."),
        ("note", "x" * 21, "This is 21 characters. Shorten it to 20 or fewer."),
        ("email", "", "Enter your e-mail address."),
        ("email", "ada@", "Enter an e-mail address like name@example.com."),
        ("email", "ada@@example.com", "Enter an e-mail address like name@example.com."),
        ("email", "ada@example.com, bob@example.com", "Enter an e-mail address like name@example.com."),
    ],
)
def test_what_is_wrong_gets_a_sentence_and_is_kept(field: str, typed: str, sentence: str) -> None:
    form = filled(**{field: typed})
    assert form.errors == {field: [sentence]}
    assert form[field].data == one_line(typed)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Ada@Example.COM", "ada@example.com"),
        (" ada+news@example.com ", "ada+news@example.com"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
    ],
)
def test_one_mailbox_has_one_spelling(typed: str, stored: str) -> None:
    assert filled(email=typed).email.data == stored


def test_a_refusal_stands_at_its_field_or_over_the_form() -> None:
    form = filled()
    form.refuse(NothingChosen())
    form.refuse("Too late.", "company")
    assert form.form_errors == ["Choose at least one week."]
    assert form.errors["company"] == ["Too late."]


@given(st.text())
def test_cleaned_text_is_what_a_database_takes_and_stays_as_it_is(text: str) -> None:
    for clean in (one_line, paragraphs):
        cleaned = clean(text)
        assert clean(cleaned) == cleaned
        assert "\0" not in cleaned
        assert "\r" not in cleaned
        cleaned.encode()
    assert "\n" not in one_line(text)


def test_a_long_text_is_no_address_and_nothing_to_remember() -> None:
    assert email_address("a" * 64 + "@" + "b" * 50 + ".example") is not None
    before = forms._address.cache_info().misses
    assert email_address("a" * 2_000_000 + "@b.example") is None
    assert forms._address.cache_info().misses == before


@given(st.text())
def test_any_text_is_an_address_or_none(text: str) -> None:
    address = email_address(text)
    assert address is None or (address == email_address(address) and len(address) <= 254)


def test_nothing_typed_is_no_text() -> None:
    assert one_line(None) == paragraphs(None) == ""


def test_a_hidden_field_gives_a_number_that_a_database_can_hold() -> None:
    assert number_in("7") == 7
    assert number_in(str(2**31 - 1)) == 2**31 - 1
    assert {number_in(text) for text in (None, "", "x", "-1", "1.5", "²", "٣", str(2**31), "9" * 5000)} == {0}
