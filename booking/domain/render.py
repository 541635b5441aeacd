"""The same ads in the three forms that tools take: Markdown, HTML and plain text. HTML is made from Markdown without
raw HTML, cleaned again, and its links say that they are paid for."""

from __future__ import annotations

import html
from enum import StrEnum
from functools import cache

import nh3
from markdown_it import MarkdownIt

from booking.domain.blocks import ApprovedCopy, Block, blocks_for, heading_lines
from booking.domain.copy_text import AdCopy, markdown
from booking.domain.region import Region

PAID = "sponsored"
"""The `rel` of a paid link, by which search engines and mail filters know it for one."""
MARKDOWN_LIMIT = 8_000
"""Characters that are read as Markdown. No copy is as long; what is longer is shown as typed, in bounded time."""
_NESTING = 20
_TAGS = {"p", "a", "em", "strong", "code", "ul", "ol", "li", "br", "h2"}


class Form(StrEnum):
    """A form of output; the value is the file's ending."""

    MD = "md"
    HTML = "html"
    TXT = "txt"


def fragment(copy: AdCopy, form: Form, *, paid: bool = True) -> str:
    """One ad without a heading. `paid` is False for a house ad, whose link nobody paid for."""
    if form is Form.MD:
        return f"{markdown(copy)}\n"
    if form is Form.TXT:
        return f"{plain(copy)}\n"
    return to_html(markdown(copy), paid=paid)


def section(copy: ApprovedCopy, region: Region, form: Form) -> str:
    """A whole region, heading included, as the feed would write it; empty when there is nothing approved for it."""
    block = blocks_for(copy, has_footer=True).get(region)
    if block is None:
        return ""
    if form is Form.HTML:
        heading = f"<h2>{html.escape(block.name)}</h2>\n" if block.name else ""
        house = copy.house and region in (Region.SPONSOR, Region.FOOT)
        return heading + "".join(to_html(item, paid=not house) for item in block.items)
    items = block.items if form is Form.MD else _plain_items(copy, block)
    heading = f"{heading_lines(block.name, None)}\n\n" if block.name else ""
    return heading + "\n\n\n".join(items) + "\n"


def plain(copy: AdCopy) -> str:
    """The ad for mail without HTML: its words, and the link by itself."""
    return "\n\n".join(part for part in (copy.body, copy.link) if part)


def to_html(text: str, *, paid: bool) -> str:
    """Markdown as clean HTML, in bounded time whatever the text; links carry `rel` when paid for."""
    if len(text) > MARKDOWN_LIMIT:
        return f"<p>{html.escape(text)}</p>\n"
    return nh3.clean(
        _parser().render(text),
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel=PAID if paid else None,
    )


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "maxNesting": _NESTING}).disable("image")


def _plain_items(copy: ApprovedCopy, block: Block) -> tuple[str, ...]:
    ads = {Region.EVENT: copy.events, Region.JOBS: copy.jobs}.get(block.region)
    if ads is None:
        sponsor = copy.sponsor or AdCopy("", "", "")
        return (block.items[0].replace(markdown(sponsor), plain(sponsor)),)
    return tuple(plain(ad) for ad in ads)
