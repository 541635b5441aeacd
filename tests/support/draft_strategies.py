"""Drafts as hands make them: every style and slip that the archive of the model newsletter shows, in random order."""

from __future__ import annotations

from hypothesis import strategies as st

from booking.domain.blocks import ApprovedCopy
from booking.domain.copy_text import AdCopy, tidy
from booking.domain.draft_bytes import Encoding
from booking.domain.merge import Choice
from booking.domain.region import Region
from tests.support.drafts import FOOTER

NAMES = (
    "News", "Events", "Tools", "Jobs", "Jobs at the harbour", "Sponsor", "SPONSORED EVENT", "Sponsored event",
    "From our sponsor, Ledgerline", ">From our sponsor, Tin Whistle", "From our sponsor", "House ad: Us", "Talks",
)  # fmt: skip
WORDS = st.sampled_from(
    (
        "A note about cables.", "#monitoringsucks", "_All of it in italics, from a hotel._", "http://older.example/a_(b)",
        "[https://note.example/1](https://note.example/1)", "Words\twith a tab, and blanks at the end.   ", "* a list",
        "---", "====", "***", "> quoted", "From here it went on.", "    indented", "```", "~~~~", "title: none", "",
        "date: 2020-02-02", "Größe – naïve ‘quotes’ 🧑🏽‍🚒", "+++", "| a | b |", "##", "#tag and #another",
    )
)  # fmt: skip
blank_lines = st.integers(0, 5).map(lambda count: "\n" * count) | st.sampled_from((" \n", "\n\t\n\n", "\n  \n"))
paragraphs = st.lists(WORDS, min_size=0, max_size=3).map("\n".join)
items = st.tuples(paragraphs, blank_lines).map(lambda parts: parts[0] + "\n" + parts[1])
bodies = st.lists(items, max_size=4).map("".join)


@st.composite
def headings(draw: st.DrawFn) -> str:
    """A heading in any style, with an underline of any length."""
    name = draw(st.sampled_from(NAMES))
    style = draw(st.sampled_from(("=", "=", "=", "-", "#", "##", "###")))
    if style[0] == "#":
        return f"{style} {name}{draw(st.sampled_from(('', ' ', ' ##')))}\n"
    trailing = draw(st.sampled_from(("", " ", "\t")))
    return f"{name}{trailing}\n{style * draw(st.integers(1, 40))}{draw(st.sampled_from(('', '  ')))}\n"


sections = st.tuples(headings(), blank_lines, bodies, blank_lines).map("".join)
openings = st.sampled_from(
    (
        "", "---\ntitle: LETTER ISSUE \\#54 - 12th January 2012 \ndate: 2012-01-12\n---\n\n", "\n\n",
        "--- \nlayout: post\n---\n", "+++\ntitle = 'x'\n+++\n\n", "## Issue 54 - 12th January\n\n",
        "---\nnever closed\n\n", "# The letter\n\n",
    )
)  # fmt: skip
footers = st.sampled_from(("", FOOTER + "\n", FOOTER, "\n\n\n" + FOOTER + "\n\n", "---\n\n" + FOOTER + "\nAnd more.\n"))
texts = st.tuples(openings, bodies, st.lists(sections, max_size=5).map("".join), footers).map("".join)
encodings = st.builds(Encoding, bom=st.booleans(), crlf=st.booleans())
drafts = st.builds(lambda encoding, text: encoding.encode(text), encodings, texts)

calm_words = st.sampled_from(
    ("Servers need care.", "We hire.", "Café, straße, 株式会社.", "A (small) thing!", "It is free")
)
bodies_of_copy = st.lists(calm_words, min_size=1, max_size=3).map("\n\n".join)
links = st.sampled_from(
    ("https://ad.example/a", "https://ad.example/(b)?c=d#e", "jobs@ad.example", "http://ad.example")
)
ads = st.builds(
    AdCopy, st.sampled_from(("Ledgerline", "Tin Whistle", "C# & Co")), bodies_of_copy, links, st.just("key")
)
copies = st.builds(
    ApprovedCopy,
    sponsor=st.none() | ads,
    events=st.lists(ads, max_size=2).map(tuple),
    jobs=st.lists(ads, max_size=3).map(tuple),
    house=st.booleans(),
    label_foot=st.booleans(),
)
choices = st.dictionaries(st.sampled_from(Region), st.sampled_from(Choice))
hostile_names = st.sampled_from(NAMES) | st.text(max_size=12)
hostile_words = st.lists(WORDS | st.sampled_from((*NAMES, FOOTER)) | st.text(max_size=8), max_size=6).map("\n".join)
# All of it hostile is nearly always refused. With calm neighbours, a good part gets as far as the draft.
hostile_ads = (
    st.builds(tidy, hostile_names, hostile_words, links | st.text(max_size=8))
    | st.builds(tidy, hostile_names, bodies_of_copy, links)
    | st.builds(tidy, st.just("Ledgerline"), hostile_words, links)
    | st.builds(tidy, st.just("Ledgerline"), st.lists(WORDS, min_size=1, max_size=2).map("\n".join), links)
)
hostile_copies = (
    st.builds(ApprovedCopy, sponsor=hostile_ads, jobs=st.lists(ads, max_size=1).map(tuple))
    | st.builds(ApprovedCopy, sponsor=st.none() | ads, events=hostile_ads.map(lambda ad: (ad,)))
    | st.builds(ApprovedCopy, sponsor=st.none() | ads, jobs=st.lists(hostile_ads, min_size=1, max_size=2).map(tuple))
    | st.builds(ApprovedCopy, sponsor=hostile_ads, events=hostile_ads.map(lambda ad: (ad,)))
)
