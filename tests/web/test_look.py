"""What the look promises: the contrast that docs/design.md states, every macro on the component page, light pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "booking" / "static"
COMPONENTS = sorted((ROOT / "templates" / "components").glob("*.html"))

TEXT, PART = 4.5, 3.0
"""WCAG 2.2, success criteria 1.4.3 (text below 24 px) and 1.4.11 (parts that one must see to use a page)."""

PAIRS = (
    ("ink", "paper", TEXT),
    ("ink", "wash", TEXT),
    ("quiet", "paper", TEXT),
    ("quiet", "card", TEXT),
    ("quiet", "wash", TEXT),
    ("quiet", "chosen", TEXT),
    ("accent", "paper", TEXT),
    ("accent", "card", TEXT),
    ("on-accent", "accent", TEXT),
    ("good", "paper", TEXT),
    ("good", "card", TEXT),
    ("good", "chosen", TEXT),
    ("wait", "paper", TEXT),
    ("wait", "card", TEXT),
    ("wait", "chosen", TEXT),
    ("ink", "inserted", TEXT),
    ("ink", "marked", TEXT),
    ("edge", "paper", PART),
    ("edge", "card", PART),
)

TINTS = {"chosen": ("accent", 0.06, "paper"), "inserted": ("good", 0.16, "card"), "marked": ("accent", 0.07, "card")}
"""Colours that the style sheets mix: which colour, how much of it, over which."""

HEAVIEST = {"css": 28 * 1024, "js": 12 * 1024}
"""Bytes of all style sheets and of the script, so that a page with both stays below 60 KB on the wire."""

Colour = tuple[float, float, float]


def tokens() -> dict[str, dict[str, Colour]]:
    """The colours of tokens.css for each theme, red, green and blue from 0 to 1."""
    source = (STATIC / "css" / "tokens.css").read_text()
    found = re.findall(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", source)
    themes = {
        "light": {name: rgb(light) for name, light, _ in found},
        "dark": {name: rgb(dark) for name, _, dark in found},
    }
    for colours in themes.values():
        for name, (over, amount, under) in TINTS.items():
            pairs = zip(colours[over], colours[under], strict=True)
            red, green, blue = (amount * top + (1 - amount) * bottom for top, bottom in pairs)
            colours[name] = (red, green, blue)
    return themes


def rgb(hexadecimal: str) -> Colour:
    red, green, blue = (int(hexadecimal[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return (red, green, blue)


def luminance(colour: Colour) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def row(front: str, back: str, wanted: float) -> str:
    """The line of docs/design.md about a pair of colours."""
    light, dark = (contrast(colours[front], colours[back]) for colours in tokens().values())
    return f"| {front} on {back} | {light:.1f} | {dark:.1f} | {wanted} |"


@pytest.mark.parametrize(("front", "back", "wanted"), PAIRS)
def test_colours_are_far_enough_apart_in_both_themes(front: str, back: str, wanted: float) -> None:
    for colours in tokens().values():
        assert contrast(colours[front], colours[back]) >= wanted


def test_the_contrast_of_black_on_white_is_21() -> None:
    assert contrast(rgb("#000000"), rgb("#ffffff")) == pytest.approx(21)


@pytest.mark.parametrize(("front", "back", "wanted"), PAIRS)
def test_the_design_page_states_the_contrast_that_the_tokens_have(front: str, back: str, wanted: float) -> None:
    assert row(front, back, wanted) in (ROOT / "docs" / "design.md").read_text().splitlines()


def test_every_macro_is_shown_on_the_component_page() -> None:
    shown = "".join(path.read_text() for path in (ROOT / "templates" / "dev").glob("*.html"))
    inner = {"error_text", "described", "error_items", "cells", "csrf"}
    macros = {name for path in COMPONENTS for name in re.findall(r"{% macro (\w+)", path.read_text())} - inner
    assert {name for name in macros if not re.search(rf"\b{name}\(", shown)} == set()


@pytest.mark.parametrize("kind", HEAVIEST)
def test_style_and_script_stay_light(kind: str) -> None:
    assert sum(path.stat().st_size for path in STATIC.rglob(f"*.{kind}")) <= HEAVIEST[kind]


def test_style_sheets_fetch_nothing_and_stay_in_their_layer() -> None:
    for path in (STATIC / "css").glob("*.css"):
        source = path.read_text()
        assert not re.search(r"@import|url\(|https?://", source)
        assert f"@layer {path.stem} {{" in source
