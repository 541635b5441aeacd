"""Copy that would break the issue, or mean something in a tool that the issue passes through. Each kind has its own
sentence, which names the line. Checked when copy is submitted, when it is approved, and once more by the feed."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from booking.domain.copy_structure import structures
from booking.domain.copy_text import AdCopy
from booking.domain.issue_text import FOOTER_OPENING


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: a stable code, a sentence that says what to do, and the line of the body (0: no line).

    `field` is the form field to point at: name, body, link, or one of a job's.
    """

    code: str
    sentence: str
    line: int = 0
    field: str = "body"


class Rule(NamedTuple):
    """A pattern that no line of copy may match, and the end of the sentence that begins `Line N`."""

    code: str
    pattern: re.Pattern[str]
    sentence: str


LINE_RULES = (
    Rule("rule-line", re.compile(r"\s*([=\-*_])(?:\s*\1)*\s*"), "is only marks. Replace it with words."),
    Rule("heading", re.compile(r"\s*#.*"), "starts with “#”, which makes a heading. Start it with a word."),
    Rule("quote", re.compile(r"\s*>.*"), "starts with “>”, which makes a quotation. Start it with a word."),
    Rule("fence", re.compile(r"\s*(?:```|~~~).*"), "starts a code block. Write it as plain words."),
    Rule(
        "front-matter",
        re.compile(r"\s*(?:---|\+\+\+).*"),
        "starts with “---” or “+++”, which the site reads as settings. Start it with a word.",
    ),
    Rule(
        "mailbox",
        re.compile(r"From .*"),
        "starts with “From ”, which mail programs rewrite. Start it with another word.",
    ),
    Rule(
        "textile",
        re.compile(r"h[1-6](?:\([^()]*\))?\.\s.*"),
        "starts with “h” and a number, which makes a heading. Start it with a word.",
    ),
    Rule("indented", re.compile(r" {4}.*"), "is indented, which makes a code block. Remove the spaces."),
    Rule("reference", re.compile(r"\s*\[[^\]]*\]:.*"), "defines a link reference. Put the link into the link field."),
)
WORD_RULES = (
    Rule(
        "template",
        re.compile(r"\{\{|\}\}|\{%|%\}|\{#|\{:"),
        "has “{{”, “{%”, “{#” or “{:”, which templates act on. Remove the braces.",
    ),
    Rule("merge-tag", re.compile(r"\*\|[^|]*\|\*"), "has “*|…|*”, which mailing tools fill in. Remove it."),
    Rule("html", re.compile(r"<[A-Za-z/!?%]"), "has HTML. Write it as plain words."),
)

_JOINERS = "\u200c\u200d"
"""Within emoji and Persian words these are letters' glue, not disguise."""
_BIDIRECTIONAL = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters by their category, and nothing to see."""
_GAP = re.compile(r"\n[ \t]*\n[ \t]*\n")


def attacks(copy: AdCopy) -> list[Problem]:
    """Everything in the copy that may not stand in an issue, in the order of its lines; empty when all is well."""
    found = [*_name_attacks(copy.name), *_body_attacks(copy.body)]
    problems = _word_problems(copy.link, "The link", 0, "link")
    return [*found, *problems]


def _name_attacks(name: str) -> Iterator[Problem]:
    if "\n" in name:
        yield Problem("name-lines", "The name has more than one line. Write it on one.", field="name")
    yield from _word_problems(name, "The name", 0, "name")


def _body_attacks(body: str) -> Iterator[Problem]:
    refused: set[int] = set()
    for number, line in enumerate(body.split("\n"), start=1):
        rule = next((rule for rule in LINE_RULES if rule.pattern.fullmatch(line)), None)
        if rule:
            refused.add(number)
            yield Problem(rule.code, f"Line {number} {rule.sentence}", number)
        yield from _word_problems(line, f"Line {number}", number, "body")
    for lines, code, sentence in structures(body):
        if refused.isdisjoint(lines):
            refused.add(lines.start)
            yield Problem(code, f"Line {lines.start} {sentence}", lines.start)
    gap = _GAP.search(body)
    if gap:
        blank = body.count("\n", 0, gap.start()) + 2
        yield Problem("gap", f"Two blank lines in a row stand at line {blank}. Leave one; two would end the ad.", blank)


def _word_problems(text: str, where: str, line: int, field: str) -> list[Problem]:
    problems = [
        Problem(rule.code, f"{where} {rule.sentence}", line, field) for rule in WORD_RULES if rule.pattern.search(text)
    ]
    if FOOTER_OPENING.casefold() in text.casefold():
        sentence = f"{where} repeats the issue’s footer, below which nothing is sold. Say it in other words."
        problems.append(Problem("footer", sentence, line, field))
    return [*problems, *_character_problems(text, where, line, field)]


def _character_problems(text: str, where: str, line: int, field: str) -> list[Problem]:
    # An HTML entity is the same character to whoever reads the result.
    text = html.unescape(text)
    if text.isascii() and text.isprintable():
        return []
    if not _BIDIRECTIONAL.isdisjoint(text):
        sentence = f"{where} has a character that turns the direction of text. Remove it, or type the line anew."
        return [Problem("bidirectional", sentence, line, field)]
    hidden = next((c for c in text if _is_hidden(c)), None)
    if hidden is None:
        return []
    sentence = f"{where} has a character that cannot be seen (U+{ord(hidden):04X}). Remove it, or type the line anew."
    return [Problem("control", sentence, line, field)]


def _is_hidden(character: str) -> bool:
    if character in _BLANK_LETTERS:
        return True
    return unicodedata.category(character) in _INVISIBLE and character not in _JOINERS
