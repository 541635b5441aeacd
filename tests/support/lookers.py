"""Those who look at the gallery in a browser: one profile for each person, signed in once."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

from flask import Flask
from playwright.sync_api import Browser, Page

from tests.support.browser import lend_session, open_page
from tests.support.gallery import View
from tests.support.viewers import Viewers


class Lookers:
    """The people of the gallery, each with a page of their own; what went wrong on one of them fails at the end.

    Every page starts with `script`, if there is one.
    """

    def __init__(self, app: Flask, browser: Browser, address: str, script: str = "", **options: Any) -> None:
        self._viewers, self._browser, self._address, self._options = Viewers(app), browser, address, options
        self._script = script
        self._stack = ExitStack()
        self._pages: dict[str, tuple[Page, list[str]]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _at: TracebackType | None
    ) -> None:
        wrong = [each for _, listed in self._pages.values() for each in listed]
        self._stack.close()
        assert kind is not None or not wrong, f"Something went wrong in the browser: {wrong}"

    def of(self, email: str) -> Page:
        """The browser's page of this person."""
        if email not in self._pages:
            page, wrong = self._stack.enter_context(open_page(self._browser, self._address, **self._options))
            self._pages[email] = page, wrong
            if self._script:
                page.add_init_script(self._script)
            if email:
                lend_session(self._viewers.of(email).client, page, self._address)
        return self._pages[email][0]

    def look(self, view: View) -> Page:
        """A page with the view on it, its button pressed with nothing filled in."""
        page = self.of(view.email)
        answer = page.goto(view.address)
        assert answer is not None
        assert answer.status == view.status, f"{view.name} answered {answer.status}: {page.title()}"
        if view.press:
            with page.expect_navigation():
                page.get_by_role("button", name=view.press, exact=True).first.click()
        return page
