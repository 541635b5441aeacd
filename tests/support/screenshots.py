"""Takes a picture of a page: `.venv/bin/python -m tests.support.screenshots URL out.png --width 390 --dark`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from tests.support.browser import open_browser, open_page


def main() -> None:
    """Read the command line, open the address, write the picture, and print what went wrong on the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("picture", type=Path)
    parser.add_argument("--width", type=int, default=1440)
    parser.add_argument("--height", type=int, default=900)
    parser.add_argument("--dark", action="store_true", help="ask for the dark theme")
    parser.add_argument("--print", dest="printed", action="store_true", help="as it is printed")
    parser.add_argument("--screen", action="store_true", help="the first screen only, not the whole length")
    parser.add_argument("--no-script", action="store_true", help="without JavaScript")
    parser.add_argument("--sign-in", metavar="URL", help="an address to open first, a one-click sign-in link say")
    wanted = parser.parse_args()
    options: dict[str, Any] = {
        "viewport": {"width": wanted.width, "height": wanted.height},
        "color_scheme": "dark" if wanted.dark else "light",
        "java_script_enabled": not wanted.no_script,
    }
    with open_browser() as browser, open_page(browser, **options) as (page, wrong):
        if wanted.sign_in:
            page.goto(wanted.sign_in)
            button = page.locator("main form button").first
            if button.count():
                button.click()
        page.goto(wanted.url, wait_until="load")
        if wanted.printed:
            page.emulate_media(media="print")
        wanted.picture.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=wanted.picture, full_page=not wanted.screen)
        print(f"{wanted.picture}: {page.title()}")
        for problem in wrong:
            print(f"  {problem}")


if __name__ == "__main__":
    main()
