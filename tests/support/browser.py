"""A real Chromium, driven by Playwright: the system's own, since Playwright's downloads cannot be had everywhere.

By hand: chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
--disable-component-update --disable-sync --user-data-dir=$(mktemp -d) --screenshot=page.png --window-size=1440,900 URL
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first that is there. The shell is Chromium without windows, which costs a third less for the same pages."""

ABORTED = "net::ERR_ABORTED"

UNUSED = (
    # The lists that drop down from the address bar: two hidden pages in a process of their own for every window, which
    # cost as much as a page of ours.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    # A process or a frame of its own for each page that follows another one, for hiding and going back faster.
    "ProactivelySwapBrowsingInstance",
    "RenderDocument",
    # Of several lists Chromium takes the last, so what Playwright leaves out stands here again.
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
"""Parts of Chromium that nobody looks at."""

INTERPRETED = "--js-flags=--no-opt --no-maglev"
"""The two compilers for code that runs long, which no page of a test does: a third of what axe-core costs."""

# As root there is no sandbox, and without the networking flags Chromium calls its maker at every start. One renderer is
# enough for a profile: others are begun for pages that may come, and while one comes or goes, Lighthouse's trace mostly
# ends only after five seconds of waiting for it.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--renderer-process-limit=1",
    f"--disable-features={','.join(UNUSED)}",
)


def chromium() -> str | None:
    """The path of the installed Chromium, None where there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def required() -> bool:
    """Whether a missing Chromium is a failure: where CI is set, what CI needs was to be installed."""
    return bool(os.environ.get("CI"))


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start Chromium without a window. It must be installed (`chromium()` tells)."""
    path = chromium()
    if path is None:
        raise RuntimeError("There is no Chromium here: install your system's chromium package.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, INTERPRETED])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def open_page(browser: Browser, base_url: str | None = None, **options: Any) -> Iterator[tuple[Page, list[str]]]:
    """A page in a fresh profile, and the list of what went wrong on it: errors, refused code, missing files."""
    options.setdefault("viewport", {"width": 1440, "height": 900})
    context = browser.new_context(base_url=base_url, locale="en-GB", timezone_id="Europe/London", **options)
    context.set_default_timeout(10_000)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(f"error on {page.url}: {error}"))
    page.on("console", lambda said: wrong.append(f"{page.url}: {said.text}") if _is_wrong(said, page) else None)
    # Aborted is what the browser calls whatever was still loading when the next page was asked for.
    page.on(
        "requestfailed",
        lambda request: (
            None if request.failure == ABORTED else wrong.append(f"not loaded: {request.url} {request.failure}")
        ),
    )
    try:
        yield page, wrong
    finally:
        context.close()


def _is_wrong(said: ConsoleMessage, page: Page) -> bool:
    # Chromium also reports a page of ours that is answered with 4xx, which a form with a mistake in it rightly is.
    return said.type == "error" and not (said.text.startswith("Failed to load") and said.location["url"] == page.url)


def lend_session(client: FlaskClient, page: Page, address: str) -> None:
    """Let the browser go on where a test client stands, signed in as it is."""
    name = client.application.config["SESSION_COOKIE_NAME"]
    cookie = client.get_cookie(name, domain=urlsplit(address).hostname or "")
    assert cookie is not None, "The client has no session yet."
    page.context.add_cookies([{"name": name, "value": cookie.value, "url": address}])
