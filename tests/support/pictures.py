"""Draws docs/screenshots/ again: `make screenshots`. The demo newsletter at one frozen minute, on a phone and a desk.

Nothing that runs is used: an app, a database and a Stripe simulator of its own are started, and removed at the end.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Literal

from flask import Flask
from flask_migrate import upgrade
from playwright.sync_api import Browser

from booking import create_app
from booking.db import db
from booking.stripe_simulator import Settings, Simulator
from config import Test
from tests.support import at
from tests.support.browser import open_browser
from tests.support.gallery import MOMENT, View, hang
from tests.support.lookers import Lookers
from tests.support.servers import serving
from tests.support.source import ROOT

FOLDER = ROOT / "docs" / "screenshots"

SCREENS: Mapping[str, str] = {
    "storefront": "storefront.front:chosen",
    "details": "checkout.details",
    "hold": "checkout.order:held",
    "thanks": "checkout.order:copy-missing",
    "bookings": "portal.bookings",
    "booking": "portal.booking:changes-requested",
    "copy": "portal.copy:changes-requested",
    "job": "portal.copy:in-review",
    "insertion-order": "portal.insertion_order:booked",
    "tear-sheet": "portal.proof_that_it_ran:ran",
    "desk": "desk.today",
    "calendar": "desk.calendar",
    "issue": "desk.issue:412",
    "review": "desk.review:waits",
    "money": "desk.money",
}
"""The main screens of the sponsor, the recruiter and the editor, by the names of their pictures."""

WIDTHS = {390: 844, 1440: 900}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@contextmanager
def demo_app() -> Iterator[Flask]:
    """An app of its own on an empty database."""
    with tempfile.TemporaryDirectory() as folder, Simulator(Settings(environment={})) as simulator:
        database = f"sqlite:///{folder}/booking.sqlite"
        app = create_app(replace(Test(), SQLALCHEMY_DATABASE_URI=database, STRIPE_API_BASE=simulator.base_url))
        with app.app_context(), at(MOMENT):
            upgrade()
            yield app
            db.session.remove()
            db.engine.dispose()


def draw(app: Flask, browser: Browser, views: Mapping[str, View], folder: Path, *, whole: bool) -> Iterator[Path]:
    """A picture of each view in each width and theme: of its first screen, or of its whole length."""
    with serving(app) as address:
        app.config.update(BASE_URL=address, SERVER_NAME=address.removeprefix("http://"))
        for width, height in WIDTHS.items():
            with Lookers(app, browser, address, viewport={"width": width, "height": height}) as lookers:
                for name, view in views.items():
                    page = lookers.look(view)
                    for theme in THEMES:
                        page.emulate_media(color_scheme=theme)
                        path = folder / f"{name}-{width}-{theme}.png"
                        page.screenshot(path=path, full_page=whole)
                        yield path


def main(arguments: list[str]) -> None:
    """Draw the main screens into the folder of the documentation, or every page of the gallery into another one."""
    folder = Path(arguments[0]) if arguments else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with demo_app() as app, open_browser() as browser:
        gallery = {view.name: view for view in hang(app)}
        views = {name: gallery[of] for name, of in SCREENS.items()}
        if arguments:
            views = {name.replace(":", "-"): view for name, view in gallery.items()}
        drawn = list(draw(app, browser, views, folder, whole=bool(arguments)))
    sys.stdout.write(f"{len(drawn)} pictures in {folder}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
