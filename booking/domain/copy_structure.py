"""What Markdown makes of copy beyond paragraphs, however it is written: a heading within a list, or a link reference
over two lines, which would change where the links of the editor's own text lead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt

STRUCTURES = {
    "heading_open": ("heading", "makes a heading. Write it as plain words."),
    "hr": ("rule-line", "makes a line across the page. Replace it with words."),
    "blockquote_open": ("quote", "makes a quotation. Write it as plain words."),
    "fence": ("fence", "starts a code block. Write it as plain words."),
    "code_block": ("indented", "makes a code block. Remove the spaces."),
}
REFERENCE = ("reference", "defines a link reference. Put the link into the link field.")


def structures(body: str) -> Iterator[tuple[range, str, str]]:
    """The lines (from 1), code and end of the sentence for each thing in the copy that only the editor may write."""
    found: dict[str, Any] = {}
    for token in _parser().parse(body, found):
        if token.type in STRUCTURES and token.map:
            yield _lines(token.map), *STRUCTURES[token.type]
    for reference in (*found.get("references", {}).values(), *found.get("duplicate_refs", ())):
        yield _lines(reference["map"]), *REFERENCE


def _lines(ends: Sequence[int]) -> range:
    return range(ends[0] + 1, ends[1] + 1)


@cache
def _parser() -> MarkdownIt:
    """Blocks alone, which takes no more time than the text is long."""
    parser = MarkdownIt("commonmark")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser
