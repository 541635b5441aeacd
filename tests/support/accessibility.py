"""Looks at a page in the browser as people who see, read or steer otherwise would, with axe-core."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page


@dataclass(frozen=True, slots=True)
class Look:
    """One way to look at a page: how wide in CSS pixels, and in which theme."""

    width: int
    theme: Literal["light", "dark"]


RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")

# 320 px is a page of 1280 px at 400%: WCAG 2.2, success criterion 1.4.10. Two looks show both widths and both themes:
# a theme changes colours alone and a width moves things about alone, so the other two would show nothing new.
LOOKS = (Look(320, "light"), Look(1440, "dark"))


def violations(page: Page) -> Iterator[str]:
    """What axe-core finds wrong with the page as it stands."""
    only = {"type": "tag", "values": list(RULES)}
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"runOnly": only, "resultTypes": ["violations"]}
    for violation in page.evaluate("options => axe.run(options).then(results => results.violations)", options):
        for node in violation["nodes"]:
            yield f"{violation['id']}: {violation['help']}: {node['target']} {node['html'][:120]}"


def problems(page: Page) -> Iterator[str]:
    """What is wrong with the page in every look; nothing may have to be scrolled sideways in any of them."""
    for look in LOOKS:
        page.set_viewport_size({"width": look.width, "height": 900})
        page.emulate_media(color_scheme=look.theme)
        wide = page.evaluate("document.documentElement.scrollWidth")
        told = f"At {look.width} px in the {look.theme} theme"
        if wide > look.width:
            yield f"{told}: it is {wide} px wide."
        yield from (f"{told}: {violation}" for violation in violations(page))
