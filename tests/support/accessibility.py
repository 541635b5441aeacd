"""Looks at a page in the browser as people who see, read or steer otherwise would, with axe-core."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass(frozen=True, slots=True)
class Look:
    """One way to look at a page: how wide in CSS pixels, and in which theme."""

    width: int
    theme: Literal["light", "dark"]


LOOKS = (Look(1440, "light"), Look(1440, "dark"), Look(320, "light"), Look(320, "dark"))
"""320 px is a page of 1280 px at 400%: WCAG 2.2, success criterion 1.4.10."""


def violations(page: Page) -> Iterator[str]:
    """What axe-core finds wrong with the page as it stands."""
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response["violations"]
    for violation in found:
        for node in violation["nodes"]:
            yield f"{violation['id']}: {violation['help']}: {node['target']} {node['html'][:120]}"


def problems(page: Page) -> Iterator[str]:
    """What is wrong with the page in every look; nothing may have to be scrolled sideways in any of them."""
    for look in LOOKS:
        page.set_viewport_size({"width": look.width, "height": 900})
        page.emulate_media(color_scheme=look.theme)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > look.width:
            yield f"{look}: it is {wide} px wide."
        yield from (f"{look}: {violation}" for violation in violations(page))
