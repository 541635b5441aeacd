"""Adds the newsletter's UTM parameters to a paid link, so that a sponsor sees who came, without harming the link."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, unquote_plus, urlsplit

PLACE_FOR_NUMBER = "{number}"
"""Stands in a campaign's name for the issue's number."""


def tagged(link: str, tags: Mapping[str, str]) -> str:
    """The http(s) link with each tag that it does not carry yet; anything else comes back as it is.

    What the advertiser wrote is kept byte for byte, their own parameters above all, so doing it twice changes nothing.
    """
    try:
        parts = urlsplit(link)
    except ValueError:
        return link
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        return link
    own = {unquote_plus(pair.partition("=")[0]).casefold() for pair in parts.query.split("&")}
    added = [f"{quote(name)}={quote(value, safe='')}" for name, value in tags.items() if value and name not in own]
    if not added:
        return link
    bare, hash_sign, fragment = link.partition("#")
    _, asks, query = bare.partition("?")
    joint = "?" if not asks else "" if not query or query.endswith("&") else "&"
    return f"{bare}{joint}{'&'.join(added)}{hash_sign}{fragment}"


def campaign(template: str, numbers: frozenset[int]) -> str:
    """The campaign's name for copy that runs in the issues of these numbers.

    A template that names the issue gives nothing for copy that runs in several: the words are approved as one text,
    link included, so the link cannot differ from week to week.
    """
    if PLACE_FOR_NUMBER not in template:
        return template
    return template.replace(PLACE_FOR_NUMBER, str(min(numbers))) if len(numbers) == 1 else ""
