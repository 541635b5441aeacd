"""Those who look at the gallery in a browser: one page, at which each person sits down with their own session."""

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
    """The people of the gallery before one page of a browser; what went wrong on it fails at the end.

    Every document starts with `script`, if there is one. A profile for each person would say the same and cost a
    process each: what is kept for somebody is kept in the session.
    """

    def __init__(self, app: Flask, browser: Browser, address: str, script: str = "", **options: Any) -> None:
        self._viewers, self._browser, self._address, self._options = Viewers(app), browser, address, options
        self._script = script
        self._stack = ExitStack()
        self._sits = ""

    def __enter__(self) -> Self:
        opened = open_page(self._browser, self._address, **self._options)
        self._page, self._wrong = self._stack.enter_context(opened)
        if self._script:
            self._page.add_init_script(self._script)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._stack.close()
        assert kind is not None or not self._wrong, f"Something went wrong in the browser: {self._wrong}"

    def of(self, email: str) -> Page:
        """The browser's page with this person before it; an empty address is somebody who is not signed in."""
        if email != self._sits:
            self._page.context.clear_cookies()
            if email:
                lend_session(self._viewers.of(email).client, self._page, self._address)
            self._sits = email
        return self._page

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
