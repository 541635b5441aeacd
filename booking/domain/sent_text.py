"""Gets the words out of an issue as sent, in whatever form it was kept: the file, text pasted from somewhere, or the
raw mail with its parts and encodings."""

from __future__ import annotations

import quopri
import re
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from html.parser import HTMLParser

from booking.domain.copy_errors import SentRefused

SENT_LIMIT = 5 * 1024 * 1024
"""Bytes of a raw mail. An issue has some kilobytes; pictures may have been added on the way."""
TEXT_LIMIT = 500_000
"""Characters of its text; the longest known issue has 40,000."""
_MAIL_HEADERS = frozenset(
    {"from", "to", "subject", "date", "received", "mime-version", "content-type", "message-id", "delivered-to"}
)
_BLOCK_TAGS = frozenset({"p", "div", "h1", "h2", "h3", "h4", "li", "ul", "ol", "tr", "table", "td", "blockquote", "hr"})
_SILENT_TAGS = frozenset({"style", "script", "title", "head"})
_HEADER = re.compile(rb"\s*(?:From |[A-Za-z-]+:)")
"""How a mail begins. Its parser is slow on long text that is none."""
_QUOTED = re.compile(r"=[0-9A-F]{2}")
_MAILBOX_FROM = re.compile(r"^>+(?=\s?From )", re.MULTILINE)


def sent_texts(sent: bytes) -> tuple[str, ...]:
    """The readings of what was sent, the likeliest first, with LF newlines and mail quoting taken off.

    Raises SentRefused when it is empty, too large, or a mail without text.
    """
    if len(sent) > SENT_LIMIT:
        raise SentRefused(f"This has {len(sent):,} bytes; {SENT_LIMIT:,} are read. Give the issue without attachments.")
    if not sent.strip():
        raise SentRefused("This is empty. Give the issue as it was sent: the file, its text, or the raw mail.")
    if b"\0" in sent:
        raise SentRefused("This is a binary file. Give the issue as it was sent: the file, its text, or the raw mail.")
    readings = _mail_texts(sent) or _pasted_texts(sent)
    _refuse_long(*readings)
    return tuple(dict.fromkeys(_unquoted(reading) for reading in readings))


def _refuse_long(*texts: str) -> None:
    if max(map(len, texts)) > TEXT_LIMIT:
        raise SentRefused(f"The text of this is over {TEXT_LIMIT:,} characters. Give one issue only.")


def html_text(page: str) -> str:
    """The words of HTML, paragraphs separated by blank lines."""
    reader = _Words()
    reader.feed(page)
    reader.close()
    return "".join(reader.words)


def _mail_texts(sent: bytes) -> list[str]:
    """The text parts of a mail, HTML last; nothing when this is not a mail."""
    if not _HEADER.match(sent):
        return []
    message = BytesParser(policy=default).parsebytes(sent.lstrip())
    if len(_MAIL_HEADERS & {name.casefold() for name in message.keys()}) < 2:  # noqa: SIM118 - a message is no mapping
        return []
    parts = [part for part in message.walk() if part.get_content_maintype() == "text" and not part.is_attachment()]
    plain = [_content(part) for part in parts if part.get_content_subtype() != "html"]
    pages = [html_text(_content(part)) for part in parts if part.get_content_subtype() == "html"]
    if not plain and not pages:
        raise SentRefused("This mail has no text in it. Give the issue's file, or paste its text.")
    return [*plain, *pages]


def _content(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    try:
        return raw.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


def _pasted_texts(sent: bytes) -> list[str]:
    try:
        text = sent.decode()
    except UnicodeDecodeError:
        text = sent.decode("cp1252", "replace")
    _refuse_long(text)
    readings = [text]
    if _QUOTED.search(text):
        readings.append(quopri.decodestring(text.encode()).decode("utf-8", "replace"))
    if "</" in text:
        readings.append(html_text(text))
    return readings


def _unquoted(text: str) -> str:
    """LF newlines; `>From` as `From`, which mail programs make of it; and no quotation marks of a forwarded mail."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    lines = text.split("\n")
    written = [line for line in lines if line.strip()]
    if sum(line.startswith(">") for line in written) * 2 > len(written):
        text = "\n".join(line[1:].removeprefix(" ") if line.startswith(">") else line for line in lines)
    return _MAILBOX_FROM.sub("", text)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - HTMLParser's
        self.silent += tag in _SILENT_TAGS
        if tag == "br":
            self.words.append("\n")
        elif tag in _BLOCK_TAGS:
            self.words.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        self.silent = max(0, self.silent - (tag in _SILENT_TAGS))
        if tag in _BLOCK_TAGS:
            self.words.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(" ".join(data.split()) if not data.isspace() else " ")
