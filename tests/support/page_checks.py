"""What every page must be, whichever test fetched it. Each check yields what is wrong, a sentence each."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from flask import Flask
from selectolax.lexbor import LexborNode
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map

from tests.support.page import Page, words

HEAVIEST = 60 * 1024
"""Bytes of a page without images; the aim of the pages' design."""

# A sentence may begin with the word (None of these); a value that leaked stands alone.
LEAKS = re.compile(
    r"\bNone\b(?! [a-z])|\bnan\b| object at 0x|\{\{|\{%|\bUndefined\b|&(amp|lt|gt|quot|#\d+);|<Mapped|datetime\."
)
DATA_BLOCKS = ("application/json", "application/ld+json")


TOKEN = re.compile(rb'(?<=name="csrf_token")([^>]*value=")[^"]+')

_in_order: set[tuple[object, ...]] = set()
"""What was looked at and found in order."""


def problems(page: Page, app: Flask) -> list[str]:
    """Everything that is wrong with an HTML page, whatever it is about.

    A page that was in order is not looked at again when it comes once more with nothing new but its tokens.
    """
    policy = [page.headers.get(name) for name in ("Content-Security-Policy", "X-Content-Type-Options")]
    seen = (app.name, page.url, page.status, *policy, TOKEN.sub(rb"\1token", page.data))
    if seen in _in_order:
        return []
    wrong = list(_everything(page, app))
    if not wrong:
        _in_order.add(seen)
    return wrong


def _everything(page: Page, app: Flask) -> Iterator[str]:
    yield from head(page)
    yield from identifiers(page)
    yield from labels(page)
    yield from forms(page)
    yield from inline_code(page)
    yield from headers(page)
    yield from leaks(page)
    yield from links(page, app)


def head(page: Page) -> Iterator[str]:
    """One h1, which begins the title; a language; a viewport; not too heavy."""
    headings = page.select("h1")
    if len(headings) != 1:
        yield f"It has {len(headings)} h1 headings, wanted one."
    failed = page.status >= 400
    if failed and not page.title.startswith("Error: "):
        yield f"It is an error page, but its title is {page.title!r} and does not begin with 'Error: '."
    if not page.title.removeprefix("Error: ").startswith(page.h1) or not page.h1:
        yield f"Its title {page.title!r} does not begin with its h1 {page.h1!r}."
    if not page.select("html[lang]"):
        yield "Its html element has no lang."
    if not page.select("meta[name=viewport]"):
        yield "It has no viewport."
    if len(page.select("main")) != 1:
        yield "It does not have one main element."
    if len(page.data) > HEAVIEST:
        yield f"It weighs {len(page.data)} bytes, more than {HEAVIEST}."


def identifiers(page: Page) -> Iterator[str]:
    """Every id is given once, and what refers to one finds it."""
    ids = Counter(node.attributes["id"] for node in page.select("[id]"))
    for name, count in ids.items():
        if count > 1 or not name:
            yield f"The id {name!r} is given {count} times."
    for attribute in (
        "for",
        "aria-labelledby",
        "aria-describedby",
        "aria-controls",
        "aria-errormessage",
        "form",
        "list",
    ):
        for node in page.select(f"[{attribute}]"):
            for name in (node.attributes[attribute] or "").split():
                if name not in ids:
                    yield f"{attribute}={name!r} refers to nothing on the page."


def labels(page: Page) -> Iterator[str]:
    """Everything that can be filled in or pressed has a name; every image has an alternative."""
    labelled = {node.attributes["for"] for node in page.select("label[for]") if words(node.text())}
    wrapped = {node.mem_id for node in page.select("label input, label select, label textarea")}
    for node in page.select("input, select, textarea"):
        attributes = node.attributes
        if attributes.get("type") in ("hidden", "submit", "button", "image", "reset"):
            continue
        named = attributes.get("id") in labelled or node.mem_id in wrapped
        if not named and not attributes.get("aria-label") and not attributes.get("aria-labelledby"):
            yield f"The field {attributes.get('name')!r} has no label."
    for node in page.select("button, a[href]"):
        if not words(node.text()) and not node.attributes.get("aria-label") and not node.css("img[alt]:not([alt=''])"):
            yield f"A {node.tag} has no words: {node.html!r}."
    for node in page.select("img:not([alt])"):
        yield f"An image has no alt: {node.html!r}."


