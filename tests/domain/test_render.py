"""One ad in three forms: nothing runs in a browser, and paid links say so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.blocks import ApprovedCopy
from booking.domain.copy_text import AdCopy, markdown
from booking.domain.region import Region
from booking.domain.render import Form, fragment, section, to_html
from tests.support.drafts import COPY, EVENT, JOBS, SPONSOR, Draft, fed

AD = AdCopy("Tin & Whistle", "Some *fine* <b>words</b>.", "https://a.example/?b=c&d=e")


def test_a_fragment_has_three_forms() -> None:
    assert fragment(AD, Form.MD) == f"{AD.body}\n\n[{AD.link}]({AD.link})\n"
    assert fragment(AD, Form.TXT) == f"{AD.body}\n\n{AD.link}\n"
    assert fragment(AD, Form.HTML) == (
        "<p>Some <em>fine</em> &lt;b&gt;words&lt;/b&gt;.</p>\n"
        '<p><a href="https://a.example/?b=c&amp;d=e" rel="sponsored">https://a.example/?b=c&amp;d=e</a></p>\n'
    )
    assert "rel=" not in fragment(AD, Form.HTML, paid=False)


@pytest.mark.parametrize("region", [Region.SPONSOR, Region.JOBS, Region.FOOT])
def test_a_section_in_markdown_is_what_the_feed_writes(region: Region) -> None:
    assert section(COPY, region, Form.MD) in fed(Draft().bytes()).decode()


def test_a_section_has_its_heading_in_every_form() -> None:
    copy = ApprovedCopy(AD, (EVENT,), JOBS, label_foot=True)
    assert section(copy, Region.SPONSOR, Form.HTML).startswith("<h2>From our sponsor, Tin &amp; Whistle</h2>\n<p>")
    assert section(copy, Region.EVENT, Form.TXT).startswith("Sponsored event\n===============\n\nAn evening")
    assert section(copy, Region.JOBS, Form.TXT).endswith(
        "\n\n\nRun the mail of a small museum.\n\nMornings only.\n\njobs@museum.example\n"
    )
    assert section(copy, Region.JOBS, Form.HTML).count('rel="sponsored"') == 2
    assert section(copy, Region.FOOT, Form.TXT) == f"Sponsored by Tin & Whistle:\n\n{AD.body}\n\n{AD.link}\n"
    assert section(copy, Region.FOOT, Form.HTML).startswith("<p>Sponsored by Tin")


def test_a_house_ads_link_is_not_paid_for() -> None:
    house = ApprovedCopy(SPONSOR, jobs=JOBS, house=True)
    assert "rel=" not in section(house, Region.SPONSOR, Form.HTML) + section(house, Region.FOOT, Form.HTML)
    assert "rel=" in section(house, Region.JOBS, Form.HTML)


def test_nothing_approved_is_nothing() -> None:
    assert [section(ApprovedCopy(), region, form) for region in Region for form in Form] == [""] * 12


@given(
    st.text()
    | st.sampled_from(["<script>x</script>", "![a](https://b.example)", "[a](javascript:alert)", "<a onclick=b>"])
)
def test_no_script_no_image_no_other_scheme(text: str) -> None:
    page = to_html(text, paid=True).casefold()
    for bad in ("<script", "<img", 'href="javascript', "<a onclick"):
        assert bad not in page


@pytest.mark.parametrize(
    "bomb", ["[" * 8000, "[a](" * 2000, "[[]()" * 1600, "*a" * 4000, "> " * 4000, "[" * 10_000_000]
)
def test_a_markdown_bomb_is_rendered_or_shown_as_it_is(bomb: str) -> None:
    assert to_html(bomb, paid=True)


def test_the_printed_address_is_a_link() -> None:
    assert 'href="mailto:jobs@museum.example"' in to_html(markdown(JOBS[1]), paid=True)
