"""Looks at a page in the browser as people who see, read or steer otherwise would, with axe-core (npm)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import pytest
from playwright.sync_api import Page

from tests.support.browser import required
from tests.support.source import ROOT

PROGRAM = ROOT / "node_modules" / "axe-core" / "axe.min.js"


@dataclass(frozen=True, slots=True)
class Look:
    """One way to look at a page: how wide in CSS pixels, and in which theme."""

    width: int
    theme: Literal["light", "dark"]


RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
OPTIONS = {"runOnly": {"type": "tag", "values": list(RULES)}, "resultTypes": ["violations"]}

# The rules that ask for colours, sizes, places or scrolling: the code of every other one asks no more of the styles
# than whether something is there to be seen or heard. Data tables are told from others by their lines and colours.
SEEN = (
    "color-contrast",
    "link-in-text-block",
    "scrollable-region-focusable",
    "target-size",
    "th-has-data-cells",
)

# 320 px is a page of 1280 px at 400%: WCAG 2.2, success criterion 1.4.10. Two looks show both widths and both themes:
# a theme changes colours alone and a width moves things about alone, so the other two would show nothing new.
LOOKS = (Look(320, "light"), Look(1440, "dark"))

FIND = """async ([everything, seen, first]) => {
    const stands = element => {
        const box = element.getBoundingClientRect();
        return element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
            && box.width > 0 && box.height > 0 && box.right + scrollX > 0 && box.bottom + scrollY > 0;
    };
    const root = document.documentElement;
    const now = root.outerHTML + Array.from(root.querySelectorAll("*"), stands);
    const same = !first && window.looked === now;
    window.looked = now;
    return [root.scrollWidth, "axe" in window ? (await axe.run(same ? seen : everything)).violations : null];
}"""
"""What every rule finds; where the same document shows the same elements as in the look before, the rules of `SEEN`."""


@cache
def script() -> str:
    """axe-core itself. A page that has it from the start is looked at sooner than one that is given it late.

    The test is skipped where axe-core is not installed, and fails where CI is set.
    """
    if not PROGRAM.is_file():
        (pytest.fail if required() else pytest.skip)("no axe-core here (npm): run `npm ci --ignore-scripts`")
    return PROGRAM.read_text()


def problems(page: Page) -> Iterator[str]:
    """What is wrong with the page in every look; nothing may have to be scrolled sideways in any of them."""
    # The look that it has is the first, since changing it takes as long as a small page.
    looks = sorted(LOOKS, key=lambda look: look.width != _width(page))
    for look in looks:
        if look.width != _width(page):
            page.set_viewport_size({"width": look.width, "height": 900})
        page.emulate_media(color_scheme=look.theme)
        asked = [OPTIONS, {**OPTIONS, "runOnly": SEEN}, look is looks[0]]
        wide, violations = page.evaluate(FIND, asked)
        if violations is None:
            page.evaluate(script())
            wide, violations = page.evaluate(FIND, asked)
        told = f"At {look.width} px in the {look.theme} theme"
        if wide > look.width:
            yield f"{told}: it is {wide} px wide."
        yield from (f"{told}: {violation}" for violation in _sentences(violations))


def _width(page: Page) -> int:
    return page.viewport_size["width"] if page.viewport_size else 0


def _sentences(violations: list[dict[str, Any]]) -> Iterator[str]:
    for violation in violations:
        for node in violation["nodes"]:
            yield f"{violation['id']}: {violation['help']}: {node['target']} {node['html'][:120]}"
