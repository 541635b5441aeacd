"""What all forms share: a page keeps what was typed, text is cleaned once, and an error says what to do."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Any, TypeVar

from email_validator import EmailNotValidError, validate_email
from flask_wtf import FlaskForm
from wtforms import EmailField, Field, StringField, TextAreaField, ValidationError
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # Its stubs are older than WTForms 3.3.
from wtforms.validators import StopValidation

from booking.domain.errors import Refusal
from booking.domain.schedule import EARLIEST, FURTHEST
from booking.web.routing import LARGEST

T = TypeVar("T")

# Control characters but tab and line feed; and the surrogates and non-characters that no database takes.
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
LONGEST_EMAIL = 254
"""RFC 5321, section 4.5.3.1.3."""


def one_line(text: str | None) -> str:
    """Return the text composed (NFC) on one line, without what cannot be printed and without blanks at its ends."""
    return " ".join(paragraphs(text).split())


def paragraphs(text: str | None) -> str:
    """Return the text composed (NFC) with LF between lines, without what cannot be printed, blanks at ends removed."""
    lines = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", UNPRINTABLE.sub("", lines)).strip()


def number_in(text: str | None) -> int:
    """The whole number that a page of ours put into a hidden field; 0, which is nobody's id, for anything else.

    Python reads no more than 4,300 digits and a database fewer than twenty, and each says so with an error.
    """
    digits = text or ""
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= len(str(LARGEST)) else 0
    return number if number <= LARGEST else 0


class Form(FlaskForm):
    """A form of ours. `errors` are sentences; a refusal that belongs to the whole form is shown in its summary."""

    def refuse(self, refusal: Refusal | str, field: str | None = None) -> None:
        """Show a service's refusal, at a field or for the whole form."""
        if field is None:
            self.form_errors.append(str(refusal))
        else:
            self[field].errors = [*self[field].errors, str(refusal)]


class Required:
    """The field must say something. The sentence names it: "Enter your company."."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        self.field_flags = {"required": True}

    def __call__(self, _form: PlainForm, field: Field) -> None:
        """Raise ValidationError when nothing was entered or chosen."""
        if not field.data:
            raise ValidationError(self.sentence)


class Given:
    """The field holds a number, date or time, 0 included. One sentence for nothing, for nonsense and for a slip.

    Numbers are 0 to `most`, dates those that an issue can have: anything beyond is a slip of the keyboard, and the
    databases could not hold it. With `optional` the field may stay empty.
    """

    def __init__(self, sentence: str, most: int = 1_000_000, optional: bool = False) -> None:
        self.sentence, self.most, self.optional = sentence, most, optional
        self.field_flags = {} if optional else {"required": True}

    def __call__(self, _form: PlainForm, field: Field) -> None:
        """Raise StopValidation in place of what the field itself found wrong."""
        value = field.data
        if value is None and self.optional and not any(text.strip() for text in field.raw_data or ()):
            field.errors = []
            raise StopValidation
        slip = (isinstance(value, int) and not 0 <= value <= self.most) or (
            isinstance(value, date) and not EARLIEST <= value <= FURTHEST
        )
        if value is None or slip:
            field.errors = []
            raise StopValidation(self.sentence)


def given(data: T | None) -> T:
    """What a field holds whose `Given` has passed."""
    assert data is not None
    return data


class AtMost:
    """The field takes so many characters. The limit also stands on the input, so that browsers keep to it."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.field_flags = {"maxlength": limit}

    def __call__(self, _form: PlainForm, field: Field) -> None:
        """Raise ValidationError when the text is longer."""
        length = len(field.data or "")
        if length > self.limit:
            raise ValidationError(f"This is {length} characters. Shorten it to {self.limit} or fewer.")


class Address:
    """The field is an e-mail address that mail can be sent to; it is not looked up."""

    def __call__(self, _form: PlainForm, field: Field) -> None:
        """Raise ValidationError for anything else."""
        if field.data and email_address(field.data) is None:
            raise ValidationError("Enter an e-mail address like name@example.com.")


def email_address(text: str) -> str | None:
    """Return the address in the form in which it is stored (lower case, domain in ASCII), None when it is none."""
    return _address(text) if len(text) <= LONGEST_EMAIL else None


# A form asks for it twice: for what to store, and for what to say of it.
@functools.lru_cache(maxsize=64)
def _address(text: str) -> str | None:
    try:
        found = validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return None
    # Domain in ASCII, so that one mailbox has one spelling whichever way it is typed.
    stored = f"{found.local_part}@{found.ascii_domain}".lower()
    return stored if len(stored) <= LONGEST_EMAIL else None


class Line(StringField):
    """One line of text, cleaned. Without `required` it is optional, and the label says so."""

    data: str

    def __init__(self, label: str, *, limit: int, required: str = "", **kwargs: Any) -> None:
        super().__init__(label, _checks(limit, required), filters=[one_line], **kwargs)
        self.flags.optional = not required


class Paragraphs(TextAreaField):
    """Text of several lines, cleaned. Without `required` it is optional, and the label says so."""

    data: str

    def __init__(self, label: str, *, limit: int, required: str = "", **kwargs: Any) -> None:
        super().__init__(label, _checks(limit, required), filters=[paragraphs], **kwargs)
        self.flags.optional = not required


class Email(EmailField):
    """An e-mail address, in the form in which it is stored once it is one."""

    data: str

    def __init__(self, label: str, *, required: str = "Enter your e-mail address.", **kwargs: Any) -> None:
        super().__init__(label, [*_checks(LONGEST_EMAIL, required), Address()], filters=[_stored], **kwargs)
        self.flags.optional = not required


def choices(pairs: Iterable[tuple[str | int, str]]) -> list[Any]:
    """(value, label) pairs as WTForms wants the choices of a field; it warns about bare pairs."""
    return [SelectChoice(value, label) for value, label in pairs]


def _stored(text: str | None) -> str:
    typed = one_line(text)
    return email_address(typed) or typed


def _checks(limit: int, required: str) -> list[Any]:
    return [*([Required(required)] if required else []), AtMost(limit)]
