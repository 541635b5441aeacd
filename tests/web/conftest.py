"""The editor at the desk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.factories import NOW, make_editor, make_issue
from tests.support.till import Till
from tests.support.visitor import Visitor


@pytest.fixture
def desk(session: object, till: Till, visitor: Visitor) -> Iterator[Visitor]:
    """The editor, signed in on a Monday morning, with ten issues on sale."""
    with till.at(NOW):
        make_issue(509)
        visitor.sign_in(make_editor())
        yield visitor