def forms(page: Page) -> Iterator[str]:
    """A form that changes something carries the token that proves it was ours."""
    for form in page.forms:
        if form.method == "POST" and not form.values().get("csrf_token", [""])[0]:
            yield f"The form to {form.action} has no CSRF token."


def inline_code(page: Page) -> Iterator[str]:
    """Nothing that a strict content security policy would refuse."""
    for node in page.select("style, [style]"):
        yield f"It has inline style: {_short(node)}"
    for node in page.select("script:not([src])"):
        if node.attributes.get("type") not in DATA_BLOCKS:
            yield f"It has an inline script: {_short(node)}"
    for node in page.select("*"):
        for name, value in node.attributes.items():
            if name.startswith("on") or (value or "").strip().lower().startswith("javascript:"):
                yield f"It has code in an attribute: {_short(node)}"


def headers(page: Page) -> Iterator[str]:
    """The policy that keeps foreign code out."""
    policy = page.headers.get("Content-Security-Policy", "")
    for directive in ("default-src", "form-action", "frame-ancestors", "base-uri"):
        if directive not in policy:
            yield f"Its Content-Security-Policy has no {directive}: {policy!r}."
    if "unsafe-" in policy:
        yield f"Its Content-Security-Policy allows something unsafe: {policy!r}."
    if page.headers.get("X-Content-Type-Options") != "nosniff":
        yield "It has no X-Content-Type-Options: nosniff."


def leaks(page: Page) -> Iterator[str]:
    """No value of the program's own stands among the words."""
    # What an advertiser wrote stands in proofs as it was written, and as the source of HTML.
    shown = page.text_without(".proof")
    for found in LEAKS.finditer(shown):
        around = shown[max(0, found.start() - 30) : found.end() + 30]
        yield f"It shows {found.group()!r}: ...{around}..."
    for node in page.select("[href*=None], [action*=None], [value=None], [title=None], [content=None]"):
        yield f"An attribute is None: {_short(node)}"


def links(page: Page, app: Flask) -> Iterator[str]:
    """Every link and form of ours goes to a route that answers its method, and every fragment exists."""
    ids = {node.attributes["id"] for node in page.select("[id]")}
    # A link in a proof is an advertiser's, as it was typed so far.
    typed = {node.mem_id for node in page.select(".proof a")}
    linking = (node for node in page.select("a[href], link[href]") if node.mem_id not in typed)
    targets = [("GET", node.attributes["href"] or "") for node in linking]
    targets += [("GET", node.attributes["src"] or "") for node in page.select("[src]")]
    targets += [(form.method, form.action) for form in page.forms]
    targets += [("POST", node.attributes["formaction"] or "") for node in page.select("[formaction]")]
    for method, target in targets:
        if target.startswith("#"):
            if target[1:] not in ids:
                yield f"The link {target} leads nowhere on this page."
        elif not _answers(app, method, page.url, target):
            yield f"No route answers {method} {target}."


def _answers(app: Flask, method: str, base: str, target: str) -> bool:
    # Where a link leads that begins at the top does not depend on the page that it is on.
    base = "/" if target.startswith("/") else base
    return _leads_somewhere(app.url_map, app.static_folder or "", method, base, target)


# Pages have most of their links in common.
@functools.lru_cache(maxsize=4096)
def _leads_somewhere(routes: Map, static: str, method: str, base: str, target: str) -> bool:
    address = urlsplit(urljoin(f"http://here{base}", target))
    if address.scheme not in ("http", "https") or address.netloc != "here":
        return True
    try:
        endpoint, values = routes.bind("here").match(address.path, method=method)
    except HTTPException:
        # A redirect to the spelling with a final slash is one of these too: our own links need none.
        return False
    return bool(endpoint != "static") or (Path(static) / values["filename"]).is_file()


def _short(node: LexborNode) -> str:
    return (node.html or "")[:120]
