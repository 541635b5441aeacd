"""A page as a visitor sees it: its words, its links and its forms with what already stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from selectolax.lexbor import LexborHTMLParser, LexborNode
from werkzeug.datastructures import Headers

Value = str | Sequence[str] | tuple[bytes, str]
"""What is put into a field: text, several texts (checkboxes), or a file as its bytes and name."""


def words(text: str) -> str:
    """The text with each run of white space as one blank."""
    return re.sub(r"\s+", " ", text).strip()


@dataclass(slots=True)
class Form:
    """A form of a page, with its fields as a browser would send them untouched."""

    node: LexborNode
    page_url: str

    @property
    def action(self) -> str:
        """Where it goes; a form without an action goes to its own page."""
        return self.node.attributes.get("action") or self.page_url

    @property
    def method(self) -> str:
        """GET or POST."""
        return (self.node.attributes.get("method") or "get").upper()

    @property
    def controls(self) -> list[LexborNode]:
        """Its named and enabled controls, a disabled one is not sent."""
        own = self.node.css("input[name], select[name], textarea[name], button[name]")
        return [control for control in own if "disabled" not in control.attributes]

    @property
    def buttons(self) -> list[LexborNode]:
        """What submits it."""
        return [
            button
            for button in self.node.css("button, input[type=submit]")
            if (button.attributes.get("type") or "submit") == "submit" and "disabled" not in button.attributes
        ]

    def values(self) -> dict[str, list[str]]:
        """Each field's name with the values that it sends as it stands."""
        values: dict[str, list[str]] = {}
        for control in self.controls:
            if control.tag != "button":
                values.setdefault(control.attributes["name"] or "", []).extend(_sent(control))
        return values

    def offers(self, name: str) -> set[str] | None:
        """The values that may be chosen for a field, None where anything may be typed. KeyError for no such field."""
        controls = [control for control in self.controls if control.attributes["name"] == name]
        if not controls:
            raise KeyError(name)
        choices: set[str] = set()
        for control in controls:
            if control.tag == "select":
                choices.update(_option_value(option) for option in control.css("option"))
            elif control.attributes.get("type") in ("radio", "checkbox"):
                choices.add(control.attributes.get("value") or "on")
            else:
                return None
        return choices

    def filled(self, data: Mapping[str, Value], button: str | None) -> dict[str, Value]:
        """What is sent when these fields are changed and this button (its text) pressed, the first one by default.

        Raises AssertionError for a field, choice or button that the form does not have: nobody could send it.
        """
        sent: dict[str, Value] = dict(self.values())
        for name, value in data.items():
            try:
                offered = self.offers(name)
            except KeyError:
                raise AssertionError(f"The form has no field {name!r}, only {sorted(self.values())}.") from None
            chosen = {value} if isinstance(value, str) else set(value)
            if offered is not None and not chosen <= offered:
                raise AssertionError(f"{name!r} cannot be {value!r}, only one of {sorted(offered)}.")
            sent[name] = value
        pressed = self._pressed(button)
        if pressed is not None and pressed.attributes.get("name"):
            sent[pressed.attributes["name"] or ""] = pressed.attributes.get("value") or ""
        return sent

    def action_of(self, button: str | None) -> str:
        """Where this button sends the form."""
        pressed = self._pressed(button)
        return (pressed.attributes.get("formaction") if pressed is not None else None) or self.action

    def _pressed(self, text: str | None) -> LexborNode | None:
        if text is None:
            return next(iter(self.buttons), None)
        labels = {words(button.text()) or button.attributes.get("value") or "": button for button in self.buttons}
        if text not in labels:
            raise AssertionError(f"The form has no button {text!r}, only {sorted(labels)}.")
        return labels[text]


@dataclass
class Page:
    """What was answered to one request."""

    url: str
    status: int
    headers: Headers
    data: bytes
    queries: list[str] = field(default_factory=list)
    """The statements that the answer took, without those that begin and end transactions."""

    @property
    def is_html(self) -> bool:
        """Whether it is a page at all, and not a file or an answer for a program."""
        return self.headers.get("Content-Type", "").startswith("text/html")

    @property
    def html(self) -> str:
        """Its source."""
        return self.data.decode()

    @cached_property
    def tree(self) -> LexborHTMLParser:
        """Its source, parsed as browsers do."""
        return LexborHTMLParser(self.html)

    def select(self, css: str) -> list[LexborNode]:
        """The nodes that a CSS selector finds."""
        return self.tree.css(css)

    @property
    def text(self) -> str:
        """The words in its body, with single blanks between them."""
        return self.text_without("script")

    def text_without(self, css: str) -> str:
        """The words in its body but for those in what a selector finds."""
        body = LexborHTMLParser(self.html).body
        assert body is not None
        for hidden in body.css(f"script, style, template, {css}"):
            hidden.decompose()
        return words(body.text(separator=" "))

    @property
    def title(self) -> str:
        """The words of its title."""
        return words(" ".join(node.text() for node in self.select("title")[:1]))

    @property
    def h1(self) -> str:
        """The words of its first heading."""
        return words(" ".join(node.text() for node in self.select("h1")[:1]))

    @property
    def links(self) -> dict[str, str]:
        """Where each link goes, by its words; of links with the same words the last one."""
        return {words(node.text()): node.attributes.get("href") or "" for node in self.select("a[href]")}

    @property
    def forms(self) -> list[Form]:
        """Its forms in order."""
        return [Form(node, self.url) for node in self.select("form")]

    def form(self, css: str | None = None) -> Form:
        """The form that a selector finds, or the only one in the main part (of the page, when it has none)."""
        nodes = self.select(css) if css else self.select("main form") or self.select("form")
        if len(nodes) != 1:
            actions = [Form(node, self.url).action for node in nodes]
            raise AssertionError(f"{self.url} has {len(nodes)} forms for {css or 'main form'!r}, wanted 1: {actions}")
        return Form(nodes[0], self.url)

    @property
    def location(self) -> str:
        """Where it redirects to, empty if it does not."""
        return self.headers.get("Location", "")


def _sent(control: LexborNode) -> Iterator[str]:
    attributes = control.attributes
    kind = attributes.get("type") or ""
    if control.tag == "select":
        options = control.css("option")
        selected = [option for option in options if "selected" in option.attributes]
        if not selected and "multiple" not in attributes:
            selected = options[:1]
        yield from (_option_value(option) for option in selected)
    elif control.tag == "textarea":
        # A browser drops the first line break inside a textarea.
        yield control.text().removeprefix("\n")
    elif kind in ("radio", "checkbox"):
        if "checked" in attributes:
            yield attributes.get("value") or "on"
    elif kind not in ("submit", "button", "image", "reset", "file"):
        yield attributes.get("value") or ""


def _option_value(option: LexborNode) -> str:
    value = option.attributes.get("value")
    return value if value is not None else words(option.text())
