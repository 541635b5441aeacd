"""The five journeys again by keyboard alone: whatever is pressed or filled in was reached with Tab, and shows it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page

from tests.conftest import DIALECTS
from tests.journeys import test_browser as journeys
from tests.journeys.ways import DATABASE_OF

pytestmark = [pytest.mark.browser, pytest.mark.any_database(DATABASE_OF["keyboard"])]

FURTHEST = 150
"""Presses of Tab from one thing to the next, once around the longest page."""

TYPED = 8
"""Letters at the end of a text that are typed one by one."""

PATIENCE = 500
"""Looks, 20 ms apart, until something has come of a press."""

DISTANCE = """node => {
    const stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
        .filter(each => each.tabIndex >= 0 && !each.disabled && each.checkVisibility({visibilityProperty: true}))
        .filter(each => each.type !== "radio" || each.checked);
    return stops.indexOf(node) - stops.indexOf(document.activeElement);
}"""
SHOWS_FOCUS = """node => {
    if (node !== document.activeElement) return null;
    const style = getComputedStyle(node), box = node.getBoundingClientRect();
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    if (!node.matches(":focus-visible") || style.outlineStyle === "none") return "shows no focus";
    if (!top || !(top === node || node.contains(top) || top.contains(node))) return "is covered by something else";
    return "";
}"""


def reach(target: Locator) -> None:
    """Press Tab until the element has the focus; it must show that and be in sight (WCAG 2.4.7 and 2.4.11)."""
    # Asking after every press costs more than the presses: all the way at once, and step by step where that missed it.
    node = target.element_handle()
    distance = node.evaluate(DISTANCE)
    for _ in range(abs(distance)):
        target.page.keyboard.press("Tab" if distance > 0 else "Shift+Tab")
    for _ in range(FURTHEST):
        if (wrong := node.evaluate(SHOWS_FOCUS)) is not None:
            break
        target.page.keyboard.press("Tab")
    else:
        pytest.fail(f"{target} on {target.page.url} is not reached with Tab.")
    assert wrong == "", f"{target} on {target.page.url} {wrong}."


def press(target: Locator) -> None:
    """Follow a link or press a button, and wait for the next page or for a file, as a click does."""
    reach(target)
    page, arrived = target.page, list[object]()

    def note(what: object) -> None:
        arrived.append(what)

    page.once("framenavigated", note)
    page.once("download", note)
    page.keyboard.press("Enter")
    for _ in range(PATIENCE):
        if arrived:
            break
        page.wait_for_timeout(20)
    page.wait_for_load_state()


def tick(page: Page, selector: str) -> None:
    """Tick a box."""
    box = page.locator(selector)
    reach(box)
    page.keyboard.press("Space")
    assert box.is_checked()


def write(target: Locator, text: str) -> None:
    """Put text in place of what stands in a field: most of it as out of a clipboard, the end letter by letter."""
    reach(target)
    keyboard = target.page.keyboard
    keyboard.press("Control+A")
    keyboard.insert_text(text[:-TYPED])
    keyboard.type(text[-TYPED:])


def choose_file(target: Locator, path: Path) -> None:
    """Open the system's dialogue for a file; what happens in it is the system's."""
    with target.page.expect_file_chooser() as dialogue:
        reach(target)
        target.page.keyboard.press("Space")
    dialogue.value.set_files(path)


HANDS: tuple[tuple[type, str, Callable[..., None]], ...] = (
    (Locator, "click", press),
    (Locator, "fill", write),
    (Locator, "set_input_files", choose_file),
    (Page, "check", tick),
)
MOUSE = ("check", "dblclick", "drag_to", "hover", "press", "select_option", "tap", "type", "uncheck")


@pytest.fixture
def keyboard(page: Page, monkeypatch: pytest.MonkeyPatch) -> Page:
    """The browser's page, with keys in place of every touch of the mouse that the journeys make."""
    for owner, act, by_key in HANDS:
        monkeypatch.setattr(owner, act, by_key)
    for act in MOUSE:
        monkeypatch.setattr(Locator, act, None)
    for act in ("click", "fill", "set_input_files", "select_option", "tap", "type"):
        monkeypatch.setattr(Page, act, None)
    return page


JOURNEYS = [value for name, value in vars(journeys).items() if name.startswith("test_")]


def test_these_are_the_five_journeys() -> None:
    assert len(JOURNEYS) == 5


def test_the_journeys_stand_on_both_databases() -> None:
    assert {DATABASE_OF[way] for way in ("mouse", "keyboard")} == set(DIALECTS)


@pytest.mark.usefixtures("a_newsletter_on_a_monday")
@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.__name__)
def test_a_journey_by_keyboard_alone(journey: Callable[..., None], keyboard: Page, tmp_path: Path) -> None:
    given: dict[str, Any] = {"page": keyboard, "tmp_path": tmp_path}
    journey(**{name: given[name] for name in inspect.signature(journey).parameters})
