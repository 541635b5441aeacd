"""The words of one ad as a value: how they are tidied, written as Markdown, and hashed, so that approval is of exactly
these words."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass

import regex

BLANKS = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
"""Spaces of every width. Stripping without naming them would take control characters too, which are refused."""
_ADDRESS_LIMIT = 254
"""Characters, from RFC 5321; it also keeps the pattern from long work on text that is no address."""
_ADDRESS = regex.compile(r"[^@\s:/?#<>()\[\]]+@[^@\s:/?#<>()\[\]]+\.[^@\s:/?#<>()\[\]]+")


@dataclass(frozen=True, slots=True)
class AdCopy:
    """The copy of one sponsor block, sponsored event or job ad.

    `name` stands in the sponsor's heading; `body` is paragraphs separated by one blank line; `link` is what is
    printed, UTM parameters included, or an e-mail address; empty when the body of a job says where to write.
    `key` is the caller's own reference (a booking's id) and is neither printed nor hashed.
    """

    name: str
    body: str
    link: str
    key: str = ""


def tidy(name: str, body: str, link: str, key: str = "") -> AdCopy:
    """Copy as it was typed, made canonical: NFC, LF, tabs as spaces, no blanks at line ends, none above or below.

    Blanks are of any kind: a line with a no-break space alone is an empty one.
    """
    text = body.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    lines = [line.rstrip(BLANKS) for line in unicodedata.normalize("NFC", text).split("\n")]
    return AdCopy(_one_line(name), "\n".join(lines).strip("\n"), link.strip(), key)


def canonical_bytes(copy: AdCopy) -> bytes:
    """What is hashed: UTF-8 of a line that names the form, name and link on a line each, a blank line, and the body.

    Name and link have no newlines, so two different ads never give the same bytes.
    """
    return f"booking copy 1\n{copy.name}\n{copy.link}\n\n{copy.body}".encode("utf-8", "surrogatepass")


def sha256(copy: AdCopy) -> str:
    """Hex digest of `canonical_bytes`; approval is bound to it."""
    return hashlib.sha256(canonical_bytes(copy)).hexdigest()


def link_markdown(link: str) -> str:
    """`[URL](URL)`, the form the model newsletter prints; an address shows without `mailto:` and links with it."""
    if is_address(link):
        return f"[{link}](mailto:{link})"
    return f"[{link}]({link})" if link else ""


def markdown(copy: AdCopy) -> str:
    """The ad as it stands in the issue, without a heading and without a newline at the end."""
    return "\n\n".join(part for part in (copy.body, link_markdown(copy.link)) if part)


def is_address(text: str) -> bool:
    """Whether this looks like an e-mail address rather than a URL."""
    return len(text) <= _ADDRESS_LIMIT and _ADDRESS.fullmatch(text) is not None


def mentions_address(text: str) -> bool:
    """Whether an e-mail address stands somewhere in the text."""
    return any("@" in word and is_address(word.strip(".,;:!?()<>'\"")) for word in text.split())


def characters(text: str) -> int:
    """User-perceived characters (extended grapheme clusters) after NFC: an emoji with a skin tone counts once."""
    return sum(1 for _ in regex.finditer(r"\X", unicodedata.normalize("NFC", text)))


def _one_line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
