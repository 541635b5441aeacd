"""Which links may be printed in an issue: whole, safe to write as Markdown, and without disguise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from booking.domain.copy_attacks import Problem
from booking.domain.copy_text import is_address

LINK_LIMIT = 2000
"""Characters; what browsers and mail programs pass on unharmed."""
_NESTING_LIMIT = 8
_UNSAFE = re.compile(r"[<>\[\]\\`\"]")
_SCHEME = re.compile(r"(https?|mailto):(.*)", re.IGNORECASE)


def link_problems(link: str) -> list[Problem]:
    """What is wrong with a link or an e-mail address; empty when it may be printed."""
    return [Problem(code, sentence, field="link") for code, sentence in _problems(link)]


def _problems(link: str) -> Iterator[tuple[str, str]]:
    if len(link) > LINK_LIMIT:
        yield "link-long", f"The link is {len(link):,} characters. Use one of {LINK_LIMIT:,} or fewer."
        return
    if any(character.isspace() for character in link):
        yield "link-space", "The link has a space in it. Copy it again, or write each space as %20."
        return
    unsafe = _UNSAFE.search(link)
    if unsafe:
        code = "".join(f"%{byte:02X}" for byte in unsafe[0].encode())
        yield "link-character", f"The link has “{unsafe[0]}” in it. Write it as {code}."
    if not _balanced(link):
        yield "link-parentheses", "The link has unbalanced parentheses. Write “(” as %28 and “)” as %29."
    if not is_address(link):
        yield from _scheme_problems(link)


def _scheme_problems(link: str) -> Iterator[tuple[str, str]]:
    match = _SCHEME.fullmatch(link)
    if match is None:
        yield "link-scheme", "The link must start with https:// or http://, or be an e-mail address."
    elif match[1].casefold() == "mailto":
        if not is_address(match[2].partition("?")[0]):
            yield "link-address", "The e-mail address in the link is not complete. Write it like jobs@example.com."
    elif not _has_host(link):
        yield "link-host", "The link has no complete host name. Copy the whole address from your browser."


def _has_host(link: str) -> bool:
    """Whether the host can be reached by anyone; a name and password before it are a disguise."""
    try:
        parts = urlsplit(link)
        port = parts.port
    except ValueError:
        return False
    host = (parts.hostname or "").rstrip(".")
    return "@" not in parts.netloc and "." in host and ".." not in host and not host.startswith(".") and port != 0


def _balanced(link: str) -> bool:
    depth = 0
    for character in link:
        depth += (character == "(") - (character == ")")
        if not 0 <= depth <= _NESTING_LIMIT:
            return False
    return depth == 0
